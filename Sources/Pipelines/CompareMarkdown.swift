// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Columns shown of those that differ, and those whose examples are shown.
private let shownColumnCount = 50
private let exampledColumnCount = 20

/// What a comparison found as Markdown, for a pull request or a page of a build: the verdict, rows, schemas, a table of the columns that
/// differ, and examples that unfold.
///
/// Names and values stand for themselves alone: nothing of them is read as Markdown, a mention or a link. Tables and `<details>` are
/// GitHub's (GitHub Flavored Markdown 0.29, section 4.10). Ends with a line end.
///
/// `allowed`: what may differ, if the verdict of the command is to be told; nil: it is not.
public func markdownSummary(of comparison: Comparison, allowed: DifferenceLimits? = nil) -> String {
  let differing = comparison.columns.filter { $0.differentCount > 0 }
  let limits = allowed.flatMap { limitText(comparison, $0) }.map {
    "\\\n" + $0.prefix(1).uppercased() + $0.dropFirst() + "."
  }
  var blocks = [verdict(comparison) + (limits ?? ""), rowTable(comparison)]
  blocks += notes(comparison)
  if !differing.isEmpty {
    blocks.append(columnTable(differing, comparison.pairedRowCount))
    blocks += shownColumns(differing, limit: exampledColumnCount).map { examples(of: $0, comparison.keys) }
  }
  blocks += mostDifferentRows(comparison)
  blocks += loneRows("source", comparison.sourceOnlyRowCount, comparison.sourceOnlyExamples, comparison.keys)
  blocks += loneRows("compare", comparison.compareOnlyRowCount, comparison.compareOnlyExamples, comparison.keys)
  blocks += repeatedKeys(comparison)
  return blocks.joined(separator: "\n\n") + "\n"
}

private func verdict(_ comparison: Comparison) -> String {
  let names = "\(markdown(comparison.sourceName)) (source) and \(markdown(comparison.compareName)) (compare)"
  let keys = comparison.keys.map { name($0) }.joined(separator: ", ")
  let pairing =
    switch comparison.matching {
    case .keys: "by \(keys)"
    case .proposedKeys: "by \(keys) (found in the data: unique on both sides)"
    case .positions: "row by row"
    }
  let rules = ruleTexts(comparison.request) { markdown($0) }
  let said = rules.isEmpty ? "" : "\\\nRules: \(rules.joined(separator: "; "))."
  return "**\(comparison.hasEqualRows ? "Equal rows" : "Different")**: \(names), \(pairing).\(said)"
}

private func rowTable(_ comparison: Comparison) -> String {
  let rows = [
    ("source", comparison.sourceRowCount, comparison.sourceOnlyRowCount, "only there"),
    ("compare", comparison.compareRowCount, comparison.compareOnlyRowCount, "only there"),
    ("in both", comparison.pairedRowCount, comparison.differentRowCount, "different"),
  ]
  return table(
    ["", "rows", "of these"], numeric: [false, true, true],
    rows.map { [$0.0, grouped($0.1), "\(countAndShare($0.2, of: $0.1)) \($0.3)"] })
}

private func notes(_ comparison: Comparison) -> [String] {
  let schema = comparison.schema
  func fields(_ fields: [Field]) -> [String] { fields.map { "\(markdown($0.name)) (\($0.type))" } }
  let equal = comparison.equalColumns.map { name($0.pairing) }
  let near = comparison.columns.filter { $0.differentCount == 0 && $0.toleratedCount > 0 }.map {
    "\(name($0.pairing)) (\(grouped($0.toleratedCount)) not equal)"
  }
  let lists = [
    ("Columns only in source", fields(schema.onlyInSource)), ("Columns only in compare", fields(schema.onlyInCompare)),
    ("Types that differ", schema.typeDifferences.map { "\(name($0)) (\($0.sourceType), \($0.compareType))" }),
    ("Equal in every row", equal), ("Within tolerance in every row", near),
  ].filter { !$0.1.isEmpty }
  let nothing = comparison.columns.isEmpty ? ["- No columns were compared"] : []
  let lines =
    nothing
    + lists.map { title, names in
      let more = names.count > shownColumnCount ? ", … (\(grouped(names.count)) in all)" : ""
      return "- \(title): \(names.prefix(shownColumnCount).joined(separator: ", "))\(more)"
    }
  return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
}

private func columnTable(_ differing: [ColumnComparison], _ rowCount: Int) -> String {
  let shown = shownColumns(differing, limit: shownColumnCount)
  let differences = DifferenceTable(shown, rowCount: rowCount) { name($0) }
  let figures = differences.columns
  let rest = differing.count - shown.count
  return "Columns that differ, over the \(grouped(rowCount)) rows in both\(differences.explanation):\n\n"
    + table(
      figures.map { markdownCell($0.title) }, numeric: figures.indices.map { $0 > 0 },
      shown.indices.map { row in figures.map { $0.cells[row] } })
    + (rest > 0 ? "\n\n… \(grouped(rest)) more columns, which differ in as many rows or fewer." : "")
}

private func examples(of column: ColumnComparison, _ keys: [ColumnPairing]) -> String {
  let title =
    "\(name(column.pairing)): first \(column.examples.count) of \(grouped(column.differentCount)) rows that differ"
  return unfolding(
    title,
    table(
      keyTitles(keys) + ["source row", "compare row", "source", "compare"],
      numeric: numeric(keys) + [true, true, column.pairing.sourceType.isNumeric, column.pairing.compareType.isNumeric],
      column.examples.map { example in
        let values = shownApart(example.source, example.compare, toWidth: markdownTextWidth)
        return example.key.map(shown) + [
          grouped(example.sourceRow), grouped(example.compareRow), shown(values.source), shown(values.compare),
        ]
      }))
}

private func mostDifferentRows(_ comparison: Comparison) -> [String] {
  let rows = comparison.mostDifferentRows
  guard comparison.columns.count > 2, let most = rows.first, most.columnCount > 1 else { return [] }
  return [
    unfolding(
      "Rows in which most columns differ: first \(rows.count) of \(grouped(comparison.differentRowCount))",
      table(
        keyTitles(comparison.keys) + ["source row", "compare row", "columns that differ"],
        numeric: numeric(comparison.keys) + [true, true, true],
        rows.map { row in
          row.key.map(shown) + [
            grouped(row.sourceRow), grouped(row.compareRow), "\(row.columnCount) of \(comparison.columns.count)",
          ]
        }))
  ]
}

private func loneRows(_ side: String, _ count: Int, _ examples: [RowExample], _ keys: [ColumnPairing]) -> [String] {
  guard !examples.isEmpty else { return [] }
  return [
    unfolding(
      "Rows only in \(side): first \(examples.count) of \(grouped(count))",
      table(
        keyTitles(keys) + ["\(side) row"], numeric: numeric(keys) + [true],
        examples.map { $0.key.map(shown) + [grouped($0.row)] }))
  ]
}

private func repeatedKeys(_ comparison: Comparison) -> [String] {
  guard let repeated = comparison.repeatedKeys else { return [] }
  let what = repeated.policy == .count ? "counted alone" : "paired in order"
  return [
    unfolding(
      "Keys that occur more than once: \(grouped(repeated.keyCount)), \(what); "
        + "\(grouped(repeated.unequalKeyCount)) not equally often on both sides",
      table(
        keyTitles(comparison.keys) + ["rows in source", "rows in compare"],
        numeric: numeric(comparison.keys) + [true, true],
        repeated.examples.map { example in
          example.key.map(shown) + [grouped(example.sourceRowCount), grouped(example.compareRowCount)]
        }))
  ]
}

private func keyTitles(_ keys: [ColumnPairing]) -> [String] { keys.map { name($0) } }

private func numeric(_ keys: [ColumnPairing]) -> [Bool] { keys.map { $0.sourceType.isNumeric } }

/// `uf = state` where names differ.
private func name(_ pairing: ColumnPairing) -> String {
  pairing.name == pairing.compareName
    ? markdown(pairing.name) : "\(markdown(pairing.name)) = \(markdown(pairing.compareName))"
}

private func shown(_ value: Value) -> String {
  switch value {
  case .null: "*null*"
  case .string(let text): markdown(withInvisibleNamed(text))
  default: plainText(of: value)
  }
}

/// Cells are Markdown already.
private func table(_ titles: [String], numeric: [Bool], _ rows: [[String]]) -> String {
  let rule = numeric.map { $0 ? "---:" : "---" }
  return ([titles, rule] + rows).map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
}

/// The blank lines make GitHub read what is inside as Markdown.
private func unfolding(_ title: String, _ content: String) -> String {
  "<details>\n<summary>\(title)</summary>\n\n\(content)\n\n</details>"
}
