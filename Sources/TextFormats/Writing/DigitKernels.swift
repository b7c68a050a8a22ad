// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Numbers to ASCII digits, into memory of the caller. Each function returns how long the text is; its constant says how many
// bytes it may touch at most: those past the text may be overwritten too.

/// Longest text of an int64: a sign and 19 digits.
let maximumIntegerTextLength = 20

/// Longest text of a decimal: a sign, 39 digits of an Int128, a point, and a leading zero.
let maximumDecimalTextLength = 42

/// Longest text of a date: sign, year of up to 17 digits, month, day and two hyphens.
let maximumDateTextLength = 24

/// Longest text of a timestamp: sign, year of up to 6 digits, month, day, `T`, time, point, 6 digits, `Z`.
let maximumTimestampTextLength = 32

/// Longest text of a double: sign, 17 digits, point, and either an exponent or four zeros after the point.
let maximumDoubleTextLength = 32

/// "00" to "99", one after the other, at a fixed address: a global array would cost a bounds check per use.
struct DigitPairs: @unchecked Sendable {
  // Allocated once, never freed, only read after init.
  private let pairs: UnsafeMutablePointer<UInt8>

  static let shared = DigitPairs()

  private init() {
    pairs = .allocate(capacity: 200)
    for number in 0..<100 {
      (pairs + 2 * number).initialize(to: UInt8(ascii: "0") + UInt8(number / 10))
      (pairs + 2 * number + 1).initialize(to: UInt8(ascii: "0") + UInt8(number % 10))
    }
  }

  /// Number of decimal digits, 1 for 0.
  @inline(__always)
  static func digitCount(_ value: UInt64) -> Int {
    var count = 1
    var rest = value
    while rest >= 10_000 {
      rest /= 10_000
      count += 4
    }
    return rest >= 100 ? (rest >= 1000 ? count + 3 : count + 2) : (rest >= 10 ? count + 1 : count)
  }

  /// Writes exactly `count` digits of `value`, zeros in front. Precondition: it has no more.
  @inline(__always)
  func write(_ value: UInt64, digits count: Int, to target: UnsafeMutablePointer<UInt8>) {
    var rest = value
    var at = count
    while at >= 2 {
      let quotient = rest / 100
      let pair = Int(truncatingIfNeeded: rest &- quotient &* 100) &* 2
      rest = quotient
      at &-= 2
      target[at] = pairs[pair]
      target[at &+ 1] = pairs[pair &+ 1]
    }
    if at == 1 { target[0] = UInt8(truncatingIfNeeded: 48 &+ rest % 10) }
  }

  /// Writes an unsigned number without leading zeros, eight digits at a time.
  @inline(__always)
  func write(_ value: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    guard value < 100_000_000 else { return writeLong(value, to: target) }
    let digits = eightDigits(value)
    // Leading zeros are shifted out, of zero itself all but the last.
    let zeroCount = (digits | 1 << 56).trailingZeroBitCount / 8
    store((digits | asciiZeros) &>> UInt64(8 &* zeroCount), to: target)
    return 8 &- zeroCount
  }

  @inline(never)
  private func writeLong(_ value: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let (upper, lower) = value.quotientAndRemainder(dividingBy: 100_000_000)
    let count = write(upper, to: target)
    store(eightDigits(lower) | asciiZeros, to: target + count)
    return count + 8
  }

  /// Writes an int64: sign, digits.
  @inline(__always)
  func write(_ value: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    guard value < 0 else { return write(UInt64(value), to: target) }
    target[0] = UInt8(ascii: "-")
    return 1 &+ write(value.magnitude, to: target + 1)
  }

  /// Writes `unscaled` / 10^scale with exactly `scale` digits after the point, none and no point for scale 0.
  ///
  /// `divisor` is 10^scale. Precondition: scale is at most 18.
  @inline(__always)
  func writeDecimal(_ unscaled: Int64, scale: Int, divisor: UInt64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    if scale == 0 { return write(unscaled, to: target) }
    var at = 0
    if unscaled < 0 {
      target[0] = UInt8(ascii: "-")
      at = 1
    }
    let (whole, fraction) = unscaled.magnitude.quotientAndRemainder(dividingBy: divisor)
    at &+= write(whole, to: target + at)
    target[at] = UInt8(ascii: ".")
    if scale <= 8 {
      store((eightDigits(fraction) | asciiZeros) &>> UInt64(8 &* (8 &- scale)), to: target + (at &+ 1))
    } else {
      write(fraction, digits: scale, to: target + (at &+ 1))
    }
    return at &+ 1 &+ scale
  }

  /// As ``writeDecimal(_:scale:divisor:to:)`` for 128 bits. Precondition: scale is at most 38.
  func writeDecimal(_ unscaled: Int128, scale: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let chunk: UInt128 = 1_000_000_000_000_000_000
    let (upper, low) = unscaled.magnitude.quotientAndRemainder(dividingBy: chunk)
    let (high, middle) = upper.quotientAndRemainder(dividingBy: chunk)
    // 3 x 18 digits hold any 128-bit magnitude; the first ones are zeros.
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 54) { digits in
      guard let start = digits.baseAddress else { return 0 }
      write(UInt64(high), digits: 18, to: start)
      write(UInt64(middle), digits: 18, to: start + 18)
      write(UInt64(low), digits: 18, to: start + 36)
      var first = 0
      // At least one digit stays before the point.
      while first < 53 - scale, start[first] == UInt8(ascii: "0") { first += 1 }
      var at = 0
      if unscaled < 0 {
        target[0] = UInt8(ascii: "-")
        at = 1
      }
      let wholeCount = 54 - scale - first
      (target + at).update(from: start + first, count: wholeCount)
      at += wholeCount
      if scale == 0 { return at }
      target[at] = UInt8(ascii: ".")
      (target + (at + 1)).update(from: start + (54 - scale), count: scale)
      return at + 1 + scale
    }
  }

  /// Writes days since 1970-01-01 as `YYYY-MM-DD` of the proleptic Gregorian calendar.
  ///
  /// Years past 9999 take as many digits as they need; years before 0 get a minus sign. Any 64-bit number of days is fine. The
  /// calendar is computed as in Hinnant, "chrono-Compatible Low-Level Date Algorithms" (civil_from_days).
  @inline(__always)
  func writeDate(_ days: Int64, to target: UnsafeMutablePointer<UInt8>) -> Int {
    let (year, month, day) = civilDate(daysSinceEpoch: days)
    var at = 0
    if year < 0 {
      target[0] = UInt8(ascii: "-")
      at = 1
    }
    let digits = max(4, Self.digitCount(year.magnitude))
    write(year.magnitude, digits: digits, to: target + at)
    at &+= digits
    target[at] = UInt8(ascii: "-")
    write(UInt64(month), digits: 2, to: target + (at &+ 1))
    target[at &+ 3] = UInt8(ascii: "-")
    write(UInt64(day), digits: 2, to: target + (at &+ 4))
    return at &+ 6
  }

  /// Writes microseconds since 1970-01-01T00:00:00 as `YYYY-MM-DDTHH:MM:SS`, then a point and the fewest digits that say the
  /// rest where there is one, then `Z` if `isUTC`. Any 64-bit number is fine; years are written as ``writeDate(_:to:)`` does.
  @inline(__always)
  func writeTimestamp(_ microseconds: Int64, isUTC: Bool, to target: UnsafeMutablePointer<UInt8>) -> Int {
    var (days, ofDay) = microseconds.quotientAndRemainder(dividingBy: 86_400_000_000)
    if ofDay < 0 {
      days &-= 1
      ofDay &+= 86_400_000_000
    }
    var (seconds, fraction) = UInt64(bitPattern: ofDay).quotientAndRemainder(dividingBy: 1_000_000)
    var at = writeDate(days, to: target)
    target[at] = UInt8(ascii: "T")
    write(seconds / 3600, digits: 2, to: target + (at &+ 1))
    seconds %= 3600
    target[at &+ 3] = UInt8(ascii: ":")
    write(seconds / 60, digits: 2, to: target + (at &+ 4))
    target[at &+ 6] = UInt8(ascii: ":")
    write(seconds % 60, digits: 2, to: target + (at &+ 7))
    at &+= 9
    if fraction != 0 {
      var count = 6
      while fraction % 10 == 0 {
        fraction /= 10
        count &-= 1
      }
      target[at] = UInt8(ascii: ".")
      write(fraction, digits: count, to: target + (at &+ 1))
      at &+= 1 &+ count
    }
    guard isUTC else { return at }
    target[at] = UInt8(ascii: "Z")
    return at &+ 1
  }

  /// Writes the shortest digits that read back to the same double, as Swift prints them: `1.0`, `0.1`, `1e-05`, `-0.0`.
  ///
  /// Precondition: finite.
  func writeFinite(_ value: Double, to target: UnsafeMutablePointer<UInt8>) -> Int {
    // Whole numbers below 2^53 are their own shortest digits, and print without exponent; -0.0 is left to Swift.
    if value.magnitude < 9_007_199_254_740_992, value != 0 {
      let whole = Int64(value)
      if Double(whole) == value {
        let count = write(whole, to: target)
        target[count] = UInt8(ascii: ".")
        target[count + 1] = UInt8(ascii: "0")
        return count + 2
      }
    }
    var text = value.description
    return text.withUTF8 { utf8 in
      for (index, byte) in utf8.enumerated() { target[index] = byte }
      return utf8.count
    }
  }
}

private let asciiZeros: UInt64 = 0x3030_3030_3030_3030

/// The eight digits of a number below 10^8, zeros in front, one a byte, the first one lowest.
///
/// Three steps halve what each part of the word holds, all parts at once: eight digits, four, two, one. Quotients by 100 and 10
/// are products with 10,486 / 2^20 and 103 / 2^10, exact below 10,000 and 100 (Granlund and Montgomery, "Division by Invariant
/// Integers using Multiplication", 1994).
@inline(__always)
private func eightDigits(_ value: UInt64) -> UInt64 {
  let high = value / 10_000
  let fours = high | (value &- high &* 10_000) &<< 32
  let hundreds = (fours &* 10_486) &>> 20 & 0x7F_0000_007F
  let twos = hundreds | (fours &- hundreds &* 100) &<< 16
  let tens = (twos &* 103) &>> 10 & 0x000F_000F_000F_000F
  return tens | (twos &- tens &* 10) &<< 8
}

/// Writes eight bytes, the lowest first.
@inline(__always)
private func store(_ bytes: UInt64, to target: UnsafeMutablePointer<UInt8>) {
  // Every text may touch more than 16 bytes past where it starts, as the constants above say.
  UnsafeMutableRawPointer(target).storeBytes(of: bytes.littleEndian, as: UInt64.self)
}

/// Year, month (1...12) and day (1...31) of a day in the proleptic Gregorian calendar; year 0 is 1 BC. Any Int64 is fine.
@inline(__always)
func civilDate(daysSinceEpoch days: Int64) -> (year: Int64, month: Int, day: Int) {
  let daysPerEra: Int64 = 146_097
  // 0000-03-01, the start of era 0, lies 719,468 days = 4 eras and 135,080 days before the epoch. Adding the parts after the
  // division keeps everything inside 64 bits.
  var era = days / daysPerEra
  var dayOfEra = days % daysPerEra
  if dayOfEra < 0 {
    dayOfEra += daysPerEra
    era -= 1
  }
  era += 4
  dayOfEra += 135_080
  if dayOfEra >= daysPerEra {
    dayOfEra -= daysPerEra
    era += 1
  }
  let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, Int(month), Int(day))
}
