// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

@Test(arguments: [0, 1, -1, 9, 10, 99, 100, 999, 1000, 9999, 10_000, 99_999, Int64.max, Int64.min])
func integersArePlain(value: Int64) {
  #expect(plainText(of: .int64(value)) == value.description)
}

@Test func integersOfAnyLength() {
  var random = RandomSource(seed: 41)
  for _ in 0..<2000 {
    let value = Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0..<64, using: &random)
    #expect(plainText(of: .int64(value)) == value.description, "seed \(random.seed)")
  }
}

@Test(arguments: [
  (Int128(0), 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (-12_345, 3, "-12.345"), (12_345, 0, "12345"),
  (-1, 38, "-0.00000000000000000000000000000000000001"), (100, 2, "1.00"),
  (99_999_999_999_999_999_999_999_999_999_999_999_999, 0, "99999999999999999999999999999999999999"),
  (-99_999_999_999_999_999_999_999_999_999_999_999_999, 38, "-0.99999999999999999999999999999999999999"),
  (Int128.min, 1, "-17014118346046923173168730371588410572.8"),
])
func decimalsHaveAllDigitsOfTheirScale(unscaled: Int128, scale: Int, expected: String) {
  #expect(plainText(of: .decimal(unscaled: unscaled, scale: scale)) == expected)
}

@Test func narrowAndWideDecimalsAgree() throws {
  var random = RandomSource(seed: 42)
  for _ in 0..<2000 {
    let scale = Int.random(in: 0...18, using: &random)
    let limit: Int64 = 999_999_999_999_999_999
    let value = Int64.random(in: -limit...limit, using: &random) >> Int64.random(in: 0..<60, using: &random)
    let type = ColumnType.decimal(precision: 18, scale: scale)
    let texts = CellTexts(style: .json, cellCapacity: 1)
    texts.format(
      ColumnPage(values: .int64([value])), rows: 0..<1, type: type, dictionary: nil)
    let narrow = String(
      decoding: UnsafeBufferPointer(start: texts.bytes.start, count: texts.bytes.count), as: UTF8.self)
    #expect(narrow == plainText(of: .decimal(unscaled: Int128(value), scale: scale)), "seed \(random.seed)")
  }
}

@Test(arguments: [
  (0, "1970-01-01"), (-1, "1969-12-31"), (18_348, "2020-03-27"), (11_016, "2000-02-29"), (-719_528, "0000-01-01"),
  (-719_529, "-0001-12-31"), (2_932_896, "9999-12-31"), (2_932_897, "10000-01-01"), (-25_508, "1900-03-01"),
  (-25_509, "1900-02-28"),
])
func datesAreProlepticGregorian(days: Int, expected: String) {
  #expect(plainText(of: .date(daysSinceEpoch: days)) == expected)
}

@Test(arguments: [
  (0, "1970-01-01T00:00:00"), (-1, "1969-12-31T23:59:59.999999"), (1_585_404_309_500_000, "2020-03-28T14:05:09.5"),
  (1_585_404_309_000_010, "2020-03-28T14:05:09.00001"), (-62_135_596_800_000_000, "0001-01-01T00:00:00"),
  (253_402_300_799_999_999, "9999-12-31T23:59:59.999999"), (86_399_000_000, "1970-01-01T23:59:59"),
])
func timestampsAreISO(microseconds: Int, expected: String) {
  #expect(plainText(of: .timestamp(microsecondsSinceEpoch: microseconds, isUTC: false)) == expected)
  #expect(plainText(of: .timestamp(microsecondsSinceEpoch: microseconds, isUTC: true)) == expected + "Z")
}

@Test(arguments: [Int.min, Int.max, Int.min + 1])
func absurdTimestampsDoNotTrap(microseconds: Int) {
  let text = plainText(of: .timestamp(microsecondsSinceEpoch: microseconds, isUTC: true))
  #expect(text.utf8.count <= maximumTimestampTextLength && text.hasSuffix("Z"))
}

@Test func everyDayOf800YearsFollowsTheDayBefore() {
  var (year, month, day) = (Int64(1600), 1, 1)
  for days in -135_140..<157_000 {
    #expect(civilDate(daysSinceEpoch: Int64(days)) == (year, month, day))
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    day += 1
    if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
    if month > 12 { (year, month) = (year + 1, 1) }
  }
}

@Test(arguments: [Int.min, Int.max, Int.min + 1, Int.max - 719_468])
func absurdDaysDoNotTrap(days: Int) {
  let text = plainText(of: .date(daysSinceEpoch: days))
  #expect(text.utf8.count <= maximumDateTextLength && text.utf8.count > 15)
}

@Test(arguments: [
  0.0, -0.0, 1, -1, 0.1, 1.0 / 3, 1e-5, 1e16, 1e15, 9_007_199_254_740_991, 9_007_199_254_740_992, 9_007_199_254_740_994,
  -9_007_199_254_740_992, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 123_456.789, -0.001, 1e22, 1e23,
  4_503_599_627_370_496.5,
])
func doublesAreAsSwiftPrintsThem(value: Double) {
  #expect(plainText(of: .float64(value)) == value.description)
}

@Test func doublesReadBack() {
  var random = RandomSource(seed: 43)
  for round in 0..<4000 {
    let bits = random.next()
    let value = round % 2 == 0 ? Double(bitPattern: bits) : Double(Int64(truncatingIfNeeded: bits) >> 20) / 64
    guard value.isFinite else { continue }
    let text = plainText(of: .float64(value))
    #expect(Double(text) == value && text == value.description, "seed \(random.seed)")
    #expect(text.utf8.count <= maximumDoubleTextLength)
  }
}

@Test func otherValues() {
  #expect(plainText(of: .float64(.nan)) == "NaN")
  #expect(plainText(of: .float64(.infinity)) == "inf")
  #expect(plainText(of: .float64(-.infinity)) == "-inf")
  #expect(plainText(of: .bool(true)) == "true")
  #expect(plainText(of: .bool(false)) == "false")
  #expect(plainText(of: .null) == "")
  #expect(plainText(of: .string("São")) == "São")
}

@Test func displayWidths() {
  #expect(displayWidth(of: "abc") == 3)
  #expect(displayWidth(of: "São") == 3)
  #expect(displayWidth(of: "Sa\u{303}o") == 3)
  #expect(displayWidth(of: "北京") == 4)
  #expect(displayWidth(of: "ｱ") == 1)
  #expect(displayWidth(of: "👩‍👩‍👧") == 2)
  #expect(displayWidth(of: "❤\u{FE0F}") == 2)
  #expect(displayWidth(of: "🇧🇷") == 2)
  #expect(truncated("abcdef", toWidth: 6) == "abcdef")
  #expect(truncated("abcdefg", toWidth: 6) == "abcde…")
  #expect(truncated("北京北京", toWidth: 6) == "北京…")
  #expect(printable("a\nb\u{1B}[31m\u{85}\u{7F}") == "a␊b␛[31m\u{FFFD}␡")
}
