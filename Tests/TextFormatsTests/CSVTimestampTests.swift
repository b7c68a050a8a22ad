// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

private func parse(_ text: String) -> CSVTimestamp? {
  var known = CSVKnownDay()
  return Array(text.utf8).withUnsafeBytes { parseTimestamp($0, &known) }
}

/// The obviously right twin: a pattern, then each part as a number, days counted year by year.
private func plainTimestamp(_ text: String) -> CSVTimestamp? {
  let pattern =
    /([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(?: ?([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?))?/
  guard let match = text.wholeMatch(of: pattern.matchingSemantics(.unicodeScalar))?.output else { return nil }
  let (year, month, day) = (Int(match.1)!, Int(match.2)!, Int(match.3)!)
  let (hour, minute, second) = (Int(match.4)!, Int(match.5)!, match.6.map { Int($0)! } ?? 0)
  let fraction = String(match.7 ?? "0")
  let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  guard year > 0, (1...12).contains(month), (1...lengths[month - 1]).contains(day), hour < 24, minute < 60, second < 60,
    fraction.dropFirst(6).allSatisfy({ $0 == "0" })
  else { return nil }
  let before = year - 1
  let days =
    before * 365 + before / 4 - before / 100 + before / 400 + lengths[..<(month - 1)].reduce(day - 1, +) - 719_162
  var seconds = days * 86_400 + hour * 3600 + minute * 60 + second
  if let zone = match.8, zone != "Z", zone != "z" {
    let digits = zone.filter { $0 >= "0" && $0 <= "9" }
    let (hours, minutes) = (Int(digits.prefix(2))!, Int(digits.dropFirst(2)) ?? 0)
    guard minutes < 60, hours * 60 + minutes <= 18 * 60 else { return nil }
    seconds -= (zone.first == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
  }
  let padded = String((fraction + "000000").prefix(6))
  let microseconds = Int64(seconds) * 1_000_000 + Int64(padded)!
  guard microseconds >= -62_135_596_800_000_000, microseconds <= 253_402_300_799_999_999 else { return nil }
  return CSVTimestamp(microseconds: microseconds, hasOffset: match.8 != nil)
}

@Suite struct CSVTimestampTests {
  @Test(arguments: [
    ("1970-01-01T00:00:00", 0, false), ("1970-01-01 00:00", 0, false), ("1970-01-01t00:00:01", 1_000_000, false),
    ("1970-01-01 00:00:00.000001", 1, false), ("1970-01-01 00:00:00.1", 100_000, false),
    ("1970-01-01 00:00:00.123456000", 123_456, false), ("1970-01-01 00:00:00.0000000", 0, false),
    ("1969-12-31T23:59:59.999999", -1, false), ("0001-01-01T00:00:00", -62_135_596_800_000_000, false),
    ("9999-12-31T23:59:59.999999", 253_402_300_799_999_999, false), ("1970-01-01T00:00Z", 0, true),
    ("1970-01-01T00:00:00z", 0, true), ("1970-01-01T00:00:00 Z", 0, true), ("1970-01-01T02:00:00+02:00", 0, true),
    ("1970-01-01T02:00+02", 0, true), ("1969-12-31 20:30:00 -0330", 0, true), ("1970-01-01 18:00:00+18:00", 0, true),
    ("1970-01-01T00:00:00.5-00:00", 500_000, true), ("1970-01-01T00:00:00.25Z", 250_000, true),
    ("0001-01-01T00:00:00-18", -62_135_532_000_000_000, true),
    ("9999-12-31T23:59:59.999999+18", 253_402_235_999_999_999, true),
  ]) func momentsAreRead(text: String, microseconds: Int64, hasOffset: Bool) {
    #expect(parse(text) == CSVTimestamp(microseconds: microseconds, hasOffset: hasOffset))
    #expect(plainTimestamp(text) == parse(text))
  }

  @Test(arguments: [
    "", "1970-01-01", "1970-01-01T", "1970-01-01T00", "1970-01-01T00:0", "1970-01-01T00:00:", "1970-01-01T00:00:0",
    "1970-01-01T00:00:00.", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00,5", "1970-01-01T24:00:00",
    "1970-01-01T23:59:60", "1970-01-01T23:60:00", "1970-01-01T00:00:00.0000001", "1970-01-01T00:00:00.1234567890",
    "1970-01-01  00:00:00", "1970-01-01_00:00:00", "1970-02-29T00:00:00", "0000-01-01T00:00:00", "1970-1-01T00:00:00",
    "1970-01-01T00:00:00+", "1970-01-01T00:00:00+2", "1970-01-01T00:00:00+02:", "1970-01-01T00:00:00+02:0",
    "1970-01-01T00:00:00+020", "1970-01-01T00:00:00+18:01", "1970-01-01T00:00:00+19", "1970-01-01T00:00:00+02:60",
    "1970-01-01T00:00:00  Z", "1970-01-01T00:00:00 ", "1970-01-01T00:00:00ZZ", "1970-01-01T00:00:00Z ",
    "1970-01-01T00:00:00+02:00Z", "1970-01-01T00:00:00 UTC", "1970-01-01T00:00.5", "1970-01-01T0:00:00",
    "1970-01-01T00-00-00", "1970-01-01T00:00:00\u{2212}02", "1970-01-01T000000", "19700101T000000", " 1970-01-01T00:00",
    "9999-12-31T23:59:59.999999-00:01", "0001-01-01T00:00:00+00:01", "1970-01-01T00:00:00+02:00:00",
    "1970-01-01T/0:00:00", "1970-01-01T0::00:00", "1970-01-01T00:00:00.00000:",
  ]) func othersAreNot(text: String) {
    #expect(parse(text) == nil)
    #expect(plainTimestamp(text) == nil)
  }

  @Test func randomTextsEqualThePlainTwin() {
    var random = RandomSource(seed: 91)
    let dates = ["1970-01-01", "0001-01-01", "9999-12-31", "2000-02-29", "1900-02-29", "2020-13-01", "0000-12-31"]
    let seconds = [":00", ":59", ":60", ":07", ":", ""]
    let zones = ["", "", "Z", "z", "+00", "-18:00", "+1801", "+05:30", "-0330", "+2", "UTC", "-1", "+99", "-12:5"]
    let strange = Array("0123456789:.,-+TtZz /é".utf8)
    var found = 0
    for round in 0..<12_000 {
      func pick(_ choices: [String]) -> String { choices.randomElement(using: &random)! }
      func number(_ limit: Int) -> String {
        let value = Int.random(in: 0..<limit, using: &random)
        return value < 10 ? "0\(value)" : "\(value)"
      }
      var text =
        round % 3 == 0 ? pick(dates) : "\(Int.random(in: 1000...2999, using: &random))-\(number(13))-\(number(31))"
      text +=
        pick(["T", " ", "t", "T", "", "  "]) + number(25) + pick([":", ":", ":", "."]) + number(61) + pick(seconds)
      if Bool.random(using: &random) {
        text += pick([".", ".", ".", ",", ""])
        for _ in 0..<Int.random(in: 0...9, using: &random) { text += "\(Int.random(in: 0...9, using: &random))" }
        text += pick(["", "", "0", "000000000"])
      }
      text += pick(["", "", " "]) + pick(zones)
      if round % 4 == 0 {
        var bytes = Array(text.utf8)
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = strange.randomElement(using: &random)!
        text = String(decoding: bytes, as: UTF8.self)
      }
      let expected = plainTimestamp(text)
      #expect(parse(text) == expected, "\(text), seed \(random.seed)")
      found += expected == nil ? 0 : 1
    }
    #expect(found > 500)
  }

  @Test func whatIsWrittenReadsBack() {
    var random = RandomSource(seed: 92)
    var values: [Int64] = [
      ColumnType.timestamps.lowerBound, ColumnType.timestamps.upperBound, 0, -1, 1, 999_999, 1_000_000,
    ]
    for _ in 0..<5000 {
      let unit: Int64 = [1, 10, 1000, 100_000, 1_000_000, 60_000_000, 86_400_000_000].randomElement(using: &random)!
      values.append(Int64.random(in: ColumnType.timestamps, using: &random) / unit * unit)
    }
    for value in values {
      for isUTC in [false, true] {
        let text = plainText(of: .timestamp(microsecondsSinceEpoch: Int(value), isUTC: isUTC))
        #expect(parse(text) == CSVTimestamp(microseconds: value, hasOffset: isUTC), "\(text), seed \(random.seed)")
        #expect(text.last != "0" || !text.contains("."), "\(text)")
      }
    }
  }

  private func local(_ text: String) -> Value {
    .timestamp(microsecondsSinceEpoch: Int(parse(text)!.microseconds), isUTC: false)
  }
  private func utc(_ text: String) -> Value {
    .timestamp(microsecondsSinceEpoch: Int(parse(text)!.microseconds), isUTC: true)
  }

  @Test func datesWidenToTimestampsHoweverLate() throws {
    for late in [1, 5, 30] {
      let days = (1...late).map { "2020-01-\($0 < 10 ? "0" : "")\($0)" }
      let text = "t,n\n" + days.map { "\($0),1\n" }.joined() + ",2\n2020-02-01 10:30,3\n2020-02-02,4\n"
      let expected = days.map { local($0 + "T00:00") } + [.null, local("2020-02-01T10:30"), local("2020-02-02T00:00")]
      for threads in 1...3 {
        for records in [1, 3, 100] {
          let (table, report) = try read(text) {
            $0.threads = threads
            $0.limits = .tiny(records: records, bytes: 4000)
          }
          #expect(types(table)[0] == "timestamp")
          #expect(rows(table).map { $0[0] } == expected)
          #expect(report.passCount == (records < 100 ? 2 : 1), "\(late) days, \(records) records")
          #expect(
            report.columns[0].reason == "\(late + 2) values, all valid timestamps without offset, or days")
        }
      }
    }
  }

  @Test func offsetsMakeInstants() throws {
    let (table, report) = try read(
      "t,n\n2020-03-28T14:05:09Z,1\n2020-03-28T16:05:09.5+02:00,2\n2020-03-28 10:35-0330,3\n")
    #expect(types(table)[0] == "timestamp_utc")
    #expect(
      rows(table).map { $0[0] } == [
        utc("2020-03-28T14:05:09Z"), utc("2020-03-28T14:05:09.5Z"), utc("2020-03-28T14:05Z"),
      ])
    #expect(report.columns[0].reason == "3 values, all valid timestamps with offset")
    #expect(
      try CSVWriter().text(of: table)
        == "t,n\n2020-03-28T14:05:09Z,1\n2020-03-28T14:05:09.5Z,2\n2020-03-28T14:05:00Z,3\n")
  }

  @Test func offsetsDoNotMix() throws {
    let instant = "2020-03-28T14:05:09Z"
    for other in ["2020-03-28T14:05:09", "2020-03-28"] {
      for (first, second) in [(instant, other), (other, instant)] {
        let text = "t,n\n" + String(repeating: first + ",1\n", count: 7) + second + ",2\n"
        for records in [1, 3, 100] {
          let (table, report) = try read(text) { $0.limits = .tiny(records: records, bytes: 4000) }
          #expect(types(table)[0] == "string")
          #expect(rows(table).map { $0[0] } == Array(repeating: .string(first), count: 7) + [.string(second)])
          #expect(report.columns[0].reason == "row 1 has \"\(first)\", row 8 has \"\(second)\"")
        }
      }
    }
  }

  @Test func typesThatAreGiven() throws {
    let (table, report) = try read("a,b\n2020-01-02,2020-01-02T03:04+05\n2020-01-02 03:04:05.25,\n") {
      $0.types = ["a": .timestamp(isUTC: false), "b": .timestamp(isUTC: true)]
    }
    #expect(
      rows(table) == [
        [local("2020-01-02T00:00"), utc("2020-01-01T22:04Z")], [local("2020-01-02T03:04:05.25"), .null],
      ])
    #expect(report.columns.map(\.reason) == ["as given", "as given"])
    for (value, isUTC) in [
      ("2020-01-02T00:00Z", false), ("2020-01-02T24:00", false), ("\"\"", false), ("2020-01-02", true),
      ("2020-01-02T00:00", true), ("x", true),
    ] {
      let error = failure("k,v\n1,\n2,\n3,\(value)\n") {
        $0.types = ["v": .timestamp(isUTC: isUTC)]
        $0.limits = .tiny(records: 2)
      }
      #expect(error?.code == "csv.type")
      #expect(error?.place == Place(file: "a.csv", row: 3, line: 4, byteOffset: 12, column: "v"), "\(value)")
    }
  }
}
