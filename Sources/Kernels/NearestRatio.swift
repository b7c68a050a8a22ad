// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The double nearest to numerator x 10^power / divisor, ties to even: exact division, rounded once.
///
/// Of a divisor of 0 as IEEE 754 has it: an infinity of the numerator's sign, NaN for 0/0. Precondition: `power` in -38...38. About a
/// nanosecond where both sides are whole numbers up to 2^53, else some hundred.
public func nearestRatio(_ numerator: Int128, dividedBy divisor: Int128, powerOfTen power: Int) -> Double {
  if divisor == 0 { return numerator == 0 ? .nan : numerator < 0 ? -.infinity : .infinity }
  if let quotient = quotientOfExactDoubles(numerator, divisor, power) { return quotient }
  let (high, low) = numerator.magnitude.multipliedFullWidth(by: power > 0 ? power10(power) : 1)
  // Words of 128 bits, highest first, three of zeros below: the quotient has at least 66 bits, as divisors have less than 2^254.
  var words: [UInt128] = [high, low, 0, 0, 0]
  var isInexact = divide(&words, by: divisor.magnitude)
  if power < 0, divide(&words, by: power10(-power)) { isInexact = true }
  var narrow: [UInt64] = []
  for word in words.reversed() {
    narrow.append(UInt64(truncatingIfNeeded: word))
    narrow.append(UInt64(truncatingIfNeeded: word >> 64))
  }
  // Far below the last bit that is kept, so that it says only that there is more.
  if isInexact { narrow[0] |= 1 }
  return nearestDouble(&narrow, exponent: -384, isNegative: (numerator < 0) != (divisor < 0))
}

/// The quotient, if both sides are whole numbers that doubles hold: the division then rounds once.
private func quotientOfExactDoubles(_ numerator: Int128, _ divisor: Int128, _ power: Int) -> Double? {
  let limit: UInt128 = 1 << 53
  guard numerator.magnitude <= limit, divisor.magnitude <= limit, abs(power) <= 15 else { return nil }
  let factor = Int64(power10(abs(power)))
  var (above, below) = (Int64(numerator), Int64(divisor))
  var overflow = false
  if power > 0 { (above, overflow) = above.multipliedReportingOverflow(by: factor) }
  if power < 0 { (below, overflow) = below.multipliedReportingOverflow(by: factor) }
  guard !overflow, above.magnitude <= 1 << 53, below.magnitude <= 1 << 53 else { return nil }
  return Double(above) / Double(below)
}

/// Schoolbook division by one word of 128 bits, highest word first; true if something is left over.
private func divide(_ words: inout [UInt128], by divisor: UInt128) -> Bool {
  var remainder: UInt128 = 0
  for index in words.indices {
    // The remainder is below the divisor, so the quotient fits a word.
    (words[index], remainder) = divisor.dividingFullWidth((remainder, words[index]))
  }
  return remainder != 0
}

/// 10^0 … 10^38.
private let powers10: [UInt128] = (0...38).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }

private func power10(_ exponent: Int) -> UInt128 { powers10[exponent] }
