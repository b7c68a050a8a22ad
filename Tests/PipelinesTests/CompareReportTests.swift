// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Glibc
import Testing
import TextFormats

@testable import Pipelines

/// The repository's root, from this file's own place.
private let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

private func text(ofFile path: String) throws -> String {
  let file = try #require(fopen(path, "r"), "\(path) is missing")
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
  return String(decoding: bytes, as: UTF8.self)
}

/// The example report that is shipped is this one; with `WRITE_EXAMPLES=1` in the environment it is made anew.
private func expectExample(_ path: String, _ expected: String) throws {
  if getenv("WRITE_EXAMPLES") != nil {
    let file = try #require(fopen(root + "/" + path, "w"))
    _ = Array(expected.utf8).withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, file) }
    fclose(file)
  }
  #expect(try text(ofFile: root + "/" + path) == expected)
}

private let covidSource = "Examples/covid/brazil_covid19.csv"
private let covidCompare = "Examples/covid/expected/new_brazil_covid19.csv"

private func reportText(_ found: InputComparison) -> String { compareReport(found).text }

private func summaryTexts(_ comparison: Comparison, width: Int? = nil) -> [String] {
  summary(of: comparison, width: width).map { $0.text(usesColour: false) }
}

private func covid(threads: Int) -> CompareOptions {
  var options = CompareOptions(
    source: root + "/" + covidSource, compare: root + "/" + covidCompare,
    request: CompareRequest(keys: ["date", "state"]))
  options.threads = threads
  return options
}

@Test(arguments: [1, 2])
func covidFigures(threads: Int) throws {
  var options = covid(threads: threads)
  options.notesInputs = true
  let found = try compareInputs(options)
  let comparison = found.comparison
  #expect(comparison.sourceRowCount == 2409 && comparison.compareRowCount == 2025)
  #expect(comparison.sourceOnlyRowCount == 384 && comparison.compareOnlyRowCount == 0)
  #expect(comparison.pairedRowCount == 2025)
  #expect(comparison.equalRowCount == 1189 && comparison.differentRowCount == 836)
  #expect(comparison.columns.map(\.pairing.name) == ["cases", "deaths"])
  #expect(comparison.columns.map(\.differentCount) == [827, 446])
  #expect(comparison.columns[0].sums?.compare == .decimal(unscaled: 15_434_631, scale: 0))
  #expect(comparison.columns[1].sums?.compare == .decimal(unscaled: 924_994, scale: 0))
  #expect(comparison.schema.onlyInSource == [Field(name: "region", type: .string)])
  // The shipped example names the files as seen from the repository's root.
  let report = reportText(found).split(separator: root + "/").joined()
  try expectExample("Formats/CompareReport/examples/covid.json", report)
}

@Test func reportAndRowsArePublished() throws {
  let folder = try temporaryFolder()
  defer { for name in ["report.json", "rows.csv", ""] { remove(folder + "/" + name) } }
  var options = covid(threads: 2)
  options.report = CompareReportTarget(path: folder + "/report.json")
  options.rows = try OutputTarget(path: folder + "/rows.csv", format: nil, fallback: .csv)
  let found = try compareInputs(options)
  #expect(try text(ofFile: folder + "/report.json") == reportText(found))
  let lines = try text(ofFile: folder + "/rows.csv").split(separator: "\n")
  #expect(lines[0] == "date,state,change,cases_source,cases_compare,deaths_source,deaths_compare")
  #expect(lines.count == 1 + 384 + 836)
  #expect(lines[1] == "2020-02-26,São Paulo,source_only,1,,0,")
  #expect(lines.filter { $0.contains(",different,") }.count == 836)
}

@Test func theExpectedFileIsWrittenBackByteForByte() throws {
  let table = try openTable(root + "/" + covidCompare, threads: 2)
  #expect(try CSVWriter().text(of: table) == text(ofFile: root + "/" + covidCompare))
}

private func temporaryFolder() throws -> String {
  var template = Array("/tmp/colonnade-compare-XXXXXX".utf8CString)
  return String(cString: try #require(mkdtemp(&template)))
}

@Test func summaryOfTheCovidFigures() throws {
  let lines = summaryTexts(try compareInputs(covid(threads: 1)).comparison)
  #expect(lines[0].hasSuffix("differ, by date, state."))
  #expect(lines.contains("  in both  2,025 rows, 836 different (41.3%)"))
  #expect(lines.contains("Columns only in source: region (string)"))
  #expect(lines.contains { $0.hasPrefix("  cases         827") })
  #expect(lines.allSatisfy { !$0.contains("\n") } && lines.count < 30)
}

/// Every kind of value that a report can hold.
private func awkwardTables() -> (Table, Table) {
  let keys: [Value] = [.string("a\"b"), .string("São"), .null, .string("\u{1B}")]
  let left = Table(
    name: "left \"x\".csv",
    columns: [
      ("k", .string, keys), ("n", .int64, [.int64(1), .null, .int64(3), .int64(4)]),
      ("f", .float64, [.float64(.nan), .float64(.infinity), .float64(1.5), .float64(-0.0)]),
      ("d", .decimal(precision: 9, scale: 2), [.decimal(unscaled: 150, scale: 2), .null, .null, .null]),
      ("t", .date, [.date(daysSinceEpoch: 0), .null, .null, .null]),
      ("u", .bool, [.bool(true), .bool(false), .null, .null]), ("gone", .date, [.null, .null, .null, .null]),
    ])
  let right = Table(
    name: "right.csv",
    columns: [
      ("k", .string, keys.reversed()), ("new", .bool, [.null, .null, .null, .null]),
      (
        "n", .decimal(precision: 5, scale: 1),
        [.decimal(unscaled: 40, scale: 1), .null, .decimal(unscaled: 20, scale: 1), .null]
      ),
      ("f", .float64, [.float64(0), .float64(2), .float64(-.infinity), .float64(1)]),
      ("d", .float64, [.float64(1), .null, .null, .float64(1.25)]),
      ("t", .string, [.string("x"), .null, .null, .string("1970-01-01")]),
      ("u", .bool, [.null, .null, .bool(true), .bool(true)]),
    ])
  return (left, right)
}

@Test func reportOfAwkwardValues() throws {
  let (left, right) = awkwardTables()
  let reports = try [1, 2, 3].map { threads in
    reportText(InputComparison(try compare(left, right, CompareRequest(keys: ["k"]), threads: threads)))
  }
  #expect(Set(reports).count == 1)
  try expectExample("Formats/CompareReport/examples/awkward.json", reports[0])
  let lines = summaryTexts(try compare(left, right, CompareRequest(keys: ["k"]), threads: 1))
  #expect(lines.contains("Columns only in compare: new (bool)"))
  #expect(
    lines.contains {
      $0.hasPrefix("Types that differ: n (int64, decimal(5,1)), d (decimal(9,2), float64), t (date, string)")
    })
  #expect(lines.joined().unicodeScalars.allSatisfy { $0.value >= 32 })
}

@Test func summaryOfEqualTables() throws {
  let (left, _) = awkwardTables()
  let comparison = try compare(left, left, CompareRequest(keys: ["k"]), threads: 1)
  #expect(
    summaryTexts(comparison) == [
      "left \"x\".csv (source) and left \"x\".csv (compare) have equal rows, by k.",
      "  source   4 rows, 0 only there", "  compare  4 rows, 0 only there", "  in both  4 rows, 0 different",
      "Equal in every row: n, f, d, t, u, gone",
    ])
  let report = reportText(InputComparison(comparison))
  #expect(report.contains("\"diff_rows\": 0,\n") && report.contains("\"only_in_source\": [],\n"))
}

/// Keys that occur twice, a renamed column, tolerances and rules of texts.
@Test func reportOfARequest() throws {
  let left = Table(
    name: "left.csv",
    columns: [
      ("uf", .string, ["SP", "SP ", "rj", "", "AM"].map { .string($0) }),
      ("n", .int64, [10, 20, 30, 40, 50].map { .int64($0) }),
      ("rate", .float64, [1, 2, 4, 0, 5].map { .float64($0) }), ("note", .bool, Array(repeating: .null, count: 5)),
    ])
  let right = Table(
    name: "right.csv",
    columns: [
      ("state", .string, [.string("sp"), .string("RJ"), .null, .string("AC")]),
      ("count", .int64, [11, 33, 39, 0].map { .int64($0) }), ("rate", .float64, [1, 4.001, 1, 5].map { .float64($0) }),
    ])
  var request = CompareRequest(keys: [NamePair("uf", "state")], columns: ["n", "rate"])
  request.renames = [NamePair("n", "count")]
  request.ignored = ["note"]
  request.tolerances = [
    NamedTolerance("n", try #require(Tolerance("1"))), NamedTolerance("*", try #require(Tolerance("0.1%"))),
  ]
  request.texts = TextRules(ignoresCase: true, trims: true, emptyIsNull: true)
  request.duplicates = .pairInOrder
  let files = [
    InputFile(name: "left.csv", byteCount: 70, checksum: 255, extent: .file),
    InputFile(name: "left.cln", byteCount: 1_000, checksum: .max, extent: .tail),
  ]
  let comparison = try compare(left, right, request, threads: 1)
  try expectExample(
    "Formats/CompareReport/examples/request.json", reportText(InputComparison(comparison, sourceFiles: files)))
  #expect(comparison.columns.map(\.toleratedCount) == [2, 1] && comparison.columns.map(\.differentCount) == [1, 1])
  #expect(comparison.repeatedKeys?.keyCount == 1 && comparison.mostDifferentRows.map(\.columnCount) == [1, 1])
  let lines = summaryTexts(comparison)
  let heading =
    "Columns that differ, over the 3 rows in both (|d|: how far numbers are apart, tolerated ones included):"
  #expect(lines.contains(heading))
  #expect(markdownSummary(of: comparison).contains(heading))
  #expect(lines[0] == "left.csv (source) and right.csv (compare) differ, by uf = state.")
  #expect(
    lines[1] == "  rules: tolerance n 1, * 0.1%; letter case does not count; white space around texts does not count; "
      + "an empty text is no value; only columns n, rate; without columns note")
}
