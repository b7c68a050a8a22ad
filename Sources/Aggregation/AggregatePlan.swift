// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query bound to its inputs: columns found, types checked.
struct AggregatePlan: Sendable {
  /// One result of the query.
  struct Output: Sendable {
    let name: String
    let function: AggregateFunction
    /// Position in `values`, nil for counting rows.
    let value: Int?
  }

  /// What is needed of one column.
  struct ValueColumn: Sendable {
    let column: UnifiedColumn
    var functions: Set<AggregateFunction>
  }

  let sources: [any TableSource]
  let keys: [UnifiedColumn]
  let keyNames: [String]
  /// Distinct columns that are aggregated.
  let values: [ValueColumn]
  let outputs: [Output]
  /// Columns of the result to sort by; then come the keys.
  let order: [(column: Int, isDescending: Bool)]
  let limit: Int?
  /// Which rows are aggregated; nil for all.
  private(set) var filter: Filter?
  /// False: every page is read, also where the footer answers.
  let usesStatistics: Bool

  /// Throws `query.syntax`, `column.unknown`, `table.mismatch`, `aggregate.type`, `expression.type`, or what an input throws.
  init(_ query: AggregateQuery, _ sources: [any TableSource], usesStatistics: Bool = true) throws {
    guard !sources.isEmpty else {
      throw AggregateError(code: "aggregate.no-input", summary: "nothing to aggregate", place: Place(), advice: nil)
    }
    let names = try query.outputNames()
    order = Array(zip(try query.sortColumns(), query.order.map(\.isDescending)))
    limit = query.limit
    filter = try query.filter.map { try Filter($0, in: sources) }
    self.usesStatistics = usesStatistics
    self.sources = sources
    keys = try query.keys.map { try UnifiedColumn($0.column, in: sources) }
    keyNames = Array(names[..<keys.count])
    var values: [ValueColumn] = []
    var outputs: [Output] = []
    for (aggregate, name) in zip(query.aggregates, names[keys.count...]) {
      var position: Int?
      if let column = aggregate.column {
        if let known = values.firstIndex(where: { $0.column.name == column }) {
          values[known].functions.insert(aggregate.function)
          position = known
        } else {
          let unified = try UnifiedColumn(column, in: sources, typeWithoutValues: .int64)
          values.append(ValueColumn(column: unified, functions: [aggregate.function]))
          position = values.count - 1
        }
        try check(aggregate, values[position ?? 0].column, sources[0].name)
      }
      outputs.append(Output(name: name, function: aggregate.function, value: position))
    }
    self.values = values
    self.outputs = outputs
  }

  /// The same over all rows.
  var withoutFilter: AggregatePlan {
    var plan = self
    plan.filter = nil
    return plan
  }
}

private func check(_ aggregate: Aggregate, _ column: UnifiedColumn, _ file: String) throws(AggregateError) {
  guard aggregate.function == .sum || aggregate.function == .mean, !column.type.isNumeric else { return }
  throw AggregateError(
    code: "aggregate.type",
    summary: "\(aggregate.text): the column is \(column.type), which has no \(aggregate.function.rawValue)",
    place: Place(file: file, column: column.name),
    advice: "count, min and max work on it; if it holds numbers, convert it with --schema '\(column.name):int64'")
}
