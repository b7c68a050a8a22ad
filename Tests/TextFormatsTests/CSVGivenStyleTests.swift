// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import TextFormats

@Suite struct CSVGivenStyleTests {
  /// A format, a value, what ISO writes; nil where they do not match.
  static let matches: [(String, String, String?)] = [
    ("%d/%m/%Y", "25/12/2020", "2020-12-25"), ("%d/%m/%Y", "5/1/2020", "2020-01-05"),
    ("%d/%m/%Y", "31/02/2020", nil), ("%d/%m/%Y", "25/12/20", nil), ("%d/%m/%Y", "25/12/2020 ", nil),
    ("%d/%m/%Y", "0/1/2020", nil), ("%d/%m/%Y", "1/1/0000", nil), ("%d/%m/%Y", "1/1/0001", "0001-01-01"),
    ("%d.%m.%y", "1.2.68", "2068-02-01"), ("%d.%m.%y", "1.2.69", "1969-02-01"), ("%d.%m.%y", "1.2.7", nil),
    ("%Y%m%d", "20200229", "2020-02-29"), ("%Y%m%d", "20210229", nil), ("%Y%m%d", "2020229", nil),
    ("%e %b %Y", " 5 Jan 2020", "2020-01-05"), ("%e %b %Y", "15 DEC 2020", "2020-12-15"),
    ("%e %b %Y", "5 Foo 2020", nil),
    ("%B %d, %Y", "september 7, 2021", "2021-09-07"), ("%B %d, %Y", "Sep 7, 2021", nil),
    ("%d%B%Y", "01May2020", "2020-05-01"),
    ("%F", "2020-12-25", "2020-12-25"), ("%F", "2020-1-2", "2020-01-02"), ("%%%F", "%2020-12-25", "2020-12-25"),
    ("%F %T", "2020-12-25 1:02:03", "2020-12-25 01:02:03"), ("%F %T", "2020-12-25 24:00:00", nil),
    ("%F %T", "2020-12-25 23:59:60", nil), ("%F %H", "2020-12-25 7", "2020-12-25 07:00:00"),
    ("%F %H:%M", "2020-12-25 7:5", "2020-12-25 07:05:00"),
    ("%F %T.%f", "2020-12-25 01:02:03.5", "2020-12-25 01:02:03.500000"),
    ("%F %T.%f", "2020-12-25 01:02:03.000001", "2020-12-25 01:02:03.000001"), ("%F %T.%f", "2020-12-25 01:02:03.", nil),
    ("%F %T.%f", "2020-12-25 01:02:03.0000001", nil), ("%FT%T%z", "2020-12-25T01:02:03Z", "2020-12-25 01:02:03+00:00"),
    ("%FT%T%z", "2020-12-25T01:02:03-0330", "2020-12-25 01:02:03-03:30"),
    ("%FT%T%z", "2020-12-25T01:02:03+05:30", "2020-12-25 01:02:03+05:30"),
    ("%FT%T%z", "2020-12-25T01:02:03+02", "2020-12-25 01:02:03+02:00"), ("%FT%T%z", "2020-12-25T01:02:03", nil),
    ("%FT%T%z", "2020-12-25T01:02:03+2", nil), ("%FT%T%z", "2020-12-25T01:02:03+19", nil),
    ("%FT%T%z", "2020-12-25T01:02:03+02:", nil), ("%FT%T%z", "9999-12-31T23:00:00-02", nil),
    ("%z %F", "+02: 2020-12-25", nil), ("vom %d.%m.%Y é", "vom 1.2.2020 é", "2020-02-01"), ("%d/%m/%Y", "", nil),
    ("%d/%m/%Y", String(repeating: "1", count: 600), nil),
  ]

  @Test(arguments: matches.indices) func formats(index: Int) throws {
    let (format, text, expected) = Self.matches[index]
    let parsed = try CSVDateFormat(format)
    let written = withUnsafeTemporaryAllocation(byteCount: CSVStyle.room, alignment: 8) { room in
      let length = Array(text.utf8).withUnsafeBytes { parsed.rewrite($0, to: room.baseAddress!) }
      return length == 0 ? nil : String(decoding: room[..<length], as: UTF8.self)
    }
    #expect(written == expected, "\(format) \(text)")
  }

  @Test func whatIsNoFormat() {
    for (text, error) in [
      ("%q", CSVDateFormat.Malformed.unknown("%q")), ("%Y-%m-%d %", .unknown("%")), ("%Y %j", .unknown("%j")),
      ("%d/%m", .noDay), ("", .noDay), ("%T", .noDay), ("%Y%m%d%d", .repeated("%d")), ("%F %y", .repeated("%y")),
      ("%b %m %Y %d", .repeated("%m")),
    ] {
      #expect(throws: error) { try CSVDateFormat(text) }
    }
  }

  private func readGiven(_ text: String, _ change: (inout CSVOptions) -> Void) throws -> (
    table: Table, report: CSVReport
  ) {
    try read(text) {
      $0.dialect = .plain
      $0.dialect.delimiter = [UInt8(ascii: ";")]
      change(&$0)
    }
  }

  @Test func aFormatForAllAppliesWhereEveryValueMatches() throws {
    let rowsOfText = (1...60).map { "0\($0 % 9 + 1)/02/2020;2020-01-0\($0 % 9 + 1);\($0);03/0\($0 % 9 + 1)/2020" }
    for last in ["05/06/2020;2020-01-01;5;25/12/2020", "31/12/2020;2020-01-01;5;12/25/2020", "x;2020-01-01;y;1/1/2020"]
    {
      for threads in 1...3 {
        for sample in [1, 100_000] {
          let text = "a;b;c;d\n" + (rowsOfText + [last]).map { $0 + "\n" }.joined()
          let (table, report) = try readGiven(text) {
            $0.dateFormat = try! CSVDateFormat("%d/%m/%Y")
            $0.threads = threads
            $0.limits = .tiny(records: 5, bytes: 4000, sample: sample)
          }
          let isText = last.hasPrefix("x")
          #expect(
            types(table) == [isText ? "string" : "date", "date", isText ? "string" : "int64", "date"], "\(last)")
          if !isText { #expect(report.columns[0].reason == "61 values, all valid days, as %d/%m/%Y") }
          if isText { #expect(report.columns[0].reason == "row 61 has \"x\"") }
          if last.hasSuffix("12/25/2020") {
            #expect(report.columns[3].reason == "61 values, all valid days, month first (row 61 has \"12/25/2020\")")
            #expect(table.value(row: 0, column: 3) == .date(daysSinceEpoch: 18_323))
          }
        }
      }
    }
  }

  @Test func aFormatBeatsNumbersAndCodes() throws {
    let text = "a;b\n20200102;01022020\n20201231;31122020\n"
    let (table, _) = try readGiven(text) { $0.dateFormat = try! CSVDateFormat("%Y%m%d") }
    #expect(types(table) == ["date", "string"])
    let (other, _) = try readGiven(text) { $0.dateFormat = try! CSVDateFormat("%d%m%Y") }
    #expect(types(other) == ["int64", "date"])
  }

  @Test func aFormatOfOneColumnIsDemanded() throws {
    let text = "a;b\n1/2/2020;1/2/2020\n31/1/2020;2/2/2020\n;\nx;1/1/2020\n"
    let format = try CSVDateFormat("%d/%m/%Y")
    for threads in 1...2 {
      do {
        _ = try readGiven(text) {
          $0.dateFormatOfColumn = ["a": format]
          $0.threads = threads
          $0.limits = .tiny(records: 1)
        }
        Issue.record("no fault")
      } catch let error as CSVError {
        #expect(
          error.code == "csv.type" && error.place.row == 4 && error.summary.contains("\"x\" is no valid %d/%m/%Y"))
      }
    }
    let (table, report) = try readGiven(text) {
      $0.dateFormatOfColumn = ["a": format]
      $0.errorPolicy = .skip
    }
    #expect(types(table) == ["date", "string"] && table.rowCount == 3 && report.rejectedRowCount == 1)
    #expect(report.columns[0].reason == "as given: %d/%m/%Y")
    #expect(throws: UnknownColumn.self) { try readGiven(text) { $0.dateFormatOfColumn = ["z": format] } }
  }

  @Test func givenTypesTakeGivenStyles() throws {
    let text = "d;n\n1/2/2020;1.234,5\n"
    #expect(throws: CSVError.self) { try readGiven(text) { $0.types = ["d": .date] } }
    #expect(throws: CSVError.self) { try readGiven(text) { $0.types = ["n": .float64] } }
    let european = CSVNumberStyle(decimal: UInt8(ascii: ","), groups: .mark([UInt8(ascii: ".")]))
    let table = try readGiven(text) {
      $0.types = ["d": .timestamp(isUTC: false), "n": .decimal(precision: 10, scale: 2)]
      $0.dateFormat = try! CSVDateFormat("%d/%m/%Y")
      $0.numberStyle = european
    }.table
    #expect(rows(table)[0].map { "\($0)" } == ["2020-02-01T00:00:00", "1234.50"])
    // Dates are no format of the type that is given: as without it.
    #expect(throws: CSVError.self) {
      try readGiven(text) {
        $0.types = ["d": .date]
        $0.dateFormat = try! CSVDateFormat("%d/%m/%Y %T")
      }
    }
  }

  @Test func aStyleOfNumbersForAllLeavesOthersText() throws {
    let text = "a;b;c;d;e;f\n1,234;1.234;1.5;7;2020-01-01;0.123\n0,5;12.345,5;2;8;2020-01-02;1\n"
    func found(_ style: CSVNumberStyle) throws -> [String] {
      types(try readGiven(text) { $0.numberStyle = style }.table)
    }
    let comma = UInt8(ascii: ",")
    #expect(
      try found(CSVNumberStyle(decimal: comma)) == ["decimal(4,3)", "string", "string", "int64", "date", "string"])
    #expect(
      try found(CSVNumberStyle(decimal: comma, groups: .mark([UInt8(ascii: ".")])))
        == ["decimal(4,3)", "decimal(6,1)", "string", "int64", "date", "string"])
    #expect(
      try found(CSVNumberStyle(groups: .mark([comma])))
        == ["string", "string", "decimal(2,1)", "int64", "date", "decimal(4,3)"])
    let spaced = try readGiven("a\n1 234\n2\u{A0}345\n3\u{202F}456.5\n") {
      $0.numberStyle = CSVNumberStyle(groups: .anySpace)
    }
    #expect(types(spaced.table) == ["decimal(5,1)"])
    #expect(spaced.report.columns[0].reason.hasSuffix(", spaces between groups as given"))
    let swiss = try readGiven("a\n1’234\n12’345.5\n") {
      $0.numberStyle = CSVNumberStyle(groups: .mark(Array("’".utf8)))
    }
    #expect(types(swiss.table) == ["decimal(6,1)"])
  }
}
