// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Direct addressing: the packed key is the number of its group's slot, and no table is asked. One worker's groups.
///
/// @unchecked Sendable: one worker uses it at a time, and the caller only after all workers have ended.
final class DirectGroups: @unchecked Sendable {
  let plan: AggregatePlan
  let packed: PackedPlan
  let records: GroupRecords
  /// What is kept of columns for functions that records do not serve, per column of the plan.
  private(set) var others: [Int: ColumnState]
  /// The same of pairs.
  let pairs: [any PairAccumulator]
  private let reader: ChunkReader
  private let factors: [Int]
  private let groups: UnsafeMutablePointer<UInt32>
  /// Groups of a chunk's rows, kept for columns that records do not serve.
  private var groupsOfChunk: [UInt32] = []
  /// Chunks taken in run by run less those where that failed, and one; at 0 it is not tried again.
  private var runLead: Int

  /// Slots up to this many are kept four times.
  private static let copiedSlots = 2048

  init(_ plan: AggregatePlan, _ packed: PackedPlan, slotCount: Int) {
    self.plan = plan
    self.packed = packed
    let isCopied = slotCount <= Self.copiedSlots && packed.others.isEmpty
    records = GroupRecords(packed.layout, slotCount: slotCount, copies: isCopied ? 4 : 1)
    others = packed.newStates(plan)
    pairs = plan.newPairs()
    reader = ChunkReader(packed, filter: plan.newFilterEvaluation())
    factors = packed.packing.factors
    let servesRuns =
      others.isEmpty && packed.layout.products.isEmpty && reader.isOfStoredColumns
      && packed.layout.columns.allSatisfy { !$0.keepsMinimum && !$0.keepsMaximum && $0.nulls == nil }
    runLead = servesRuns ? 1 : 0
    groups = .allocate(capacity: blockRows)
    groups.initialize(repeating: 0, count: blockRows)
  }

  deinit { groups.deallocate() }

  /// Takes in the rows of a chunk of input `number` that the query's condition takes.
  func add(_ source: any TableSource, number: Int, chunk: Int) throws {
    let selection = try reader.select(source, number: number, chunk: chunk)
    if case .none = selection { return }
    groupsOfChunk.removeAll(keepingCapacity: true)
    if runLead > 0, case .all = selection {
      let isDone = try addRuns(source, number: number, chunk: chunk)
      runLead += isDone ? 1 : -1
      if isDone { return }
    }
    try reader.withPages(source, number: number, chunk: chunk) { forms in
      try reader.forEachBlock(
        forms, of: source, number: number, chunk: chunk, selection, mayBringLeftOut: others.isEmpty
      ) { count, taken in
        numberRows(count)
        if !others.isEmpty { groupsOfChunk.append(contentsOf: UnsafeBufferPointer(start: groups, count: count)) }
        records.add(groups: groups, count: count, reader.values, taken: taken)
      }
    }
    try addOthers(source, number: number, chunk: chunk, selection)
  }

  private func numberRows(_ count: Int) {
    groups.update(repeating: 0, count: count)
    for (key, factor) in zip(reader.keys, factors) { cs_add_codes(key.narrow, count, UInt32(factor), groups) }
    checkSlot(Int(cs_maximum_u32(groups, count)))
  }

  /// Chunk files refuse pages that break their bounds; whoever else makes tables may not.
  private func checkSlot(_ greatest: Int) {
    precondition(greatest < records.slotCount, "a key beyond the bounds that its table tells")
  }

  /// Takes in a chunk run by run, one column after the other, so that what is decoded of one has room where the last one's was. False, and
  /// nothing taken in, where that does not serve.
  private func addRuns(_ source: any TableSource, number: Int, chunk: Int) throws -> Bool {
    let keys = packed.packing.keys
    var found: RunGroups?
    try withForms(keys.map(\.column)[...], of: source, number: number, chunk: chunk) { forms in
      found = RunGroups(forms[...], keys, factors: factors, number: number)
    }
    guard let runs = found else { return false }
    var sums: [(column: Int, ofRuns: [UInt128])] = []
    for column in reader.readColumns {
      let coding = packed.layout.columns[column].coding
      let values = packed.columns[column]
      let ofRuns = try values.withPieces(of: source, number: number, chunk: chunk) { pieces in
        if let pieces { return runs.sums(of: pieces, coding) }
        return try values.withForm(of: source, number: number, chunk: chunk) { runs.sums(of: $0, coding) }
      }
      guard let ofRuns else { return false }
      sums.append((column, ofRuns))
    }
    var row = 0
    for (run, group) in runs.groups.enumerated() {
      checkSlot(group)
      records.add(rowCount: runs.ends[run] - row, group: group)
      row = runs.ends[run]
      for (column, ofRuns) in sums { records.add(sum: ofRuns[run], column: column, group: group) }
    }
    return true
  }

  private func addOthers(_ source: any TableSource, number: Int, chunk: Int, _ selection: Selection) throws {
    if others.isEmpty || groupsOfChunk.isEmpty { return }
    var rows: [UInt32]?
    if case .some = selection { rows = selection.rows(ofRows: source.rowCount(ofChunk: chunk)) }
    let runs = groupsOfChunk.withUnsafeBufferPointer(findRuns)
    let places = RowPlaces(chunk: plan.firstChunks[number] + chunk, rows: rows)
    var pages: [Int: ColumnPage] = [:]
    let positions = packed.others.map(\.value)
    for index in positions {
      let column = plan.values[index].column
      pages[index] = try column.page(of: source, number: number, chunk: chunk, rows: rows)
    }
    let dictionaries = try positions.map { try plan.values[$0].column.dictionary(of: source, number: number) }
    groupsOfChunk.withUnsafeBufferPointer {
      let groups = GroupedRows(
        groups: $0, groupCount: records.slotCount, isSingleGroup: false, runs: runs, places: places)
      for (index, dictionary) in zip(positions, dictionaries) {
        if let page = pages[index] { others[index]?.add(page, dictionary, groups) }
      }
      for (pair, accumulator) in zip(plan.pairs, pairs) where !packed.recordedPairs.contains(pair) {
        if let x = pages[pair.x], let y = pages[pair.y] { accumulator.add(x, y, groups) }
      }
    }
  }
}
