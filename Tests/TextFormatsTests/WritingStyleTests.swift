// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import TextFormats

private let cells = Table(columns: [
  ("s", .string, [.string("NA"), .string(""), .null, .string("0")]),
  ("i", .int64, [.int64(0), .int64(-1), .null, .int64(.max)]),
  (
    "d", .decimal(precision: 4, scale: 2),
    [.decimal(unscaled: 0, scale: 2), .null, .null, .decimal(unscaled: 5, scale: 2)]
  ),
  ("f", .float64, [.float64(.nan), .float64(0), .null, .float64(-.infinity)]),
  ("t", .date, [.date(daysSinceEpoch: 0), .date(daysSinceEpoch: 0), .null, .date(daysSinceEpoch: 1)]),
  ("b", .bool, [.bool(true), .bool(false), .null, .bool(true)]),
])

@Test func everyCellInQuotesButNull() throws {
  #expect(
    try CSVWriter(quoteStyle: .all).text(of: cells) == """
      "s","i","d","f","t","b"
      "NA","0","0.00","NaN","1970-01-01","true"
      "","-1",,"0.0","1970-01-01","false"
      ,,,,,
      "0","9223372036854775807","0.05","-inf","1970-01-02","true"

      """)
}

/// Whatever would read as the spelling of null stands in quotes: numbers, dates and names too.
@Test(arguments: [
  ("NA", "\"NA\",0,0.00,NaN,1970-01-01,true", "NA,NA,NA,NA,NA,NA"),
  ("0", "NA,\"0\",0.00,NaN,1970-01-01,true", "0,0,0,0,0,0"),
  ("0.00", "NA,0,\"0.00\",NaN,1970-01-01,true", "0.00,0.00,0.00,0.00,0.00,0.00"),
  ("NaN", "NA,0,0.00,\"NaN\",1970-01-01,true", "NaN,NaN,NaN,NaN,NaN,NaN"),
  ("true", "NA,0,0.00,NaN,1970-01-01,\"true\"", "true,true,true,true,true,true"),
])
func whatReadsAsNullIsQuoted(null: String, first: String, third: String) throws {
  let lines = try CSVWriter(nullSpelling: null).text(of: cells).split(separator: "\n")
  #expect(lines[1] == first)
  #expect(lines[3] == third)
  let named = Table(columns: [(null, .int64, [])])
  #expect(try CSVWriter(nullSpelling: null).text(of: named) == "\"\(null)\"\n")
}

@Test func datesThatReadAsNullAreQuotedInEveryRow() throws {
  let text = try CSVWriter(nullSpelling: "1970-01-01").text(of: cells)
  #expect(text.split(separator: "\n")[1...2].allSatisfy { $0.contains(",\"1970-01-01\",") })
}

@Test func nullsAreSpelledInTablesAndMarkdown() throws {
  let table = Table(columns: [("a", .int64, [.null, .int64(1)]), ("b", .string, [.string("x"), .null])])
  #expect(
    try MarkdownWriter(nullSpelling: "n|a").text(of: table) == """
      | a | b |
      | ---: | --- |
      | n\\|a | x |
      | 1 | n\\|a |

      """)
  #expect(
    try TableWriter(nullSpelling: "none").text(of: table) == """
         a  b
      ────  ────
      none  x
         1  none

      """)
}

@Test(arguments: [
  ("", true), ("NA", true), (" ", true), ("a,b", false), ("a\"", false), ("\n", false), ("\u{FEFF}", false),
])
func nullStandsBare(null: String, expected: Bool) {
  #expect(CSVWriter.canSpellNull(null) == expected)
}

@Test func nullSpellingsDependOnTheDelimiter() {
  #expect(CSVWriter.canSpellNull("a,b", delimiter: UInt8(ascii: ";")))
  #expect(!CSVWriter.canSpellNull("a;b", delimiter: UInt8(ascii: ";")))
}

@Test func madeUpNamesAreLeftOut() throws {
  let page = ColumnPage(values: .int64([7]))
  let schema = Schema([Field(name: "column_1", type: .int64)])
  let table = Table(schema: schema, chunks: [[page]], hasInventedNames: true)
  #expect(try CSVWriter().text(of: table) == "7\n")
  #expect(try CSVWriter(hasHeader: true).text(of: table) == "column_1\n7\n")
  #expect(try CSVWriter().text(of: Table(schema: schema, chunks: [[page]])) == "column_1\n7\n")
  #expect(try NDJSONWriter().text(of: table) == "{\"column_1\":7}\n")
}
