// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// A comparison as one HTML page that needs nothing else: no script, no network. The same comparison gives the same bytes.
///
/// Names and values from the data are escaped; the page's own policy forbids it to load or run anything, whatever they say.
public func comparisonPage(_ comparison: Comparison, _ charts: ComparisonCharts) -> String {
  let verdict = comparison.hasEqualRows ? "The rows are equal" : "The rows differ"
  let sections = [
    headSection(comparison, verdict), rowFigures(comparison), schemaSection(comparison.schema),
    repeatedSection(comparison), columnSection(comparison), histogramSection(charts, comparison),
    profileSection(charts.profile), sampleSection(charts, comparison),
  ]
  return """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>\(verdict): \(escaped(comparison.sourceName)) and \(escaped(comparison.compareName))</title>
    <style>
    \(pageStyle)
    </style>
    </head>
    <body>
    \(sections.filter { !$0.isEmpty }.joined(separator: "\n"))
    <footer>Written by colonnade cmp. What counts as equal: CR-1 to CR-20 of Colonnade's Formats/CompareReport.</footer>
    </body>
    </html>

    """
}

private func headSection(_ comparison: Comparison, _ verdict: String) -> String {
  let keys = comparison.keys.map { key in
    let name = element("b", "", escaped(key.name))
    return key.name == key.compareName ? name : "\(name) = \(element("b", "", escaped(key.compareName)))"
  }.joined(separator: ", ")
  let pairing =
    switch comparison.matching {
    case .keys: "Paired by \(keys)."
    case .proposedKeys: "Paired by \(keys), found in the data: unique on both sides."
    case .positions: "Paired row by row."
    }
  return element("h1", #"class="\#(comparison.hasEqualRows ? "equal" : "different")""#, verdict)
    + element(
      "p", "",
      "\(element("b", #"class="source""#, escaped(comparison.sourceName))) (source) and "
        + "\(element("b", #"class="compare""#, escaped(comparison.compareName))) (compare). \(pairing)")
}

private func rowFigures(_ comparison: Comparison) -> String {
  let both = comparison.pairedRowCount
  let figures: [(name: String, count: Int, note: String)] = [
    ("rows in source", comparison.sourceRowCount, ""),
    ("rows in compare", comparison.compareRowCount, ""),
    ("rows in both", both, ""),
    ("of these different", comparison.differentRowCount, percentText(comparison.differentRowCount, of: both)),
    (
      "only in source", comparison.sourceOnlyRowCount,
      percentText(comparison.sourceOnlyRowCount, of: comparison.sourceRowCount)
    ),
    (
      "only in compare", comparison.compareOnlyRowCount,
      percentText(comparison.compareOnlyRowCount, of: comparison.compareRowCount)
    ),
  ]
  let entries = figures.map { figure in
    let note = figure.note.isEmpty ? "" : element("small", "", figure.note)
    return element("div", "", element("dt", "", figure.name) + element("dd", "", grouped(figure.count) + note))
  }
  return element("dl", "", entries.joined(separator: "\n"))
}

private func schemaSection(_ schema: SchemaDifferences) -> String {
  func fields(_ fields: [Field]) -> String {
    fields.map { "<b>\(escaped($0.name))</b> (\($0.type))" }.joined(separator: ", ")
  }
  var lines: [String] = []
  if !schema.onlyInSource.isEmpty { lines.append("Only in source: \(fields(schema.onlyInSource)).") }
  if !schema.onlyInCompare.isEmpty { lines.append("Only in compare: \(fields(schema.onlyInCompare)).") }
  if !schema.typeDifferences.isEmpty {
    let pairs = schema.typeDifferences.map { "<b>\(escaped($0.name))</b> (\($0.sourceType) → \($0.compareType))" }
    lines.append("Other types: \(pairs.joined(separator: ", ")).")
  }
  return lines.isEmpty ? "" : element("h2", "", "Schema") + lines.map { element("p", "", $0) }.joined()
}

private func repeatedSection(_ comparison: Comparison) -> String {
  guard let repeated = comparison.repeatedKeys else { return "" }
  let policy = repeated.policy == .count ? "counted alone, their rows in none of the other figures" : "paired in order"
  return element("h2", "", "Keys that occur more than once")
    + element(
      "p", "",
      "\(countText(repeated.keyCount, "key")) (\(countText(repeated.sourceRowCount, "row")) of source, "
        + "\(grouped(repeated.compareRowCount)) of compare), \(policy); "
        + "\(grouped(repeated.unequalKeyCount)) not equally often on both sides.")
}
