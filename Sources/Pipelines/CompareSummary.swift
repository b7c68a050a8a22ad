// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Examples shown of each kind.
private let shownExampleCount = 3

/// What a comparison found, for a person: the verdict first, then schemas, columns that differ, and examples.
///
/// Lines without line ends; names and values from the data have their control characters made visible.
public func summary(of comparison: Comparison) -> [String] {
  var lines = [verdict(comparison)]
  lines += rowLines(comparison)
  lines += repeatedLines(comparison.repeatedKeys, comparison.keys)
  lines += schemaLines(comparison.schema)
  let differing = comparison.columns.filter { $0.differentCount > 0 }
  if !differing.isEmpty {
    lines += ["", "Columns that differ, over the \(grouped(comparison.pairedRowCount)) rows in both:"]
    lines += columnTable(differing)
  }
  let equal = comparison.columns.filter { $0.differentCount == 0 && $0.toleratedCount == 0 }
  if !equal.isEmpty { lines.append("Equal in every row: " + listed(equal.map { printable($0.pairing.name) })) }
  let near = comparison.columns.filter { $0.differentCount == 0 && $0.toleratedCount > 0 }
  if !near.isEmpty {
    lines.append(
      "Within tolerance in every row: "
        + listed(near.map { "\(printable($0.pairing.name)) (\(grouped($0.toleratedCount)) not equal)" }))
  }
  lines += exampleLines(comparison, differing)
  return lines
}

private func verdict(_ comparison: Comparison) -> String {
  let names = "\(printable(comparison.sourceName)) (source) and \(printable(comparison.compareName)) (compare)"
  let keys = comparison.keys.map { key in
    let name = printable(key.name)
    return key.name == key.compareName ? name : "\(name) = \(printable(key.compareName))"
  }
  let pairing =
    switch comparison.matching {
    case .keys: "by \(keys.joined(separator: ", "))"
    case .proposedKeys: "by \(keys.joined(separator: ", ")) (found in the data: unique on both sides; --on says it)"
    case .positions: "row by row"
    }
  return "\(names) \(comparison.hasEqualRows ? "have equal rows" : "differ"), \(pairing)."
}

private func rowLines(_ comparison: Comparison) -> [String] {
  let rows = [
    ("source", comparison.sourceRowCount, "only there", comparison.sourceOnlyRowCount),
    ("compare", comparison.compareRowCount, "only there", comparison.compareOnlyRowCount),
    ("in both", comparison.pairedRowCount, "different", comparison.differentRowCount),
  ]
  let counts = padded(rows.map { grouped($0.1) })
  let parts = padded(rows.map { grouped($0.3) })
  return zip(rows, zip(counts, parts)).map { row, texts in
    "  \(row.0)\(String(repeating: " ", count: 7 - row.0.count))  \(texts.0) rows, \(texts.1) \(row.2)"
  }
}

private func repeatedLines(_ repeated: RepeatedKeys?, _ keys: [ColumnPairing]) -> [String] {
  guard let repeated else { return [] }
  let rows = "\(grouped(repeated.sourceRowCount)) rows of source, \(grouped(repeated.compareRowCount)) of compare"
  let what = repeated.policy == .count ? "counted alone" : "paired in order"
  var line = "Keys that occur more than once: \(grouped(repeated.keyCount)) (\(rows)), \(what)"
  line += ", \(grouped(repeated.unequalKeyCount)) not equally often on both sides"
  guard repeated.unequalKeyCount > 0 else { return [line] }
  return [line]
    + repeated.examples.prefix(shownExampleCount).map { example in
      let key = zip(keys, example.key).map { "\(printable($0.name)) \(shown($1))" }.joined(separator: ", ")
      return "  \(key): \(grouped(example.sourceRowCount)) in source, \(grouped(example.compareRowCount)) in compare"
    }
}

private func schemaLines(_ schema: SchemaDifferences) -> [String] {
  func fields(_ fields: [Field]) -> String { listed(fields.map { "\(printable($0.name)) (\($0.type))" }) }
  var lines: [String] = []
  if !schema.onlyInSource.isEmpty { lines.append("Columns only in source: " + fields(schema.onlyInSource)) }
  if !schema.onlyInCompare.isEmpty { lines.append("Columns only in compare: " + fields(schema.onlyInCompare)) }
  if !schema.typeDifferences.isEmpty {
    lines.append(
      "Types that differ: "
        + listed(schema.typeDifferences.map { "\(printable($0.name)) (\($0.sourceType), \($0.compareType))" }))
  }
  return lines
}

private func columnTable(_ columns: [ColumnComparison]) -> [String] {
  func number(_ value: Value?) -> String { value.map { plainText(of: $0) } ?? "" }
  let columns: [(name: String, cells: [String])] = [
    ("column", columns.map { printable($0.pairing.name) }),
    ("different", columns.map { grouped($0.differentCount) }),
    ("tolerated", columns.map { grouped($0.toleratedCount) }),
    ("null in source", columns.map { grouped($0.sourceNullCount) }),
    ("null in compare", columns.map { grouped($0.compareNullCount) }),
    ("source sum", columns.map { number($0.sums?.source) }),
    ("compare sum", columns.map { number($0.sums?.compare) }),
    ("difference", columns.map { number($0.sums?.difference) }),
    ("median |d|", columns.map { number($0.distances?.median) }),
    ("p95 |d|", columns.map { number($0.distances?.percentile95) }),
    ("max |d|", columns.map { number($0.distances?.maximum) }),
  ]
  // Columns that say nothing are left out: no nulls, no numbers.
  let telling = columns.enumerated().filter { index, column in
    index < 2 || column.cells.contains { !$0.isEmpty && $0 != "0" }
  }
  let aligned = telling.map { index, column in
    index == 0 ? padded([column.name] + column.cells, atEnd: true) : padded([column.name] + column.cells)
  }
  return aligned[0].indices.map { row in "  " + aligned.map { $0[row] }.joined(separator: "  ") }
}

private func exampleLines(_ comparison: Comparison, _ differing: [ColumnComparison]) -> [String] {
  let names = comparison.keys.map { printable($0.name) }
  func place(_ values: [Value], row: Int) -> String {
    if names.isEmpty { return "row \(grouped(row))" }
    return zip(names, values).map { "\($0) \(shown($1))" }.joined(separator: ", ")
  }
  var lines: [String] = []
  for column in differing {
    for example in column.examples.prefix(shownExampleCount) {
      let change = "\(shown(example.source)) → \(shown(example.compare))"
      lines.append("  \(printable(column.pairing.name)): \(change)  at \(place(example.key, row: example.sourceRow))")
    }
  }
  for (side, examples) in [("source", comparison.sourceOnlyExamples), ("compare", comparison.compareOnlyExamples)] {
    for example in examples.prefix(shownExampleCount) {
      lines.append(
        "  only in \(side): \(place(example.key, row: example.row))\(names.isEmpty ? "" : "  (row \(grouped(example.row)))")"
      )
    }
  }
  return lines.isEmpty ? [] : ["", "First examples (source → compare):"] + lines
}

private func shown(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .string(let text): "\"\(truncated(printable(text), toWidth: 40))\""
  default: plainText(of: value)
  }
}

/// The first twelve, and how many there are in all if more.
private func listed(_ names: [String]) -> String {
  let shown = names.prefix(12).joined(separator: ", ")
  return names.count > 12 ? "\(shown), … (\(names.count) in all)" : shown
}

private func padded(_ texts: [String], atEnd: Bool = false) -> [String] {
  let width = texts.reduce(0) { max($0, displayWidth(of: $1)) }
  return texts.map { text in
    let blanks = String(repeating: " ", count: width - displayWidth(of: text))
    return atEnd ? text + blanks : blanks + text
  }
}
