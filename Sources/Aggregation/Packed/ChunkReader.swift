// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Kernels

/// Reads chunks as codes of keys and values, block by block; one worker's.
final class ChunkReader {
  private let plan: PackedPlan
  private let filter: FilterEvaluation?
  /// Columns of the layout that are read.
  let readColumns: [Int]
  /// Codes of the block at hand, per key.
  let keys: [BlockColumn]
  /// Codes of the block at hand, per column of the layout.
  let values: [BlockColumn]
  /// Keys, then columns of the layout that are read: those that are stored.
  private let stored: [CodedColumn]
  /// Works out those that are not; nil where all are stored.
  private let evaluation: BlockEvaluation?
  /// Stored columns, then those that are read to work out others.
  private let pages: [UnifiedColumn]
  private let rows: UnsafeMutablePointer<UInt32>
  /// Where one row in so many is taken, or fewer, packed integers are read one by one: each costs as much as unpacking some ten.
  private static let sparseness = 16
  /// Where so many rows are taken, or more, it costs less to bring the others along than to move all columns' codes.
  private static let fullness = (taken: 3, of: 4)

  init(_ plan: PackedPlan, filter: FilterEvaluation?) {
    self.plan = plan
    self.filter = filter
    readColumns = plan.readColumns
    let keys = plan.packing.keys.map { BlockColumn(isNarrow: $0.isNarrow) }
    let values = plan.layout.columns.map { BlockColumn(isNarrow: $0.coding.isNarrow) }
    self.keys = keys
    self.values = values
    let all =
      zip(plan.packing.keys, keys).map { CodedColumn($0, in: $1) }
      + readColumns.map { CodedColumn(plan.columns[$0], plan.layout.columns[$0].coding, in: values[$0]) }
    stored = all.filter { !$0.column.isComputed }
    evaluation = plan.expressions.flatMap { BlockEvaluation($0, all) }
    pages = stored.map(\.column) + (evaluation?.leaves.map(\.column) ?? [])
    rows = .allocate(capacity: blockRows)
    rows.initialize(repeating: 0, count: blockRows)
  }

  deinit { rows.deallocate() }

  /// Rows of a chunk that the query's condition takes.
  func select(_ source: any TableSource, number: Int, chunk: Int) throws -> Selection {
    try filter?.select(source, number: number, chunk: chunk) ?? .all
  }

  /// True if nothing is worked out.
  var isOfStoredColumns: Bool { evaluation == nil }

  /// Runs `body` with the forms of the chunk's pages that ``forEachBlock`` asks for: if all are stored, keys, then columns that are read.
  func withPages(
    _ source: any TableSource, number: Int, chunk: Int, _ body: ([PageForm]) throws -> Void
  ) throws {
    try withForms(pages[...], of: source, number: number, chunk: chunk, body)
  }

  /// Runs `body` for each block that has rows of `selection`, with the number of rows whose codes are then in `keys` and `values`.
  ///
  /// These are those that are taken. With `mayBringLeftOut`, where few are left out, they are all of the block, and `taken` has a 1 for each that is
  /// taken; else it is nil.
  func forEachBlock(
    _ forms: [PageForm], of source: any TableSource, number: Int, chunk: Int, _ selection: Selection,
    mayBringLeftOut: Bool = false, _ body: (_ count: Int, _ taken: UnsafePointer<UInt64>?) throws -> Void
  ) throws {
    let rowCount = source.rowCount(ofChunk: chunk)
    let blocks = pageBlocks(forms, number: number, rowCount: rowCount)
    let columns = keys + readColumns.map { values[$0] }
    let targets = stored.map(\.block) + (evaluation?.leaves.map(\.register.block) ?? [])
    // Rows that are taken move to the front as they are read, and others are not worked out: unless bits of validity would have to move, too.
    let movesAsRead = blocks[stored.count...].allSatisfy { if case .bits = $0.validity { false } else { true } }
    for first in stride(from: 0, to: rowCount, by: blockRows) {
      let count = min(blockRows, rowCount - first)
      try selection.withBits(from: first) { bits in
        let taken =
          bits.map { countValid(UnsafeBufferPointer(start: $0, count: (count + 63) / 64), rowCount: count) } ?? count
        if taken == 0 { return }
        let bringsLeftOut = mayBringLeftOut && taken * Self.fullness.of >= count * Self.fullness.taken
        let isMoved = taken < count && !bringsLeftOut
        if isMoved { cs_set_rows(bits, count, rows) }
        let readCount = isMoved && movesAsRead ? taken : count
        for (block, (column, page)) in zip(blocks, zip(targets, pages)) {
          let isSound =
            readCount < count
            ? readTaken(block, first: first, count: count, taken: taken, into: column)
            : block.read(first: first, count: count, into: column)
          guard isSound else { try page.refuse(of: source, number: number, chunk: chunk) }
        }
        evaluation?.run(blocks[stored.count...], first: first, count: readCount)
        guard isMoved else { return try body(count, taken == count ? nil : bits) }
        if !movesAsRead { for column in columns { column.keep(rows, count: taken) } }
        try body(taken, nil)
      }
    }
  }

  /// Reads those of a block's `count` rows that `rows` names, `taken` of them, to the front of `column`. False if the page breaks its bounds.
  private func readTaken(_ block: PageBlocks, first: Int, count: Int, taken: Int, into column: BlockColumn) -> Bool {
    if taken <= count / Self.sparseness,
      let isSound = block.pick(rows, taken: taken, first: first, count: count, into: column)
    {
      return isSound
    }
    guard block.read(first: first, count: count, into: column) else { return false }
    column.keep(rows, count: taken)
    return true
  }

  /// Packs the keys of the block's `count` rows, as far as they lie in one word of a packed key: each key's code shifted to its place.
  func packKeys(_ count: Int, word: Int, _ places: [KeyPacking.KeyPlace], into packed: UnsafeMutablePointer<UInt64>) {
    packed.update(repeating: 0, count: count)
    for (key, place) in zip(keys, places) where place.word == word {
      let shift = place.shift
      // A key without bits has a single code, which is 0, and may lie past the last bit.
      if shift >= 64 { continue }
      if key.isNarrow {
        cs_add_placed_u32(key.narrow, count, UInt32(shift), packed)
      } else {
        cs_add_placed_u64(key.wide, count, 0, ~0, UInt32(shift), packed)
      }
    }
  }

  private func pageBlocks(_ forms: [PageForm], number: Int, rowCount: Int) -> [PageBlocks] {
    let ofStored = zip(forms, stored).map { form, column in
      PageBlocks(
        form, base: column.base, nullCode: column.nullCode, map: column.strings?.maps[number],
        allowed: column.strings?.allowedCodes(ofInput: number) ?? column.allowed, isNullable: column.isNullable,
        rowCount: rowCount)
    }
    let ofLeaves = zip(forms[stored.count...], evaluation?.leaves ?? []).map { form, leaf in
      PageBlocks(
        form, base: leaf.base, nullCode: leaf.nullCode, allowed: leaf.facts.minimum...leaf.facts.maximum,
        isNullable: leaf.facts.hasNulls, rowCount: rowCount)
    }
    return ofStored + ofLeaves
  }
}

/// A column as codes: offsets from `base`, or what its strings' codes are among all inputs'.
struct CodedColumn {
  let column: UnifiedColumn
  let base: Int128
  let nullCode: UInt64
  let isNullable: Bool
  /// Values that there may be; of strings, see ``KeyStrings``.
  let allowed: ClosedRange<Int128>
  let strings: KeyStrings?
  /// Where the codes of a block go.
  let block: BlockColumn

  init(_ key: KeyPacking.Key, in block: BlockColumn) {
    (column, base, strings) = (key.column, key.base, key.strings)
    (nullCode, isNullable) = (key.nullCode ?? 0, key.nullCode != nil)
    allowed = key.allowed
    self.block = block
  }

  init(_ column: UnifiedColumn, _ coding: ValueCoding, in block: BlockColumn) {
    (self.column, base, strings) = (column, coding.base, nil)
    (nullCode, isNullable) = (0, coding.isNullable)
    allowed = coding.allowed
    self.block = block
  }
}
