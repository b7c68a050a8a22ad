// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

private let tiny = Double.leastNonzeroMagnitude
private let huge = Double.greatestFiniteMagnitude
private let largestSubnormal = (0x1p-1022).nextDown

private let roundedOnce: [(values: [Double], sum: Double)] = [
  ([], 0.0), ([-0.0], 0.0), ([-0.0, -0.0], 0.0), ([1.5], 1.5), ([-1.5], -1.5),
  ([1e308, 1, -1e308], 1), ([1e308, -1e308, 1e-308], 1e-308), ([1e308, 1e308, -1e308, -1e308, tiny], tiny),
  ([huge, huge, -huge], huge), ([huge, huge], .infinity), ([-huge, -huge], -.infinity),
  // Half of the last place of the greatest double rounds to infinity, a little less does not.
  ([huge, 0x1p970], .infinity), ([huge, 0x1p970, -tiny], huge),
  // Ties go to even, a trace on either side decides.
  ([1, 0x1p-53], 1), ([1, 0x1p-53, tiny], 0x1.0000000000001p0), ([0x1.0000000000001p0, 0x1p-53], 0x1.0000000000002p0),
  ([0x1.0000000000001p0, 0x1p-53, -tiny], 0x1.0000000000001p0), ([-1, -0x1p-53, -tiny], -0x1.0000000000001p0),
  // Subnormals, and across their border.
  ([tiny, tiny, tiny], 3 * tiny), ([0x1p-1022, -tiny], largestSubnormal),
  ([largestSubnormal, tiny], 0x1p-1022),
  ([0.1, 0.2, -0.3], 0x1p-55), ([.infinity, 1], .infinity), ([-.infinity, huge, huge], -.infinity),
]

@Test(arguments: roundedOnce)
func exactSumOfDoublesRoundsOnce(_ values: [Double], _ expected: Double) {
  #expect(exactSum(values).bitPattern == expected.bitPattern)
  #expect(exactSum(values.reversed()).bitPattern == expected.bitPattern)
}

@Test(arguments: [[Double.nan], [1, .nan], [.infinity, -.infinity], [.infinity, .nan, 1]])
func exactSumOfDoublesWithoutMeaningIsNaN(_ values: [Double]) { #expect(exactSum(values).isNaN) }

/// Doubles of a random exponent range around a random centre, sometimes cancelling.
private func randomDoubles(_ count: Int, using random: inout RandomSource) -> [Double] {
  let centre = Int.random(in: 0...2046, using: &random)
  let spread = [0, 3, 60, 400, 2046].randomElement(using: &random)!
  var values: [Double] = []
  for _ in 0..<count {
    let exponent = min(2046, max(0, centre + Int.random(in: -spread...spread, using: &random)))
    let sign = UInt64.random(in: 0...1, using: &random) << 63
    let fraction = [0, 1, 0xF_FFFF_FFFF_FFFF, random.next() >> 12].randomElement(using: &random)!
    values.append(Double(bitPattern: sign | UInt64(exponent) << 52 | fraction))
    if Int.random(in: 0...3, using: &random) == 0 { values.append(-values.randomElement(using: &random)!) }
    if Int.random(in: 0...9, using: &random) == 0 { values.append(0) }
  }
  return values
}

@Test
func exactSumOfDoublesEqualsThePlainTwin() {
  for seed in UInt64(0)..<60 {
    var random = RandomSource(seed: seed)
    let values = randomDoubles(Int.random(in: 1...40, using: &random), using: &random)
    var plain = PlainFloatSum()
    for value in values { plain.add(value) }
    let expected = plain.rounded
    #expect(exactSum(values).bitPattern == expected.bitPattern, "seed \(seed): \(values)")
    #expect(exactSum(values.shuffled(using: &random)).bitPattern == expected.bitPattern, "seed \(seed)")
    var joined = ExactFloatSum()
    let cut = Int.random(in: 0...values.count, using: &random)
    for part in [values[..<cut], values[cut...]] {
      var sum = ExactFloatSum()
      sum.add(Array(part))
      joined.add(sum)
    }
    #expect(joined.rounded.bitPattern == expected.bitPattern, "seed \(seed), cut at \(cut)")
    #expect(windowedSums(values, groupCount: 1).first?.bitPattern == expected.bitPattern, "seed \(seed)")
  }
}

/// Sums row i into group i % groupCount, in a window made for the values.
private func windowedSums(_ values: [Double], groupCount: Int) -> [Double] {
  values.withUnsafeBufferPointer { values in
    guard let window = floatWindow(values) else { return [Double](repeating: 0, count: groupCount) }
    var limbs = [Int64](repeating: 0, count: groupCount * window.limbCount)
    var nonFinite = [NonFinite](repeating: [], count: groupCount)
    let groups = values.indices.map { UInt32($0 % groupCount) }
    limbs.withUnsafeMutableBufferPointer { limbs in
      nonFinite.withUnsafeMutableBufferPointer { nonFinite in
        groups.withUnsafeBufferPointer {
          exactSums(values, groups: $0, validity: nil, window: window, into: limbs, nonFinite: nonFinite)
        }
      }
    }
    var scratch: [UInt64] = []
    return (0..<groupCount).map { group in
      let first = group * window.limbCount
      return limbs.withUnsafeMutableBufferPointer { limbs in
        let own = UnsafeMutableBufferPointer(rebasing: limbs[first..<first + window.limbCount])
        let before = nearestDouble(UnsafeBufferPointer(own), window: window, scratch: &scratch)
        passCarries(own)
        let after = nearestDouble(UnsafeBufferPointer(own), window: window, scratch: &scratch)
        #expect(before.bitPattern == after.bitPattern)
        return after
      }
    }
  }
}

@Test
func groupedSumsOfDoublesEqualThePlainTwin() {
  for seed in UInt64(500)..<530 {
    var random = RandomSource(seed: seed)
    let values = randomDoubles(60, using: &random)
    let groupCount = Int.random(in: 1...5, using: &random)
    var plain = [PlainFloatSum](repeating: PlainFloatSum(), count: groupCount)
    for (row, value) in values.enumerated() { plain[row % groupCount].add(value) }
    #expect(
      windowedSums(values, groupCount: groupCount).map(\.bitPattern) == plain.map(\.rounded.bitPattern), "seed \(seed)")
  }
}

@Test
func windowsCoverWhatTheyWereMadeFor() {
  let zeros: [Double] = [0, -0.0, .nan, .infinity]
  #expect(zeros.withUnsafeBufferPointer { floatWindow($0) } == nil)
  for values in [[1.0], [tiny], [huge], [tiny, huge], [0, 1e-300], [.nan, 3, -.infinity], [0x1p-1022, 0]] {
    let window = values.withUnsafeBufferPointer { floatWindow($0) }
    #expect(window.map { FloatWindow.full.covers($0) } == true)
  }
  let low = FloatWindow(leastExponent: -100, greatestExponent: -90)
  let high = FloatWindow(leastExponent: 40, greatestExponent: 70)
  #expect(!low.covers(high) && !high.covers(low))
  #expect(low.union(high).covers(low) && low.union(high).covers(high))
  #expect(FloatWindow.full.limbCount == 67)
}
