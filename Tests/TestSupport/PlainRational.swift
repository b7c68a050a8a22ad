// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// A fraction, rounded by trying doubles: the obviously right way, and slow.
public struct PlainRational {
  let numerator: BigInteger
  let denominator: BigInteger

  /// Precondition: the denominator is above 0.
  package init(_ numerator: BigInteger, over denominator: BigInteger) {
    precondition(!denominator.isZero && !denominator.isNegative, "a denominator above 0")
    self.numerator = numerator
    self.denominator = denominator
  }

  /// The nearest double, ties to even.
  public var nearest: Double { rounded(isRoot: false) }

  /// The double nearest to the root of the absolute value, with the sign of this.
  public var nearestRoot: Double { rounded(isRoot: true) }

  private func rounded(isRoot: Bool) -> Double {
    let magnitude = numerator.isNegative ? -numerator : numerator
    // The greatest double that is not above, by halving the patterns of all that are not negative.
    var low: UInt64 = 0
    var high = Double.infinity.bitPattern
    while high - low > 1 {
      let middle = low + (high - low) / 2
      let (integer, exponent) = BigInteger.parts(of: Double(bitPattern: middle))
      if isAbove(integer, exponent, magnitude, isRoot: isRoot) { high = middle } else { low = middle }
    }
    let (integer, exponent) = BigInteger.parts(of: Double(bitPattern: low))
    // Half way to the next one.
    let half = integer + integer + BigInteger(1)
    let isBelowHalf = isAbove(half, exponent - 1, magnitude, isRoot: isRoot)
    let isAboveHalf = !isBelowHalf && !equals(half, exponent - 1, magnitude, isRoot: isRoot)
    let result = Double(bitPattern: isAboveHalf || !isBelowHalf && low & 1 == 1 ? low + 1 : low)
    return numerator.isNegative ? -result : result
  }

  /// True if integer x 2^exponent (its square, for roots) is above the fraction.
  private func isAbove(_ integer: BigInteger, _ exponent: Int, _ magnitude: BigInteger, isRoot: Bool) -> Bool {
    let (left, right) = sides(integer, exponent, magnitude, isRoot)
    return (right - left).isNegative
  }

  private func equals(_ integer: BigInteger, _ exponent: Int, _ magnitude: BigInteger, isRoot: Bool) -> Bool {
    let (left, right) = sides(integer, exponent, magnitude, isRoot)
    return (right - left).isZero
  }

  private func sides(
    _ integer: BigInteger, _ exponent: Int, _ magnitude: BigInteger, _ isRoot: Bool
  ) -> (BigInteger, BigInteger) {
    let power = isRoot ? 2 * exponent : exponent
    let left = (isRoot ? integer * integer : integer) * denominator
    return (left.shiftedLeft(by: max(0, power)), magnitude.shiftedLeft(by: max(0, -power)))
  }
}
