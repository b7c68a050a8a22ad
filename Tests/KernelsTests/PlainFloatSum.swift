// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The obviously right twin: every finite double is an integer times 2^-1074; integers of 2,200 bits are added bit by bit.
struct PlainFloatSum {
  /// Bits of the sum times 2^1074, two's complement, lowest first.
  private var bits = [Bool](repeating: false, count: 2200)

  mutating func add(_ value: Double) {
    var addend = [Bool](repeating: false, count: bits.count)
    let exponent = max(Int(value.magnitude.exponentBitPattern), 1) - 1
    let significand = value.significandBitPattern | (value.exponentBitPattern == 0 ? 0 : 1 << 52)
    for bit in 0..<53 where significand >> UInt64(bit) & 1 == 1 { addend[exponent + bit] = true }
    if value < 0 { addend = Self.negated(addend) }
    bits = Self.sum(bits, addend, carry: false)
  }

  var rounded: Double {
    let isNegative = bits.last == true
    let magnitude = isNegative ? Self.negated(bits) : bits
    guard let top = magnitude.lastIndex(of: true) else { return 0 }
    let last = max(top - 52, 0)
    var significand = 0.0
    for bit in stride(from: top, through: last, by: -1) { significand = significand * 2 + (magnitude[bit] ? 1 : 0) }
    if last > 0, magnitude[last - 1], magnitude[last] || magnitude[..<(last - 1)].contains(true) { significand += 1 }
    // Scaling by powers of two is exact here: what is subnormal has last == 0.
    var result = significand
    var exponent = last - 1074
    while exponent > 0 {
      result *= 2
      exponent -= 1
    }
    while exponent < 0 {
      result /= 2
      exponent += 1
    }
    return isNegative ? -result : result
  }

  private static func negated(_ bits: [Bool]) -> [Bool] {
    sum(bits.map { !$0 }, [Bool](repeating: false, count: bits.count), carry: true)
  }

  private static func sum(_ a: [Bool], _ b: [Bool], carry: Bool) -> [Bool] {
    var carry = carry
    return zip(a, b).map { a, b in
      let ones = (a ? 1 : 0) + (b ? 1 : 0) + (carry ? 1 : 0)
      carry = ones > 1
      return ones & 1 == 1
    }
  }
}
