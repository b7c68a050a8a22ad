// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A signed integer of 192 bits: enough for 2^63 values of 128 bits, so that no partial sum overflows in any order.
public struct Int192: Sendable, Hashable {
  private var low: UInt128
  private var high: Int64

  /// Zero.
  public init() {
    low = 0
    high = 0
  }

  /// Adds a value of 128 bits.
  @inline(__always)
  public mutating func add(_ value: Int128) {
    let (sum, carry) = low.addingReportingOverflow(UInt128(truncatingIfNeeded: value))
    low = sum
    high &+= (value < 0 ? -1 : 0) &+ (carry ? 1 : 0)
  }

  /// Adds another sum.
  public mutating func add(_ other: Int192) {
    let (sum, carry) = low.addingReportingOverflow(other.low)
    low = sum
    high &+= other.high &+ (carry ? 1 : 0)
  }

  /// The value where it fits 128 bits, else nil.
  public var int128: Int128? {
    let value = Int128(truncatingIfNeeded: low)
    return high == (value < 0 ? -1 : 0) ? value : nil
  }

  /// From two's complement, lowest word first. Precondition: three words.
  package init(words: [UInt64]) {
    low = UInt128(words[0]) | UInt128(words[1]) << 64
    high = Int64(bitPattern: words[2])
  }

  /// Two's complement as three words, lowest first.
  package var words: [UInt64] {
    [UInt64(truncatingIfNeeded: low), UInt64(truncatingIfNeeded: low >> 64), UInt64(bitPattern: high)]
  }

  /// True below zero.
  public var isNegative: Bool { high < 0 }

  /// Absolute value as three words, lowest first.
  public var magnitude: [UInt64] {
    isNegative ? negated(words) : words
  }
}
