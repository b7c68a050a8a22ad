// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What a stream of states says of itself: format, query, and types of the inputs' columns. States go together if these are equal.
package struct PartialDescription: Sendable, Equatable {
  /// The format's version that is written, and the only one that is read.
  package static let version = "1"
  /// What all names begin with.
  package static let prefix = "colonnade.partial."

  /// A column of the inputs that the query reads.
  package struct InputColumn: Sendable, Equatable {
    package let name: String
    /// In all inputs together; nil if none has a value in it.
    package let type: ColumnType?
  }

  /// The query.
  package let query: TableQuery
  /// Columns that it reads.
  package let columns: [InputColumn]
  /// All of it, as names and values.
  package let metadata: [(key: String, value: String)]

  /// Describes a query of inputs whose columns are these. What texts do not tell, zeros at the end of constants, is not kept.
  init(_ query: TableQuery, _ columns: [InputColumn]) throws(QuerySyntaxError) {
    self.columns = columns
    var texts = try QueryTexts(query)
    let read = try texts.query()
    let again = try QueryTexts(read)
    // Of equal queries, the one that knows where it was written.
    (self.query, texts) = texts == again ? (query, texts) : (read, again)
    var all = [("version", Self.version), ("keys", "\(query.keys.count)")]
    all += texts.parts.map { ($0.name, $0.text) }
    for (index, column) in columns.enumerated() {
      all.append(("column.\(index)", "\(column.type.map { "\($0)" } ?? "none") \(column.name)"))
    }
    metadata = all.map { (Self.prefix + $0.0, $0.1) }
  }

  /// Reads what a stream, `file`, says of itself. Throws `partial.no-query`, `partial.version`, and `partial.damaged` for a query or types that are none, and
  /// for entries that are not those of this query.
  package init(metadata: [(key: String, value: String)], file: String) throws(PartialError) {
    let place = Place(file: file)
    var known: [String: String] = [:]
    for (key, value) in metadata where key.hasPrefix(Self.prefix) {
      known[String(key.dropFirst(Self.prefix.count))] = value
    }
    guard let version = known["version"] else {
      throw PartialError(
        .noQuery, "the stream does not say of which query its states are", place,
        advice: "give a stream as 'colonnade agg --partial' wrote it with --schema-from")
    }
    guard version == Self.version else {
      throw PartialError(
        .version, "states of version \(version), and this is a program for version \(Self.version)", place,
        advice: "make and merge states with the same release of colonnade")
    }
    var columns: [InputColumn] = []
    while let text = known["column.\(columns.count)"] {
      let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      let type = ColumnType(String(parts[0]))
      guard parts.count == 2, type != nil || parts[0] == "none", !columns.contains(where: { $0.name == parts[1] })
      else {
        throw PartialError(.damaged, "the type of an input's column is \"\(text)\"", place)
      }
      columns.append(InputColumn(name: String(parts[1]), type: type))
    }
    if let limit = known["limit"], Int(limit) == nil {
      throw PartialError(.damaged, "the limit of the stream's query is \"\(limit)\", which is no number of rows", place)
    }
    do {
      try self.init(QueryTexts(known).query(), columns)
    } catch {
      throw PartialError(.damaged, "the query of the stream is none: \(error.summary)", place)
    }
    try requireSame(metadata, place)
  }

  /// Throws unless a stream says what is said of this query, no more and in the same words.
  private func requireSame(_ found: [(key: String, value: String)], _ place: Place) throws(PartialError) {
    let own = found.filter { $0.key.hasPrefix(Self.prefix) }
    func name(_ key: String) -> String { String(key.dropFirst(Self.prefix.count)) }
    if let surplus = own.first(where: { entry in !metadata.contains { $0 == entry } }) {
      throw PartialError(
        .damaged, "\"\(name(surplus.key))\" is \"\(surplus.value)\", which does not go with the stream's query", place)
    }
    if let missing = metadata.first(where: { entry in !own.contains { $0 == entry } }) {
      throw PartialError(.damaged, "\"\(name(missing.key))\" is missing, which is \"\(missing.value)\"", place)
    }
  }

  /// True if states of both go together.
  package static func == (a: PartialDescription, b: PartialDescription) -> Bool {
    a.metadata.elementsEqual(b.metadata) { $0 == $1 }
  }

  /// Throws `partial.query` or `partial.types` unless states of `other`, which `file` has, go together with these, which `first` has.
  package func requireEqual(_ other: PartialDescription, file: String, first: String) throws(PartialError) {
    if self == other { return }
    let place = Place(file: file)
    let differing =
      metadata.first { entry in !other.metadata.contains { $0 == entry } }
      ?? other.metadata.first { entry in !metadata.contains { $0 == entry } }
    let name = differing.map { String($0.key.dropFirst(Self.prefix.count)) } ?? ""
    func value(_ description: PartialDescription) -> String {
      description.metadata.first { $0.key == Self.prefix + name }.map { "\"\($0.value)\"" } ?? "missing"
    }
    let difference = "\(name) is \(value(other)) here and \(value(self)) in \(first)"
    if name.hasPrefix("column.") {
      throw PartialError(
        .types, "states of inputs whose columns have other types: \(difference)", place,
        advice:
          "give 'agg --partial' all inputs, and --chunks for those that one stream is to be of: types are then joined")
    }
    throw PartialError(
      .query, "states of another query: \(difference)", place, advice: "merge streams of one query at a time")
  }
}

/// A query as texts that read back as it.
private struct QueryTexts: Equatable {
  /// One option's text.
  struct Part: Equatable {
    let name: String
    let text: String
  }

  /// In the order of the format.
  private(set) var parts: [Part] = []

  /// What a stream has.
  init(_ texts: [String: String]) { parts = texts.map { Part(name: $0, text: $1) } }

  /// Throws `query.syntax` as ``TableQuery/outputNames()`` does.
  init(_ query: TableQuery) throws(QuerySyntaxError) {
    let names = try query.outputNames()
    func item(_ expression: QueryExpression, _ name: String) -> String {
      let text = expression.text
      // Names are told, so that no rule of another release has a say.
      return expression.name == name ? text : "\(text) as \(QueryExpression.column(name).text)"
    }
    let expressions = (query.keys + query.results).map(\.expression)
    let items = zip(expressions, names).map(item)
    append("by", items.prefix(query.keys.count).joined(separator: ", "))
    append("agg", items.dropFirst(query.keys.count).joined(separator: ", "))
    append("where", query.filter?.text ?? "")
    append("having", query.having?.text ?? "")
    append(
      "order-by", query.order.map { $0.expression.text + ($0.isDescending ? " desc" : "") }.joined(separator: ", "))
    append("distinct", query.isDistinct ? "true" : "")
    append("limit", query.limit.map { "\($0)" } ?? "")
  }

  private mutating func append(_ name: String, _ text: String) {
    if !text.isEmpty { parts.append(Part(name: name, text: text)) }
  }

  /// The query that they are of.
  func query() throws(QuerySyntaxError) -> TableQuery {
    func text(_ name: String) -> String? { parts.first { $0.name == name }?.text }
    return try TableQuery(
      by: text("by"), aggregates: text("agg"), where: text("where"), having: text("having"), orderBy: text("order-by"),
      distinct: text("distinct") == "true", limit: text("limit").map { Int($0) ?? -1 })
  }
}
