// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// An expression and what its result is called.
public struct NamedExpression: Sendable, Hashable {
  /// What is put out.
  public var expression: QueryExpression
  /// Name of the result's column, nil for the default one.
  public var alias: String?

  /// Pairs an expression with a name.
  public init(_ expression: QueryExpression, as alias: String? = nil) {
    self.expression = expression
    self.alias = alias
  }
}

/// What rows of a result are sorted by.
public struct OrderedExpression: Sendable, Hashable {
  /// Over names of the result, keys, and aggregates of the input.
  public var expression: QueryExpression
  /// Greatest first (nulls stay last).
  public var isDescending: Bool

  /// Pairs an expression with a direction.
  public init(_ expression: QueryExpression, descending: Bool = false) {
    self.expression = expression
    isDescending = descending
  }
}

/// What to group by, what to compute and put out, in expressions of SQL's kind: the whole of what the command takes.
///
/// Without keys, all rows are one group, and the result has one row even over no rows. Without results, the result is the distinct keys.
/// An aggregate that is named twice is computed once.
public struct TableQuery: Sendable, Hashable {
  /// What to group by: columns, or expressions over them.
  public var keys: [NamedExpression]
  /// What to put out of each group behind its keys: aggregates, and expressions over aggregates and keys. Outside of aggregates a key goes by
  /// its expression, or by its name in the result; inside, names are the input's columns.
  public var results: [NamedExpression]
  /// Which rows take part: those for which this is true; nil for all.
  public var filter: QueryExpression?
  /// Which groups are put out: those for which this is true. It is over names of the result, which come first, keys and aggregates.
  public var having: QueryExpression?
  /// Sort order of the result; ties, and everything if this is empty, by keys ascending.
  public var order: [OrderedExpression]
  /// True: of equal rows one is put out.
  public var isDistinct: Bool
  /// Most rows of the result, nil for all.
  public var limit: Int?

  /// Where the texts' items start, for messages.
  var starts: [QuerySyntaxError.Part: [Int]] = [:]

  /// Puts a query together; ``outputNames()`` says whether its names make sense.
  public init(
    by keys: [NamedExpression] = [], results: [NamedExpression] = [], where filter: QueryExpression? = nil,
    having: QueryExpression? = nil, order: [OrderedExpression] = [], distinct isDistinct: Bool = false,
    limit: Int? = nil
  ) {
    self.keys = keys
    self.results = results
    self.filter = filter
    self.having = having
    self.order = order
    self.isDistinct = isDistinct
    self.limit = limit
  }

  /// Names of the result's columns: keys, then results.
  ///
  /// Without an alias a column has its own name, an aggregate of columns the one that ``AggregateQuery/outputNames()`` gives, all else its
  /// text: `max(v1) - min(v2)`. Throws `query.syntax` where two columns have one name, and where there are none.
  public func outputNames() throws(QuerySyntaxError) -> [String] {
    let keyNames = keys.map { $0.alias ?? $0.expression.name ?? $0.expression.text }
    var plain = AggregateQuery()
    for result in results {
      if let aggregate = try result.expression.plainAggregate() { plain.aggregates.append(aggregate) }
    }
    var names = keyNames
    for result in results {
      if let alias = result.alias {
        names.append(alias)
      } else if let aggregate = try result.expression.plainAggregate() {
        names.append(plain.defaultName(aggregate, keyNames))
      } else {
        names.append(result.expression.text)
      }
    }
    if names.isEmpty {
      throw QuerySyntaxError(
        part: .aggregates, item: 0, summary: "nothing to group by and nothing to compute",
        advice: "name columns with --by, or aggregates such as --agg 'count(*)'")
    }
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      throw error(
        index < keys.count ? .keys : .aggregates, item: index < keys.count ? index : index - keys.count,
        "two columns of the result are called \"\(name)\"", "name one of them with: as NAME")
    }
    return names
  }

  /// Columns of the inputs that are read, each once, in order of first mention.
  public var columnNames: [String] {
    var names: [String] = []
    for mention in mentions where !names.contains(mention.name) { names.append(mention.name) }
    return names
  }

  /// Columns of the inputs wherever they are named: in `having` and `order` inside aggregates alone, as other names are the result's; in
  /// `results` also outside, but for names of keys.
  private var mentions: [(name: String, origin: ExpressionOrigin)] {
    func mentions(_ expression: QueryExpression, _ part: QuerySyntaxError.Part) -> [(
      name: String, origin: ExpressionOrigin
    )] {
      expression.mentions.map { ($0.name, ExpressionOrigin(part: part, position: $0.position)) }
    }
    let keyNames = Set(keys.map { $0.alias ?? $0.expression.name ?? $0.expression.text })
    var found = keys.flatMap { mentions($0.expression, .keys) }
    for result in results {
      for part in result.expression.withoutKeys(keyNames) { found += mentions(part, .aggregates) }
    }
    if let filter { found += mentions(filter, .filter) }
    for call in having?.aggregateCalls ?? [] { found += mentions(call, .having) }
    for sortKey in order {
      for call in sortKey.expression.aggregateCalls { found += mentions(call, .order) }
    }
    return found
  }

  /// The same with its place in the texts; for those who look for columns before `aggregate` does.
  package func placed(_ error: UnknownColumn) -> any Diagnosis {
    guard let mention = mentions.first(where: { $0.name == error.name }) else { return error }
    return AggregateError(error, at: mention.origin)
  }

  /// Something wrong with an item, at its start where it was read from text.
  func error(
    _ part: QuerySyntaxError.Part, item: Int, at position: Int? = nil, _ summary: String, _ advice: String?
  ) -> QuerySyntaxError {
    let known = starts[part] ?? []
    return QuerySyntaxError(
      part: part, item: item, position: position ?? (item < known.count ? known[item] : nil), summary: summary,
      advice: advice)
  }
}

extension QueryExpression {
  /// The name of a column; nil of all else.
  var name: String? {
    if case .column(let name, _) = self { name } else { nil }
  }

  /// Its columns and aggregates, but for columns outside of aggregates that are called like one of `keyNames`.
  fileprivate func withoutKeys(_ keyNames: Set<String>) -> [QueryExpression] {
    switch self {
    case .column(let name, _): keyNames.contains(name) ? [] : [self]
    case .call(let name, _, _) where FunctionTable.isAggregate(name): [self]
    default: children.flatMap { $0.withoutKeys(keyNames) }
    }
  }

  /// Calls of aggregates, wherever they are.
  var aggregateCalls: [QueryExpression] {
    if case .call(let name, _, _) = self, FunctionTable.isAggregate(name) { return [self] }
    return children.flatMap(\.aggregateCalls)
  }
}
