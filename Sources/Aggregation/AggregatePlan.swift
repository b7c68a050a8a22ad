// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query bound to its inputs: columns found, types checked.
struct AggregatePlan: Sendable {
  /// One result of the query.
  struct Output: Sendable {
    let name: String
    let function: AggregateFunction
    let source: Source

    /// What it is computed from.
    enum Source: Sendable {
      /// The number of rows.
      case rows
      /// A position in `values`.
      case value(Int)
      /// A position in `pairs`.
      case pair(Int)
    }
  }

  /// Two columns that are aggregated together, by their positions in `values`.
  struct Pair: Sendable, Hashable {
    let x: Int
    let y: Int
  }

  /// What is needed of one column.
  struct ValueColumn: Sendable {
    let column: UnifiedColumn
    var functions: Set<AggregateFunction>
  }

  let sources: [any TableSource]
  /// Per input, the number of its first chunk, counted over all inputs.
  let firstChunks: [Int]
  let keys: [UnifiedColumn]
  let keyNames: [String]
  /// Distinct columns that are aggregated.
  let values: [ValueColumn]
  let pairs: [Pair]
  let outputs: [Output]
  /// Columns of the result to sort by; then come the keys.
  let order: [(column: Int, isDescending: Bool)]
  let limit: Int?
  /// Which rows are aggregated; nil for all.
  private(set) var filter: Filter?
  /// False: every page is read, also where the footer answers.
  let usesStatistics: Bool
  /// What states are asked for instead of results; nil for results.
  let states: StatesWanted?
  /// Rows that results are made of, where the inputs do not tell.
  var knownRowCount: Int?
  /// Who is told what the condition takes, and of rows that are read.
  private let counts: AggregationCounts?

  /// Throws `query.syntax`, `column.unknown`, `table.mismatch`, `aggregate.type`, `expression.type`, or what an input throws.
  init(
    _ query: AggregateQuery, _ sources: [any TableSource], usesStatistics: Bool = true,
    counts: AggregationCounts? = nil, states: StatesWanted? = nil
  ) throws {
    self.counts = counts
    self.states = states
    guard !sources.isEmpty else {
      throw AggregateError(code: "aggregate.no-input", summary: "nothing to aggregate", place: Place(), advice: nil)
    }
    let names = try query.outputNames()
    order = Array(zip(try query.sortColumns(), query.order.map(\.isDescending)))
    limit = query.limit
    try query.filter?.checkFunctions(.filter)
    filter = try query.filter.map { try Filter($0, in: sources) }
    self.usesStatistics = usesStatistics
    self.sources = sources
    keys = try query.keys.map { try UnifiedColumn($0.column, in: sources) }
    keyNames = Array(names[..<keys.count])
    var values: [ValueColumn] = []
    var pairs: [Pair] = []
    // A column without values is of any type: of numbers where a function needs them, else of strings, as it is stored.
    let numeric = Set(query.aggregates.filter { $0.function.needsNumbers }.flatMap(\.arguments))
    outputs = try zip(query.aggregates, names[keys.count...]).map { aggregate, name in
      let positions = try aggregate.arguments.map { column in
        try add(column, isNumeric: numeric.contains(column), of: aggregate, to: &values, sources)
      }
      var source = positions.first.map { Output.Source.value($0) } ?? .rows
      if positions.count == 2 {
        let pair = Pair(x: positions[0], y: positions[1])
        if !pairs.contains(pair) { pairs.append(pair) }
        source = .pair(pairs.firstIndex(of: pair) ?? 0)
      }
      return Output(name: name, function: aggregate.function, source: source)
    }
    self.values = values
    self.pairs = pairs
    var chunkCount = states?.numberOfFirstChunk ?? 0
    firstChunks = sources.map { source in
      defer { chunkCount += source.chunkCount }
      return chunkCount
    }
  }

  /// Evaluates the condition for one worker; nil where there is none.
  func newFilterEvaluation() -> FilterEvaluation? {
    filter.map { FilterEvaluation($0, usesStatistics: usesStatistics, counts: counts) }
  }

  /// Chunks that are read, in order.
  var chunksToRead: [(source: Int, chunk: Int)] {
    let all = sources.enumerated().flatMap { number, source in
      (0..<source.chunkCount).map { (source: number, chunk: $0) }
    }
    return states?.chunks.map { Array(all[$0]) } ?? all
  }

  /// Rows of ``chunksToRead``.
  var rowCountToRead: Int { chunksToRead.reduce(0) { $0 + sources[$1.source].rowCount(ofChunk: $1.chunk) } }

  /// A chunk like others: the middle one of the longest input, or of those that are read; nil where there is none.
  var sampleChunk: (source: Int, chunk: Int)? {
    if states?.chunks != nil {
      let all = chunksToRead
      return all.isEmpty ? nil : all[all.count / 2]
    }
    return sources.enumerated().max { $0.element.rowCount < $1.element.rowCount }.map { ($0, $1.chunkCount / 2) }
  }

  /// Notes that a chunk of so many rows was read.
  func note(readRows count: Int) { counts?.note(readRows: count) }

  /// The same over all rows.
  var withoutFilter: AggregatePlan {
    var plan = self
    plan.filter = nil
    return plan
  }
}

extension AggregatePlan {
  /// What is kept of the pairs at the start.
  func newPairs() -> [any PairAccumulator] {
    pairs.map { makePairAccumulator(values[$0.x].column.type, values[$0.y].column.type) }
  }
}

/// Position in `values` of a column that `aggregate` is of, added if it is not there.
private func add(
  _ column: String, isNumeric: Bool, of aggregate: Aggregate, to values: inout [AggregatePlan.ValueColumn],
  _ sources: [any TableSource]
) throws -> Int {
  let position = values.firstIndex { $0.column.name == column } ?? values.count
  if position == values.count {
    let unified = try UnifiedColumn(column, in: sources, typeWithoutValues: isNumeric ? .int64 : .string)
    values.append(AggregatePlan.ValueColumn(column: unified, functions: []))
  }
  values[position].functions.insert(aggregate.function)
  try check(aggregate, values[position].column, sources[0].name)
  return position
}

private func check(_ aggregate: Aggregate, _ column: UnifiedColumn, _ file: String) throws(AggregateError) {
  guard aggregate.function.needsNumbers, !column.type.isNumeric else { return }
  throw AggregateError(
    code: "aggregate.type",
    summary: "\(aggregate.text): the column is \(column.type), which has no \(aggregate.function.name)",
    place: Place(file: file, column: column.name),
    advice:
      "count, min, max, median, first and top work on it; if it holds numbers, convert it with --schema '\(column.name):int64'"
  )
}
