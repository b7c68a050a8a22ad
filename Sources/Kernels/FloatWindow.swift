// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Which bits an exact sum of doubles keeps: limbs of 32 bits, the first one's lowest bit being 2^baseExponent.
///
/// Limbs are Int64 that carry 32 bits each and have room above for 2^30 additions before carries must be passed on (Neal, "Fast exact
/// summation using small and large superaccumulators", 2015, of which this is the small one, cut to the exponents in use).
public struct FloatWindow: Sendable, Hashable {
  /// Exponent of the lowest bit; a multiple of 32.
  public let baseExponent: Int
  /// Number of limbs. The last one has room for the carries of 2^43 values.
  public let limbCount: Int

  /// For doubles whose last significand bits (of 53) have weights from 2^leastExponent to 2^greatestExponent.
  public init(leastExponent: Int, greatestExponent: Int) {
    precondition(leastExponent <= greatestExponent, "an empty range of exponents")
    // An arithmetic shift rounds down, negative exponents too.
    let base = (leastExponent >> 5) * 32
    baseExponent = base
    // A significand lies in up to three limbs.
    limbCount = (greatestExponent - base) >> 5 + 3
  }

  /// For all doubles: 67 limbs.
  public static let full = FloatWindow(leastExponent: -1074, greatestExponent: 971)

  /// True if all that fits `other` fits this window too.
  public func covers(_ other: FloatWindow) -> Bool {
    baseExponent <= other.baseExponent && end >= other.end
  }

  /// The smallest window that covers both.
  public func union(_ other: FloatWindow) -> FloatWindow {
    let base = min(baseExponent, other.baseExponent)
    return FloatWindow(leastExponent: base, greatestExponent: max(end, other.end) - 96)
  }

  private var end: Int { baseExponent + 32 * limbCount }
}

/// The window that holds all finite `values`, nil if they are all zero. May be a little larger than needed.
public func floatWindow(_ values: UnsafeBufferPointer<Double>) -> FloatWindow? {
  floatExponents(values).map { FloatWindow(leastExponent: $0.lowerBound, greatestExponent: $0.upperBound) }
}

/// Weights of the last significand bits (of 53) of all finite `values`, as exponents of 2; nil if they are all zero. May reach a little further.
package func floatExponents(_ values: UnsafeBufferPointer<Double>) -> ClosedRange<Int>? {
  var least: UInt32 = 0
  var greatest: UInt32 = 0
  cs_exponents_f64(values.baseAddress, values.count, &least, &greatest)
  if greatest >= 0x7FF {
    greatest = 0
    for value in values where value.isFinite {
      greatest = max(greatest, UInt32(truncatingIfNeeded: value.bitPattern &>> 52 & 0x7FF))
    }
  }
  // Nothing but zeros, NaN and infinities.
  guard least < 0x7FE || greatest >= 1 else { return nil }
  return Int(max(1, min(least, greatest))) - 1075...Int(max(1, greatest)) - 1075
}
