// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

private func readColumns(_ text: String, _ change: (inout CSVOptions) -> Void = { _ in }) throws -> (
  table: Table, report: CSVReport
) {
  try read(text) {
    $0.dialect = .plain
    $0.dialect.delimiter = [UInt8(ascii: ";")]
    change(&$0)
  }
}

@Suite struct CSVStyleTests {
  /// Values of one column; its type; its first value as canonical text.
  static let rules: [([String], String, String)] = [
    (["25/12/2020", "01/02/2020"], "date", "2020-12-25"), (["12/25/2020", "1/2/2020"], "date", "2020-12-25"),
    (["25.12.2020"], "date", "2020-12-25"), (["25-12-2020", "1-1-2020"], "date", "2020-12-25"),
    (["2020/12/25", "2020/01/02"], "date", "2020-12-25"), (["2020.1.2"], "date", "2020-01-02"),
    (["01/02/2020"], "string", "01/02/2020"), (["25/12/2020", "12/25/2020"], "string", "25/12/2020"),
    (["01/01/2020", "2/2/2020"], "date", "2020-01-01"), (["1/1/2020", "2/3/2020"], "string", "1/1/2020"),
    (["1/1/2020", "2/13/2020"], "date", "2020-01-01"), (["25/12/2020", "25.12.2020"], "string", "25/12/2020"),
    (["25/12/2020", "2020-12-25"], "string", "25/12/2020"), (["25/12/20"], "string", "25/12/20"),
    (["25/12/2020", "2020/12/25"], "string", "25/12/2020"), (["25/12.2020"], "string", "25/12.2020"),
    (["31/02/2020"], "string", "31/02/2020"), (["29/02/2020"], "date", "2020-02-29"),
    (["29/02/2021"], "string", "29/02/2021"), (["29/02/2000"], "date", "2000-02-29"),
    (["29/02/1900"], "string", "29/02/1900"), (["31/04/2020"], "string", "31/04/2020"),
    (["02/30/2020"], "string", "02/30/2020"), (["1/1/0001"], "date", "0001-01-01"),
    (["1/1/0000"], "string", "1/1/0000"), (["00/01/2020"], "string", "00/01/2020"),
    (["01/00/2020"], "string", "01/00/2020"), (["31/12/9999"], "date", "9999-12-31"),
    (["25/12/2020 10:00", "25/12/2020"], "timestamp", "2020-12-25T10:00:00"),
    (["25/12/2020T10:00:00.5"], "timestamp", "2020-12-25T10:00:00.5"),
    (["25/12/2020 10:00+02:00"], "timestamp_utc", "2020-12-25T08:00:00Z"),
    (["25/12/2020 10:00+02:00", "25/12/2020 10:00"], "string", "25/12/2020 10:00+02:00"),
    (["25/12/2020 25:00"], "string", "25/12/2020 25:00"), (["31/12/9999 23:00-02"], "string", "31/12/9999 23:00-02"),
    (["25/12/2020 "], "string", "25/12/2020 "), (["2020-1-2"], "string", "2020-1-2"),
    (["25/12/2020", "5"], "string", "25/12/2020"), (["25/12/2020", "\"\""], "string", "25/12/2020"),
    (["25/12/2020", "1,5"], "string", "25/12/2020"), (["123/12/2020"], "string", "123/12/2020"),
    (["1.234,56", "1234,5"], "decimal(6,2)", "1234.56"), (["1,234.56", "1,234,567"], "decimal(9,2)", "1234.56"),
    (["1 234,5", "1 234"], "decimal(5,1)", "1234.5"), (["1 234"], "int64", "1234"),
    (["1\u{A0}234", "2"], "int64", "1234"), (["1\u{202F}234,25"], "decimal(6,2)", "1234.25"),
    (["1 234", "1\u{A0}234"], "string", "1 234"), (["1 234.5"], "decimal(5,1)", "1234.5"),
    (["1 234.5", "0,5"], "string", "1 234.5"), (["1,234"], "string", "1,234"), (["1,234", "5"], "string", "1,234"),
    (["1,234", "0,5"], "decimal(4,3)", "1.234"), (["1,234", "1,234,567"], "int64", "1234"),
    (["1,234", "12.5"], "string", "1,234"), (["0,123"], "decimal(4,3)", "0.123"), (["1,23"], "decimal(3,2)", "1.23"),
    (["1,2345"], "decimal(5,4)", "1.2345"), (["1234,567"], "decimal(7,3)", "1234.567"),
    (["0,5", "1,234,567"], "string", "0,5"), (["1.234", "2"], "decimal(4,3)", "1.234"),
    (["1.234", "1.234,5"], "decimal(5,1)", "1234.0"), (["1.234", "1.234.567"], "int64", "1234"),
    (["1.234", "0,5"], "string", "1.234"), (["12.5", "1.234,5"], "string", "12.5"),
    (["12.5", "1,234,567"], "decimal(8,1)", "12.5"), (["0.123", "1.234,5"], "string", "0.123"),
    (["1,23,456"], "string", "1,23,456"), (["1234,567,890"], "string", "1234,567,890"),
    (["12,34.5"], "string", "12,34.5"), (["1,,234"], "string", "1,,234"), (["01,5"], "string", "01,5"),
    (["+1,5"], "string", "+1,5"), (["007", "0,5"], "string", "007"), (["-0,5"], "decimal(2,1)", "-0.5"),
    ([",5"], "decimal(1,1)", "0.5"), (["5,"], "decimal(1,0)", "5"), ([","], "string", ","), (["-,"], "string", "-,"),
    (["1,5e-3", "2"], "float64", "0.0015"), (["1,234e5"], "float64", "123400.0"),
    (["1,234,567e5"], "string", "1,234,567e5"),
    (["NaN", "0,5"], "float64", "nan"), (["9.223.372.036.854.775.807"], "int64", "9223372036854775807"),
    (["-9,223,372,036,854,775,808"], "int64", "-9223372036854775808"),
    (["9 223 372 036 854 775 808"], "decimal(19,0)", "9223372036854775808"),
    (["12.345.678.901.234.567.890.123.456.789.012.345.678"], "decimal(38,0)", "12345678901234567890123456789012345678"),
    (
      ["123.456.789.012.345.678.901.234.567.890.123.456.789"], "string",
      "123.456.789.012.345.678.901.234.567.890.123.456.789"
    ),
    (["0,5", "x"], "string", "0,5"), (["0,5", "true"], "string", "0,5"), (["0,5", "2020-01-01"], "string", "0,5"),
    (["192.168.0.1"], "string", "192.168.0.1"), (["1,2,3"], "string", "1,2,3"),
  ]

  @Test(arguments: rules.indices) func typeAndValue(index: Int) throws {
    let (values, type, first) = Self.rules[index]
    for order in [values, values.reversed(), ["", ""] + values] {
      for records in [1, 2, 100] {
        for sample in [1, 1000] {
          let text = "v;w\n" + order.map { "\($0);\n" }.joined()
          let (table, _) = try readColumns(text) { $0.limits = .tiny(records: records, bytes: 4000, sample: sample) }
          #expect(types(table)[0] == type, "\(order)")
          let row = order.firstIndex(of: values[0])!
          #expect("\(table.value(row: row, column: 0))" == first || isNumber(table, row, first), "\(order)")
        }
      }
    }
  }

  private func isNumber(_ table: Table, _ row: Int, _ text: String) -> Bool {
    guard
      let same = try? read(
        "v\n\(text)\n",
        {
          $0.dialect = .plain; $0.types = ["v": table.schema.fields[0].type]
        }
      ).table
    else { return false }
    return "\(same.value(row: 0, column: 0))" == "\(table.value(row: row, column: 0))"
  }

  /// Values that settle, contradict and leave open each other's style in every way.
  private static let pools: [[String]] = [
    ["25/12/2020", "31/1/1999"], ["12/25/2020", "2/28/2021"], ["01/02/2020", "3/4/2020"], ["1/1/2020", "02/02/2020"],
    ["25.12.2020"], ["1.2.2020"], ["25-12-2020"], ["2020/12/25", "2020/1/2"], ["2020-12-25"], ["25/12/2020 10:00"],
    ["25/12/2020 10:00Z"], ["1/2/2020 10:00+02"], ["31/02/2020"],
    ["1,234", "12,345"], ["0,5", "1,25", "1234,567"], ["1,234,567", "1,234.5"], ["1.234,5", "12.345,678"],
    ["1.234.567"], ["1.234", "12.345"], ["12.5", "0.25"], ["1", "22", "-333"], ["1 234", "1 234 567"], ["1 234,5"],
    ["1 234.5"], ["1\u{A0}234"], ["1\u{202F}234,5"], ["x", "1,2,3"], ["007"], ["1e-5", "NaN"], ["1,5e-3"], ["true"],
    ["12345678901234567,5", "0,1234567890123456789"], ["99.999.999.999.999.999.999"], [""], [""],
  ]
  private static let related: [Range<Int>] = [0..<4, 0..<13, 13..<25, 13..<21, 13..<35, 0..<35]

  @Test func randomColumnsAreWhatOneLookGives() throws {
    var random = RandomSource(seed: 11)
    var passes: [Int: Int] = [:]
    var outcomes: [String: Int] = [:]
    for round in 0..<120 {
      let poolsOfColumn = (0..<3).map { _ in
        let range = Self.related.randomElement(using: &random)!
        return (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.pools[range.randomElement(using: &random)!] }
      }
      let count = Int.random(in: 1...24, using: &random)
      let isLate = Bool.random(using: &random)
      let rowsOfText = (0..<count).map { row in
        poolsOfColumn.map { pools in
          let pool =
            isLate
            ? pools[row == count - 1 ? pools.count - 1 : 0] : pools[min(pools.count - 1, row * pools.count / count)]
          return pool.randomElement(using: &random)!
        }
      }
      let text = "a;b;c\n" + rowsOfText.map { $0.joined(separator: ";") + "\n" }.joined()
      let (whole, wholeReport) = try readColumns(text)
      for column in 0..<3 {
        let values = rowsOfText.map { $0[column] }
        let expected = try plainColumn(values)
        let message: Comment = "round \(round) seed \(random.seed): \(values)"
        #expect(types(whole)[column] == expected.type, message)
        #expect(rows(whole).map { "\($0[column])" } == expected.values, message)
        outcomes[expected.type, default: 0] += 1
      }
      for threads in 1...4 {
        let (table, report) = try readColumns(text) {
          $0.threads = threads
          $0.limits = .tiny(records: round % 5 + 1, bytes: 1000, sample: 1)
        }
        passes[report.passCount, default: 0] += 1
        let message: Comment = "round \(round) seed \(random.seed) threads \(threads)\n\(text)"
        #expect(types(table) == types(whole), message)
        #expect(rows(table).map { "\($0)" } == rows(whole).map { "\($0)" }, message)
        #expect(report.columns == wholeReport.columns, message)
        #expect(report.warnings == wholeReport.warnings, message)
      }
    }
    #expect(passes[1, default: 0] > 20 && passes[2, default: 0] > 20 && passes[3, default: 0] > 0)
    for type in ["date", "timestamp", "int64", "string"] { #expect(outcomes[type, default: 0] > 2) }
  }

  /// Type and values that the twin gives.
  private func plainColumn(_ values: [String]) throws -> (type: String, values: [String]) {
    func column(_ values: [String], allText: Bool) throws -> (type: String, values: [String]) {
      let table = try readColumns("v;w\n" + values.map { "\($0);\n" }.joined()) { $0.allText = allText }.table
      return (types(table)[0], rows(table).map { "\($0[0])" })
    }
    if let plain = plainlyRestyled(values.filter { !$0.isEmpty }) {
      var rest = plain[...]
      let found = try column(values.map { $0.isEmpty ? "" : rest.removeFirst() }, allText: false)
      if found.type != "string" { return found }
    }
    return try column(values, allText: true)
  }

  @Test func reasonsNameTheValueThatDecides() throws {
    let text = """
      d;m;a;n;g;c;x
      01/02/2020;1/2/2020;1/2/2020;1,234;1,234;1,234;12.5
      02/01/2020;12/31/2020;2/1/2020;2,345;1,234,567;0,5;1.234,5

      """
    let report = try readColumns(text).report
    #expect(
      report.columns.map(\.reason) == [
        "row 1 has \"01/02/2020\", and no value says if day or month is first: give --date-format %d/%m/%Y or %m/%d/%Y",
        "2 values, all valid days, month first (row 2 has \"12/31/2020\")",
        "row 1 has \"1/2/2020\", and no value says if day or month is first: give --date-format %d/%m/%Y or %m/%d/%Y",
        "row 1 has \"1,234\", and no value says if the comma is a decimal mark or groups: give --decimal , or --thousands ,",
        "2 values, at most 7 digits, \",\" between groups (row 2 has \"1,234,567\")",
        "2 values, most digits 1 before the point and 3 after it, decimal comma (row 2 has \"0,5\")",
        "row 2 has \"1.234,5\", row 1 has \"12.5\": numbers are written in two ways",
      ])
    #expect(report.warnings.count == 3)
    #expect(report.warnings[0] == "column \"d\" is kept as text: " + report.columns[0].reason)
  }

  @Test func lastRowContradicts() throws {
    let values = (1...200).map { "\($0 % 28 + 1)/0\($0 % 9 + 1)/2020" }
    for (last, type) in [("13/12/2020", "date"), ("12/13/2020", "string"), ("2020-01-01", "string"), ("", "date")] {
      for threads in 1...3 {
        let (table, _) = try readColumns("v;w\n" + (values + [last]).map { "\($0);\n" }.joined()) {
          $0.threads = threads
          $0.limits = .tiny(records: 7, bytes: 400)
        }
        #expect(types(table)[0] == type)
      }
    }
  }
}
