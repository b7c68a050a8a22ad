// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import TestSupport
import Testing

/// Grouping kernels against plain loops at every instruction set level, lengths around lane and word borders.
///
/// Serialized because the level is one for the process.
@Suite(.serialized) struct GroupingKernelsTests {
  private struct Sample {
    var narrow: [UInt32]
    var wide: [UInt64]
    let groups: [UInt32]
    let bits: [UInt64]
    let comment: String
    var count: Int { narrow.count }
    func isSet(_ row: Int) -> Bool { bits[row >> 6] >> UInt64(row & 63) & 1 == 1 }
  }

  private func forEachSample(seed: UInt64, _ body: (Sample) -> Void) {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: seed)
    for count in [0, 1, 7, 8, 15, 17, 31, 33, 63, 64, 65, 127, 500, 2048] {
      let narrow = (0..<count).map { _ in random.next() % 5 == 0 ? 0 : UInt32(truncatingIfNeeded: random.next()) }
      let wide = (0..<count).map { _ in random.next() % 5 == 0 ? 0 : random.next() }
      let groups = (0..<count).map { _ in UInt32(random.next() % 50) }
      let bits = (0..<(count + 63) / 64).map { _ in random.next() }
      for level in 0...Int(cs_bit_packing_highest_level()) {
        cs_bit_packing_force_level(Int32(level))
        body(
          Sample(
            narrow: narrow, wide: wide, groups: groups, bits: bits,
            comment: "level \(level), \(count) rows, seed \(seed)"))
      }
    }
  }

  @Test func groupNumbersEqualAPlainLoop() {
    forEachSample(seed: 1) { sample in
      var groups = sample.groups
      cs_add_codes(sample.narrow, sample.count, 77, &groups)
      #expect(groups == zip(sample.groups, sample.narrow).map { $0 &+ $1 &* 77 }, "\(sample.comment)")
      groups = sample.groups
      cs_spread_groups(sample.count, 4, 1000, &groups)
      #expect(groups == sample.groups.enumerated().map { $1 + UInt32($0 % 4) * 1000 }, "\(sample.comment)")
    }
  }

  @Test func fieldsEqualAPlainLoop() {
    forEachSample(seed: 2) { sample in
      var words = sample.wide
      cs_add_placed_u32(sample.narrow, sample.count, 13, &words)
      #expect(words == zip(sample.wide, sample.narrow).map { $0 &+ UInt64($1) << 13 }, "\(sample.comment)")
      words = sample.wide
      cs_add_placed_u64(sample.wide, sample.count, 32, 0xFFFF, 20, &words)
      #expect(words == sample.wide.map { $0 &+ ($0 >> 32 & 0xFFFF) << 20 }, "\(sample.comment)")
      words = sample.wide
      let others = Array(sample.narrow.reversed())
      cs_add_products(sample.narrow, others, sample.count, 32, 0xFFFF_FFF0, 7, &words)
      let products = zip(sample.narrow, others).map { UInt64($0) * UInt64($1) }
      #expect(
        words == zip(sample.wide, products).map { $0 &+ ($1 >> 32 & 0xFFFF_FFF0) << 7 }, "\(sample.comment)")
      words = sample.wide
      cs_add_products(sample.narrow, sample.narrow, sample.count, 0, ~0, 1, &words)
      #expect(
        words == zip(sample.wide, sample.narrow).map { $0 &+ (UInt64($1) &* UInt64($1)) << 1 }, "\(sample.comment)")
      words = sample.wide
      cs_add_zeros_u32(sample.narrow, sample.count, 40, &words)
      #expect(words == zip(sample.wide, sample.narrow).map { $1 == 0 ? $0 &+ 1 << 40 : $0 }, "\(sample.comment)")
      words = sample.wide
      cs_add_zeros_u64(sample.wide, sample.count, 3, &words)
      #expect(words == sample.wide.map { $0 == 0 ? 8 : $0 }, "\(sample.comment)")
      words = sample.wide
      cs_scale_u64(&words, sample.count, 1_000, 5)
      #expect(words == sample.wide.map { $0 &* 1_000 &+ 5 }, "\(sample.comment)")
      var narrow = sample.narrow
      cs_narrow_u64(sample.wide, sample.count, &narrow)
      #expect(narrow == sample.wide.map { UInt32(truncatingIfNeeded: $0) }, "\(sample.comment)")
    }
  }

  @Test func rowsTakenAndNullsEqualAPlainLoop() {
    forEachSample(seed: 3) { sample in
      var rows = [UInt32](repeating: 0, count: sample.count)
      let found = cs_set_rows(sample.bits, sample.count, &rows)
      let taken = (0..<sample.count).filter(sample.isSet)
      #expect(rows.prefix(found).map { Int($0) } == taken, "\(sample.comment)")
      #expect(cs_count_bits(sample.bits, sample.bits.count) == sample.bits.reduce(0) { $0 + $1.nonzeroBitCount })
      var (narrow, wide) = (sample.narrow, sample.wide)
      cs_compact_u32(&narrow, rows, found)
      cs_compact_u64(&wide, rows, found)
      #expect(Array(narrow.prefix(found)) == taken.map { sample.narrow[$0] }, "\(sample.comment)")
      #expect(Array(wide.prefix(found)) == taken.map { sample.wide[$0] }, "\(sample.comment)")
      (narrow, wide) = (sample.narrow, sample.wide)
      cs_replace_unset_u32(&narrow, sample.count, sample.bits, 9)
      cs_replace_unset_u64(&wide, sample.count, sample.bits, 9)
      #expect(narrow == (0..<sample.count).map { sample.isSet($0) ? sample.narrow[$0] : 9 }, "\(sample.comment)")
      #expect(wide == (0..<sample.count).map { sample.isSet($0) ? sample.wide[$0] : 9 }, "\(sample.comment)")
    }
  }

  @Test func recordsEqualAPlainLoop() {
    forEachSample(seed: 4) { sample in
      for width in 1...9 {
        let words = (0..<width).flatMap { word in sample.wide.map { $0 &* UInt64(word + 1) } }
        var expected = [UInt64](repeating: 0, count: 50 * width)
        for (row, group) in sample.groups.enumerated() {
          for word in 0..<width { expected[Int(group) * width + word] &+= words[word * sample.count + row] }
        }
        var near = [UInt64](repeating: 0, count: 50 * width)
        cs_add_records(&near, UInt32(width), sample.groups, words, sample.count, sample.count)
        var far = [UInt64](repeating: 0, count: 50 * width)
        cs_add_far_records(&far, UInt32(width), sample.groups, words, sample.count, sample.count)
        #expect(near == expected && far == expected, "width \(width), \(sample.comment)")
        cs_sum_words(&near, far, near.count)
        #expect(near == expected.map { $0 &* 2 }, "width \(width), \(sample.comment)")
      }
    }
  }

  /// Bounds that just hold all values, if any do; such as leave out one end; the widest and the narrowest.
  private func bounds(around values: [Int64]) -> [(Int64, Int64)] {
    let limit: Int64 = 1 << 62 - 1
    let clamp = { (value: Int64) in min(max(value, -limit), limit) }
    let (low, high) = (clamp(values.min() ?? 0), clamp(values.max() ?? 0))
    return [
      (low, high), (min(low + 1, high), high), (low, max(high - 1, low)), (-limit, limit), (0, limit), (-limit, 0),
      (limit, limit), (-limit, -limit), (0, 0),
    ]
  }

  @Test func sumsOfRunsEqualAPlainLoop() {
    forEachSample(seed: 6) { sample in
      var wide = sample.wide.map { Int64(bitPattern: $0) }
      if sample.count > 1 { (wide[0], wide[sample.count / 2]) = (.min, .max) }
      // One value whose distance from the nearer bound wraps, among such as are the bound.
      var low = [Int64](repeating: 1 << 62 - 1, count: sample.count)
      var high = low.map { -$0 }
      if sample.count > 2 { (low[sample.count - 2], high[1]) = (.min, .max) }
      for (values, length) in [
        (wide, 1), (wide, 100), (wide.map { $0 >> 2 }, 15), (wide.map { $0 >> 50 }, 2), (wide, 5_000),
        (low, 40), (high, 40),
      ] {
        let ends = stride(from: 0, to: sample.count, by: length).map { min($0 + length, sample.count) }
        let expected = zip([0] + ends, ends).map { values[$0..<$1].reduce(0, &+) }
        for (least, greatest) in bounds(around: values) {
          var sums = [Int64](repeating: 1, count: ends.count)
          let areInside = cs_run_sums_i64(values, ends, ends.count, least, greatest, &sums) != 0
          #expect(sums == expected, "runs of \(length), \(sample.comment)")
          #expect(
            areInside == values.allSatisfy((least...greatest).contains), "\(least)...\(greatest), \(sample.comment)")
        }
      }
    }
  }

  @Test func extremesEqualAPlainLoop() {
    forEachSample(seed: 5) { sample in
      let bytes = sample.narrow.map { $0 & 0xFF }
      var rising = sample.narrow
      cs_rising_u32(sample.narrow, sample.count, 1, &rising)
      #expect(rising == sample.narrow.map { $0 &+ 1 }, "\(sample.comment)")
      for keepsZero in [false, true] {
        var falling = sample.narrow
        cs_falling_u32(bytes, sample.count, 256, keepsZero ? 1 : 0, &falling)
        #expect(falling == bytes.map { $0 == 0 && keepsZero ? 0 : 256 - $0 }, "\(sample.comment)")
        var wide = sample.wide
        cs_falling_u64(sample.wide, sample.count, .max, keepsZero ? 1 : 0, &wide)
        #expect(wide == sample.wide.map { $0 == 0 && keepsZero ? 0 : .max - $0 }, "\(sample.comment)")
      }
      var greatest = [UInt32](repeating: 0, count: 50)
      for (group, key) in zip(sample.groups, bytes) { greatest[Int(group)] = max(greatest[Int(group)], key) }
      var (kept8, kept16, kept32, kept64) = (
        [UInt8](repeating: 0, count: 50), [UInt16](repeating: 0, count: 50), [UInt32](repeating: 0, count: 50),
        [UInt64](repeating: 0, count: 50)
      )
      cs_raise_u8(&kept8, sample.groups, bytes, sample.count)
      cs_raise_u16(&kept16, sample.groups, bytes, sample.count)
      cs_raise_u32(&kept32, sample.groups, bytes, sample.count)
      cs_raise_u64(&kept64, sample.groups, bytes.map { UInt64($0) }, sample.count)
      #expect(kept8.map { UInt32($0) } == greatest && kept16.map { UInt32($0) } == greatest, "\(sample.comment)")
      #expect(kept32 == greatest && kept64.map { UInt32($0) } == greatest, "\(sample.comment)")
      var joined8 = [UInt8](repeating: 100, count: 50)
      cs_greater_u8(&joined8, kept8, 50)
      #expect(joined8 == kept8.map { max($0, 100) }, "\(sample.comment)")
      var joined64 = [UInt64](repeating: 100, count: 50)
      cs_greater_u64(&joined64, kept64, 50)
      #expect(joined64 == kept64.map { max($0, 100) }, "\(sample.comment)")
    }
  }

  @Test func partsHoldEqualKeysTogetherAndNumbersFollowFirstAppearance() {
    forEachSample(seed: 6) { sample in
      let keys = sample.wide.map { $0 % 97 &* 0x1_0000_0001 }
      var partitions = [UInt16](repeating: 0, count: sample.count)
      var counts = [UInt32](repeating: 0, count: 8)
      cs_partition_keys(keys, nil, sample.count, 3, &partitions, &counts)
      #expect((0..<8).allSatisfy { part in counts[part] == partitions.count { $0 == part } }, "\(sample.comment)")
      let partsOfKey = Dictionary(grouping: partitions.indices, by: { keys[$0] }).values.map { rows in
        Set(rows.map { partitions[$0] }).count
      }
      #expect(partsOfKey.allSatisfy { $0 == 1 }, "\(sample.comment)")
      var next = counts.indices.map { counts[..<$0].reduce(0, +) }
      var places = [UInt32](repeating: 0, count: sample.count)
      cs_partition_places(partitions, sample.count, &next, &places)
      var scattered = [UInt64](repeating: 0, count: sample.count)
      cs_scatter_u64(keys, places, sample.count, &scattered)
      let expected = partitions.indices.sorted { (partitions[$0], $0) < (partitions[$1], $1) }.map { keys[$0] }
      #expect(scattered == expected, "\(sample.comment)")
      var table = [UInt32](repeating: 0, count: 128)
      var known = [UInt64](repeating: 0, count: 97)
      var numbers = [UInt32](repeating: 0, count: sample.count)
      let count = cs_number_keys(keys, sample.count, &table, 7, 3, &known, 0, &numbers)
      var plain: [UInt64] = []
      let plainNumbers = keys.map { key -> UInt32 in
        if let known = plain.firstIndex(of: key) { return UInt32(known) }
        plain.append(key)
        return UInt32(plain.count - 1)
      }
      #expect(numbers == plainNumbers && Array(known.prefix(count)) == plain, "\(sample.comment)")
      checkWideKeys(sample.wide, sample.comment)
    }
  }

  /// Keys of two words, either of which says nothing alone.
  private func checkWideKeys(_ values: [UInt64], _ comment: String) {
    let low = values.map { $0 % 11 &* 0x1_0000_0001 }
    let high = values.map { ($0 / 11 % 9) << 60 }
    var partitions = [UInt16](repeating: 0, count: low.count)
    var counts = [UInt32](repeating: 0, count: 8)
    cs_partition_keys(low, high, low.count, 3, &partitions, &counts)
    #expect((0..<8).allSatisfy { part in counts[part] == partitions.count { $0 == part } }, "\(comment)")
    var table = [UInt32](repeating: 0, count: 128)
    var knownLow = [UInt64](repeating: 0, count: 99)
    var knownHigh = knownLow
    var numbers = [UInt32](repeating: 0, count: low.count)
    let count = cs_number_wide_keys(low, high, low.count, &table, 7, 3, &knownLow, &knownHigh, 0, &numbers)
    var plain: [[UInt64]] = []
    var partOfKey: [UInt16] = []
    for row in low.indices {
      let number = plain.firstIndex(of: [low[row], high[row]]) ?? plain.count
      if number == plain.count {
        plain.append([low[row], high[row]])
        partOfKey.append(partitions[row])
      }
      #expect(numbers[row] == number && partitions[row] == partOfKey[number], "row \(row) of \(comment)")
    }
    #expect(plain == (0..<count).map { [knownLow[$0], knownHigh[$0]] }, "\(comment)")
  }
}
