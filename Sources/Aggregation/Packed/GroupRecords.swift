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
  /// Number of one more slot, after all copies: for rows that are left out and come along.
  private var spareSlot: Int { slotCount * copies }
  private let records: UnsafeMutablePointer<UInt64>
  private let minima: [KeptCodes?]
  private let maxima: [KeptCodes?]
  private let words: UnsafeMutablePointer<UInt64>
  private let keys: [BlockColumn]
  /// True if the records leave the second-level cache, so that it pays to ask for them ahead.
  private let isFar: Bool
  private static let nearByteCount = 512 << 10

  init(_ layout: RecordLayout, slotCount: Int, copies: Int = 1) {
    self.layout = layout
    self.slotCount = slotCount
    self.copies = copies
    isFar = slotCount * copies * layout.width * 8 > Self.nearByteCount
    let allSlots = slotCount * copies + 1
    records = zeroed(allSlots * layout.width)
    minima = layout.columns.map { $0.keepsMinimum ? KeptCodes(.minimum, $0.coding, slotCount: allSlots) : nil }
    maxima = layout.columns.map { $0.keepsMaximum ? KeptCodes(.maximum, $0.coding, slotCount: allSlots) : nil }
    words = zeroed(layout.width * blockRows)
    keys = layout.columns.map { BlockColumn(isNarrow: $0.coding.isNarrow) }
  }

  deinit {
    records.deallocate()
    words.deallocate()
    for kept in minima + maxima { kept?.free() }
  }

  /// Takes in those of `count` rows, at most a block, that have a 1 in `taken` (nil: all), of the groups given; `columns` are those of the layout.
  /// `groups` is overwritten where slots have copies or rows are left out.
  func add(
    groups: UnsafeMutablePointer<UInt32>, count: Int, _ columns: [BlockColumn], taken: UnsafePointer<UInt64>? = nil
  ) {
    if copies > 1 { cs_spread_groups(count, UInt32(copies), UInt32(slotCount), groups) }
    if let taken { cs_replace_unset_u32(groups, count, taken, UInt32(spareSlot)) }
    placeFields(columns, count)
    for index in layout.columns.indices {
      minima[index]?.add(columns[index], groups: groups, count: count, keys: keys[index])
      maxima[index]?.add(columns[index], groups: groups, count: count, keys: keys[index])
    }
    if isFar {
      cs_add_far_records(records, UInt32(layout.width), groups, words, blockRows, count)
    } else {
      cs_add_records(records, UInt32(layout.width), groups, words, blockRows, count)
    }
  }

  /// Builds the words of `count` rows: the first sum of 32-bit codes sets a word, all other fields are added to it.
  private func placeFields(_ columns: [BlockColumn], _ count: Int) {
    var isSet: UInt64 = 0
    for (index, column) in layout.columns.enumerated() where columns[index].isNarrow {
      guard let sum = column.sum, sum.bits > 0, sum.word < 64 else { continue }
      let words = words + sum.word * blockRows
      if isSet >> UInt64(sum.word) & 1 == 0 {
        isSet |= 1 << UInt64(sum.word)
        cs_place_u32(columns[index].narrow, count, UInt32(sum.shift), one(in: sum.word), words)
      } else {
        cs_add_placed_u32(columns[index].narrow, count, UInt32(sum.shift), words)
      }
    }
    for word in 0..<layout.width where word >= 64 || isSet >> UInt64(word) & 1 == 0 {
      (words + word * blockRows).update(repeating: one(in: word), count: count)
    }
    for (index, column) in layout.columns.enumerated() { addFields(column, columns[index], count) }
    for product in layout.products { addFields(product, columns[product.x], columns[product.y], count) }
  }

  /// What a row adds to a word for the number of rows.
  private func one(in word: Int) -> UInt64 {
    guard let count = layout.count, count.word == word else { return 0 }
    return 1 << UInt64(count.shift)
  }

  /// Adds a column's nulls, and its sums if those are of 64-bit codes or in a word beyond those that are set.
  private func addFields(_ column: RecordLayout.Column, _ codes: BlockColumn, _ count: Int) {
    if let sum = column.sum, sum.bits > 0 {
      let words = words + sum.word * blockRows
      if !codes.isNarrow {
        let mask: UInt64 = column.sumOfHighHalves == nil ? ~0 : 0xFFFF_FFFF
        cs_add_placed_u64(codes.wide, count, 0, mask, UInt32(sum.shift), words)
      } else if sum.word >= 64 {
        cs_add_placed_u32(codes.narrow, count, UInt32(sum.shift), words)
      }
    }
    if let high = column.sumOfHighHalves {
      cs_add_placed_u64(codes.wide, count, 32, ~0, UInt32(high.shift), words + high.word * blockRows)
    }
    guard let nulls = column.nulls else { return }
    let words = words + nulls.word * blockRows
    if codes.isNarrow {
      cs_add_zeros_u32(codes.narrow, count, UInt32(nulls.shift), words)
    } else {
      cs_add_zeros_u64(codes.wide, count, UInt32(nulls.shift), words)
    }
  }

  /// Adds the products of two columns' codes.
  private func addFields(_ product: RecordLayout.Product, _ x: BlockColumn, _ y: BlockColumn, _ count: Int) {
    guard let sum = product.sum, sum.bits > 0 else { return }
    let mask: UInt64 = product.sumOfHighHalves == nil ? ~0 : 0xFFFF_FFFF
    cs_add_products(x.narrow, y.narrow, count, 0, mask, UInt32(sum.shift), words + sum.word * blockRows)
    guard let high = product.sumOfHighHalves, high.bits > 0 else { return }
    cs_add_products(x.narrow, y.narrow, count, 32, ~0, UInt32(high.shift), words + high.word * blockRows)
  }

  /// Counts rows of a group.
  func add(rowCount: Int, group: Int) {
    guard let count = layout.count else { return }
    records[group * layout.width + count.word] &+= UInt64(rowCount) << UInt64(count.shift)
  }

  /// Takes in some rows of a group whose codes in a column of the layout add up to `sum`.
  func add(sum total: UInt128, column: Int, group: Int) {
    let record = records + group * layout.width
    guard let sum = layout.columns[column].sum, sum.bits > 0 else { return }
    guard let high = layout.columns[column].sumOfHighHalves else {
      record[sum.word] &+= UInt64(truncatingIfNeeded: total) << UInt64(sum.shift)
      return
    }
    record[sum.word] &+= UInt64(truncatingIfNeeded: total & 0xFFFF_FFFF) << UInt64(sum.shift)
    record[high.word] &+= UInt64(truncatingIfNeeded: total >> 32) << UInt64(high.shift)
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

  /// What a field holds in each of `slots`.
  func values(_ field: RecordLayout.Field?, of slots: [UInt32]) -> [UInt64] {
    guard let field, field.bits > 0 else { return [UInt64](repeating: 0, count: slots.count) }
    let (words, width) = (UnsafePointer(records + field.word), layout.width)
    let (shift, mask): (UInt64, UInt64) = (UInt64(field.shift), ~0 >> UInt64(64 - field.bits))
    return [UInt64](unsafeUninitializedCapacity: slots.count) { values, count in
      for index in 0..<slots.count {
        values.initializeElement(at: index, to: words[Int(slots[index]) &* width] &>> shift & mask)
      }
      count = slots.count
    }
  }

  /// Rows of each of `slots`, all of which have some; 1 where rows are not counted.
  func rowCounts(of slots: [UInt32]) -> [Int64] {
    guard let count = layout.count else { return [Int64](repeating: 1, count: slots.count) }
    return values(count, of: slots).map { Int64(truncatingIfNeeded: $0) }
  }

  /// Exact sums of the values of `slots`, given their numbers. No overflow: 2^40 values of 64 bits.
  func sums(_ slots: [UInt32], column: Int, valueCounts: [Int64]) -> [Int128] {
    let kept = layout.columns[column]
    let low = values(kept.sum, of: slots)
    let high = values(kept.sumOfHighHalves, of: slots)
    return low.indices.map { Int128(high[$0]) << 32 + Int128(low[$0]) + kept.coding.base * Int128(valueCounts[$0]) }
  }

  /// The same where all are known to fit 64 bits: modulo 2^64 each step is right, as the sum is.
  func narrowSums(_ slots: [UInt32], column: Int, valueCounts: [Int64]) -> [Int64] {
    let kept = layout.columns[column]
    var sums = values(kept.sum, of: slots)
    if kept.sumOfHighHalves != nil {
      let high = values(kept.sumOfHighHalves, of: slots)
      for index in sums.indices { sums[index] &+= high[index] &<< 32 }
    }
    let base = Int64(truncatingIfNeeded: kept.coding.base)
    return sums.indices.map { Int64(bitPattern: sums[$0]) &+ base &* valueCounts[$0] }
  }

  /// n Σcd - Σc Σd over the codes of each of `slots`, given the number n of values: the same integer as over the values themselves.
  /// No overflow: the layout has taken no products that 127 bits do not hold.
  func centralProducts(_ slots: [UInt32], product: Int, valueCounts: [Int64]) -> [Int128] {
    let kept = layout.products[product]
    let low = values(kept.sum, of: slots)
    let high = kept.sumOfHighHalves.map { values($0, of: slots) }
    let x = values(layout.columns[kept.x].sum, of: slots)
    let y = kept.x == kept.y ? x : values(layout.columns[kept.y].sum, of: slots)
    return slots.indices.map { index in
      let products = Int128(low[index]) + Int128(high?[index] ?? 0) << 32
      let (high, low) = x[index].multipliedFullWidth(by: y[index])
      return products * Int128(valueCounts[index]) - (Int128(high) << 64 | Int128(low))
    }
  }

  /// Least or greatest values of `slots`; 0 of those without.
  func extremes(_ extreme: Extreme, _ slots: [UInt32], column: Int) -> [Int64] {
    guard let kept = extreme == .minimum ? minima[column] : maxima[column] else {
      preconditionFailure("an extreme that is not kept")
    }
    return slots.map { kept.value(Int($0)) }
  }

  /// Those of `slots` whose groups have rows, in their order.
  func present(among slots: [UInt32]) -> [UInt32] {
    switch layout.presence {
    case .field(let field):
      let (words, width) = (UnsafePointer(records + field.word), layout.width)
      let mask: UInt64 = (~0 >> UInt64(64 - max(1, field.bits))) << UInt64(field.shift)
      return [UInt32](unsafeUninitializedCapacity: slots.count) { present, count in
        for slot in slots where words[Int(slot) &* width] & mask != 0 {
          present.initializeElement(at: count, to: slot)
          count += 1
        }
      }
    case .extreme(let extreme, let column):
      let kept = extreme == .minimum ? minima[column] : maxima[column]
      return slots.filter { kept?.hasValue(Int($0)) == true }
    }
  }
}
