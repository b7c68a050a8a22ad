// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// What other than finite numbers an exact sum has met, as bits.
public struct NonFinite: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// From its bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// NaN.
  public static let nan = NonFinite(rawValue: 1)
  /// +infinity.
  public static let positiveInfinity = NonFinite(rawValue: 2)
  /// -infinity.
  public static let negativeInfinity = NonFinite(rawValue: 4)

  /// What a sum with these is; nil if there are none.
  public var sum: Double? {
    if isEmpty { return nil }
    if self == .positiveInfinity { return .infinity }
    if self == .negativeInfinity { return -.infinity }
    return .nan
  }
}

/// Most values that may be added to limbs before ``passCarries(_:)``.
public let maximumAdditionsBetweenCarries = 1 << 30

/// Adds each value to its group's limbs, exactly.
///
/// `limbs` has `window.limbCount` limbs per group, and the window holds all valid values (``floatWindow(_:)``); `nonFinite` has one slot
/// per group. Groups below their count and validity as in the other grouped kernels.
public func exactSums(
  _ values: UnsafeBufferPointer<Double>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  window: FloatWindow, into limbs: UnsafeMutableBufferPointer<Int64>,
  nonFinite: UnsafeMutableBufferPointer<NonFinite>
) {
  let width = window.limbCount
  let base = window.baseExponent + 1075
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let group = Int(groups[i])
    if !addFinite(values[i], at: group &* width, base: base, limbs) {
      nonFinite[group].insert(kind(of: values[i]))
    }
  }
}

/// Adds all values to one group of limbs, exactly. As the grouped kernel otherwise. Cost: 0.4 ns a value where neighbours lie within 2^34 of
/// each other (what weighs less than 2^-86 of the greatest of 512 takes them through the limbs one by one), else 2 ns.
public func exactSum(
  _ values: UnsafeBufferPointer<Double>, validity: UnsafeBufferPointer<UInt64>?, window: FloatWindow,
  into limbs: UnsafeMutableBufferPointer<Int64>, nonFinite: inout NonFinite
) {
  guard let start = values.baseAddress else { return }
  let most = Int(cs_split_sum_count)
  var sum = cs_split_sum()
  withUnsafeTemporaryAllocation(of: Double.self, capacity: most) { selected in
    for first in stride(from: 0, to: values.count, by: most) {
      var block = UnsafeBufferPointer(start: start + first, count: min(most, values.count - first))
      if let words = validity?.baseAddress {
        cs_selected_f64(block.baseAddress, words + first / 64, block.count, selected.baseAddress)
        block = UnsafeBufferPointer(rebasing: selected[..<block.count])
      }
      if cs_split_sum_f64(block.baseAddress, block.count, &sum) != 0 {
        add(sum.high, exponent: Int(sum.exponent), window, limbs)
        add(sum.low, exponent: Int(sum.exponent) - 44, window, limbs)
      } else {
        for value in block where !addFinite(value, at: 0, base: window.baseExponent + 1075, limbs) {
          nonFinite.insert(kind(of: value))
        }
      }
    }
  }
}

/// Adds integer x 2^exponent: a multiple of the window's lowest bit, the integer's magnitude at most 2^52, the exponent at most ten above that of
/// the last bit of the greatest double that the window is for.
private func add(_ integer: Int64, exponent: Int, _ window: FloatWindow, _ limbs: UnsafeMutableBufferPointer<Int64>) {
  if integer == 0 { return }
  // Above what a significand may begin at, the integer has room for the bits that it is moved down by; below, its last bits are zeros.
  let highest = window.baseExponent + 32 * (window.limbCount - 3) + 31
  let place = min(max(exponent, window.baseExponent), highest)
  let moved = place > exponent ? integer >> (place - exponent) : integer << (exponent - place)
  let position = place - window.baseExponent
  addSignificand(moved.magnitude, at: position &>> 5, shift: UInt64(position & 31), sign: moved &>> 63, limbs)
}

/// Passes carries on: every limb but the last ends in 0 ..< 2^32, the last one has the sign. Equal sums have equal limbs after it.
public func passCarries(_ limbs: UnsafeMutableBufferPointer<Int64>) {
  var carry: Int64 = 0
  for i in 0..<limbs.count - 1 {
    let limb = limbs[i] &+ carry
    limbs[i] = limb & 0xFFFF_FFFF
    carry = limb &>> 32
  }
  limbs[limbs.count - 1] &+= carry
}

/// Adds a finite value; false, and nothing added, for others. `base` is the window's exponent + 1075.
@inline(__always)
private func addFinite(
  _ value: Double, at first: Int, base: Int, _ limbs: UnsafeMutableBufferPointer<Int64>
) -> Bool {
  let bits = value.bitPattern
  let biased = Int(truncatingIfNeeded: bits &>> 52 & 0x7FF)
  if biased == 0x7FF { return false }
  let fraction = bits & 0xF_FFFF_FFFF_FFFF
  let significand = biased == 0 ? fraction : fraction | 1 << 52
  // A zero may lie outside the window.
  if significand == 0 { return true }
  let position = max(biased, 1) &- base
  addSignificand(
    significand, at: first &+ position &>> 5, shift: UInt64(truncatingIfNeeded: position & 31),
    sign: Int64(bitPattern: bits) &>> 63, limbs)
  return true
}

/// Adds a number of up to 64 bits, `shift` (less than 32) bits above the lowest of a limb; `sign` is -1 to take it away, else 0.
@inline(__always)
private func addSignificand(
  _ significand: UInt64, at limb: Int, shift: UInt64, sign: Int64, _ limbs: UnsafeMutableBufferPointer<Int64>
) {
  let low = significand &<< shift
  // Two shifts, because one by 64 would be one by 0.
  let high = (significand &>> 1) &>> (63 &- shift)
  limbs[limb] &+= (Int64(truncatingIfNeeded: low & 0xFFFF_FFFF) ^ sign) &- sign
  limbs[limb &+ 1] &+= (Int64(truncatingIfNeeded: low &>> 32) ^ sign) &- sign
  limbs[limb &+ 2] &+= (Int64(truncatingIfNeeded: high) ^ sign) &- sign
}

private func kind(of value: Double) -> NonFinite {
  if value.isNaN { return .nan }
  return value > 0 ? .positiveInfinity : .negativeInfinity
}
