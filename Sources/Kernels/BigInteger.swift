// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// An integer of any size: sign and magnitude. Plain schoolbook arithmetic, for the last step of exact results, not for loops over rows.
package struct BigInteger: Sendable, Hashable {
  /// True below zero.
  package private(set) var isNegative: Bool
  /// Absolute value in words of 64 bits, lowest first, the last one not 0; empty for 0.
  package private(set) var words: [UInt64]

  /// From a sign and the words of the absolute value, lowest first.
  package init(words: [UInt64], isNegative: Bool = false) {
    self.words = words
    while self.words.last == 0 { self.words.removeLast() }
    self.isNegative = isNegative && !self.words.isEmpty
  }

  /// From an integer.
  package init(_ value: Int128) {
    let magnitude = value.magnitude
    self.init(
      words: [UInt64(truncatingIfNeeded: magnitude), UInt64(truncatingIfNeeded: magnitude >> 64)], isNegative: value < 0
    )
  }

  /// From an integer.
  package init(_ value: Int) { self.init(Int128(value)) }

  /// From an integer.
  package init(_ value: Int192) { self.init(words: value.magnitude, isNegative: value.isNegative) }

  /// From an integer.
  package init(_ value: Int384) { self.init(words: value.magnitude, isNegative: value.isNegative) }

  /// True for 0.
  package var isZero: Bool { words.isEmpty }

  /// Bits of the absolute value, 0 for 0.
  package var bitCount: Int { words.last.map { words.count * 64 - $0.leadingZeroBitCount } ?? 0 }

  /// The absolute value where it fits 128 bits.
  package var narrowMagnitude: UInt128? {
    guard words.count <= 2 else { return nil }
    return UInt128(words.first ?? 0) | UInt128(words.count > 1 ? words[1] : 0) << 64
  }

  /// With the other sign.
  package static prefix func - (value: BigInteger) -> BigInteger {
    BigInteger(words: value.words, isNegative: !value.isNegative)
  }

  /// Sum. O(words).
  package static func + (a: BigInteger, b: BigInteger) -> BigInteger {
    if a.isNegative == b.isNegative {
      return BigInteger(words: added(a.words, b.words), isNegative: a.isNegative)
    }
    // The greater magnitude decides the sign.
    return isLess(a.words, b.words)
      ? BigInteger(words: subtracted(b.words, a.words), isNegative: b.isNegative)
      : BigInteger(words: subtracted(a.words, b.words), isNegative: a.isNegative)
  }

  /// Difference. O(words).
  package static func - (a: BigInteger, b: BigInteger) -> BigInteger { a + -b }

  /// Product. O(words x words).
  package static func * (a: BigInteger, b: BigInteger) -> BigInteger {
    var result = [UInt64](repeating: 0, count: a.words.count + b.words.count)
    for i in a.words.indices {
      var carry: UInt64 = 0
      for j in b.words.indices {
        let product = a.words[i].multipliedFullWidth(by: b.words[j])
        // At most (2^64 - 1)^2 + 2 (2^64 - 1), which is 2^128 - 1.
        let sum = UInt128(product.high) << 64 | UInt128(product.low)
        let total = sum + UInt128(result[i + j]) + UInt128(carry)
        result[i + j] = UInt64(truncatingIfNeeded: total)
        carry = UInt64(truncatingIfNeeded: total >> 64)
      }
      result[i + b.words.count] = carry
    }
    return BigInteger(words: result, isNegative: a.isNegative != b.isNegative)
  }

  /// Times 2^count. Precondition: `count` is not negative.
  package func shiftedLeft(by count: Int) -> BigInteger {
    BigInteger(words: shifted(words, left: count), isNegative: isNegative)
  }
}

/// `words` times 2^count, with one word more than whole words ask for.
func shifted(_ words: [UInt64], left count: Int) -> [UInt64] {
  precondition(count >= 0, "a shift to the left")
  let shift = UInt64(count & 63)
  var result = [UInt64](repeating: 0, count: words.count + count / 64 + 1)
  for (index, word) in words.enumerated() {
    result[index + count / 64] |= word << shift
    if shift > 0 { result[index + count / 64 + 1] = word >> (64 - shift) }
  }
  return result
}

private func added(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
  var result: [UInt64] = []
  result.reserveCapacity(max(a.count, b.count) + 1)
  var carry: UInt64 = 0
  for i in 0..<max(a.count, b.count) {
    let total = UInt128(i < a.count ? a[i] : 0) + UInt128(i < b.count ? b[i] : 0) + UInt128(carry)
    result.append(UInt64(truncatingIfNeeded: total))
    carry = UInt64(truncatingIfNeeded: total >> 64)
  }
  result.append(carry)
  return result
}

/// Precondition: `a` is not less than `b`.
private func subtracted(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
  var result = a
  var borrow: UInt64 = 0
  for i in a.indices {
    let (first, overflow) = a[i].subtractingReportingOverflow(i < b.count ? b[i] : 0)
    let (second, more) = first.subtractingReportingOverflow(borrow)
    result[i] = second
    borrow = overflow || more ? 1 : 0
  }
  return result
}

/// Neither has a zero as its last word.
private func isLess(_ a: [UInt64], _ b: [UInt64]) -> Bool {
  if a.count != b.count { return a.count < b.count }
  for i in a.indices.reversed() where a[i] != b[i] { return a[i] < b[i] }
  return false
}
