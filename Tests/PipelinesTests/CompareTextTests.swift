// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Testing
import TextFormats

@testable import Pipelines

@Test func shares() {
  let cases: [(Int, Int, String)] = [
    (0, 0, "0%"), (0, 9, "0%"), (9, 9, "100%"), (1, 3, "33.3%"), (2, 3, "66.7%"), (1, 2_000, "0.1%"),
    (1, 2_001, "<0.1%"), (9_994, 10_000, "99.9%"), (9_995, 10_000, ">99.9%"), (1, .max, "<0.1%"),
    (.max - 1, .max, ">99.9%"),
  ]
  for (count, total, text) in cases { #expect(percentage(count, of: total) == text) }
}

@Test func figuresForPeople() {
  let cases: [(Value?, String)] = [
    (nil, ""), (.null, ""), (.int64(-1_234_567), "-1,234,567"), (.int64(999), "999"),
    (.decimal(unscaled: 123_456_789, scale: 4), "12,345.6789"), (.decimal(unscaled: -5, scale: 3), "-0.005"),
    (.float64(0), "0.0"), (.float64(1234567.25), "1,234,567"), (.float64(0.1 + 0.2), "0.3"),
    (.float64(1e-7), "1.00000e-07"),
    (.float64(-2.5e300), "-2.50000e+300"), (.float64(.infinity), "inf"), (.float64(.nan), "NaN"),
    (.float64(99999.96), "100,000"),
  ]
  for (value, text) in cases { #expect(figure(value, digits: 6) == text) }
}

@Test func namesAreCutInside() {
  #expect(cutInside("measure_12", toWidth: 10) == "measure_12")
  #expect(cutInside("a long name of column 21", toWidth: 12) == "a lon…umn 21")
  for width in 4...12 {
    for text in ["a long name of column 21", "東京都渋谷区と大阪府", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}é"] {
      let cut = cutInside(text, toWidth: width)
      #expect(displayWidth(of: cut) <= width && (cut == text || cut.contains("…")))
    }
  }
}

@Test func linesAreCutAndColoured() {
  let line = SummaryLine("abc").adding("defg", .bad).adding("hi")
  #expect(line.text(usesColour: false) == "abcdefghi")
  #expect(line.text(usesColour: true) == "abc\u{1B}[1;31mdefg\u{1B}[0mhi")
  #expect(line.cut(to: nil) == line && line.cut(to: 9) == line)
  let cuts = (1...8).map { line.cut(to: $0).text(usesColour: false) }
  #expect(cuts == ["…", "a…", "ab…", "abc…", "abcd…", "abcde…", "abcdef…", "abcdefg…"])
  #expect(SummaryLine("東京").adding("都", .bold).cut(to: 5).text(usesColour: false) == "東京…")
  #expect(SummaryLine("東京").adding("都", .bold).cut(to: 4).text(usesColour: false) == "東…")
}

@Test func markdownShowsJustTheText() {
  for calm in ["São Paulo", "brazil_covid19.csv", "1,234.5", "a/b (c)", "it's 5%", "東京"] {
    #expect(markdown(calm) == calm)
  }
  #expect(markdown("") == "\"\"")
  #expect(markdown("a|b") == "<code>a&#124;b</code>")
  #expect(markdown("a\\|b") == "<code>a&#92;&#124;b</code>")
  #expect(markdown("@user `x` <b>") == "<code>&#64;user &#96;x&#96; &#60;b&#62;</code>")
  #expect(markdown("_x_") == "<code>&#95;x&#95;</code>")
  #expect(markdown("WWW.x.org") == "<code>WWW&#46;x&#46;org</code>")
  #expect(markdown(" a  b ") == "<code>&nbsp;a &nbsp;b&nbsp;</code>")
  #expect(markdown("a\nb") == "a␊b")
  #expect(markdown(String(repeating: "x", count: 81)).count == 80)
}

/// `columns` columns of which all differ in a row more each.
private func wideTables(columns: Int, named name: String) -> (Table, Table) {
  func table(_ file: String, _ shift: Int) -> Table {
    let keys: [Value] = (0..<100).map { .int64($0) }
    let values = (0..<columns).map { column -> (name: String, type: ColumnType, values: [Value]) in
      ("\(name)\(column)", .int64, (0..<100).map { .int64(Int64($0 <= column ? 1_000_000_000 + shift : 1)) })
    }
    return Table(name: file, columns: [(name: "k", type: .int64, values: keys)] + values)
  }
  return (table("a.csv", 0), table("b.csv", 77))
}

@Test(arguments: [50, 60, 80, 120])
func summariesFitTheTerminal(width: Int) throws {
  let (left, right) = wideTables(columns: 90, named: "a name that is longer than any terminal wants it to be, number ")
  let comparison = try compare(left, right, CompareRequest(keys: ["k"]), threads: 1)
  let lines = summary(of: comparison, width: width).map { $0.text(usesColour: false) }
  #expect(lines.count < 60)
  #expect(lines.contains { $0.hasPrefix("  … 70 more, which differ in as many row") })
  // The columns with the most differences are shown, the greatest first.
  let table = try #require(lines.firstIndex { $0.hasPrefix("  column ") })
  #expect(lines[table + 1].contains("ber 89") && lines[table + 20].contains("ber 70"))
  #expect(lines[table + 1].contains("90.0%"))
  #expect(lines[1...].allSatisfy { displayWidth(of: $0) <= width })
  #expect(lines.contains { $0.contains("ber 89") && $0.hasSuffix("at k 0") } || width < 80)
}

@Test func markdownIsOneTableAndItsExamples() throws {
  let (left, right) = wideTables(columns: 60, named: "c|")
  let text = markdownSummary(of: try compare(left, right, CompareRequest(keys: ["k"]), threads: 1))
  let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
  #expect(lines[0] == "**Different**: a.csv (source) and b.csv (compare), by k.")
  #expect(lines.contains("| in both | 100 | 60 (60.0%) different |"))
  #expect(lines.contains("… 10 more columns, which differ in as many rows or fewer."))
  #expect(lines.count { $0.hasPrefix("| <code>c&#124;") } == 50)
  #expect(lines.count { $0 == "<details>" } == 21 && lines.count { $0 == "</details>" } == 21)
  #expect(lines.contains("<summary><code>c&#124;59</code>: first 10 of 60 rows that differ</summary>"))
  #expect(lines.contains("| 0 | 1 | 1 | 60 of 60 |"))
  // All rows of a table have as many cells.
  var bars: Int?
  for line in lines {
    let count = line.count { $0 == "|" }
    if count == 0 { bars = nil } else { #expect(count == bars ?? count) }
    if count > 0 { bars = count }
  }
  let same = markdownSummary(of: try compare(left, left, CompareRequest(keys: ["k"]), threads: 1))
  #expect(same.hasPrefix("**Equal rows**: a.csv (source) and a.csv (compare), by k.\n\n|  | rows | of these |\n"))
  #expect(!same.contains("<details>"))
}

@Test func valuesThatDifferAreShownUnlike() {
  let long = String(repeating: "x", count: 300)
  let pairs = [
    (long + "a", long + "b"), ("é", "e\u{301}"), ("a b", "a\u{A0}b"), ("ab", "a\u{200B}b"), ("a", "a "),
    ("", "\u{202E}"),
    (long, long + "y"), ("東京" + long, "東京" + long + "都"), (long + "é" + long, long + "e\u{301}" + long),
  ]
  for (left, right) in pairs {
    for width in [32, 80, 120] {
      let shown = shownApart(.string(left), .string(right), toWidth: width)
      guard case .string(let a) = shown.source, case .string(let b) = shown.compare else {
        Issue.record("texts stay texts")
        continue
      }
      let (first, second) = (truncated(printable(a), toWidth: width), truncated(printable(b), toWidth: width))
      #expect(first != second, "\(left) and \(right) at \(width)")
    }
  }
  let shown = shownApart(.string("a"), .null, toWidth: 32)
  #expect(shown.source == .string("a") && shown.compare == .null)
  // What is seen stays as it is.
  #expect(withInvisibleNamed("São Paulo 👩\u{200D}👩 1358") == "São Paulo 👩\u{200D}👩 1358")
}

@Test func wordsThatGitHubTakesForReferencesAreCode() {
  for text in ["GH-12", "see gh-7", "0123abc", "da39a3ee5e6b4b0d3255bfef95601890afd80709"] {
    #expect(markdown(text).hasPrefix("<code>"), "\(text)")
  }
  for text in ["1234567", "2020-03-28", "abc", "São Paulo"] { #expect(markdown(text) == text) }
}

@Test func textsTellWhetherLimitsAreKept() throws {
  let field = Schema([Field(name: "id", type: .int64), Field(name: "x", type: .int64)])
  func table(_ numbers: [Int64]) -> Table {
    let ids = numbers.indices.map { Int64($0) }
    return Table(schema: field, chunks: [[ColumnPage(values: .int64(ids)), ColumnPage(values: .int64(numbers))]])
  }
  let comparison = try compare(table([1, 2, 3]), table([1, 2, 4]), CompareRequest(keys: ["id"]))
  let none = compareText(InputComparison(comparison, allowed: DifferenceLimits()), as: .text)
  #expect(!none.contains("limits:"))
  for (limits, word) in [
    (DifferenceLimits(maximumCount: 1), "passes"), (DifferenceLimits(kinds: [.values], maximumCount: 0), "fails"),
    (DifferenceLimits(kinds: [.schema]), "passes"),
  ] {
    for format in [CompareFormat.text, .markdown] {
      let text = compareText(InputComparison(comparison, allowed: limits), as: format)
      #expect(text.lowercased().contains("limits: ") && text.contains(word), "\(text)")
    }
  }
}
