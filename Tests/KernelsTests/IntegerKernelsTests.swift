// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

private func randomIntegers(_ count: Int, using random: inout RandomSource) -> [Int64] {
  (0..<count).map { _ in
    switch Int.random(in: 0...5, using: &random) {
    case 0: .min
    case 1: .max
    case 2: Int64.random(in: -3...3, using: &random)
    default: Int64(bitPattern: random.next())
    }
  }
}

@Test
func sumsOfIntegersEqualThePlainTwinAtEveryLength() {
  var random = RandomSource(seed: 1)
  for count in Array(0...70) + [1000, 4099] {
    let values = randomIntegers(count, using: &random)
    let words = (0..<(count + 63) / 64).map { _ in random.next() }
    let valid = values.indices.filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 }
    #expect(exactSum(values) == values.reduce(0) { $0 + Int128($1) }, "seed 1, count \(count)")
    #expect(checkedSum(values) == Int64(exactly: values.reduce(0) { $0 + Int128($1) }))
    values.withUnsafeBufferPointer { values in
      words.withUnsafeBufferPointer { words in
        #expect(exactSum(values, validity: words) == valid.reduce(0) { $0 + Int128(values[$1]) })
        #expect(countValid(words, rowCount: count) == valid.count)
      }
      let bits = magnitudeBits(values)
      let limit = Int128(1) << Int128(bits)
      #expect(values.allSatisfy { Int128($0) >= -limit && Int128($0) < limit })
      #expect(bits == 0 || !values.allSatisfy { Int128($0) >= -limit / 2 && Int128($0) < limit / 2 })
    }
    #expect(minimum(values) == values.min())
    #expect(maximum(values) == values.max())
  }
}

@Test
func sumsBeyond64BitsAreExactOrNil() {
  #expect(exactSum([Int64.max, .max, 5]) == Int128(Int64.max) * 2 + 5)
  #expect(exactSum([Int64.min, .min]) == Int128(Int64.min) * 2)
  #expect(checkedSum([.max, 1]) == nil)
  #expect(checkedSum([.max, 1, -1]) == .max)
  #expect(checkedSum([]) == 0)
}

@Test
func extremesOfDoublesPutNaNLastAndJoinZeros() {
  #expect(minimum([Double]()) == nil)
  #expect(maximum([Double]()) == nil)
  #expect(minimum([.nan, 3, -.infinity]) == -.infinity)
  #expect(maximum([1, -.nan, .infinity])?.isNaN == true)
  #expect(minimum([Double.nan])?.isNaN == true)
  #expect(minimum([0.0, -0.0])?.sign == .plus)
  #expect(maximum([-0.0])?.sign == .plus)
  let ascending = [
    -Double.infinity, -1e300, -1, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 2, .infinity, .nan,
  ]
  #expect(ascending.map(orderedBits) == ascending.map(orderedBits).sorted())
  #expect(Set(ascending.map(orderedBits)).count == ascending.count)
  #expect(ascending.dropLast().map { doubleOfOrderedBits(orderedBits($0)) } == Array(ascending.dropLast()))
}

@Test
func groupedKernelsEqualThePlainTwin() {
  for seed in UInt64(0)..<20 {
    var random = RandomSource(seed: seed)
    let count = Int.random(in: 0...300, using: &random)
    let groupCount = Int.random(in: 1...9, using: &random)
    let groups = (0..<count).map { _ in UInt32.random(in: 0..<UInt32(groupCount), using: &random) }
    let values = randomIntegers(count, using: &random)
    let wide = values.map { Int128($0) << Int128(63) + Int128($0) }
    let words: [UInt64]? = Bool.random(using: &random) ? nil : (0..<(count + 63) / 64).map { _ in random.next() }
    func isValid(_ row: Int) -> Bool {
      guard let words else { return true }
      return words[row / 64] >> UInt64(row % 64) & 1 == 1
    }
    func rows(_ group: Int) -> [Int] { (0..<count).filter { Int(groups[$0]) == group && isValid($0) } }
    var sums = [Int64](repeating: 0, count: groupCount)
    var exact = [Int128](repeating: 0, count: groupCount)
    var wider = [Int192](repeating: Int192(), count: groupCount)
    var low = [Int64](repeating: .max, count: groupCount)
    var high = [Int128](repeating: .min, count: groupCount)
    var counts = [Int64](repeating: 0, count: groupCount)
    var nulls = counts
    groups.withUnsafeBufferPointer { groups in
      withOptionalBuffer(words) { words in
        values.withUnsafeBufferPointer { values in
          sums.withUnsafeMutableBufferPointer { wrappingSums(values, groups: groups, validity: words, into: $0) }
          exact.withUnsafeMutableBufferPointer { exactSums(values, groups: groups, validity: words, into: $0) }
          low.withUnsafeMutableBufferPointer { minima(values, groups: groups, validity: words, into: $0) }
        }
        wide.withUnsafeBufferPointer { wide in
          wider.withUnsafeMutableBufferPointer { exactSums(wide, groups: groups, validity: words, into: $0) }
          high.withUnsafeMutableBufferPointer { maxima(wide, groups: groups, validity: words, into: $0) }
        }
        if let words { nulls.withUnsafeMutableBufferPointer { countNulls(groups: groups, validity: words, into: $0) } }
      }
      counts.withUnsafeMutableBufferPointer { countRows(groups: groups, into: $0) }
    }
    for group in 0..<groupCount {
      let rows = rows(group)
      let sum = rows.reduce(Int128(0)) { $0 + Int128(values[$1]) }
      #expect(exact[group] == sum, "seed \(seed)")
      #expect(sums[group] == Int64(truncatingIfNeeded: sum), "seed \(seed)")
      #expect(low[group] == rows.map { values[$0] }.min() ?? .max, "seed \(seed)")
      #expect(high[group] == rows.map { wide[$0] }.max() ?? .min, "seed \(seed)")
      #expect(counts[group] - nulls[group] == Int64(rows.count), "seed \(seed)")
      // The wide values are the narrow ones times 2^63 + 1.
      let words = [sum.magnitude, 0].map { UInt64(truncatingIfNeeded: $0) }
      #expect(wider[group].isNegative == (sum < 0) && wider[group].magnitude[0] & 0x7FFF_FFFF == words[0] & 0x7FFF_FFFF)
    }
  }
}

private func withOptionalBuffer(_ words: [UInt64]?, _ body: (UnsafeBufferPointer<UInt64>?) -> Void) {
  guard let words else { return body(nil) }
  words.withUnsafeBufferPointer { body($0) }
}

@Test
func sumsOf192BitsComeBackWhereTheyFit() {
  var sum = Int192()
  for value in [Int128.max, .max, .min, .min, 2] { sum.add(value) }
  #expect(sum.int128 == 0)
  sum.add(Int128.max)
  sum.add(1)
  #expect(sum.int128 == nil)
  #expect(sum.magnitude == [0, 1 << 63, 0])
  var negative = Int192()
  for _ in 0..<4 { negative.add(Int128.min) }
  #expect(negative.isNegative && negative.int128 == nil)
  #expect(negative.magnitude == [0, 0, 2])
  negative.add(sum)
  negative.add(sum)
  negative.add(sum)
  negative.add(sum)
  #expect(negative.int128 == 0)
}

private let quotients: [(numerator: Int128, divisor: Int, scale: Int, expected: Double)] = [
  (1, 3, 0, 1.0 / 3.0), (10, 4, 1, 0.25), (0, 7, 38, 0.0), (-7, 2, 0, -3.5), (1, 1, 38, 1e-38), (1, 10, 22, 1e-23),
  (1 << 100, 1, 0, 0x1p100), (Int128.min, 1, 0, -0x1p127), (Int128.max, 1, 0, 0x1p127),
  // 2^53 + 1 is a tie and goes to even; (2^54 + 3) / 2 is past it and goes up.
  (9_007_199_254_740_993, 1, 0, 0x1p53), (18_014_398_509_481_987, 2, 0, 9_007_199_254_740_994),
  (12_345_678_901_234_567_890_123_456_789, 1, 10, 1_234_567_890_123_456_789.0123456789),
]

@Test(arguments: quotients)
func quotientsAreTheNearestDouble(_ numerator: Int128, _ divisor: Int, _ scale: Int, _ expected: Double) {
  #expect(nearestQuotient(numerator, dividedBy: divisor, scale: scale) == expected)
}

@Test
func quotientsOfSmallNumbersAgreeWithTheLongDivision() {
  var random = RandomSource(seed: 3)
  for _ in 0..<300 {
    let numerator = Int64.random(in: -(1 << 40)...(1 << 40), using: &random)
    let divisor = Int.random(in: 1...(1 << 30), using: &random)
    var words = [UInt64(numerator.magnitude)]
    let long = nearestDouble(&words, exponent: 0, dividedBy: [UInt64(divisor)], isNegative: numerator < 0)
    #expect(long == Double(numerator) / Double(divisor))
    #expect(long == nearestQuotient(Int128(numerator), dividedBy: divisor))
  }
}

@Test
func quotientsBeyondTheRangeAreInfiniteOrSubnormal() {
  var words: [UInt64] = [1]
  #expect(nearestDouble(&words, exponent: 1024) == .infinity)
  words = [1]
  #expect(nearestDouble(&words, exponent: -1074) == .leastNonzeroMagnitude)
  words = [1]
  #expect(nearestDouble(&words, exponent: -1075) == 0)
  words = [3]
  #expect(nearestDouble(&words, exponent: -1075, isNegative: true) == -2 * .leastNonzeroMagnitude)
  words = [1]
  #expect(nearestDouble(&words, exponent: -1074, dividedBy: [2]) == 0)
  words = [0, 3]
  #expect(nearestDouble(&words, exponent: -1138, dividedBy: [4]) == .leastNonzeroMagnitude)
}

@Test
func runsEqualTheRowsTheyStandFor() {
  for seed in UInt64(0)..<20 {
    var random = RandomSource(seed: seed)
    let runGroups = (0..<Int.random(in: 1...30, using: &random)).map { _ in UInt32.random(in: 0..<5, using: &random) }
    let lengths = runGroups.map { _ in Int.random(in: 1...40, using: &random) }
    let ends = lengths.indices.map { lengths[...$0].reduce(0, +) }
    let groups = zip(runGroups, lengths).flatMap { Array(repeating: $0, count: $1) }
    let values = randomIntegers(groups.count, using: &random)
    var sums = [[Int64]](repeating: [Int64](repeating: 0, count: 5), count: 4)
    values.withUnsafeBufferPointer { values in
      groups.withUnsafeBufferPointer { groups in
        sums[0].withUnsafeMutableBufferPointer { wrappingSums(values, groups: groups, validity: nil, into: $0) }
        sums[1].withUnsafeMutableBufferPointer { countRows(groups: groups, into: $0) }
      }
      runGroups.withUnsafeBufferPointer { runGroups in
        ends.withUnsafeBufferPointer { ends in
          sums[2].withUnsafeMutableBufferPointer {
            wrappingSums(values, runGroups: runGroups, runEnds: ends, into: $0)
          }
          sums[3].withUnsafeMutableBufferPointer { countRows(runGroups: runGroups, runEnds: ends, into: $0) }
        }
      }
    }
    #expect(sums[0] == sums[2] && sums[1] == sums[3], "seed \(seed)")
  }
}
