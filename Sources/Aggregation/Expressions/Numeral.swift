// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// A number of any size with all its digits, as texts write it: ``digits`` x 10^``exponent``.
public struct Numeral: Sendable, Hashable {
  /// True below 0.
  public let isNegative: Bool
  /// Decimal digits without zeros at either end; none for 0.
  public let digits: String
  /// What power of ten they are multiplied with; within 10^12 of 0, where nearer and farther are told from no column's values.
  public let exponent: Int

  private static let exponentLimit = 1_000_000_000_000

  /// Reads `-12.50e-3`: perhaps a sign, digits, perhaps a point among them, perhaps an exponent of any size; nil for anything else.
  /// O(characters).
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let sign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+") ? 1 : 0
    let end = bytes.firstIndex { $0 | 0x20 == UInt8(ascii: "e") } ?? bytes.count
    let mantissa = bytes[sign..<end]
    let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
    let fraction = mantissa.dropFirst(whole.count + 1)
    let written = whole + fraction
    guard !written.isEmpty, written.allSatisfy(isDigit),
      let exponent = end < bytes.count ? Self.exponent(bytes[(end + 1)...]) : 0
    else { return nil }
    let significant = written.drop { $0 == UInt8(ascii: "0") }
    let trailingZeros = significant.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    digits = String(decoding: significant.dropLast(trailingZeros), as: UTF8.self)
    isNegative = bytes.first == UInt8(ascii: "-") && !digits.isEmpty
    self.exponent =
      digits.isEmpty ? 0 : max(-Self.exponentLimit, min(Self.exponentLimit, exponent - fraction.count + trailingZeros))
  }

  /// Perhaps a sign and digits, twice the limit for all that are greater; nil for anything else.
  private static func exponent(_ bytes: ArraySlice<UInt8>) -> Int? {
    let hasSign = bytes.first == UInt8(ascii: "-") || bytes.first == UInt8(ascii: "+")
    let digits = bytes.dropFirst(hasSign ? 1 : 0)
    guard !digits.isEmpty, digits.allSatisfy(isDigit) else { return nil }
    let magnitude = digits.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 2 * exponentLimit) }
    return bytes.first == UInt8(ascii: "-") ? -magnitude : magnitude
  }

  /// The same as a decimal; nil if it has more than 38 digits, or more than 38 behind the point.
  public var decimal: Value? {
    guard !digits.isEmpty else { return .decimal(unscaled: 0, scale: 0) }
    let most = ColumnType.maximumDecimalPrecision
    guard -exponent <= most, digits.utf8.count + max(exponent, 0) <= most, let magnitude = Int128(digits) else {
      return nil
    }
    let unscaled = magnitude * powerOfTen(max(exponent, 0))
    return .decimal(unscaled: isNegative ? -unscaled : unscaled, scale: max(-exponent, 0))
  }

  /// The same without its sign.
  var magnitude: Numeral { isNegative ? Numeral("\(digits)e\(exponent)") ?? self : self }

  /// The nearest double, ties to even: infinite past all of them, 0 (of either sign) for what is nearer to 0 than to any other.
  var nearestDouble: Double {
    let text = "\(isNegative ? "-" : "")\(digits.isEmpty ? "0" : digits)e\(exponent)"
    guard let double = Double(text) else { preconditionFailure("digits and an exponent: \(text)") }
    return double
  }

  /// Where it lies among integers that stand for themselves divided by 10^`scale`, of at most 38 digits each: told by counts of digits.
  func place(atScale scale: Int) -> IntegerPlace {
    guard !digits.isEmpty else { return IntegerPlace(floor: 0, isExact: true) }
    let shift = exponent + scale
    let wholeDigits = digits.utf8.count + shift
    guard wholeDigits <= ColumnType.maximumDecimalPrecision else { return .beyond(isNegative: isNegative) }
    guard wholeDigits > 0 else { return IntegerPlace(floor: isNegative ? -1 : 0, isExact: false) }
    guard let magnitude = Int128(digits.prefix(wholeDigits)) else { preconditionFailure("at most 38 digits") }
    if shift >= 0 {
      let product = magnitude * powerOfTen(shift)
      return IntegerPlace(floor: isNegative ? -product : product, isExact: true)
    }
    // The last digit, which is not 0, is behind the point.
    return IntegerPlace(floor: isNegative ? -magnitude - 1 : magnitude, isExact: false)
  }

  /// Where it lies among the ordered bits of doubles: at the nearest one; where that would be infinite, or 0 but for the number itself,
  /// between it and the next.
  var placeAmongDoubles: IntegerPlace {
    let nearest = nearestDouble
    if nearest.isInfinite {
      let below = isNegative ? -Double.infinity : .greatestFiniteMagnitude
      return IntegerPlace(floor: Int128(orderedBits(below)), isExact: false)
    }
    if nearest == 0, !digits.isEmpty {
      return IntegerPlace(floor: Int128(orderedBits(isNegative ? -.leastNonzeroMagnitude : 0)), isExact: false)
    }
    return IntegerPlace(floor: Int128(orderedBits(nearest)), isExact: true)
  }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
