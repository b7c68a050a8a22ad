// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Exact sums of products of doubles: the product of two significands is an integer of 106 bits, added to limbs as it is. No product
// overflows or underflows, because exponents are added as integers: the limbs reach from 2^-2148 to 2^2048 where that is needed.

/// The window for products of doubles whose exponents (see floatExponents(_:)) lie in `x` and `y`.
package func productWindow(_ x: ClosedRange<Int>, _ y: ClosedRange<Int>) -> FloatWindow {
  // Two limbs more than for significands of 53 bits.
  FloatWindow(leastExponent: x.lowerBound + y.lowerBound, greatestExponent: x.upperBound + y.upperBound + 64)
}

/// Adds each x y to its group's limbs, exactly. Each counts as two additions for ``maximumAdditionsBetweenCarries``.
///
/// As ``exactSums(_:groups:validity:window:into:nonFinite:)`` otherwise; a product with NaN or an infinity leaves its mark as NaN.
package func exactProducts(
  _ xs: UnsafeBufferPointer<Double>, _ ys: UnsafeBufferPointer<Double>, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, window: FloatWindow, into limbs: UnsafeMutableBufferPointer<Int64>,
  nonFinite: UnsafeMutableBufferPointer<NonFinite>
) {
  let width = window.limbCount
  let base = window.baseExponent + 2 * 1075
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let group = Int(groups[i])
    if !addProduct(xs[i], ys[i], at: group &* width, base: base, limbs) { nonFinite[group].insert(.nan) }
  }
}

/// Adds x y; false, and nothing added, if one is not finite. `base` is the window's exponent + 2150.
@inline(__always)
private func addProduct(
  _ x: Double, _ y: Double, at first: Int, base: Int, _ limbs: UnsafeMutableBufferPointer<Int64>
) -> Bool {
  let (xBits, yBits) = (x.bitPattern, y.bitPattern)
  let xBiased = Int(truncatingIfNeeded: xBits &>> 52 & 0x7FF)
  let yBiased = Int(truncatingIfNeeded: yBits &>> 52 & 0x7FF)
  if xBiased == 0x7FF || yBiased == 0x7FF { return false }
  let product = significand(xBits, xBiased).multipliedFullWidth(by: significand(yBits, yBiased))
  // A zero may lie outside the window.
  if product.high | product.low == 0 { return true }
  let position = max(xBiased, 1) &+ max(yBiased, 1) &- base
  let shift = UInt64(truncatingIfNeeded: position & 31)
  let sign = Int64(bitPattern: xBits ^ yBits) &>> 63
  let limb = first &+ position &>> 5
  // 64 bits below, 42 above, both moved by up to 31.
  let low = product.low &<< shift
  let carried = (product.low &>> 1) &>> (63 &- shift)
  let middle = (product.high & 0xFFFF_FFFF) &<< shift
  let high = (product.high &>> 32) &<< shift
  limbs[limb] &+= signed(low & 0xFFFF_FFFF, sign)
  limbs[limb &+ 1] &+= signed(low &>> 32, sign)
  limbs[limb &+ 2] &+= signed(carried &+ (middle & 0xFFFF_FFFF), sign)
  limbs[limb &+ 3] &+= signed((middle &>> 32) &+ (high & 0xFFFF_FFFF), sign)
  limbs[limb &+ 4] &+= signed(high &>> 32, sign)
  return true
}

@inline(__always)
private func signed(_ magnitude: UInt64, _ sign: Int64) -> Int64 {
  (Int64(truncatingIfNeeded: magnitude) ^ sign) &- sign
}

@inline(__always)
private func significand(_ bits: UInt64, _ biased: Int) -> UInt64 {
  let fraction = bits & 0xF_FFFF_FFFF_FFFF
  return biased == 0 ? fraction : fraction | 1 << 52
}

/// The sum in limbs (see ``FloatWindow``) as an integer, to be multiplied with 2^baseExponent; carries need not have been passed on.
package func integer(ofLimbs limbs: UnsafeBufferPointer<Int64>) -> BigInteger { BigInteger(limbs: limbs) }

extension BigInteger {
  /// The integer m and exponent e of value = m x 2^e. Precondition: the value is finite.
  package static func parts(of value: Double) -> (integer: BigInteger, exponent: Int) {
    precondition(value.isFinite, "a finite number")
    let biased = Int(value.bitPattern >> 52 & 0x7FF)
    let magnitude = significand(value.bitPattern, biased)
    return (BigInteger(words: [magnitude], isNegative: value < 0), max(biased, 1) - 1075)
  }
}
