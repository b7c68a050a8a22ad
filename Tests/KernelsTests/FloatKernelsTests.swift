// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Kernels
import TestSupport
import Testing

/// Runs `body` at each instruction set that the processor has.
private func atEveryLevel(_ body: (Int32) -> Void) {
  for level in 0...cs_bit_packing_highest_level() {
    cs_bit_packing_force_level(level)
    body(level)
  }
  cs_bit_packing_force_level(-1)
}

/// Doubles within `spread` binary orders below 2^`top`, of either sign; now and then 0, and what is not finite if asked for.
private func doubles(
  _ count: Int, top: Int, spread: Int, isFinite: Bool, using random: inout RandomSource
) -> [Double] {
  (0..<count).map { _ in
    let exponent = UInt64(min(2046, max(0, top + 1023 - Int.random(in: 0...spread, using: &random))))
    let sign = UInt64.random(in: 0...1, using: &random) << 63
    let fraction = [0, 0xF_FFFF_FFFF_FFFF, random.next() >> 12].randomElement(using: &random)!
    if Int.random(in: 0..<20, using: &random) == 0 { return [0.0, -0.0].randomElement(using: &random)! }
    if !isFinite, Int.random(in: 0..<400, using: &random) == 0 {
      return [Double.nan, .infinity, -.infinity].randomElement(using: &random)!
    }
    return Double(bitPattern: sign | exponent << 52 | fraction)
  }
}

/// The sum of one group, and what is not finite, by the kernel for one group or by the one that takes values one by one.
private func sum(
  _ values: [Double], _ validity: [UInt64]?, inOneGroup: Bool, window: FloatWindow
) -> (bits: UInt64, nonFinite: NonFinite) {
  var limbs = [Int64](repeating: 0, count: window.limbCount)
  var nonFinite = [NonFinite()]
  let groups = [UInt32](repeating: 0, count: values.count)
  values.withUnsafeBufferPointer { values in
    (validity ?? []).withUnsafeBufferPointer { words in
      limbs.withUnsafeMutableBufferPointer { limbs in
        let bits = validity == nil ? nil : words
        if inOneGroup {
          exactSum(values, validity: bits, window: window, into: limbs, nonFinite: &nonFinite[0])
        } else {
          nonFinite.withUnsafeMutableBufferPointer { nonFinite in
            groups.withUnsafeBufferPointer {
              exactSums(values, groups: $0, validity: bits, window: window, into: limbs, nonFinite: nonFinite)
            }
          }
        }
      }
    }
  }
  var scratch: [UInt64] = []
  limbs.withUnsafeMutableBufferPointer { passCarries($0) }
  let rounded = limbs.withUnsafeBufferPointer { nearestDouble($0, window: window, scratch: &scratch) }
  return (rounded.bitPattern, nonFinite[0])
}

/// Serialized because the level is one for the process.
@Suite(.serialized) struct FloatKernelsTests {
  @Test
  func sumsOfBlocksEqualThoseOfSingleValues() {
    for seed in UInt64(0)..<120 {
      var random = RandomSource(seed: seed)
      let count = [1, 15, 16, 17, 511, 512, 513, 1700].randomElement(using: &random)!
      let top = [-1022, -900, -899, -40, 0, 900, 1000, 1001, 1023].randomElement(using: &random)!
      let spread = [0, 5, 33, 34, 35, 90, 400].randomElement(using: &random)!
      let values = doubles(count, top: top, spread: spread, isFinite: seed % 3 != 0, using: &random)
      let words = seed % 2 == 0 ? nil : (0...count / 64).map { _ in random.next() }
      guard let window = values.withUnsafeBufferPointer({ floatWindow($0) }) else { continue }
      for window in [window, .full] {
        let expected = sum(values, words, inOneGroup: false, window: window)
        atEveryLevel { level in
          let found = sum(values, words, inOneGroup: true, window: window)
          #expect(found.bits == expected.bits, "seed \(seed), level \(level)")
          #expect(found.nonFinite == expected.nonFinite, "seed \(seed), level \(level)")
        }
      }
    }
  }

  @Test
  func blocksWhoseSumsAreAtTheEdgeOfWhatIsExact() {
    // As many as one block has, as great as they can be, and such as round up when they are cut.
    for value in [
      Double(1).nextDown, 1, 0x1.fffffffffffffp0, 0x1.0000000001p0, 0x1.00000000008p0, 0x1.0000000000801p0,
    ] {
      for sign in [1.0, -1] {
        let values = [Double](repeating: sign * value, count: 512) + [sign * 0x1p-33, sign * 0x1p-86]
        let expected = sum(values, nil, inOneGroup: false, window: .full)
        atEveryLevel { _ in #expect(sum(values, nil, inOneGroup: true, window: .full) == expected) }
      }
    }
  }

  @Test
  func splitSumsSayWhenTheyAreNotExact() {
    var sum = cs_split_sum()
    #expect(cs_split_sum_f64([1, 0x1p-86], 2, &sum) == 1)
    #expect(cs_split_sum_f64([1, 0x1p-87], 2, &sum) == 0)
    #expect(cs_split_sum_f64([1, .infinity], 2, &sum) == 0)
    #expect(cs_split_sum_f64([.nan], 1, &sum) == 0)
    #expect(cs_split_sum_f64([0, -0.0], 2, &sum) == 1)
    #expect(sum.high == 0 && sum.low == 0)
  }

  @Test
  func extremesEqualPlainLoops() {
    for seed in UInt64(0)..<40 {
      var random = RandomSource(seed: seed)
      let count = [1, 63, 64, 65, 1000].randomElement(using: &random)!
      let values = (0..<count).map { _ in Int64(bitPattern: random.next()) >> Int64.random(in: 0...60, using: &random) }
      let words = (0...count / 64).map { _ in random.next() & random.next() }
      let kept = values.indices.filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }.map { values[$0] }
      atEveryLevel { level in
        values.withUnsafeBufferPointer { values in
          let all = extremes(values, validity: nil)
          #expect(all.least == values.min() && all.greatest == values.max(), "seed \(seed), level \(level)")
          let some = words.withUnsafeBufferPointer { extremes(values, validity: $0) }
          #expect(some.least == kept.min() ?? .max, "seed \(seed), level \(level)")
          #expect(some.greatest == kept.max() ?? .min, "seed \(seed), level \(level)")
        }
      }
    }
  }

  @Test
  func extremesOfPackedIntegersEqualThoseOfTheOffsets() {
    for bitWidth in 0...64 {
      var random = RandomSource(seed: UInt64(bitWidth))
      let count = [1, 1023, 1024, 4097, 9000].randomElement(using: &random)!
      let offsets = (0..<count).map { _ in bitWidth == 0 ? 0 : random.next() >> UInt64(64 - bitWidth) }
      var packed = [UInt8](repeating: 0, count: cs_packed_byte_count(count, UInt32(bitWidth)))
      cs_pack_i64(offsets.map { Int64(bitPattern: $0) }, count, 0, UInt32(bitWidth), &packed)
      atEveryLevel { level in
        let found = packed.withUnsafeBytes { packedExtremes($0, count: count, bitWidth: bitWidth) }
        #expect(found == offsets.min()!...offsets.max()!, "\(bitWidth) bits, level \(level)")
      }
    }
    #expect(packedExtremes(UnsafeRawBufferPointer(start: nil, count: 0), count: 0, bitWidth: 7) == nil)
  }

  @Test
  func orderedBitsOfManyAreThoseOfEach() {
    var random = RandomSource(seed: 1)
    let special = [0, -0.0, .nan, -.nan, .infinity, -.infinity, .leastNonzeroMagnitude, -1, 1, .signalingNaN]
    let values = special + (0..<200).map { _ in Double(bitPattern: random.next()) }
    atEveryLevel { _ in
      var bits: [Int64] = []
      orderedBits(values, into: &bits)
      #expect(bits == values.map { orderedBits($0) })
    }
  }
}
