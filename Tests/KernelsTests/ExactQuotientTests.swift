// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

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
