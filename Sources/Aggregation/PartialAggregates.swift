// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// Groups and accumulators of one worker. Partial aggregates of any split of the rows merge into the same whole.
///
/// @unchecked Sendable: one worker uses it at a time, and the caller only after all workers have ended.
final class PartialAggregates: @unchecked Sendable {
  let plan: AggregatePlan
  /// nil without keys: everything is group 0.
  private let numbering: KeyNumbering?
  /// Keys of groups that were numbered elsewhere and are complete.
  private let finishedKeys: [(page: ColumnPage, dictionary: StringDictionary?)]?
  private let finishedCount: Int
  /// True if groups are in ascending order of their keys.
  let isInOrder: Bool
  private let filter: FilterEvaluation?
  private var groupNumbers: [UInt32] = []
  var rowCounts = GroupCounts()
  var columns: [ColumnState]
  /// Of two columns together, as the plan's pairs; none, or empty ones, for ``recordedPairs``.
  let pairs: [any PairAccumulator]
  /// Without keys: what works out computed columns block by block, nil inside if nothing does; nil before the first chunk.
  var blocks: UngroupedBlocks??
  /// Of groups that records were kept of: n Σxy - Σx Σy per group, of pairs of columns and of columns with themselves.
  var centralProducts: [AggregatePlan.Pair: [Int128]] = [:]
  /// Pairs that are made of ``centralProducts``: of a column with nulls, these serve its variance alone.
  var recordedPairs: Set<AggregatePlan.Pair> = []
  /// Results that are complete, by position in the plan's outputs.
  var finishedOutputs: [Int: OutputColumn] = [:]
  /// Where the rows that are being added stand.
  var places = RowPlaces(chunk: 0)

  init(_ plan: AggregatePlan) {
    self.plan = plan
    numbering = plan.keys.isEmpty ? nil : KeyNumbering(types: plan.keys.map(\.type))
    filter = plan.newFilterEvaluation()
    columns = plan.values.map { ColumnState($0.functions, $0.column.type) }
    pairs = plan.newPairs()
    finishedKeys = nil
    finishedCount = 0
    isInOrder = false
  }

  /// Complete groups with their keys, which may be in ascending order; what is known of their columns is to be put in by the caller, and
  /// nothing may be added.
  init(
    _ plan: AggregatePlan, keys: [(page: ColumnPage, dictionary: StringDictionary?)], groupCount: Int, isInOrder: Bool,
    pairs: [any PairAccumulator]
  ) {
    self.isInOrder = isInOrder
    self.plan = plan
    numbering = nil
    filter = nil
    columns = plan.values.map { ColumnState([], $0.column.type) }
    self.pairs = pairs
    finishedKeys = keys
    finishedCount = groupCount
  }

  /// Number of groups; without keys there is one even over no rows.
  var groupCount: Int { finishedKeys == nil ? numbering?.count ?? 1 : finishedCount }

  /// True if the keys' columns are there, and need not be made.
  var hasFinishedKeys: Bool { finishedKeys != nil }

  /// The groups of rows with these keys, which are added where they are not there yet; all 0 without keys.
  func groups(ofKeys pages: [ColumnPage], rowCount: Int) -> [UInt32] {
    guard let numbering else { return [UInt32](repeating: 0, count: rowCount) }
    var groups: [UInt32] = []
    numbering.number(pages, dictionaries: pages.map { _ in nil }, into: &groups)
    return groups
  }

  /// The groups' keys: row `g` is group `g`.
  func keys() -> (pages: [ColumnPage], dictionaries: [StringDictionary?]) {
    if let finishedKeys { return (finishedKeys.map(\.page), finishedKeys.map(\.dictionary)) }
    return numbering?.keys() ?? ([], [])
  }

  /// Takes in one chunk of input `number`: the rows that the query's condition takes.
  func add(_ source: any TableSource, number: Int, chunk: Int) throws {
    let selection = try filter?.select(source, number: number, chunk: chunk) ?? .all
    if case .none = selection { return }
    places = RowPlaces(chunk: plan.firstChunks[number] + chunk)
    guard let numbering else { return try addUngrouped(source, number: number, chunk: chunk, selection) }
    var rows: [UInt32]?
    if case .some = selection { rows = selection.rows(ofRows: source.rowCount(ofChunk: chunk)) }
    places = RowPlaces(chunk: plan.firstChunks[number] + chunk, rows: rows)
    let pages = try plan.keys.map { try $0.page(of: source, number: number, chunk: chunk, rows: rows) }
    let dictionaries = try plan.keys.map { try $0.dictionary(of: source, number: number) }
    numbering.number(pages, dictionaries: dictionaries, into: &groupNumbers)
    let runs = groupNumbers.withUnsafeBufferPointer(findRuns)
    var pagesOfValues: [ColumnPage] = []
    for (index, value) in plan.values.enumerated() {
      let page = try value.column.page(of: source, number: number, chunk: chunk, rows: rows)
      let dictionary = try value.column.dictionary(of: source, number: number)
      withRows(runs) { columns[index].add(page, dictionary, $0) }
      if !pairs.isEmpty { pagesOfValues.append(page) }
    }
    for (pair, accumulator) in zip(plan.pairs, pairs) {
      withRows(runs) { accumulator.add(pagesOfValues[pair.x], pagesOfValues[pair.y], $0) }
    }
    withRows(runs) { rowCounts.add($0) }
  }

  /// Takes in all of another's groups.
  func merge(_ other: PartialAggregates) {
    var groups: [UInt32] = [0]
    if let numbering {
      let keys = other.keys()
      numbering.number(keys.pages, dictionaries: keys.dictionaries, into: &groups)
    }
    rowCounts.merge(other.rowCounts, groups: groups, groupCount: groupCount)
    for index in columns.indices {
      columns[index].merge(other.columns[index], groups: groups, groupCount: groupCount)
    }
    for (own, theirs) in zip(pairs, other.pairs) { own.merge(theirs, groups: groups, groupCount: groupCount) }
  }

  /// Runs `body` with so many rows, all of group 0. Precondition: the query has no keys.
  func withSingleGroup(rowCount: Int, _ body: (GroupedRows) -> Void) {
    if groupNumbers.count != rowCount { groupNumbers = [UInt32](repeating: 0, count: rowCount) }
    withRows(nil, body)
  }

  private func withRows(_ runs: GroupedRows.Runs?, _ body: (GroupedRows) -> Void) {
    groupNumbers.withUnsafeBufferPointer {
      body(GroupedRows(groups: $0, groupCount: groupCount, isSingleGroup: numbering == nil, runs: runs, places: places))
    }
  }
}
