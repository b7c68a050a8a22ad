// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Testing

@testable import Pipelines

private let hostile = "<script>alert('x')</script>&\"\u{202E}\u{1B}"

private func hostileTables() -> (Table, Table) {
  func table(_ values: [Value]) -> Table {
    Table(
      name: "\(hostile).csv",
      columns: [
        ("k\(hostile)", .string, [.string(hostile), .string("b"), .string("c")]), ("v\(hostile)", .string, values),
        ("n<b>", .float64, [.float64(values[0] == .null ? .infinity : 1), .float64(2), .float64(.nan)]),
      ])
  }
  return (table([.string(hostile), .string(""), .string("same")]), table([.null, .string(hostile), .string("same")]))
}

@Test func nothingFromTheDataIsMarkup() throws {
  let (a, b) = hostileTables()
  let pages = try [1, 2].map { threads in
    let comparison = try compare(a, b, CompareRequest(keys: [NamePair("k\(hostile)", "k\(hostile)")]), threads: threads)
    return comparisonPage(comparison, try ComparisonCharts(comparison, a, b))
  }
  let page = pages[0]
  #expect(pages[1] == page)
  #expect(!page.contains("<script") && !page.contains("<b>>") && !page.unicodeScalars.contains("\u{202E}"))
  #expect(page.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 32 })
  let escapedName = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\u{FFFD}␛"
  let escapedValue = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;\\u{202E}␛"
  #expect(page.contains("<b class=\"source\">\(escapedName).csv</b>"))
  #expect(page.contains("<b>v\(escapedName)</b>") && page.contains("<b>n&lt;b&gt;</b>"))
  #expect(page.contains("<del><i>empty</i></del> → <ins><bdi>\(escapedValue)</bdi></ins>"))
  #expect(page.contains("<ins><i>null</i></ins>"))
  // Each element that is opened is closed.
  for name in ["div", "table", "tr", "td", "span", "svg", "rect", "figure", "p", "h2"] {
    #expect(page.components(of: "<\(name) ") + page.components(of: "<\(name)>") == page.components(of: "</\(name)>"))
  }
}

extension String {
  /// How often `part` occurs.
  fileprivate func components(of part: String) -> Int {
    indices.reduce(0) { self[$1...].hasPrefix(part) ? $0 + 1 : $0 }
  }
}

@Test func equalTablesHaveAPageToo() throws {
  let (a, _) = hostileTables()
  let comparison = try compare(a, a, CompareRequest(keys: [NamePair("k\(hostile)", "k\(hostile)")]))
  let page = comparisonPage(comparison, try ComparisonCharts(comparison, a, a))
  #expect(page.contains("<h1 class=\"equal\">The rows are equal</h1>"))
  #expect(!page.contains("<h2>Samples</h2>") && !page.contains("<figure"))
  let empty = Table(name: "e", columns: [("k", .int64, []), ("v", .int64, [])])
  let none = try compare(empty, empty, CompareRequest(keys: ["k"]))
  #expect(comparisonPage(none, try ComparisonCharts(none, empty, empty)).contains("rows are equal"))
}

@Test func partsAreToldInPercent() {
  #expect(percentText(0, of: 0) == "0 %" && percentText(0, of: 9) == "0 %" && percentText(9, of: 9) == "100 %")
  #expect(percentText(1, of: 3) == "33.3 %" && percentText(2, of: 3) == "66.7 %")
  #expect(percentText(1, of: 1_000_000) == "&lt; 0.1 %" && percentText(999_999, of: 1_000_000) == "&gt; 99.9 %")
  #expect(percentText(.max - 1, of: .max) == "&gt; 99.9 %")
}

@Test func numbersAreGrouped() {
  #expect(groupedText(.int64(-1_234_567)) == "-1,234,567" && groupedText(.int64(12)) == "12")
  #expect(groupedText(.decimal(unscaled: 123_456_789, scale: 4)) == "12,345.6789")
  #expect(groupedText(.decimal(unscaled: -5, scale: 2)) == "-0.05" && groupedText(.null) == "<i>null</i>")
}
