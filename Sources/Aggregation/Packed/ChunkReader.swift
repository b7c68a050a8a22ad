// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Reads chunks as codes of keys and values, block by block; one worker's.
final class ChunkReader {
  private let plan: PackedPlan
  private let filter: FilterEvaluation?
  /// Columns of the layout that are read.
  let readColumns: [Int]
  /// Keys, then the columns of the layout that are read.
  private let pages: [UnifiedColumn]
  /// Codes of the block at hand, per key.
  let keys: [BlockColumn]
  /// Codes of the block at hand, per column of the layout.
  let values: [BlockColumn]
  private let rows: UnsafeMutablePointer<UInt32>

  init(_ plan: PackedPlan, filter: FilterEvaluation?) {
    self.plan = plan
    self.filter = filter
    readColumns = plan.readColumns
    pages = plan.packing.keys.map(\.column) + readColumns.map { plan.columns[$0] }
    keys = plan.packing.keys.map { BlockColumn(isNarrow: $0.isNarrow) }
    values = plan.layout.columns.map { BlockColumn(isNarrow: $0.coding.isNarrow) }
    rows = .allocate(capacity: blockRows)
    rows.initialize(repeating: 0, count: blockRows)
  }

  deinit { rows.deallocate() }

  /// Rows of a chunk that the query's condition takes.
  func select(_ source: any TableSource, number: Int, chunk: Int) throws -> Selection {
    try filter?.select(source, number: number, chunk: chunk) ?? .all
  }

  /// Runs `body` with the forms of the chunk's pages: keys, then columns that are read.
  func withPages(
    _ source: any TableSource, number: Int, chunk: Int, _ body: ([PageForm]) throws -> Void
  ) throws {
    try withForms(pages[...], of: source, number: number, chunk: chunk, body)
  }

  /// Runs `body` for each block that has rows of `selection`, whose codes are then in `keys` and `values`, with their number.
  func forEachBlock(
    _ forms: [PageForm], of source: any TableSource, number: Int, chunk: Int, _ selection: Selection,
    _ body: (_ count: Int) throws -> Void
  ) throws {
    let blocks = pageBlocks(forms, number: number)
    let columns = keys + readColumns.map { values[$0] }
    let rowCount = source.rowCount(ofChunk: chunk)
    for first in stride(from: 0, to: rowCount, by: blockRows) {
      let count = min(blockRows, rowCount - first)
      var taken = count
      if case .some(let words) = selection {
        taken = words.withUnsafeBufferPointer { cs_set_rows($0.baseAddress! + first / 64, count, rows) }
        if taken == 0 { continue }
      }
      for (index, column) in columns.enumerated() {
        guard blocks[index].read(first: first, count: count, into: column) else {
          try pages[index].refuse(of: source, number: number, chunk: chunk)
        }
        if taken < count { column.keep(rows, count: taken) }
      }
      try body(taken)
    }
  }

  /// Packs the keys of the block's `count` rows, each key's code shifted to its place.
  func packKeys(_ count: Int, shifts: [Int], into packed: UnsafeMutablePointer<UInt64>) {
    packed.update(repeating: 0, count: count)
    for (key, shift) in zip(keys, shifts) {
      // A key without bits has a single code, which is 0, and may lie past the last bit.
      if shift >= 64 { continue }
      if key.isNarrow {
        cs_add_placed_u32(key.narrow, count, UInt32(shift), packed)
      } else {
        cs_add_placed_u64(key.wide, count, 0, ~0, UInt32(shift), packed)
      }
    }
  }

  private func pageBlocks(_ forms: [PageForm], number: Int) -> [PageBlocks] {
    forms.enumerated().map { index, form in
      guard index < keys.count else {
        let coding = plan.layout.columns[readColumns[index - keys.count]].coding
        return PageBlocks(form, base: coding.base, nullCode: 0)
      }
      let key = plan.packing.keys[index]
      return PageBlocks(form, base: key.base, nullCode: key.nullCode ?? 0, map: key.strings?.maps[number])
    }
  }
}
