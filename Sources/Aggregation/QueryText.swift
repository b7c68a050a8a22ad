// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension AggregateQuery {
  /// Reads a query of columns alone from the command's texts, as ``TableQuery/init(by:aggregates:where:having:orderBy:distinct:limit:)`` does;
  /// the condition may be of any kind.
  ///
  /// Throws `query.syntax` with the position, also for expressions where columns must be.
  public init(
    by: String?, aggregates: String?, where filter: String? = nil, orderBy: String? = nil, limit: Int? = nil
  ) throws(QuerySyntaxError) {
    let table = try TableQuery(by: by, aggregates: aggregates, where: filter, orderBy: orderBy, limit: limit)
    let stages = try QueryStages(table)
    self.init(where: table.filter, limit: limit)
    func onlyColumns(_ part: QuerySyntaxError.Part, _ item: Int) -> QuerySyntaxError {
      table.error(part, item: item, "an expression where a column must be", "TableQuery takes expressions")
    }
    for (item, key) in table.keys.enumerated() {
      guard let name = key.expression.name else { throw onlyColumns(.keys, item) }
      keys.append(GroupKey(name, as: key.alias))
    }
    for (item, result) in table.results.enumerated() {
      guard var aggregate = try result.expression.plainAggregate() else { throw onlyColumns(.aggregates, item) }
      aggregate.alias = result.alias
      self.aggregates.append(aggregate)
    }
    let columns = stages.keyNames + stages.outputs.compactMap(\.name)
    for (item, sortKey) in stages.order.enumerated() {
      guard let name = sortKey.expression.name, let column = columns.firstIndex(of: name) else {
        throw onlyColumns(.order, item)
      }
      order.append(SortKey(stages.names[column], descending: sortKey.isDescending))
    }
  }
}

extension AggregateQuery {
  /// Columns that the query reads, each once, in order of first mention.
  public var columnNames: [String] {
    var names: [String] = []
    let mentioned = keys.map(\.column) + aggregates.flatMap(\.arguments) + (filter?.columnNames ?? [])
    for name in mentioned where !names.contains(name) { names.append(name) }
    return names
  }
}

/// Column names divided by commas, written as in a query: `date, "name, with comma"`. Throws `query.syntax` where there are none.
public func columnNames(
  in text: String, part: QuerySyntaxError.Part
) throws(QuerySyntaxError) -> [String] {
  var cursor = QueryText(text, part: part)
  let names = try cursor.list { text throws(QuerySyntaxError) in try text.name("a column name") }
  guard names.isEmpty else { return names }
  throw QuerySyntaxError(
    part: part, item: 0, summary: "no column named", advice: "\(part.rawValue) takes names such as 'date,state'")
}

/// Names with what each is said to be, `uf=state, date, "a=b"=c`: nil where nothing follows the name. A name with `=` in it needs quotes.
///
/// Throws `query.syntax` where there are none.
public func namePairs(
  in text: String, part: QuerySyntaxError.Part, example: String
) throws(QuerySyntaxError) -> [(name: String, value: String?)] {
  var cursor = QueryText(text, part: part)
  let pairs = try cursor.list { text throws(QuerySyntaxError) in
    let name = try text.name("a column name", before: "=")
    return (name: name, value: try text.value(after: "="))
  }
  guard pairs.isEmpty else { return pairs }
  throw QuerySyntaxError(part: part, item: 0, summary: "no column named", advice: "\(part.rawValue) takes \(example)")
}

/// Columns to sort by, `date, state desc`, each once. Throws `query.syntax` where there are none, or one comes twice.
public func sortKeys(in text: String, part: QuerySyntaxError.Part) throws(QuerySyntaxError) -> [SortKey] {
  var cursor = QueryText(text, part: part)
  let keys = try cursor.list { text throws(QuerySyntaxError) in
    text.directed(try text.name("a column name"))
  }
  if keys.isEmpty {
    throw QuerySyntaxError(
      part: part, item: 0, summary: "no column named", advice: "\(part.rawValue) takes names such as 'date, state desc'"
    )
  }
  for (index, key) in keys.enumerated() where keys[..<index].contains(where: { $0.name == key.name }) {
    throw QuerySyntaxError(
      part: part, item: index, position: cursor.starts[index], summary: "\"\(key.name)\" comes twice",
      advice: "name each column once")
  }
  return keys
}

/// A cursor over one option's text.
private struct QueryText {
  /// Where each item of the list starts, counted from 1.
  private(set) var starts: [Int] = []
  private var cursor: TextCursor
  private let part: QuerySyntaxError.Part

  init(_ text: String, part: QuerySyntaxError.Part) {
    cursor = TextCursor(text)
    self.part = part
  }

  /// Items between commas; none in an empty text.
  mutating func list<T>(
    _ item: (inout QueryText) throws(QuerySyntaxError) -> T
  ) throws(QuerySyntaxError) -> [T] {
    cursor.skipSpace()
    var items: [T] = []
    if cursor.isAtEnd { return items }
    while true {
      cursor.skipSpace()
      starts.append(cursor.position + 1)
      items.append(try item(&self))
      if cursor.isAtEnd { return items }
      guard accept(",") else { throw unexpected("a comma") }
    }
  }

  /// A name, quoted or bare; a bare one ends before `end` too.
  mutating func name(_ what: String, before end: Unicode.Scalar? = nil) throws(QuerySyntaxError) -> String {
    cursor.skipSpace()
    if cursor.current == "\"" { return try quotedName() }
    let name = cursor.prefix {
      !$0.properties.isWhitespace && !",()\"".unicodeScalars.contains($0) && $0 != end
    }
    guard !name.isEmpty else { throw unexpected(what) }
    cursor.skipSpace()
    return name
  }

  /// What follows `sign`, quoted or bare; nil without the sign.
  mutating func value(after sign: Unicode.Scalar) throws(QuerySyntaxError) -> String? {
    guard accept(sign) else { return nil }
    return try name("what is equal to it", before: sign)
  }

  /// `name` with the `asc` or `desc` that follows, if one does.
  mutating func directed(_ name: String) -> SortKey {
    if acceptWord("desc") { return SortKey(name, descending: true) }
    _ = acceptWord("asc")
    return SortKey(name)
  }

  private mutating func quotedName() throws(QuerySyntaxError) -> String {
    let start = cursor.position
    guard let name = cursor.quoted() else {
      throw error(
        at: start + 1, "a quoted name without its closing quote", "close it with \"; a quote inside is doubled")
    }
    cursor.skipSpace()
    return name
  }

  private mutating func accept(_ scalar: Unicode.Scalar) -> Bool {
    guard cursor.accept(scalar) else { return false }
    cursor.skipSpace()
    return true
  }

  /// Accepts a bare word in any case, if it stands alone.
  private mutating func acceptWord(_ word: String) -> Bool {
    var ahead = cursor
    let found = ahead.prefix { !$0.properties.isWhitespace && !",\"".unicodeScalars.contains($0) }
    guard found.lowercased() == word else { return false }
    cursor = ahead
    cursor.skipSpace()
    return true
  }

  private func unexpected(_ wanted: String) -> QuerySyntaxError {
    error(at: cursor.position + 1, "expected \(wanted), found \(cursor.found)", nil)
  }

  private func error(at position: Int, _ summary: String, _ advice: String?) -> QuerySyntaxError {
    QuerySyntaxError(
      part: part, item: max(0, starts.count - 1), position: position, summary: summary, advice: advice)
  }
}
