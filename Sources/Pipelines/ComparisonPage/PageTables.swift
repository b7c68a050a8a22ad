// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Columns that differ, with bars and figures; the others by name.
func columnSection(_ comparison: Comparison) -> String {
  let unequal = comparison.columns.filter { $0.differentCount + $0.toleratedCount > 0 }
  let equal = comparison.equalColumns
  var text = comparison.columns.isEmpty ? element("p", "", "No columns were compared.") : ""
  if !unequal.isEmpty { text += element("h2", "", "Columns") + columnTable(unequal, comparison.pairedRowCount) }
  if !equal.isEmpty {
    let names = equal.map { "<b>\(escaped($0.pairing.name))</b>" }.joined(separator: ", ")
    text += element("p", "", "Equal in every row: \(names).")
  }
  return text
}

private func columnTable(_ columns: [ColumnComparison], _ rowCount: Int) -> String {
  let greatest = columns.reduce(0) { max($0, $1.differentCount + $1.toleratedCount) }
  // The bars' axis ends at 0.1 %, 0.2 %, … 100 %.
  let steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
  let thousandths = steps.first { Int128(greatest) * 1000 <= Int128($0) * Int128(rowCount) } ?? 1000
  let hasNear = columns.contains { $0.toleratedCount > 0 }
  let hasNulls = columns.contains { $0.sourceNullCount + $0.compareNullCount > 0 }
  let hasSums = columns.contains { $0.sums != nil }
  var heads = [
    ("", "column"),
    (#"class="bar""#, "share of rows in both, to \(thousandths < 10 ? "0.\(thousandths)" : "\(thousandths / 10)") %"),
  ]
  heads.append((#"class="number" colspan="2""#, "different"))
  if hasNear { heads.append((#"class="number""#, "within tolerance")) }
  if hasNulls { heads += [(#"class="number""#, "null in source"), (#"class="number""#, "null in compare")] }
  if hasSums { heads += ["sum in source", "sum in compare", "difference"].map { (#"class="number""#, $0) } }
  let rows = columns.map { column -> String in
    let type =
      column.pairing.sourceType == column.pairing.compareType
      ? "\(column.pairing.sourceType)" : "\(column.pairing.sourceType) → \(column.pairing.compareType)"
    var note = type
    if let tolerance = column.tolerance, column.sums != nil { note += ", ± \(tolerance)" }
    var cells = element(
      "td", #"class="name""#, "<b>\(escaped(column.pairing.name))</b> <span class=\"soft\">\(escaped(note))</span>")
    cells += element("td", #"class="bar""#, shareBar(column, rowCount, thousandths))
    func number(_ text: String) { cells += element("td", #"class="number""#, text) }
    number(grouped(column.differentCount))
    number(percentText(column.differentCount, of: rowCount))
    if hasNear { number(grouped(column.toleratedCount)) }
    if hasNulls {
      number(grouped(column.sourceNullCount))
      number(grouped(column.compareNullCount))
    }
    if hasSums {
      for sum in [column.sums?.source, column.sums?.compare, column.sums?.difference] {
        number(sum.map { groupedText($0) } ?? "")
      }
    }
    return element("tr", "", cells)
  }
  var kinds = [("different", "different values")]
  if hasNulls { kinds.append(("null", "null on one side")) }
  if hasNear { kinds.append(("near", "within tolerance")) }
  let head = element("tr", "", heads.map { element("th", $0.0, $0.1) }.joined())
  return kindKey(kinds) + table(head: head, rows)
}

private func table(head: String, _ rows: [String]) -> String {
  element(
    "div", #"class="wide""#,
    element("table", "", element("thead", "", head) + "\n" + element("tbody", "", rows.joined(separator: "\n"))))
}

private func shareBar(_ column: ColumnComparison, _ rowCount: Int, _ thousandths: Int) -> String {
  let nulls = column.sourceNullCount + column.compareNullCount
  var (start, parts) = (0, "")
  for (count, kind, word) in [
    (column.differentCount - nulls, "different", "different values"), (nulls, "null", "null on one side"),
    (column.toleratedCount, "near", "within tolerance"),
  ] where count > 0 {
    let width = max(4, Int(Int128(count) * 1_000_000 / (Int128(rowCount) * Int128(thousandths))))
    parts += element(
      "rect", #"class="\#(kind)" x="\#(start)" y="0" width="\#(width)" height="10""#,
      element("title", "", "\(countText(count, "row")): \(word)"))
    start += width
  }
  return element("svg", #"viewBox="0 0 1000 10" preserveAspectRatio="none" role="img""#, parts)
}

/// Most values shown of a row of one side alone.
private let loneValueLimit = 8

/// Rows spread over all that differ, each with what is different in it.
func sampleSection(_ charts: ComparisonCharts, _ comparison: Comparison) -> String {
  guard !charts.sample.isEmpty else { return "" }
  let all = comparison.differentRowCount + comparison.sourceOnlyRowCount + comparison.compareOnlyRowCount
  let what =
    charts.sample.count == all
    ? "All \(countText(all, "row")) that differ: source → compare."
    : "\(grouped(charts.sample.count)) of \(countText(all, "row")) that differ, spread over all of them: source → compare."
  let heads = comparison.keys.map { escaped($0.name) } + ["change"]
  var head = heads.map { element("th", "", $0) }.joined()
  head += element("th", #"class="number""#, "row in source") + element("th", #"class="number""#, "row in compare")
  head += element("th", #"class="values""#, "values")
  let rows = charts.sample.map { row -> String in
    var cells = row.key.map { element("td", isText($0) ? "" : #"class="short""#, pageText($0)) }.joined()
    let (kind, word) =
      switch row.kind {
      case .different: ("different", "different")
      case .sourceOnly: ("source", "only in source")
      case .compareOnly: ("compare", "only in compare")
      }
    cells += element("td", #"class="short \#(kind)""#, word)
    for number in [row.sourceRow, row.compareRow] {
      cells += element("td", #"class="number""#, number.map { grouped($0) } ?? "")
    }
    return element("tr", "", cells + element("td", #"class="values""#, values(of: row)))
  }
  return element("h2", "", "Samples") + element("p", #"class="soft""#, what)
    + table(head: element("tr", "", head), rows)
}

private func values(of row: DifferingRow) -> String {
  let shown = row.kind == .different ? row.changes[...] : row.changes.prefix(loneValueLimit)
  var texts = shown.map { change -> String in
    let name = element("b", "", escaped(change.column))
    switch row.kind {
    case .different:
      let values = shownApart(change.source, change.compare, toWidth: pageTextWidth)
      return "\(name) \(element("del", "", pageText(values.source))) → \(element("ins", "", pageText(values.compare)))"
    case .sourceOnly: return "\(name) \(pageText(change.source))"
    case .compareOnly: return "\(name) \(pageText(change.compare))"
    }
  }
  if shown.count < row.changes.count { texts.append("… \(grouped(row.changes.count - shown.count)) more") }
  return texts.map { element("span", "", $0) }.joined(separator: " ")
}

private func isText(_ value: Value) -> Bool { if case .string = value { true } else { false } }
