// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A positive quotient cut to 127 or 128 bits, with what is needed to round it, or its square root, once and correctly.
///
/// The quotient is `bits` x 2^exponent, and more than that, by less than one unit of the last bit, where it is inexact.
package struct ExactQuotient: Sendable, Hashable {
  /// From 2^126 up.
  let bits: UInt128
  let exponent: Int
  let isInexact: Bool

  /// numerator / denominator. Precondition: neither is 0, and the numerator is below 2^127. About 20 ns where the denominator has 64 bits.
  package init(_ numerator: UInt128, dividedBy denominator: UInt128) {
    precondition(numerator != 0 && numerator >> 127 == 0 && denominator != 0, "a numerator of 1 to 127 bits")
    // With its highest bit at 126, the numerator's upper half is below a divisor whose highest bit is at the top.
    let left = numerator.leadingZeroBitCount - 1
    let raised = numerator << UInt128(left)
    let shift = denominator.leadingZeroBitCount
    if let narrow = UInt64(exactly: denominator) {
      let divisor = narrow << UInt64(shift - 64)
      let first = divisor.dividingFullWidth((UInt64(raised >> 64), UInt64(truncatingIfNeeded: raised)))
      let second = divisor.dividingFullWidth((first.remainder, 0))
      bits = UInt128(first.quotient) << 64 | UInt128(second.quotient)
      exponent = shift - 64 - 64 - left
      isInexact = second.remainder != 0
    } else {
      let (quotient, remainder) = (denominator << UInt128(shift)).dividingFullWidth((raised, 0))
      bits = quotient
      exponent = shift - 128 - left
      isInexact = remainder != 0
    }
  }

  /// |numerator| x 2^exponent / |denominator|. Precondition: neither is 0.
  package init(_ numerator: BigInteger, exponent: Int = 0, dividedBy denominator: BigInteger) {
    if let narrow = numerator.narrowMagnitude, narrow >> 127 == 0, let divisor = denominator.narrowMagnitude {
      let quotient = ExactQuotient(narrow, dividedBy: divisor)
      self.init(bits: quotient.bits, exponent: quotient.exponent + exponent, isInexact: quotient.isInexact)
      return
    }
    // 127 bits more than the denominator has give a quotient of 127 or 128 bits; either side is moved up, so that no bit is lost.
    let shift = 127 + denominator.bitCount - numerator.bitCount
    let (quotient, isInexact) = longDivision(
      numerator.shiftedLeft(by: max(0, shift)).words, by: denominator.shiftedLeft(by: max(0, -shift)).words)
    self.init(
      bits: UInt128(quotient[0]) | UInt128(quotient.count > 1 ? quotient[1] : 0) << 64, exponent: exponent - shift,
      isInexact: isInexact)
  }

  /// |numerator| x 2^exponent / |denominator| as the nearest double, or its root, rounded once. Precondition: neither is 0.
  ///
  /// Of long numbers the highest bits give two quotients between which the exact one lies; where both round to one double, and rounding keeps
  /// the order, so does it. The long division is left for the rest: about one in 500.
  package static func nearest(
    _ numerator: BigInteger, exponent: Int = 0, dividedBy denominator: BigInteger, isRoot: Bool = false
  ) -> Double {
    let (top, bottom) = (numerator.highest(126), denominator.highest(64))
    let exponentOfHeads = exponent + top.exponent - bottom.exponent
    func rounded(_ top: UInt128, _ bottom: UInt128) -> Double {
      let heads = ExactQuotient(top, dividedBy: bottom)
      let quotient = ExactQuotient(
        bits: heads.bits, exponent: heads.exponent + exponentOfHeads, isInexact: heads.isInexact)
      return isRoot ? quotient.nearestRoot : quotient.nearest
    }
    let least = rounded(top.bits, bottom.isCut ? bottom.bits + 1 : bottom.bits)
    guard top.isCut || bottom.isCut else { return least }
    if least == rounded(top.isCut ? top.bits + 1 : top.bits, bottom.bits) { return least }
    let quotient = ExactQuotient(numerator, exponent: exponent, dividedBy: denominator)
    return isRoot ? quotient.nearestRoot : quotient.nearest
  }

  private init(bits: UInt128, exponent: Int, isInexact: Bool) {
    self.bits = bits
    self.exponent = exponent
    self.isInexact = isInexact
  }

  /// The quotient as the nearest double, ties to even; too great: infinity.
  package var nearest: Double {
    let shift = bits.leadingZeroBitCount
    let top = bits << UInt128(shift)
    let isCut = UInt64(truncatingIfNeeded: top) != 0
    return roundedDouble(UInt64(top >> 64), exponent: exponent - shift + 64, isInexact: isInexact || isCut)
  }

  /// The double nearest to the square root of the quotient, ties to even.
  ///
  /// The integer root of the bits has at least 62 bits, and what is beyond it is known to be zero or not: that rounds correctly.
  package var nearestRoot: Double {
    let shift = exponent & 1 == 0 ? 2 : 1
    let square = bits >> UInt128(shift)
    let isCut = square << UInt128(shift) != bits
    let root = integerRoot(square)
    let isInexact = isInexact || isCut || UInt128(root) * UInt128(root) != square
    let left = root.leadingZeroBitCount
    return roundedDouble(root << UInt64(left), exponent: (exponent + shift) / 2 - left, isInexact: isInexact)
  }
}

/// floor(√square). Precondition: `square` lies in 2^124 ..< 2^127.
private func integerRoot(_ square: UInt128) -> UInt64 {
  // A double's root is right to 2^-52; one step of Newton's method makes that 2^-104, and the last bit is tried.
  var root = UInt64(Double(square).squareRoot())
  // In range: the upper half of the square is below 0.71 of its root.
  let quotient = root.dividingFullWidth((UInt64(square >> 64), UInt64(truncatingIfNeeded: square))).quotient
  root = (root >> 1) + (quotient >> 1) + (root & quotient & 1)
  while UInt128(root) * UInt128(root) > square { root -= 1 }
  while UInt128(root + 1) * UInt128(root + 1) <= square { root += 1 }
  return root
}

/// significand x 2^exponent, and a little more where that is inexact, rounded once. Precondition: the significand's highest bit is 1.
private func roundedDouble(_ significand: UInt64, exponent: Int, isInexact: Bool) -> Double {
  guard exponent + 63 <= 1023 else { return .infinity }
  // Exponent of the result's last bit; subnormal numbers end at -1074.
  let lastExponent = max(exponent + 11, -1074)
  let dropped = UInt64(lastExponent - exponent)
  if dropped > 64 { return 0 }
  var kept = dropped == 64 ? 0 : significand >> dropped
  let isHalf = significand >> (dropped - 1) & 1 == 1
  let isMore = isInexact || significand << (65 - dropped) != 0
  if isHalf, isMore || kept & 1 == 1 { kept += 1 }
  // A significand of 2^52 and more raises the exponent by itself, and a rounding up to 2^53 once more (up to infinity).
  return Double(bitPattern: UInt64(lastExponent + 1074) << 52 + kept)
}

/// floor(numerator / denominator), and whether there is a remainder (Knuth, "The Art of Computer Programming" 2, 4.3.1, algorithm D).
///
/// Precondition: the last word of the denominator is not 0, and the numerator is not less than the denominator.
func longDivision(_ numerator: [UInt64], by denominator: [UInt64]) -> (quotient: [UInt64], hasRemainder: Bool) {
  let length = denominator.count
  let shift = denominator[length - 1].leadingZeroBitCount
  let divisor = Array(shifted(denominator, left: shift)[..<length])
  var rest = shifted(numerator, left: shift)
  var quotient = [UInt64](repeating: 0, count: rest.count - length)
  for place in quotient.indices.reversed() {
    var digit = estimate(rest, at: place + length, divisor)
    if subtract(divisor, times: digit, from: &rest, at: place) {
      // One too many, which is rare.
      digit -= 1
      add(divisor, to: &rest, at: place)
    }
    quotient[place] = digit
  }
  return (quotient, rest.contains { $0 != 0 })
}

/// The quotient's next digit, or one more than that.
private func estimate(_ rest: [UInt64], at top: Int, _ divisor: [UInt64]) -> UInt64 {
  let length = divisor.count
  let highest = divisor[length - 1]
  var digit = UInt64.max
  var remainder: UInt64
  if rest[top] < highest {
    (digit, remainder) = highest.dividingFullWidth((rest[top], rest[top - 1]))
  } else {
    // Equal: the rest is below the divisor. The remainder of the greatest digit may leave 64 bits, and the digit is then right.
    let (sum, overflow) = rest[top - 1].addingReportingOverflow(highest)
    if overflow { return digit }
    remainder = sum
  }
  guard length > 1 else { return digit }
  while true {
    let product = digit.multipliedFullWidth(by: divisor[length - 2])
    guard product.high > remainder || product.high == remainder && product.low > rest[top - 2] else { return digit }
    digit -= 1
    let (sum, overflow) = remainder.addingReportingOverflow(highest)
    if overflow { return digit }
    remainder = sum
  }
}

/// True if the result is negative (and 2^64 to the length + 1 was added).
private func subtract(_ divisor: [UInt64], times digit: UInt64, from rest: inout [UInt64], at place: Int) -> Bool {
  var carry: UInt64 = 0
  for i in 0...divisor.count {
    let product = (i < divisor.count ? divisor[i] : 0).multipliedFullWidth(by: digit)
    let (low, overflow) = product.low.addingReportingOverflow(carry)
    let (difference, borrow) = rest[place + i].subtractingReportingOverflow(low)
    rest[place + i] = difference
    carry = product.high + (overflow ? 1 : 0) + (borrow ? 1 : 0)
  }
  return carry != 0
}

private func add(_ divisor: [UInt64], to rest: inout [UInt64], at place: Int) {
  var carry: UInt64 = 0
  for i in 0...divisor.count {
    let total = UInt128(rest[place + i]) + UInt128(i < divisor.count ? divisor[i] : 0) + UInt128(carry)
    rest[place + i] = UInt64(truncatingIfNeeded: total)
    carry = UInt64(truncatingIfNeeded: total >> 64)
  }
}
