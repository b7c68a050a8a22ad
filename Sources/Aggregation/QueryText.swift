// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension AggregateQuery {
  /// Reads a query from the command's texts: `by` as `date, state as s`, `aggregates` as `sum(cases), count(*) as n`, `where` as
  /// `cases > 0 and state is not null` (see ``QueryExpression``), `orderBy` as `date, sum(cases) desc`.
  ///
  /// Names with spaces, commas, brackets or quotes are written in double quotes, a quote inside doubled. Functions may be written in any
  /// case; `avg` is `mean`, `var_samp` `var` and so on (see ``AggregateFunction``): `count(distinct x)`, `quantile(x, 0.9)`, `corr(x, y)`,
  /// `top(x, 2)`. Empty and nil texts are empty lists; a nil `where` takes all rows, a blank one is wrong. Throws
  /// `query.syntax` with the position; needs no input.
  public init(
    by: String?, aggregates: String?, where filter: String? = nil, orderBy: String? = nil, limit: Int? = nil
  ) throws(QuerySyntaxError) {
    var keys = QueryText(by ?? "", part: .keys)
    var calls = QueryText(aggregates ?? "", part: .aggregates)
    var order = QueryText(orderBy ?? "", part: .order)
    self.init(limit: limit)
    self.filter = try filter.map { text throws(QuerySyntaxError) in try QueryExpression(text) }
    self.keys = try keys.list { text throws(QuerySyntaxError) in
      GroupKey(try text.name("a column name"), as: try text.alias())
    }
    self.aggregates = try calls.list { text throws(QuerySyntaxError) in try text.aggregate() }
    self.order = try order.list { text throws(QuerySyntaxError) in try text.sortKey() }
    if let limit, limit < 0 {
      throw QuerySyntaxError(part: .limit, item: 0, summary: "a negative number of rows: \(limit)", advice: nil)
    }
    do {
      _ = try sortColumns()
    } catch {
      let starts = [.keys: keys.starts, .aggregates: calls.starts, .order: order.starts][error.part] ?? []
      throw error.item < starts.count ? error.at(starts[error.item]) : error
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

  /// A name, quoted or bare.
  mutating func name(_ what: String) throws(QuerySyntaxError) -> String {
    cursor.skipSpace()
    if cursor.current == "\"" { return try quotedName() }
    let name = cursor.prefix { !$0.properties.isWhitespace && !",()\"".unicodeScalars.contains($0) }
    guard !name.isEmpty else { throw unexpected(what) }
    cursor.skipSpace()
    return name
  }

  /// `as NAME`, or nothing.
  mutating func alias() throws(QuerySyntaxError) -> String? {
    acceptWord("as") ? try name("a name") : nil
  }

  /// `FUNCTION(COLUMN) [as NAME]`.
  mutating func aggregate() throws(QuerySyntaxError) -> Aggregate {
    var aggregate = try call(named: try name("a function such as sum(cases)"), at: starts.last ?? 1)
    aggregate.alias = try alias()
    return aggregate
  }

  /// `NAME [asc|desc]`, the name perhaps a call.
  mutating func sortKey() throws(QuerySyntaxError) -> SortKey {
    var name = try name("a column name")
    if cursor.current == "(" {
      name = try call(named: name, at: starts.last ?? 1).text
    }
    return directed(name)
  }

  /// `name` with the `asc` or `desc` that follows, if one does.
  mutating func directed(_ name: String) -> SortKey {
    if acceptWord("desc") { return SortKey(name, descending: true) }
    _ = acceptWord("asc")
    return SortKey(name)
  }

  /// The rest of a call whose name was read.
  private mutating func call(named name: String, at start: Int) throws(QuerySyntaxError) -> Aggregate {
    guard let form = FunctionForm(named: name) else {
      let isCall = cursor.current == "("
      throw error(
        at: start, isCall ? "no function \"\(name)\"" : "expected a function of a column, found \"\(name)\"",
        isCall
          ? adviceOnName(name, FunctionForm.names, list: "functions are")
          : "write sum(\(name)), count(\(name)) or the like")
    }
    guard accept("(") else { throw unexpected("\"(\" after \(name)") }
    let aggregate = try arguments(of: form, name)
    guard accept(")") else { throw unexpected("\")\"") }
    return aggregate
  }

  /// What stands between the brackets.
  private mutating func arguments(of form: FunctionForm, _ name: String) throws(QuerySyntaxError) -> Aggregate {
    let star = cursor.position + 1
    if accept("*") {
      guard case .plain(.count) = form else {
        throw error(at: star, "\(name)(*) has no meaning", "name a column; only count(*) counts rows")
      }
      return Aggregate(.count)
    }
    if case .plain(.count) = form, acceptWord("distinct") {
      guard cursor.current != "*" else { throw unexpected("a column name") }
      return Aggregate(.countDistinct, of: try self.name("a column name"))
    }
    let column = try self.name("a column name")
    switch form {
    case .plain(let function):
      guard function.argumentCounts.upperBound == 2 else { return Aggregate(function, of: column) }
      guard accept(",") else { throw unexpected("a comma and a second column") }
      return Aggregate(function, of: column, and: try self.name("a column name"))
    case .quantile: return Aggregate(.quantile(try level()), of: column)
    case .top: return Aggregate(.top(try topCount(name)), of: column)
    case .bottom: return Aggregate(.bottom(try topCount(name)), of: column)
    }
  }

  private mutating func level() throws(QuerySyntaxError) -> QuantileLevel {
    let (text, start) = try number("a comma and a level from 0 to 1")
    if let level = QuantileLevel(text) { return level }
    throw error(
      at: start, "a quantile's level is a number from 0 to 1 of at most 18 digits, not \"\(text)\"",
      "write quantile(x, 0.9) for what nine tenths do not exceed")
  }

  private mutating func topCount(_ name: String) throws(QuerySyntaxError) -> Int {
    let (text, start) = try number("a comma and a number of values")
    if let count = Int(text), (1...AggregateFunction.maximumTopCount).contains(count) { return count }
    throw error(
      at: start, "\(name) takes from 1 to \(AggregateFunction.maximumTopCount) values, not \"\(text)\"",
      "write \(name)(x, 2)")
  }

  /// A comma and what follows it up to a bracket, with its position.
  private mutating func number(_ wanted: String) throws(QuerySyntaxError) -> (String, at: Int) {
    guard accept(",") else { throw unexpected(wanted) }
    let start = cursor.position + 1
    let text = cursor.prefix { !$0.properties.isWhitespace && !",()\"".unicodeScalars.contains($0) }
    cursor.skipSpace()
    return (text, start)
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
