// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

// Variances and correlations from exact sums: nothing is rounded before the last step.

/// The double nearest to value / divisor; 0.0 for 0. Precondition: the divisor is above 0.
func nearestDouble(_ value: ScaledInteger, dividedBy divisor: BigInteger) -> Double {
  guard !value.integer.isZero else { return 0 }
  let magnitude = ExactQuotient.nearest(value.integer, exponent: value.exponent, dividedBy: divisor)
  return value.integer.isNegative ? -magnitude : magnitude
}

/// 10^exponent.
func powerOfTen(_ exponent: Int) -> BigInteger {
  var rest = exponent
  var power = BigInteger(1)
  while rest > 0 {
    let step = min(rest, 18)
    power = power * BigInteger((0..<step).reduce(1) { power, _ in power * 10 })
    rest -= step
  }
  return power
}

/// n Σxy - Σx Σy: n² times the mean product of the distances from the means, exactly.
func centralProduct(count: Int, _ xy: ScaledInteger, _ x: ScaledInteger, _ y: ScaledInteger) -> ScaledInteger {
  let exponent = x.exponent + y.exponent
  let common = min(exponent, xy.exponent)
  let first = (BigInteger(count) * xy.integer).shiftedLeft(by: xy.exponent - common)
  let second = (x.integer * y.integer).shiftedLeft(by: exponent - common)
  return ScaledInteger(integer: first - second, exponent: common)
}

extension AggregateFunction.Divisor {
  /// Fewest values there must be.
  var leastCount: Int { self == .sample ? 2 : 1 }

  /// What a central product of so many values is divided by. Precondition: at least ``leastCount``.
  func divisor(count: Int) -> Int128 { Int128(count) * Int128(self == .sample ? count - 1 : count) }
}

/// (n Σx² - (Σx)²) / (divisor x 10^(2 scale)), or its root, rounded once. Precondition: enough values.
func spread(
  count: Int, sum: Int192, squares: Int192, _ divisor: AggregateFunction.Divisor, scale: Int, isRoot: Bool
) -> Double {
  if let narrow = narrowSpread(count: count, sum, squares, divisor, scale: scale, isRoot: isRoot) { return narrow }
  let x = ScaledInteger(integer: BigInteger(sum))
  let central = centralProduct(count: count, ScaledInteger(integer: BigInteger(squares)), x, x)
  return spread(central, BigInteger(divisor.divisor(count: count)) * powerOfTen(2 * scale), isRoot: isRoot)
}

/// central / divisor, or its root, rounded once.
func spread(_ central: ScaledInteger, _ divisor: BigInteger, isRoot: Bool) -> Double {
  guard !central.integer.isZero else { return 0 }
  return ExactQuotient.nearest(central.integer, exponent: central.exponent, dividedBy: divisor, isRoot: isRoot)
}

/// central / (divisor x power), or its root, rounded once; without allocations where 128 bits hold both sides. Precondition: `divisor` and
/// `power` are above 0, and so is `central` for a root, or 0.
func spread(_ central: Int128, _ divisor: Int128, _ power: BigInteger, isRoot: Bool) -> Double {
  if central == 0 { return 0 }
  let quotient: ExactQuotient
  if let narrow = power.narrowMagnitude,
    case let (denominator, overflow) = divisor.magnitude.multipliedReportingOverflow(by: narrow), !overflow
  {
    quotient = ExactQuotient(central.magnitude, dividedBy: denominator)
  } else {
    quotient = ExactQuotient(BigInteger(central), dividedBy: BigInteger(divisor) * power)
  }
  let magnitude = isRoot ? quotient.nearestRoot : quotient.nearest
  return central < 0 ? -magnitude : magnitude
}

/// The same in 128 bits, without allocations; nil where these do not hold it.
private func narrowSpread(
  count: Int, _ sum: Int192, _ squares: Int192, _ divisor: AggregateFunction.Divisor, scale: Int, isRoot: Bool
) -> Double? {
  guard let sum = sum.int128, let squares = squares.int128, scale <= 18 else { return nil }
  let (first, overflow) = squares.multipliedReportingOverflow(by: Int128(count))
  let (second, more) = sum.multipliedReportingOverflow(by: sum)
  let power = (0..<2 * scale).reduce(Int128(1)) { power, _ in power * 10 }
  let (denominator, most) = divisor.divisor(count: count).multipliedReportingOverflow(by: power)
  guard !overflow, !more, !most else { return nil }
  let central = (first - second).magnitude
  if central == 0 { return 0 }
  let quotient = ExactQuotient(central, dividedBy: denominator.magnitude)
  return isRoot ? quotient.nearestRoot : quotient.nearest
}

/// Σ of the products of distances over the root of the product of both sides' squares, rounded once; nil if one side has no spread.
func correlation(_ moments: PairMoments) -> Double? {
  let count = moments.count
  let x = centralProduct(count: count, moments.xx, moments.x, moments.x)
  let y = centralProduct(count: count, moments.yy, moments.y, moments.y)
  guard !x.integer.isZero, !y.integer.isZero else { return nil }
  let both = centralProduct(count: count, moments.xy, moments.x, moments.y)
  guard !both.integer.isZero else { return 0 }
  let magnitude = ExactQuotient.nearest(
    both.integer * both.integer, exponent: 2 * both.exponent - x.exponent - y.exponent,
    dividedBy: x.integer * y.integer, isRoot: true)
  return both.integer.isNegative ? -magnitude : magnitude
}

/// The same of central products in 128 bits; without allocations where those have 63 bits.
func correlation(_ both: Int128, _ x: Int128, _ y: Int128) -> Double? {
  if x == 0 || y == 0 { return nil }
  if both == 0 { return 0 }
  let squared: ExactQuotient
  // By Cauchy and Schwarz, both² is no greater than x y.
  if let x = UInt64(exactly: x), let y = UInt64(exactly: y), (x | y) >> 63 == 0 {
    squared = ExactQuotient((both * both).magnitude, dividedBy: UInt128(x) * UInt128(y))
  } else {
    squared = ExactQuotient(BigInteger(both) * BigInteger(both), dividedBy: BigInteger(x) * BigInteger(y))
  }
  return both < 0 ? -squared.nearestRoot : squared.nearestRoot
}
