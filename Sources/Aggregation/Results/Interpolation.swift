// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// lower + (upper - lower) x parts / unit, over 10^scale, rounded once.
func interpolated<Number: StoredNumber>(
  _ lower: Number, _ upper: Number, parts: Int64, of unit: Int64, scale: Int
) -> Double {
  if Number.bitWidth <= 64, scale <= 18 {
    // Below 2^63 x 10^18 + 2^64 x 10^18.
    let step = Int128(upper) - Int128(lower)
    return nearestQuotient(
      Int128(lower) * Int128(unit) + step * Int128(parts), dividedBy: Int(unit), scale: scale)
  }
  let step = BigInteger(Int128(upper)) - BigInteger(Int128(lower))
  let sum = BigInteger(Int128(lower)) * BigInteger(Int128(unit)) + step * BigInteger(Int128(parts))
  return nearestDouble(ScaledInteger(integer: sum), dividedBy: BigInteger(Int128(unit)) * powerOfTen(scale))
}

/// The same of doubles: NaN if one is, or infinities of both signs are to be mixed; an infinite neighbour that has a part is the result.
func interpolated(_ lower: Double, _ upper: Double, parts: Int64, of unit: Int64) -> Double {
  if parts == 0 || lower == upper { return lower }
  guard lower.isFinite, upper.isFinite else { return lower + upper }
  if parts * 2 == unit {
    // A rounded sum is normal, and half of it exact; a sum that overflows has halves that are exact.
    let sum = lower + upper
    return sum.isFinite ? sum / 2 : lower / 2 + upper / 2
  }
  let (a, b) = (BigInteger.parts(of: lower), BigInteger.parts(of: upper))
  let exponent = min(a.exponent, b.exponent)
  let sum =
    a.integer.shiftedLeft(by: a.exponent - exponent) * BigInteger(Int128(unit - parts))
    + b.integer.shiftedLeft(by: b.exponent - exponent) * BigInteger(Int128(parts))
  return nearestDouble(ScaledInteger(integer: sum, exponent: exponent), dividedBy: BigInteger(Int128(unit)))
}
