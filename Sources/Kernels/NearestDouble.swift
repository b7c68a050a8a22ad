// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The double nearest to ±magnitude x 2^exponent / (product of `divisors`), ties to even: exact division, rounded once.
///
/// `magnitude` has 64-bit words, lowest first, and is used up as working memory. Divisors are not 0. Too great: infinity;
/// subnormal results are rounded once, too. Zero gives 0.0, whatever its sign.
public func nearestDouble(
  _ magnitude: inout [UInt64], exponent: Int, dividedBy divisors: [UInt64] = [], isNegative: Bool = false
) -> Double {
  var exponent = exponent
  var isInexact = false
  if !divisors.isEmpty {
    // With one zero word below per divisor, and one more, the whole quotient has at least 64 bits.
    let shift = divisors.count + 1
    magnitude.insert(contentsOf: repeatElement(0, count: shift), at: 0)
    exponent -= 64 * shift
    // floor(floor(n / a) / b) is floor(n / (a b)), and the division is exact where both are.
    for divisor in divisors where divide(&magnitude, by: divisor) != 0 { isInexact = true }
  }
  guard let top = magnitude.lastIndex(where: { $0 != 0 }) else { return 0 }
  let highestBit = top * 64 + 63 - magnitude[top].leadingZeroBitCount
  guard exponent + highestBit <= 1023 else { return isNegative ? -.infinity : .infinity }
  // Exponent of the result's last bit; subnormal numbers end at -1074.
  let lastExponent = max(exponent + highestBit - 52, -1074)
  let position = lastExponent - exponent
  var significand: UInt64
  if position <= 0 {
    significand = magnitude[0] << UInt64(-position)
  } else {
    significand = word(magnitude, from: position)
    let half = bit(magnitude, position - 1)
    if half, isInexact || significand & 1 == 1 || hasBits(magnitude, below: position - 1) { significand += 1 }
  }
  // A significand of 2^52 and more raises the exponent by itself, and a rounding up to 2^53 once more (up to infinity).
  let bits = UInt64(lastExponent + 1074) << 52 + significand
  return Double(bitPattern: isNegative ? bits | 1 << 63 : bits)
}

/// The double nearest to the sum in `limbs` (see ``FloatWindow``) divided by `divisor`; carries need not have been passed on.
///
/// `scratch` saves an allocation per call; its contents do not matter.
public func nearestDouble(
  _ limbs: UnsafeBufferPointer<Int64>, window: FloatWindow, dividedBy divisor: UInt64 = 1, scratch: inout [UInt64]
) -> Double {
  // Words of 64 bits, with one above for what the last limb holds past 32 bits.
  scratch.removeAll(keepingCapacity: true)
  scratch.append(contentsOf: repeatElement(0, count: limbs.count / 2 + 2))
  var carry: Int64 = 0
  for i in 0..<scratch.count * 2 {
    let limb = (i < limbs.count ? limbs[i] : 0) &+ carry
    carry = limb &>> 32
    scratch[i / 2] |= UInt64(truncatingIfNeeded: limb & 0xFFFF_FFFF) << UInt64(32 * (i & 1))
  }
  let isNegative = carry < 0
  if isNegative {
    var borrow: UInt64 = 1
    for i in scratch.indices {
      let (word, overflow) = (~scratch[i]).addingReportingOverflow(borrow)
      scratch[i] = word
      borrow = overflow ? 1 : 0
    }
  }
  return nearestDouble(
    &scratch, exponent: window.baseExponent, dividedBy: divisor == 1 ? [] : [divisor], isNegative: isNegative)
}

/// The double nearest to numerator / (divisor x 10^scale), ties to even. Precondition: `divisor` > 0, `scale` in 0...38.
public func nearestQuotient(_ numerator: Int128, dividedBy divisor: Int, scale: Int = 0) -> Double {
  let exactLimit: UInt64 = 1 << 53
  if scale <= 15, numerator.magnitude <= UInt128(exactLimit) {
    let (denominator, overflow) = UInt64(divisor).multipliedReportingOverflow(by: powersOfTen[scale])
    // Both are exact as doubles, and the division rounds once.
    if !overflow, denominator <= exactLimit { return Double(Int64(numerator)) / Double(denominator) }
  }
  let magnitude = numerator.magnitude
  var words = [UInt64(truncatingIfNeeded: magnitude), UInt64(truncatingIfNeeded: magnitude >> 64)]
  return nearestDouble(
    &words, exponent: 0, dividedBy: decimalDivisors(divisor, scale: scale), isNegative: numerator < 0)
}

/// The double nearest to numerator / (divisor x 10^scale), ties to even. Precondition: `divisor` > 0, `scale` in 0...38.
public func nearestQuotient(_ numerator: Int192, dividedBy divisor: Int, scale: Int = 0) -> Double {
  if let narrow = numerator.int128 { return nearestQuotient(narrow, dividedBy: divisor, scale: scale) }
  var words = numerator.magnitude
  return nearestDouble(
    &words, exponent: 0, dividedBy: decimalDivisors(divisor, scale: scale), isNegative: numerator.isNegative)
}

/// 10^0 … 10^19, all that fit 64 bits.
private let powersOfTen: [UInt64] = (0...19).map { exponent in (0..<exponent).reduce(1) { power, _ in power * 10 } }

private func decimalDivisors(_ divisor: Int, scale: Int) -> [UInt64] {
  precondition(divisor > 0 && (0...38).contains(scale), "a divisor above 0 and a scale of at most 38")
  let first = powersOfTen[min(scale, 19)]
  return [UInt64(divisor), first, powersOfTen[max(0, scale - 19)]]
}

/// Schoolbook division by one word; returns the remainder.
private func divide(_ words: inout [UInt64], by divisor: UInt64) -> UInt64 {
  var remainder: UInt64 = 0
  for i in words.indices.reversed() {
    // The remainder is below the divisor, so the quotient fits a word.
    (words[i], remainder) = divisor.dividingFullWidth((remainder, words[i]))
  }
  return remainder
}

/// The bits of `words` from `position` up, at most 53 of which the callers know to be there.
private func word(_ words: [UInt64], from position: Int) -> UInt64 {
  let index = position >> 6
  guard index < words.count else { return 0 }
  let above = index + 1 < words.count ? words[index + 1] : 0
  let shift = UInt64(position & 63)
  return words[index] >> shift | above << (64 - shift)
}

private func bit(_ words: [UInt64], _ position: Int) -> Bool {
  position >> 6 < words.count && words[position >> 6] >> UInt64(position & 63) & 1 == 1
}

private func hasBits(_ words: [UInt64], below position: Int) -> Bool {
  for (index, word) in words.enumerated() {
    let bits = position - index * 64
    if bits <= 0 { return false }
    if bits >= 64 ? word != 0 : word & (1 << UInt64(bits) - 1) != 0 { return true }
  }
  return false
}
