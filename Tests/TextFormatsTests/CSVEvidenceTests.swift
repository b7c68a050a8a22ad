// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import TextFormats

@Suite struct CSVEvidenceTests {
  /// Values of one column, and the type they must get.
  static let rules: [([String], String)] = [
    ([""], "string"), (["true", "False", "TRUE"], "bool"), (["tRue"], "string"), (["true", "1"], "string"),
    (["0", "-0", "12"], "int64"), (["9223372036854775807", "-9223372036854775808"], "int64"),
    (["9223372036854775808"], "decimal(19,0)"), (["-9223372036854775809", "1"], "decimal(19,0)"),
    (["123456789012345678901234567890"], "decimal(30,0)"), (["1", "2.50"], "decimal(3,2)"),
    ([".5"], "decimal(1,1)"), (["5."], "decimal(1,0)"), (["-0.0"], "decimal(2,1)"), (["."], "string"),
    (["-"], "string"),
    (["12345678.25", "1.123456789012"], "decimal(20,12)"), (["1.5", "12345678901234567890"], "decimal(21,1)"),
    (["1", "007"], "string"), (["00"], "string"), (["-01"], "string"), (["+5"], "string"), (["01.5"], "string"),
    (["1e-05"], "float64"), (["1E5", "2.5"], "float64"), (["1e5"], "string"), (["12E34", "7"], "string"),
    (["1e5", "-7"], "float64"), (["1e+5"], "float64"), (["1e"], "string"), (["1e400", "1.5"], "string"),
    (["NaN"], "float64"), (["-inf", "1"], "float64"), (["Infinity", "0.5"], "float64"), (["nan", "iNf"], "string"),
    (["1.5e3", "12345678901234567"], "string"), (["1.5e3", "12345678901234568"], "float64"),
    (["1.5e-310"], "float64"), (["1.23456789e-320"], "string"),
    (["0." + String(repeating: "1", count: 40)], "string"),
    (["0.5" + String(repeating: "0", count: 40)], "float64"),
    (["0.1" + String(repeating: "0", count: 12), "1" + String(repeating: "0", count: 25) + ".5"], "string"),
    (["0.1" + String(repeating: "0", count: 12), "1" + String(repeating: "0", count: 25) + ".0"], "decimal(39,13)"),
    ([String(repeating: "9", count: 39)], "string"), ([String(repeating: "9", count: 38)], "decimal(38,0)"),
    (["2020-01-01", "0001-01-01", "9999-12-31"], "date"), (["2020-02-30"], "string"), (["0000-01-01"], "string"),
    (["2020-01-01T00:00:00", "2020-01-01 10:00", "2020-01-01t10:00:00.25"], "timestamp"),
    (["2020-01-01", "2020-01-01 10:00"], "timestamp"),
    (["2020-01-01T10:00Z", "2020-01-01 10:00:00+02"], "timestamp_utc"),
    (["2020-01-01T10:00Z", "2020-01-01T10:00"], "string"), (["2020-01-01T10:00Z", "2020-01-01"], "string"),
    (["2020-01-01T10:00", "1"], "string"), (["2020-01-01T10:00", "2020-01-01", "x"], "string"),
    (["2020-01-01T24:00:00"], "string"), (["2020-01-01T23:59:60"], "string"),
    (["2020-01-01T10:00:00.0000001"], "string"),
    (["9999-12-31T23:00-02"], "string"), (["true", "2020-01-01T10:00Z"], "string"),
    (["2020-01-01", "1"], "string"), (["2020-1-1"], "string"), (["2020-01-01", "x"], "string"),
    (["\"\"", "1"], "string"),
    (["\"1\"", "2"], "int64"), (["1 "], "string"), (["1_000"], "string"), (["0x10"], "string"), (["1", "é"], "string"),
    (["1.", "1e5"], "float64"), (["--1"], "string"), (["1-"], "string"), (["1.2.3"], "string"),
  ]

  @Test(arguments: rules.indices) func typeOfValues(index: Int) throws {
    let (values, wanted) = Self.rules[index]
    let expected = wanted == "decimal(39,13)" ? "string" : wanted
    for order in [values, values.reversed()] {
      for records in [1, 2, 100] {
        for sample in [1, 1000] {
          let text = "v,w\n" + order.map { "\($0),\n" }.joined()
          let (table, _) = try read(text) { $0.limits = .tiny(records: records, bytes: 4000, sample: sample) }
          #expect(types(table)[0] == expected, "\(order)")
        }
      }
    }
  }

  @Test func joiningIsCommutative() {
    let parts = Self.rules.flatMap(\.0).filter { !$0.isEmpty && $0.first != "\"" }.map { value in
      Array(value.utf8).withUnsafeBytes(classify)
    }
    for a in parts {
      for b in parts {
        #expect(a.joined(b) == b.joined(a))
        #expect(a.joined(b).joined(a) == a.joined(b))
      }
    }
  }
}
