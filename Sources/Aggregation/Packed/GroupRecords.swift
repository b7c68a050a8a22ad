// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Records and extremes of groups that are known by number: one worker's, or one partition's.
///
/// All memory of the fast columns is in here, and freed with it. Group numbers are not checked: whoever numbers rows keeps them below
/// `slotCount`.
final class GroupRecords {
  let layout: RecordLayout
  let slotCount: Int
  /// Each slot stands so often; rows take the copies in turn, so that neighbours of one group do not wait for each other.
  let copies: Int
  private let records: UnsafeMutablePointer<UInt64>
  private let minima: [KeptCodes?]
  private let maxima: [KeptCodes?]
  private let words: UnsafeMutablePointer<UInt64>
  private let keys: [BlockColumn]

  init(_ layout: RecordLayout, slotCount: Int, copies: Int = 1) {
    self.layout = layout
    self.slotCount = slotCount
    self.copies = copies
    records = zeroed(slotCount * copies * layout.width)
    minima = layout.columns.map {
      $0.keepsMinimum ? KeptCodes(.minimum, $0.coding, slotCount: slotCount * copies) : nil
    }
    maxima = layout.columns.map {
      $0.keepsMaximum ? KeptCodes(.maximum, $0.coding, slotCount: slotCount * copies) : nil
    }
    words = zeroed(layout.width * blockRows)
    keys = layout.columns.map { BlockColumn(isNarrow: $0.coding.isNarrow) }
  }

  deinit {
    records.deallocate()
    words.deallocate()
    for kept in minima + maxima { kept?.free() }
  }

  /// Takes in `count` rows, at most a block, of the groups given; `columns` are those of the layout. `groups` is overwritten where slots
  /// have copies.
  func add(groups: UnsafeMutablePointer<UInt32>, count: Int, _ columns: [BlockColumn]) {
    if copies > 1 { cs_spread_groups(count, UInt32(copies), UInt32(slotCount), groups) }
    for word in 0..<layout.width {
      let one: UInt64 = layout.count.word == word ? 1 << UInt64(layout.count.shift) : 0
      (words + word * blockRows).update(repeating: one, count: count)
    }
    for (index, column) in layout.columns.enumerated() {
      let codes = columns[index]
      if let sum = column.sum { place(codes, count, sum, isHalf: column.sumOfHighHalves != nil) }
      if let high = column.sumOfHighHalves {
        cs_add_placed_u64(codes.wide, count, 32, ~0, UInt32(high.shift), words + high.word * blockRows)
      }
      if let nulls = column.nulls { placeNulls(codes, count, nulls) }
      minima[index]?.add(codes, groups: groups, count: count, keys: keys[index])
      maxima[index]?.add(codes, groups: groups, count: count, keys: keys[index])
    }
    cs_add_records(records, UInt32(layout.width), groups, words, blockRows, count)
  }

  private func place(_ codes: BlockColumn, _ count: Int, _ field: RecordLayout.Field, isHalf: Bool) {
    let words = words + field.word * blockRows
    let shift = UInt32(field.shift)
    if field.bits == 0 { return }
    if codes.isNarrow {
      cs_add_placed_u32(codes.narrow, count, shift, words)
    } else {
      cs_add_placed_u64(codes.wide, count, 0, isHalf ? 0xFFFF_FFFF : ~0, shift, words)
    }
  }

  private func placeNulls(_ codes: BlockColumn, _ count: Int, _ field: RecordLayout.Field) {
    let words = words + field.word * blockRows
    if codes.isNarrow {
      cs_add_zeros_u32(codes.narrow, count, UInt32(field.shift), words)
    } else {
      cs_add_zeros_u64(codes.wide, count, UInt32(field.shift), words)
    }
  }

  /// Takes in a run of rows of one group whose codes add up to `sums`, one for each column of the layout that has a sum; no column has a
  /// null or an extreme to keep.
  func add(run length: Int, group: Int, sums: [UInt128]) {
    let record = records + group * layout.width
    record[layout.count.word] &+= UInt64(length) << UInt64(layout.count.shift)
    for (index, column) in layout.columns.enumerated() {
      guard let sum = column.sum, sum.bits > 0 else { continue }
      guard let high = column.sumOfHighHalves else {
        record[sum.word] &+= UInt64(truncatingIfNeeded: sums[index]) << UInt64(sum.shift)
        continue
      }
      record[sum.word] &+= UInt64(truncatingIfNeeded: sums[index] & 0xFFFF_FFFF) << UInt64(sum.shift)
      record[high.word] &+= UInt64(truncatingIfNeeded: sums[index] >> 32) << UInt64(high.shift)
    }
  }

  /// Brings all copies of `slots` together in the first.
  func joinCopies(_ slots: Range<Int>) {
    for copy in 1..<max(1, copies) { join(self, slots, from: copy * slotCount + slots.lowerBound) }
  }

  /// Takes in another's `slots`, whose copies have been joined. Precondition: both have the same layout.
  func merge(_ other: GroupRecords, _ slots: Range<Int>) { join(other, slots, from: slots.lowerBound) }

  private func join(_ other: GroupRecords, _ slots: Range<Int>, from first: Int) {
    let width = layout.width
    cs_sum_words(records + slots.lowerBound * width, other.records + first * width, slots.count * width)
    for (own, theirs) in zip(minima + maxima, other.minima + other.maxima) {
      guard let own, let theirs else { continue }
      own.join(theirs, slots: slots, from: first)
    }
  }

  /// Forgets what the first `count` slots hold. Precondition: there are no copies.
  func clear(count: Int) {
    records.update(repeating: 0, count: count * layout.width)
    for kept in minima + maxima { kept?.clear(count: count) }
  }

  /// Rows of a group.
  func rowCount(_ slot: Int) -> Int64 {
    Int64(truncatingIfNeeded: layout.count.value(of: records + slot * layout.width))
  }

  /// Nulls of a group in a column of the layout.
  func nullCount(_ slot: Int, column: Int) -> Int64 {
    guard let nulls = layout.columns[column].nulls else { return 0 }
    return Int64(truncatingIfNeeded: nulls.value(of: records + slot * layout.width))
  }

  /// Values of a group in a column of the layout.
  func valueCount(_ slot: Int, column: Int) -> Int64 { rowCount(slot) - nullCount(slot, column: column) }

  /// Exact sum of a group's values. No overflow: 2^40 values of 64 bits.
  func sum(_ slot: Int, column: Int) -> Int128 {
    let kept = layout.columns[column]
    let record = records + slot * layout.width
    var total: Int128 = kept.sum.map { Int128($0.value(of: record)) } ?? 0
    if let high = kept.sumOfHighHalves { total += Int128(high.value(of: record)) << 32 }
    return total + kept.coding.base * Int128(valueCount(slot, column: column))
  }

  /// The same where it is known to fit 64 bits.
  func narrowSum(_ slot: Int, column: Int) -> Int64 {
    let kept = layout.columns[column]
    let record = records + slot * layout.width
    // Modulo 2^64 all of this is right, as the sum is.
    var total = kept.sum.map { Int64(bitPattern: $0.value(of: record)) } ?? 0
    if let high = kept.sumOfHighHalves { total &+= Int64(bitPattern: high.value(of: record)) << 32 }
    return total &+ Int64(truncatingIfNeeded: kept.coding.base) &* valueCount(slot, column: column)
  }

  /// Least or greatest value of a group; 0 without values.
  func extreme(_ extreme: Extreme, _ slot: Int, column: Int) -> Int64 {
    (extreme == .minimum ? minima[column] : maxima[column])?.value(slot) ?? 0
  }
}
