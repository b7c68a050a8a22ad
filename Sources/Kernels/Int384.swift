// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A signed integer of 384 bits: enough for n x (sum of n products of 128-bit values), for n below 2^63 - 1, without overflow.
package struct Int384: Sendable, Hashable {
  private var low: UInt128
  private var middle: UInt128
  private var high: Int128

  /// Zero.
  package init() {
    low = 0
    middle = 0
    high = 0
  }

  /// Adds x y, which 256 bits hold.
  @inline(__always)
  package mutating func add(productOf x: Int128, _ y: Int128) {
    let product = x.multipliedFullWidth(by: y)
    add(
      low: product.low, middle: UInt128(truncatingIfNeeded: product.high), high: product.high < 0 ? -1 : 0)
  }

  /// Adds another sum.
  package mutating func add(_ other: Int384) { add(low: other.low, middle: other.middle, high: other.high) }

  /// From two's complement, lowest word first. Precondition: six words.
  package init(words: [UInt64]) {
    low = UInt128(words[0]) | UInt128(words[1]) << 64
    middle = UInt128(words[2]) | UInt128(words[3]) << 64
    high = Int128(truncatingIfNeeded: UInt128(words[4]) | UInt128(words[5]) << 64)
  }

  /// Two's complement as six words, lowest first.
  package var words: [UInt64] {
    [low, middle, UInt128(truncatingIfNeeded: high)].flatMap {
      [UInt64(truncatingIfNeeded: $0), UInt64(truncatingIfNeeded: $0 >> 64)]
    }
  }

  /// True below zero.
  package var isNegative: Bool { high < 0 }

  /// Absolute value as six words, lowest first.
  package var magnitude: [UInt64] { isNegative ? negated(words) : words }

  @inline(__always)
  private mutating func add(low: UInt128, middle: UInt128, high: Int128) {
    let (lowSum, lowCarry) = self.low.addingReportingOverflow(low)
    let (middleSum, middleCarry) = self.middle.addingReportingOverflow(middle)
    let (sum, carry) = middleSum.addingReportingOverflow(lowCarry ? 1 : 0)
    self.low = lowSum
    self.middle = sum
    self.high &+= high &+ (middleCarry ? 1 : 0) &+ (carry ? 1 : 0)
  }
}

/// The two's complement of `words`, lowest first.
func negated(_ words: [UInt64]) -> [UInt64] {
  var result = words
  var carry = true
  for i in words.indices {
    let (word, overflow) = (~words[i]).addingReportingOverflow(carry ? 1 : 0)
    result[i] = word
    carry = overflow
  }
  return result
}
