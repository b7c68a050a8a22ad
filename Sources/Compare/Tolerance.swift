// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// How far two numbers of a row may be apart and still count as alike.
public struct Tolerance: Sendable, Hashable {
  /// What the distance is held against.
  public enum Kind: Sendable, Hashable {
    /// The number itself.
    case absolute
    /// This part of the source's magnitude: nothing but 0 is near 0.
    case relative
  }

  /// What the distance is held against.
  public let kind: Kind
  /// The number, or the part (0.1 % is 0.001), times 10^scale.
  public let unscaled: UInt128
  /// Digits after the point.
  public let scale: Int

  /// A distance of at most `unscaled` / 10^scale, or at most that part of the source's magnitude. Precondition: both at most 38 digits.
  public init(_ kind: Kind, unscaled: UInt128, scale: Int) {
    precondition(scale >= 0 && scale <= 38 && unscaled < mostPower, "at most 38 digits")
    self.kind = kind
    self.unscaled = unscaled
    self.scale = scale
  }

  /// Reads `1`, `0.5` or `0.1%`. nil for anything else: a sign, an exponent, more than 36 digits.
  public init?(_ text: String) {
    var digits = Array(text.utf8)
    let isPercent = digits.last == UInt8(ascii: "%")
    if isPercent { digits.removeLast() }
    let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = parts.first, !digits.isEmpty, !(whole.isEmpty && parts.count == 1), parts.last?.isEmpty == false
    else { return nil }
    let all = parts.joined()
    guard all.count <= 36, all.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }) else { return nil }
    let unscaled = all.reduce(UInt128(0)) { $0 * 10 + UInt128($1 - UInt8(ascii: "0")) }
    self.init(
      isPercent ? .relative : .absolute, unscaled: unscaled,
      scale: (parts.count == 2 ? parts[1].count : 0) + (isPercent ? 2 : 0))
  }

  /// Exact: true if two numbers of `digits` digits after the point, `distance` apart, the source's of this `magnitude`, are near enough.
  func allows(distance: UInt128, magnitude: UInt128, digits: Int) -> Bool {
    // distance / 10^digits <= unscaled / 10^scale, or <= unscaled / 10^scale * magnitude / 10^digits.
    let left = distance.multipliedFullWidth(by: powerOfTen(scale).magnitude)
    let right = unscaled.multipliedFullWidth(by: kind == .absolute ? powerOfTen(digits).magnitude : magnitude)
    return (left.high, left.low) <= (right.high, right.low)
  }

  /// The same in doubles. They stand for numbers that they are near to, so that one unit in the last place of the greatest of the two
  /// numbers and the limit is granted: 1.1 and 1.0 are 0.1 apart. False where either is NaN or infinite.
  func allows(_ source: Double, _ compare: Double) -> Bool {
    let number = nearestQuotient(Int128(unscaled), dividedBy: 1, scale: scale)
    let limit = kind == .absolute ? number : number * source.magnitude
    let distance = (source - compare).magnitude
    guard distance.isFinite, limit.isFinite else { return false }
    return distance <= limit + max(source.magnitude, compare.magnitude, limit).ulp
  }
}

/// 10^38.
private let mostPower = powerOfTen(38).magnitude

extension Tolerance: CustomStringConvertible {
  /// As it is written: `0.1%`.
  public var description: String {
    let scale = kind == .relative ? self.scale - 2 : self.scale
    var digits = String(unscaled)
    if scale > 0 {
      digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
      digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
    } else {
      digits += String(repeating: "0", count: unscaled == 0 ? 0 : -scale)
    }
    return kind == .relative ? digits + "%" : digits
  }
}
