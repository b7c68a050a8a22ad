// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One aggregate of a query: `sum(cases) as total`.
public struct Aggregate: Sendable, Hashable {
  /// What is computed.
  public var function: AggregateFunction
  /// Of which columns; none for counting rows.
  public var arguments: [String]
  /// Name of the result, nil for the default one.
  public var alias: String?

  /// Of one column, or of rows. Precondition: the function takes that, and only `count` goes without a column.
  public init(_ function: AggregateFunction, of column: String? = nil, as alias: String? = nil) {
    self.init(function, arguments: column.map { [$0] } ?? [], alias: alias)
  }

  /// Of two columns. Precondition: the function takes two.
  public init(_ function: AggregateFunction, of x: String, and y: String, as alias: String? = nil) {
    self.init(function, arguments: [x, y], alias: alias)
  }

  init(_ function: AggregateFunction, arguments: [String], alias: String?) {
    precondition(function.argumentCounts.contains(arguments.count), "\(function.name) of \(arguments.count) columns")
    if case .top(let count) = function { precondition(count > 0, "at least one value") }
    if case .bottom(let count) = function { precondition(count > 0, "at least one value") }
    self.function = function
    self.arguments = arguments
    self.alias = alias
  }

  /// The call as users write it: `sum(cases)`, `count(*)`.
  public var text: String { function.text(of: arguments) }
}

/// A column to group by.
public struct GroupKey: Sendable, Hashable {
  /// Column of the input.
  public var column: String
  /// Name in the output, nil for the same.
  public var alias: String?

  /// Pairs a column with its name in the output.
  public init(_ column: String, as alias: String? = nil) {
    self.column = column
    self.alias = alias
  }
}

/// A column of the output to sort by.
public struct SortKey: Sendable, Hashable {
  /// Name of a column of the output, of a key column, or an aggregate's text: `state`, `sum(cases)`.
  public var name: String
  /// Greatest first (nulls stay last).
  public var isDescending: Bool

  /// Pairs a name with a direction.
  public init(_ name: String, descending: Bool = false) {
    self.name = name
    isDescending = descending
  }
}

/// What to group by, what to compute, and how to order the result.
///
/// Without keys, all rows are one group, and the result has one row even over no rows. Without aggregates, the result is the
/// distinct keys.
public struct AggregateQuery: Sendable, Hashable {
  /// Columns to group by.
  public var keys: [GroupKey]
  /// What to compute per group.
  public var aggregates: [Aggregate]
  /// Which rows take part: those for which this is true; nil for all.
  public var filter: QueryExpression?
  /// Sort order of the result; ties, and everything if this is empty, by keys ascending.
  public var order: [SortKey]
  /// Most rows of the result, nil for all.
  public var limit: Int?

  /// Puts a query together; ``outputNames()`` and ``sortColumns()`` say whether it makes sense.
  public init(
    by keys: [GroupKey] = [], aggregates: [Aggregate] = [], where filter: QueryExpression? = nil,
    order: [SortKey] = [], limit: Int? = nil
  ) {
    self.keys = keys
    self.aggregates = aggregates
    self.filter = filter
    self.order = order
    self.limit = limit
  }

  /// Names of the result's columns: keys, then aggregates.
  ///
  /// Without an alias, `sum(x)` is `x` if it is the only aggregate of `x` and no key has that name, else `sum_x`; others are `mean_x`,
  /// `corr_x_y`, `quantile_x`, `count_distinct_x`; `count(*)` is `count`. Throws `query.syntax` where two columns have one
  /// name, and where there are none.
  public func outputNames() throws(QuerySyntaxError) -> [String] {
    if keys.isEmpty, aggregates.isEmpty {
      throw QuerySyntaxError(
        part: .aggregates, item: 0, summary: "nothing to group by and nothing to compute",
        advice: "name columns with --by, or aggregates such as --agg 'count(*)'")
    }
    let keyNames = keys.map { $0.alias ?? $0.column }
    var names: [String] = []
    for (index, name) in (keyNames + aggregates.map { defaultName($0, keyNames) }).enumerated() {
      if names.contains(name) {
        throw QuerySyntaxError(
          part: index < keys.count ? .keys : .aggregates, item: index < keys.count ? index : index - keys.count,
          summary: "two columns of the result are called \"\(name)\"", advice: "name one of them with: as NAME")
      }
      names.append(name)
    }
    return names
  }

  /// Position in ``outputNames()`` of each entry of ``order``. Throws `query.syntax` for a name the result does not have.
  public func sortColumns() throws(QuerySyntaxError) -> [Int] {
    let names = try outputNames()
    var columns: [Int] = []
    for (index, sortKey) in order.enumerated() {
      if let column = names.firstIndex(of: sortKey.name) ?? keys.firstIndex(where: { $0.column == sortKey.name }) {
        columns.append(column)
      } else if let aggregate = aggregates.firstIndex(where: { $0.text == sortKey.name }) {
        columns.append(keys.count + aggregate)
      } else {
        throw QuerySyntaxError(
          part: .order, item: index, summary: "the result has no column \"\(sortKey.name)\" to order by",
          advice: adviceOnName(sortKey.name, names, list: "columns of the result are"))
      }
    }
    return columns
  }

  /// The alias, or what ``outputNames()`` says.
  func defaultName(_ aggregate: Aggregate, _ keyNames: [String]) -> String {
    if let alias = aggregate.alias { return alias }
    guard let column = aggregate.arguments.first else { return "count" }
    let isAlone = aggregates.filter { $0.arguments.contains(column) }.count == 1
    if aggregate.function == .sum, isAlone, !keyNames.contains(column) { return column }
    let name = aggregate.function == .countDistinct ? "count_distinct" : aggregate.function.name
    return ([name] + aggregate.arguments).joined(separator: "_")
  }
}
