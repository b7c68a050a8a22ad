// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import TestSupport
import Testing

@testable import TextFormats

private let awkward = Table(columns: [
  ("i", .int64, [.int64(1), .null, .int64(.min)]),
  ("a,b", .string, [.string("say \"hi\", you"), .string(""), .null]),
  (
    "d", .decimal(precision: 10, scale: 2),
    [.decimal(unscaled: -5, scale: 2), .null, .decimal(unscaled: 1200, scale: 2)]
  ),
  (
    "w", .decimal(precision: 38, scale: 3),
    [.decimal(unscaled: 7, scale: 3), .decimal(unscaled: -(1 << 100), scale: 3), .null]
  ),
  ("f", .float64, [.float64(.nan), .float64(-.infinity), .float64(1)]),
  ("t", .date, [.date(daysSinceEpoch: 18_348), .null, .date(daysSinceEpoch: -1)]),
  ("b", .bool, [.bool(true), .bool(false), .null]),
  ("l", .timestamp(isUTC: false), [.null, .timestamp(microsecondsSinceEpoch: -1, isUTC: false), .null]),
  (
    "z", .timestamp(isUTC: true),
    [
      .timestamp(microsecondsSinceEpoch: 0, isUTC: true), .null,
      .timestamp(microsecondsSinceEpoch: 500_000, isUTC: true),
    ]
  ),
])

@Test func csvOfEverything() throws {
  #expect(
    try CSVWriter().text(of: awkward) == """
      i,"a,b",d,w,f,t,b,l,z
      1,"say ""hi"", you",-0.05,0.007,NaN,2020-03-27,true,,1970-01-01T00:00:00Z
      ,"",,-1267650600228229401496703205.376,-inf,,false,1969-12-31T23:59:59.999999,
      -9223372036854775808,,12.00,,1.0,1969-12-31,,,1970-01-01T00:00:00.5Z

      """)
}

@Test func jsonOfEverything() throws {
  #expect(
    try JSONWriter().text(of: awkward) == """
      [
      {"i":1,"a,b":"say \\"hi\\", you","d":-0.05,"w":0.007,"f":"NaN","t":"2020-03-27","b":true,"l":null,"z":"1970-01-01T00:00:00Z"},
      {"i":null,"a,b":"","d":null,"w":-1267650600228229401496703205.376,"f":"-Infinity","t":null,"b":false,"l":"1969-12-31T23:59:59.999999","z":null},
      {"i":-9223372036854775808,"a,b":null,"d":12.00,"w":null,"f":1.0,"t":"1969-12-31","b":null,"l":null,"z":"1970-01-01T00:00:00.5Z"}
      ]

      """)
}

@Test func ndjsonIsOneObjectALine() throws {
  #expect(
    try NDJSONWriter().text(of: awkward, rowLimit: 1)
      == "{\"i\":1,\"a,b\":\"say \\\"hi\\\", you\",\"d\":-0.05,\"w\":0.007,\"f\":\"NaN\",\"t\":\"2020-03-27\",\"b\":true,"
      + "\"l\":null,\"z\":\"1970-01-01T00:00:00Z\"}\n"
  )
}

@Test(arguments: [
  ("plain", "plain"), (" x ", " x "), ("", "\"\""), ("a,b", "\"a,b\""), ("a;b", "a;b"), ("\"", "\"\"\"\""),
  ("a\nb", "\"a\nb\""), ("a\r", "\"a\r\""), ("\u{FEFF}x", "\"\u{FEFF}x\""), ("São Paulo", "São Paulo"),
])
func csvQuotesOnlyWhatNeedsIt(string: String, expected: String) throws {
  let table = Table(columns: [("x", .string, [.string(string)])])
  #expect(try CSVWriter().text(of: table) == "x\n\(expected)\n")
  let codes = Table(
    schema: table.schema, chunks: [[ColumnPage(values: .codes([0]))]],
    dictionaries: [StringDictionary(entries: StringArray([string]))])
  #expect(try CSVWriter().text(of: codes) == "x\n\(expected)\n")
}

@Test func csvOptions() throws {
  let table = Table(columns: [("a;b", .string, [.null, .string("x,y"), .string("p;q'")])])
  let writer = CSVWriter(delimiter: UInt8(ascii: ";"), quote: UInt8(ascii: "'"), lineEnd: .crlf)
  #expect(try writer.text(of: table) == "'a;b'\r\n\r\nx,y\r\n'p;q'''\r\n")
  #expect(try CSVWriter(hasHeader: false).text(of: table, rowLimit: 2) == "\n\"x,y\"\n")
}

@Test(arguments: [
  ("\u{0}\u{1f}", "\\u0000\\u001f"), ("\u{8}\t\n\u{c}\r", "\\b\\t\\n\\f\\r"), ("\\\"", "\\\\\\\""),
  ("\u{2028}é😀\u{7f}", "\u{2028}é😀\u{7f}"),
])
func jsonEscapes(string: String, expected: String) throws {
  let table = Table(columns: [("k\n", .string, [.string(string)])])
  #expect(try NDJSONWriter().text(of: table) == "{\"k\\n\":\"\(expected)\"}\n")
}

@Test func tablesWithoutRows() throws {
  let table = Table(columns: [("a", .int64, []), ("b", .string, [])])
  #expect(try CSVWriter().text(of: table) == "a,b\n")
  #expect(try JSONWriter().text(of: table) == "[]\n")
  #expect(try JSONWriter().text(of: awkward, rowLimit: 0) == "[]\n")
  #expect(try NDJSONWriter().text(of: table) == "")
  #expect(try MarkdownWriter().text(of: table) == "| a | b |\n| ---: | --- |\n")
  #expect(try TableWriter().text(of: table) == "a  b\n─  ─\n")
}

@Test func markdownEscapesPipesAndLineBreaks() throws {
  let table = Table(columns: [
    ("a|b", .string, [.string("x|y"), .string("1\r\n2\n3"), .null]), ("n", .int64, [.int64(1), .null, .int64(3)]),
  ])
  #expect(
    try MarkdownWriter().text(of: table) == """
      | a\\|b | n |
      | --- | ---: |
      | x\\|y | 1 |
      | 1<br>2<br>3 |  |
      |  | 3 |

      """)
}

@Test func terminalTableAligns() throws {
  let table = Table(columns: [
    ("state", .string, [.string("São Paulo"), .string("北京"), .null]),
    ("cases", .int64, [.int64(1), .int64(-12_345), .null]),
    ("note", .string, [.string("x\ny"), .string(""), .string("abcdefghij")]),
  ])
  #expect(
    try TableWriter(maximumCellWidth: 9).text(of: table) == """
      state       cases  note
      ─────────  ──────  ─────────
      São Paulo       1  x␊y
      北京       -12345  ""
      null         null  abcdefgh…

      """)
  #expect(
    try TableWriter(maximumRowCount: 1).text(of: table) == """
      state      cases  note
      ─────────  ─────  ────
      São Paulo      1  x␊y
      … 2 more rows, 3 in all

      """)
  #expect(
    try TableWriter(maximumRowCount: 2, moreRowsHint: "see -o").text(of: table)
      .hasSuffix("… 1 more row, 3 in all; see -o\n"))
  #expect(try TableWriter(usesColour: true).text(of: table).contains("\u{1B}[2mnull\u{1B}[0m") == false)
  #expect(try TableWriter(usesColour: true).text(of: table).contains("\u{1B}[2mnull     \u{1B}[0m"))
}

@Test func blocksOfManyColumnsHaveFewRows() {
  #expect([0, 1, 1024, 1025, 100_000, 1 << 20, 1 << 22].map(blockRowCount) == [1024, 1024, 1024, 1023, 10, 1, 1])
}

@Test func manyChunksBlocksAndPieces() throws {
  var random = RandomSource(seed: 44)
  let words = ["", "a", "quite a long text that is longer than sixteen bytes", "q\"q", "é,", "12345678901234567"]
  let dictionary = StringDictionary(entries: StringArray(words))
  var expected = "n,s\n"
  var chunks: [[ColumnPage]] = []
  for rowCount in [1, 0, 1023, 1024, 1025, 5000, 20_000] {
    var numbers: [Int64] = []
    var codes: [UInt32] = []
    var words64 = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    for row in 0..<rowCount {
      let isValid = Int.random(in: 0..<5, using: &random) > 0
      if isValid { words64[row / 64] |= 1 << UInt64(row % 64) }
      numbers.append(isValid ? Int64.random(in: -1_000_000...1_000_000, using: &random) : 0)
      codes.append(UInt32.random(in: 0..<UInt32(words.count), using: &random))
      let word = words[Int(codes[row])]
      let needsQuotes = word.isEmpty || word.contains(",") || word.contains("\"")
      let quoted =
        needsQuotes
        ? "\"" + word.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"" : word
      expected += "\(isValid ? "\(numbers[row])" : ""),\(quoted)\n"
    }
    chunks.append([
      ColumnPage(values: .int64(numbers), validity: Validity(words: words64, rowCount: rowCount)),
      // One chunk past its dictionary, the others in codes.
      rowCount == 1025
        ? ColumnPage(values: .strings(StringArray(codes.map { words[Int($0)] }))) : ColumnPage(values: .codes(codes)),
    ])
  }
  let table = Table(
    schema: Schema([Field(name: "n", type: .int64), Field(name: "s", type: .string)]), chunks: chunks,
    dictionaries: [nil, dictionary])
  var pieces: [Int] = []
  var bytes: [UInt8] = []
  try CSVWriter().write(table) {
    pieces.append($0.count)
    bytes.append(contentsOf: $0)
  }
  #expect(String(decoding: bytes, as: UTF8.self) == expected, "seed \(random.seed)")
  #expect(pieces.count > 1 && pieces.dropLast().allSatisfy { $0 >= 64 * 1024 })
  // Several threads give the same text, in order, and say how far they are.
  for threads in [2, 3, 8] {
    let rows = Mutex<[Int]>([])
    let options = WritingOptions(threads: threads, progress: { count in rows.withLock { $0.append(count) } })
    #expect(try CSVWriter().text(of: table, options: options) == expected, "\(threads) threads")
    #expect(rows.withLock { $0 } == [1, 1, 1024, 2048, 3073, 8073, 28_073])
    var limited = options
    limited.rowLimit = 3073
    #expect(try CSVWriter().text(of: table, options: limited).utf8.count { $0 == 10 } == 3074)
    for writer in [JSONWriter(), NDJSONWriter(), MarkdownWriter()] as [any TableTextWriter] {
      #expect(try writer.text(of: table, options: options) == writer.text(of: table))
    }
  }
  // Few rows of a large dictionary take the other way to the strings.
  let firstLines = expected.split(separator: "\n").prefix(4).map { $0 + "\n" }.joined()
  #expect(try CSVWriter().text(of: table, rowLimit: 3) == firstLines)
  var swapped = ""
  try CSVWriter(hasHeader: false).write(table, options: WritingOptions(columns: [1], rowLimit: 1)) {
    swapped += String(decoding: $0, as: UTF8.self)
  }
  #expect(swapped == firstLines.split(separator: "\n")[1].drop { $0 != "," }.dropFirst() + "\n")
}

@Test func errorsOfTheSinkComeThrough() {
  struct Full: Error {}
  #expect(throws: Full.self) { try CSVWriter().write(awkward) { _ in throw Full() } }
  let many = Table(
    schema: Schema([Field(name: "v", type: .int64)]),
    chunks: (0..<40).map { [ColumnPage(values: .int64(Array($0 * 5000..<($0 + 1) * 5000)))] })
  for failing in [0, 1, 7, 30] {
    var calls = 0
    #expect(throws: Full.self) {
      try CSVWriter().write(many, options: WritingOptions(threads: 3)) { _ in
        calls += 1
        if calls > failing { throw Full() }
      }
    }
    #expect(calls == failing + 1, "nothing after the error")
  }
}

@Test func documentsKeepTheirOrder() {
  let document = JSONDocument.object([
    ("b", .array([.integer(1), .null, .bool(true)])), ("a\"", .value(.decimal(unscaled: 120, scale: 2))),
    ("c", .object([])),
    ("d", .array([.object([("x", .value(.float64(.infinity)))])])), ("e", .value(.date(daysSinceEpoch: 0))),
  ])
  #expect(
    document.text == """
      {
        "b": [1, null, true],
        "a\\"": 1.20,
        "c": {},
        "d": [
          {
            "x": "Infinity"
          }
        ],
        "e": "1970-01-01"
      }

      """)
}
