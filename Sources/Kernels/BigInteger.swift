// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// An integer of any size: sign and magnitude. Plain schoolbook arithmetic, for the last step of exact results, not for loops over rows.
///
/// Up to 16 words lie in the value itself, so that what is made of a group's sums asks for no memory; more lie in an array, with the same
/// arithmetic once more, which tests take for the twin.
package struct BigInteger: Sendable {
  /// True below zero.
  package private(set) var isNegative: Bool
  /// Words of 64 bits of the absolute value, the last one not 0; 0 of 0.
  package private(set) var wordCount: Int
  /// The words, lowest first, where there are no more than these; 0 behind the last.
  private var few: InlineArray<16, UInt64>
  /// All words where there are more.
  private var many: [UInt64] = []

  private static let fewCount = 16

  /// Absolute value in words of 64 bits, lowest first, the last one not 0; empty for 0.
  package var words: [UInt64] { many.isEmpty ? (0..<wordCount).map { few[$0] } : many }

  /// From a sign and the words of the absolute value, lowest first.
  package init(words: [UInt64], isNegative: Bool = false) {
    few = InlineArray(repeating: 0)
    var count = words.count
    while count > 0, words[count - 1] == 0 { count -= 1 }
    wordCount = count
    self.isNegative = isNegative && count > 0
    guard count <= Self.fewCount else {
      many = Array(words[..<count])
      return
    }
    for index in 0..<count { few[index] = words[index] }
  }

  /// Of words in place, the last of which may be 0.
  private init(few: InlineArray<16, UInt64>, upTo count: Int, isNegative: Bool) {
    var count = count
    while count > 0, few[count - 1] == 0 { count -= 1 }
    (self.few, wordCount) = (few, count)
    self.isNegative = isNegative && count > 0
  }

  /// From an integer.
  package init(_ value: Int128) {
    let magnitude = value.magnitude
    var few = InlineArray<16, UInt64>(repeating: 0)
    few[0] = UInt64(truncatingIfNeeded: magnitude)
    few[1] = UInt64(truncatingIfNeeded: magnitude >> 64)
    self.init(few: few, upTo: 2, isNegative: value < 0)
  }

  /// From limbs of 32 bits with carries, lowest first, as sums of doubles are kept.
  package init(limbs: UnsafeBufferPointer<Int64>) {
    // A word of 64 bits takes in two limbs, and the last carry has room behind them.
    let count = limbs.count / 2 + 2
    var few = InlineArray<16, UInt64>(repeating: 0)
    var many = [UInt64](repeating: 0, count: count <= Self.fewCount ? 0 : count)
    var carry: Int64 = 0
    for i in 0..<count * 2 {
      let limb = (i < limbs.count ? limbs[i] : 0) &+ carry
      carry = limb &>> 32
      let part = UInt64(truncatingIfNeeded: limb & 0xFFFF_FFFF) << UInt64(32 * (i & 1))
      if count <= Self.fewCount { few[i / 2] |= part } else { many[i / 2] |= part }
    }
    guard count <= Self.fewCount else {
      self.init(words: carry < 0 ? negated(many) : many, isNegative: carry < 0)
      return
    }
    if carry < 0 {
      var isCarried = true
      for i in 0..<count {
        let (word, overflow) = (~few[i]).addingReportingOverflow(isCarried ? 1 : 0)
        few[i] = word
        isCarried = overflow
      }
    }
    self.init(few: few, upTo: count, isNegative: carry < 0)
  }

  /// From an integer.
  package init(_ value: Int) { self.init(Int128(value)) }

  /// From an integer.
  package init(_ value: Int192) { self.init(words: value.magnitude, isNegative: value.isNegative) }

  /// From an integer.
  package init(_ value: Int384) { self.init(words: value.magnitude, isNegative: value.isNegative) }

  /// True for 0.
  package var isZero: Bool { wordCount == 0 }

  /// A word of the absolute value, 0 behind the last.
  func word(_ index: Int) -> UInt64 {
    guard index < wordCount else { return 0 }
    return many.isEmpty ? few[index] : many[index]
  }

  /// Bits of the absolute value, 0 for 0.
  package var bitCount: Int { wordCount == 0 ? 0 : wordCount * 64 - word(wordCount - 1).leadingZeroBitCount }

  /// The absolute value where it fits 128 bits.
  package var narrowMagnitude: UInt128? { wordCount > 2 ? nil : UInt128(word(0)) | UInt128(word(1)) << 64 }

  /// The highest `count` bits of the absolute value (all, if there are no more), what power of two they are multiplied with, and whether
  /// what is left out is other than 0. Precondition: at most 128.
  func highest(_ count: Int) -> (bits: UInt128, exponent: Int, isCut: Bool) {
    let dropped = max(0, bitCount - count)
    let (first, shift) = (dropped / 64, UInt64(dropped % 64))
    var bits = UInt128(word(first)) | UInt128(word(first + 1)) << 64
    if shift > 0 { bits = bits >> UInt128(shift) | UInt128(word(first + 2)) << UInt128(128 - shift) }
    let isCut = word(first) & (1 << shift - 1) != 0 || (0..<first).contains { word($0) != 0 }
    return (bits, dropped, isCut)
  }

  /// With the other sign.
  package static prefix func - (value: BigInteger) -> BigInteger {
    var result = value
    result.isNegative = !value.isNegative && value.wordCount > 0
    return result
  }

  /// Sum. O(words).
  package static func + (a: BigInteger, b: BigInteger) -> BigInteger {
    if max(a.wordCount, b.wordCount) < fewCount { return shortSum(a, b) }
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
    guard a.wordCount + b.wordCount <= fewCount else {
      return BigInteger(words: product(a.words, b.words), isNegative: a.isNegative != b.isNegative)
    }
    var result = InlineArray<16, UInt64>(repeating: 0)
    for i in 0..<a.wordCount {
      var carry: UInt64 = 0
      for j in 0..<b.wordCount {
        // At most (2^64 - 1)^2 + 2 (2^64 - 1), which is 2^128 - 1.
        let total = UInt128(a.few[i]) * UInt128(b.few[j]) + UInt128(result[i + j]) + UInt128(carry)
        result[i + j] = UInt64(truncatingIfNeeded: total)
        carry = UInt64(truncatingIfNeeded: total >> 64)
      }
      result[i + b.wordCount] = carry
    }
    return BigInteger(few: result, upTo: a.wordCount + b.wordCount, isNegative: a.isNegative != b.isNegative)
  }

  /// Times 2^count. Precondition: `count` is not negative.
  package func shiftedLeft(by count: Int) -> BigInteger {
    let (moved, shift) = (count / 64, UInt64(count & 63))
    guard count >= 0, wordCount + moved < Self.fewCount else {
      return BigInteger(words: shifted(words, left: count), isNegative: isNegative)
    }
    if count == 0 { return self }
    var result = InlineArray<16, UInt64>(repeating: 0)
    for index in 0..<wordCount {
      result[index + moved] |= few[index] << shift
      if shift > 0 { result[index + moved + 1] = few[index] >> (64 - shift) }
    }
    return BigInteger(few: result, upTo: wordCount + moved + 1, isNegative: isNegative)
  }

  /// Sum of numbers of fewer words than lie in place.
  private static func shortSum(_ a: BigInteger, _ b: BigInteger) -> BigInteger {
    let count = max(a.wordCount, b.wordCount)
    var result = InlineArray<16, UInt64>(repeating: 0)
    if a.isNegative == b.isNegative {
      var carry: UInt64 = 0
      for i in 0..<count {
        let total = UInt128(a.few[i]) + UInt128(b.few[i]) + UInt128(carry)
        result[i] = UInt64(truncatingIfNeeded: total)
        carry = UInt64(truncatingIfNeeded: total >> 64)
      }
      result[count] = carry
      return BigInteger(few: result, upTo: count + 1, isNegative: a.isNegative)
    }
    var place = count - 1
    while place > 0, a.few[place] == b.few[place] { place -= 1 }
    // The greater magnitude decides the sign.
    let (greater, less) = place >= 0 && a.few[place] < b.few[place] ? (b, a) : (a, b)
    var borrow: UInt64 = 0
    for i in 0..<count {
      let (first, overflow) = greater.few[i].subtractingReportingOverflow(less.few[i])
      let (second, more) = first.subtractingReportingOverflow(borrow)
      result[i] = second
      borrow = overflow || more ? 1 : 0
    }
    return BigInteger(few: result, upTo: count, isNegative: greater.isNegative)
  }
}

extension BigInteger: Hashable {
  /// True of the same number.
  package static func == (a: BigInteger, b: BigInteger) -> Bool { a.isNegative == b.isNegative && a.words == b.words }

  /// Takes in sign and words.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(isNegative)
    hasher.combine(words)
  }
}

/// The product of two magnitudes.
func product(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
  var result = [UInt64](repeating: 0, count: a.count + b.count)
  for i in a.indices {
    var carry: UInt64 = 0
    for j in b.indices {
      let total = UInt128(a[i]) * UInt128(b[j]) + UInt128(result[i + j]) + UInt128(carry)
      result[i + j] = UInt64(truncatingIfNeeded: total)
      carry = UInt64(truncatingIfNeeded: total >> 64)
    }
    result[i + b.count] = carry
  }
  return result
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

func added(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
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
func subtracted(_ a: [UInt64], _ b: [UInt64]) -> [UInt64] {
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
func isLess(_ a: [UInt64], _ b: [UInt64]) -> Bool {
  if a.count != b.count { return a.count < b.count }
  for i in a.indices.reversed() where a[i] != b[i] { return a[i] < b[i] }
  return false
}
