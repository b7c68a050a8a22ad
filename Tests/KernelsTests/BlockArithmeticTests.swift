// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import TestSupport
import Testing

/// Arithmetic on blocks against plain loops at every instruction set level, lengths around lane borders.
///
/// Serialized because the level is one for the process.
@Suite(.serialized) struct BlockArithmeticTests {
  @Test func blocksEqualPlainLoops() {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: 81)
    for count in [0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 64, 65, 500, 2048] {
      let (a, b) = ((0..<count).map { _ in random.next() }, (0..<count).map { _ in random.next() })
      let (x, y) = (a.map { UInt32(truncatingIfNeeded: $0) }, b.map { UInt32(truncatingIfNeeded: $0) })
      let (factor, addend) = (random.next(), random.next())
      for level in 0...Int(cs_bit_packing_highest_level()) {
        cs_bit_packing_force_level(Int32(level))
        let told: Comment = "level \(level), \(count) rows"
        checkNarrow(x, y, UInt32(truncatingIfNeeded: factor), UInt32(truncatingIfNeeded: addend), told)
        checkWide(a, b, factor, addend, told)
        let scaled = x.map { UInt64($0) &* factor &+ addend }
        #expect(wide(count) { cs_affine_wide(x, count, factor, addend, $0) } == scaled, told)
        #expect(
          wide(count) { cs_products_wide(x, y, count, $0) } == zip(x, y).map { UInt64($0) &* UInt64($1) }, told)
        let places = x.map { $0 % 256 }
        let table = (0..<256).map { factor &* UInt64($0) }
        let small = table.map { UInt32(truncatingIfNeeded: $0) }
        #expect(wide(count) { cs_look_up_u64(places, count, table, $0) } == places.map { table[Int($0)] }, told)
        #expect(narrow(count) { cs_look_up_u32(places, count, small, $0) } == places.map { small[Int($0)] }, told)
      }
    }
  }

  private func checkNarrow(_ x: [UInt32], _ y: [UInt32], _ factor: UInt32, _ addend: UInt32, _ told: Comment) {
    let count = x.count
    #expect(narrow(count) { cs_affine_u32(x, count, factor, addend, $0) } == x.map { $0 &* factor &+ addend }, told)
    #expect(narrow(count) { cs_sums_u32(x, y, count, $0) } == zip(x, y).map { $0 &+ $1 }, told)
    #expect(narrow(count) { cs_differences_u32(x, y, count, $0) } == zip(x, y).map { $0 &- $1 }, told)
    #expect(narrow(count) { cs_products_u32(x, y, count, $0) } == zip(x, y).map { $0 &* $1 }, told)
    #expect(cs_total_u32(x, count) == x.reduce(0) { $0 + UInt64($1) }, told)
  }

  private func checkWide(_ a: [UInt64], _ b: [UInt64], _ factor: UInt64, _ addend: UInt64, _ told: Comment) {
    let count = a.count
    #expect(wide(count) { cs_affine_u64(a, count, factor, addend, $0) } == a.map { $0 &* factor &+ addend }, told)
    #expect(wide(count) { cs_sums_u64(a, b, count, $0) } == zip(a, b).map { $0 &+ $1 }, told)
    #expect(wide(count) { cs_differences_u64(a, b, count, $0) } == zip(a, b).map { $0 &- $1 }, told)
    #expect(wide(count) { cs_products_u64(a, b, count, $0) } == zip(a, b).map { $0 &* $1 }, told)
    #expect(cs_total_u64(a, count) == a.reduce(0) { $0 &+ $1 }, told)
  }

  private func narrow(_ count: Int, _ body: (UnsafeMutablePointer<UInt32>?) -> Void) -> [UInt32] {
    var values = [UInt32](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    return values
  }

  private func wide(_ count: Int, _ body: (UnsafeMutablePointer<UInt64>?) -> Void) -> [UInt64] {
    var values = [UInt64](repeating: 0, count: count)
    values.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    return values
  }
}
