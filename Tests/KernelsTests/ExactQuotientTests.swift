// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Kernels

/// A random magnitude of up to `bits` bits, often with few of them set or all.
private func randomInteger(_ bits: Int, using random: inout RandomSource) -> BigInteger {
  let words = (0..<(bits + 63) / 64).map { _ -> UInt64 in
    switch Int.random(in: 0...4, using: &random) {
    case 0: 0
    case 1: .max
    case 2: 1 << UInt64.random(in: 0...63, using: &random)
    default: random.next()
    }
  }
  let value = BigInteger(words: words)
  return value.isZero ? BigInteger(1) : value
}

@Test(arguments: UInt64(0)..<40)
func quotientsAndRootsAreTheNearestDoubles(seed: UInt64) {
  var random = RandomSource(seed: seed)
  for _ in 0..<25 {
    let sizes = [30, 60, 64, 100, 127, 128, 200, 400, 900]
    let numerator = randomInteger(sizes.randomElement(using: &random)!, using: &random)
    let denominator = randomInteger(sizes.randomElement(using: &random)!, using: &random)
    let exact = PlainRational(numerator, over: denominator)
    let quotient = ExactQuotient(numerator, dividedBy: denominator)
    #expect(quotient.nearest == exact.nearest, "seed \(seed): \(numerator) / \(denominator)")
    #expect(quotient.nearestRoot == exact.nearestRoot, "seed \(seed): root of \(numerator) / \(denominator)")
  }
}

@Test
func quotientsHalfWayBetweenDoublesGoToTheEvenOne() {
  for odd in [(1 << 53) + 1, (1 << 53) + 3, (1 << 54) + 2, (1 << 54) + 6] as [UInt128] {
    for factor in [1, 3, 1 << 60, (1 << 70) + 1] as [UInt128] {
      #expect(ExactQuotient(odd * factor, dividedBy: factor).nearest == Double(odd))
      // The root of the square is half way, too, and one more or less is not.
      let big = BigInteger(Int128(odd))
      let square = big * big
      #expect(ExactQuotient(square, dividedBy: BigInteger(1)).nearestRoot == Double(odd))
      let more = square + BigInteger(1)
      #expect(ExactQuotient(more, dividedBy: BigInteger(1)).nearestRoot == Double(odd).rounded(.up).nextUpIfEven(odd))
    }
  }
}

extension Double {
  /// The double above `odd`, which lies half way between two.
  fileprivate func nextUpIfEven(_ odd: UInt128) -> Double { UInt128(self) < odd ? nextUp : self }
}

@Test
func quotientsAtTheEndsOfTheRange() {
  let one = BigInteger(1)
  #expect(ExactQuotient(one, exponent: -1074, dividedBy: one).nearest == .leastNonzeroMagnitude)
  #expect(ExactQuotient(one, exponent: -1075, dividedBy: one).nearest == 0)
  #expect(ExactQuotient(BigInteger(3), exponent: -1076, dividedBy: one).nearest == .leastNonzeroMagnitude)
  #expect(ExactQuotient(one, exponent: -1200, dividedBy: one).nearest == 0)
  #expect(ExactQuotient(one, exponent: -2148, dividedBy: one).nearestRoot == .leastNonzeroMagnitude)
  #expect(ExactQuotient(one, exponent: 1023, dividedBy: one).nearest == 0x1p1023)
  #expect(ExactQuotient(one, exponent: 1024, dividedBy: one).nearest == .infinity)
  #expect(ExactQuotient(BigInteger(Int(1 << 54) - 1), exponent: 970, dividedBy: one).nearest == .infinity)
  #expect(
    ExactQuotient(BigInteger(Int(1 << 54) - 2), exponent: 970, dividedBy: one).nearest == .greatestFiniteMagnitude)
}

@Test(arguments: UInt64(0)..<20)
func longDivisionGivesBackTheNumerator(seed: UInt64) {
  var random = RandomSource(seed: seed)
  for _ in 0..<50 {
    let divisor = randomInteger(Int.random(in: 1...500, using: &random), using: &random)
    let factor = randomInteger(Int.random(in: 1...127, using: &random), using: &random)
    // Exactly divisible, one less and one more.
    for offset in [-1, 0, 1] {
      let numerator = divisor * factor + BigInteger(offset)
      if numerator.isZero { continue }
      let exact = PlainRational(numerator, over: divisor)
      #expect(
        ExactQuotient(numerator, dividedBy: divisor).nearest == exact.nearest, "seed \(seed), \(divisor), \(factor)")
    }
  }
}

@Test(arguments: UInt64(0)..<20)
func integersOf384BitsAddProductsAsBigOnesDo(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let limits: [Int128] = [.min, .max, 0, 1, -1]
  var sum = Int384()
  var parts = [Int384(), Int384()]
  var plain = BigInteger(0)
  for i in 0..<200 {
    func factor() -> Int128 {
      Bool.random(using: &random)
        ? limits.randomElement(using: &random)! : Int128(truncatingIfNeeded: random.next() &* 0x9E37_79B9_7F4A_7C15)
    }
    let (x, y) = (factor(), factor())
    sum.add(productOf: x, y)
    parts[i % 2].add(productOf: x, y)
    plain = plain + BigInteger(x) * BigInteger(y)
    #expect(BigInteger(sum) == plain, "seed \(seed)")
  }
  parts[0].add(parts[1])
  #expect(parts[0] == sum)
}

@Test(arguments: UInt64(0)..<20)
func nearestOfHighestBitsIsThatOfTheLongDivision(seed: UInt64) {
  var random = RandomSource(seed: 900 + seed)
  for _ in 0..<100 {
    let sizes = [10, 63, 64, 65, 126, 127, 128, 129, 200, 450, 900]
    let denominator = randomInteger(sizes.randomElement(using: &random)!, using: &random)
    var numerator = randomInteger(sizes.randomElement(using: &random)!, using: &random)
    // Often next to, or at, a number half way between two doubles, which the highest bits alone do not decide.
    if Bool.random(using: &random) {
      let half = BigInteger(Int128((random.next() >> 10) | 1 << 53 | 1))
      let near = BigInteger(Int128(Int.random(in: -1...1, using: &random)))
      numerator = (Bool.random(using: &random) ? half * half : half) * denominator + near
    }
    if numerator.isZero { continue }
    let exact = ExactQuotient(numerator, exponent: -60, dividedBy: denominator)
    let told: Comment = "seed \(seed): \(numerator) / \(denominator)"
    #expect(ExactQuotient.nearest(numerator, exponent: -60, dividedBy: denominator) == exact.nearest, told)
    #expect(
      ExactQuotient.nearest(-numerator, exponent: -60, dividedBy: denominator, isRoot: true) == exact.nearestRoot, told)
  }
}

@Test(arguments: UInt64(0)..<20)
func integersInPlaceAndInArraysAreOneArithmetic(seed: UInt64) {
  var random = RandomSource(seed: 300 + seed)
  for _ in 0..<200 {
    let sizes = [1, 64, 100, 500, 950, 960, 1_000, 1_024, 1_100, 2_000]
    func drawn() -> BigInteger {
      let integer = randomInteger(sizes.randomElement(using: &random)!, using: &random)
      return Bool.random(using: &random) ? integer : -integer
    }
    let a = drawn()
    let b = Int.random(in: 0...5, using: &random) == 0 ? -a : drawn()
    #expect((a * b).words == BigInteger(words: product(a.words, b.words)).words)
    #expect((a * b).isNegative == (a.isNegative != b.isNegative))
    let isLessThanB = isLess(a.words, b.words)
    let sum =
      a.isNegative == b.isNegative
      ? added(a.words, b.words) : isLessThanB ? subtracted(b.words, a.words) : subtracted(a.words, b.words)
    let expected = BigInteger(words: sum, isNegative: isLessThanB ? b.isNegative : a.isNegative)
    #expect(a + b == expected && (a + b).isNegative == expected.isNegative)
    #expect((a - b) + b == a)
    let count = Int.random(in: 0...200, using: &random)
    #expect(a.shiftedLeft(by: count).words == BigInteger(words: shifted(a.words, left: count)).words)
    #expect(a.bitCount == (a.words.count - 1) * 64 + (64 - a.words[a.words.count - 1].leadingZeroBitCount))
  }
}

@Test(arguments: [1, 4, 27, 28, 29, 40])
func limbsWithCarriesAreTheirSum(limbCount: Int) {
  var random = RandomSource(seed: UInt64(limbCount))
  for _ in 0..<50 {
    let limbs = (0..<limbCount).map { _ in Int64.random(in: -(1 << 62)...(1 << 62), using: &random) }
    var expected = BigInteger(0)
    for (index, limb) in limbs.enumerated() {
      expected = expected + BigInteger(Int128(limb)).shiftedLeft(by: 32 * index)
    }
    #expect(limbs.withUnsafeBufferPointer { integer(ofLimbs: $0) } == expected)
  }
}
