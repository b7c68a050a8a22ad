// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// Examples shown of rows on one side only, of repeated keys and of the rows that differ most.
private let shownExampleCount = 3
/// Columns shown of those that differ, and those that examples are shown of.
private let shownColumnCount = 20
private let exampledColumnCount = 8
/// Widest name of an example where there is no room for more.
private let narrowNameWidth = 20
/// Widest name or text that is shown whole, in cells of a terminal.
private let shownTextWidth = 32

/// What a comparison found, for a person: the verdict first, then rows, schemas, columns that differ, and examples.
///
/// Names and values from the data have their control characters made visible. `width`: cells of the terminal; lists end, tables have fewer
/// columns and examples are cut so that they fit; nil: there is no limit.
///
/// `allowed`: what may differ, if the verdict of the command is to be told; nil: it is not.
public func summary(of comparison: Comparison, allowed: DifferenceLimits? = nil, width: Int? = nil) -> [SummaryLine] {
  var lines = verdict(comparison)
  if let allowed, let text = limitText(comparison, allowed) {
    lines.append(SummaryLine("  \(text)", comparison.exceeds(allowed) ? .bad : .good))
  }
  lines += rowLines(comparison)
  lines += repeatedLines(comparison.repeatedKeys, comparison.keys).map { $0.cut(to: width) }
  lines += schemaLines(comparison.schema, width)
  let differing = comparison.columns.filter { $0.differentCount > 0 }
  if !differing.isEmpty { lines += columnLines(differing, comparison.pairedRowCount, width) }
  if comparison.columns.isEmpty {
    lines.append(
      SummaryLine(
        "No columns were compared: \(comparison.keys.isEmpty ? "the tables have none in common" : "all that both have are keys").",
        .bold))
  }
  // Without rows in both, nothing is equal.
  let equal = comparison.equalColumns
  if !equal.isEmpty { lines.append(listed("Equal in every row: ", equal.map { name($0.pairing) }, width)) }
  let near = comparison.columns.filter { $0.differentCount == 0 && $0.toleratedCount > 0 }
  if !near.isEmpty {
    let names = near.map { "\(name($0.pairing)) (\(grouped($0.toleratedCount)) not equal)" }
    lines.append(listed("Within tolerance in every row: ", names, width))
  }
  let examples = exampleLines(comparison, differing, width)
  if !examples.isEmpty {
    lines += [SummaryLine(), SummaryLine("First examples (source → compare):", .bold)]
    lines += examples.map { $0.cut(to: width) }
  }
  return lines
}

private func verdict(_ comparison: Comparison) -> [SummaryLine] {
  let names = "\(printable(comparison.sourceName)) (source) and \(printable(comparison.compareName)) (compare) "
  let keys = comparison.keys.map { name($0) }.joined(separator: ", ")
  let line = SummaryLine(names).adding(
    comparison.hasEqualRows ? "have equal rows" : "differ", comparison.hasEqualRows ? .good : .bad)
  let rules = ruleTexts(comparison.request) { cutInside(printable($0), toWidth: shownTextWidth) }
  let ruleLines = rules.isEmpty ? [] : [SummaryLine("  rules: \(rules.joined(separator: "; "))", .dim)]
  let paired =
    switch comparison.matching {
    case .keys: line.adding(", by \(keys).")
    case .proposedKeys:
      line.adding(", by \(keys)").adding(" (found in the data: unique on both sides; --on says it).", .dim)
    case .positions: line.adding(", row by row.")
    }
  return [paired] + ruleLines
}

private func rowLines(_ comparison: Comparison) -> [SummaryLine] {
  let rows = [
    ("source", comparison.sourceRowCount, "only there", comparison.sourceOnlyRowCount),
    ("compare", comparison.compareRowCount, "only there", comparison.compareOnlyRowCount),
    ("in both", comparison.pairedRowCount, "different", comparison.differentRowCount),
  ]
  let counts = padded(rows.map { grouped($0.1) })
  let parts = padded(rows.map { grouped($0.3) })
  return zip(rows, zip(counts, parts)).map { row, texts in
    let line = SummaryLine("  \(row.0)\(String(repeating: " ", count: 7 - row.0.count))  \(texts.0) rows, ")
    guard row.3 > 0 else { return line.adding("\(texts.1) \(row.2)") }
    return line.adding("\(texts.1) \(row.2)", .bold).adding(" (\(percentage(row.3, of: row.1)))")
  }
}

private func repeatedLines(_ repeated: RepeatedKeys?, _ keys: [ColumnPairing]) -> [SummaryLine] {
  guard let repeated else { return [] }
  let rows = "\(grouped(repeated.sourceRowCount)) rows of source, \(grouped(repeated.compareRowCount)) of compare"
  let what = repeated.policy == .count ? "counted alone" : "paired in order"
  var line = "Keys that occur more than once: \(grouped(repeated.keyCount)) (\(rows)), \(what)"
  line += ", \(grouped(repeated.unequalKeyCount)) not equally often on both sides"
  guard repeated.unequalKeyCount > 0 else { return [SummaryLine(line)] }
  return [SummaryLine(line)]
    + repeated.examples.prefix(shownExampleCount).map { example in
      SummaryLine(
        "  \(place(example.key, keys)): \(grouped(example.sourceRowCount)) in source, "
          + "\(grouped(example.compareRowCount)) in compare")
    }
}

private func schemaLines(_ schema: SchemaDifferences, _ width: Int?) -> [SummaryLine] {
  func fields(_ fields: [Field]) -> [String] {
    fields.map { "\(cutInside(printable($0.name), toWidth: shownTextWidth)) (\($0.type))" }
  }
  var lines: [SummaryLine] = []
  if !schema.onlyInSource.isEmpty {
    lines.append(listed("Columns only in source: ", fields(schema.onlyInSource), width))
  }
  if !schema.onlyInCompare.isEmpty {
    lines.append(listed("Columns only in compare: ", fields(schema.onlyInCompare), width))
  }
  if !schema.typeDifferences.isEmpty {
    let types = schema.typeDifferences.map { "\(name($0)) (\($0.sourceType), \($0.compareType))" }
    lines.append(listed("Types that differ: ", types, width))
  }
  return lines
}

private func columnLines(_ differing: [ColumnComparison], _ rowCount: Int, _ width: Int?) -> [SummaryLine] {
  let shown = shownColumns(differing, limit: shownColumnCount)
  // On a narrow terminal, half of it is for figures.
  let nameWidth = min(shownTextWidth, max(12, (width ?? .max) / 2 - 4))
  var table = DifferenceTable(shown, rowCount: rowCount) { cutInside(name($0), toWidth: nameWidth) }
  if let width { table.fit(width) }
  let aligned = table.columns.enumerated().map { index, figures in
    padded([figures.title] + figures.cells, atEnd: index == 0)
  }
  let title = "Columns that differ, over the \(grouped(rowCount)) rows in both"
  let explained = "\(title)\(table.explanation):"
  let fits = width.map { displayWidth(of: explained) <= $0 } ?? true
  var lines = [SummaryLine(), SummaryLine(fits ? explained : "\(title):", .bold).cut(to: width)]
  for row in 0...shown.count {
    lines.append(
      SummaryLine("  " + aligned.map { $0[row] }.joined(separator: "  "), row == 0 ? .dim : .plain).cut(to: width))
  }
  if differing.count > shown.count {
    let rest = grouped(differing.count - shown.count)
    lines.append(
      SummaryLine("  … \(rest) more, which differ in as many rows or fewer: -o FILE has all", .dim).cut(to: width))
  }
  return lines
}

private func exampleLines(_ comparison: Comparison, _ differing: [ColumnComparison], _ width: Int?) -> [SummaryLine] {
  valueLines(shownColumns(differing, limit: exampledColumnCount), comparison.keys, width)
    + mostDifferentLines(comparison)
    + rowExampleLines("source", comparison.sourceOnlyExamples, comparison.keys)
    + rowExampleLines("compare", comparison.compareOnlyExamples, comparison.keys)
}

/// The fewer columns, the more examples of each. Values stand below one another where all lines fit.
private func valueLines(_ columns: [ColumnComparison], _ keys: [ColumnPairing], _ width: Int?) -> [SummaryLine] {
  let perColumn = columns.count <= 2 ? 3 : columns.count <= 4 ? 2 : 1
  let examples = columns.flatMap { column in
    column.examples.prefix(perColumn).map { example in
      let values = shownApart(example.source, example.compare, toWidth: shownTextWidth)
      return (
        name: name(column.pairing), source: shown(values.source), compare: shown(values.compare),
        place: keys.isEmpty ? "row \(grouped(example.sourceRow))" : place(example.key, keys)
      )
    }
  }
  let names = padded(examples.map(\.name), atEnd: true)
  let sources = padded(examples.map(\.source))
  let others = padded(examples.map(\.compare), atEnd: true)
  func line(_ name: String, _ source: String, _ compare: String, _ place: String) -> SummaryLine {
    SummaryLine("  \(name)  ").adding(source, .source).adding(" → ").adding(compare, .compare).adding("  at \(place)")
  }
  let aligned = examples.indices.map { line(names[$0], sources[$0], others[$0], examples[$0].place) }
  if aligned.allSatisfy({ $0 == $0.cut(to: width) }) { return aligned }
  return examples.map { line(cutInside($0.name, toWidth: narrowNameWidth), $0.source, $0.compare, $0.place) }
}

/// Worth a look where rows differ in several of many columns.
private func mostDifferentLines(_ comparison: Comparison) -> [SummaryLine] {
  guard comparison.columns.count > 2, let most = comparison.mostDifferentRows.first, most.columnCount > 1 else {
    return []
  }
  return comparison.mostDifferentRows.prefix(shownExampleCount).map { row in
    let place = comparison.keys.isEmpty ? "row \(grouped(row.sourceRow))" : place(row.key, comparison.keys)
    return SummaryLine("  \(row.columnCount) of \(comparison.columns.count) columns differ  at \(place)")
  }
}

private func rowExampleLines(_ side: String, _ examples: [RowExample], _ keys: [ColumnPairing]) -> [SummaryLine] {
  examples.prefix(shownExampleCount).map { example in
    let row = "row \(grouped(example.row))"
    return SummaryLine("  only in \(side): " + (keys.isEmpty ? row : "\(place(example.key, keys))  (\(row))"))
  }
}

/// `uf = state` where names differ.
private func name(_ pairing: ColumnPairing) -> String {
  let name = cutInside(printable(pairing.name), toWidth: shownTextWidth)
  return pairing.name == pairing.compareName
    ? name : "\(name) = \(cutInside(printable(pairing.compareName), toWidth: shownTextWidth))"
}

/// `date 2020-03-28, state "Ceará"`.
private func place(_ key: [Value], _ keys: [ColumnPairing]) -> String {
  zip(keys, key).map { column, value in
    "\(cutInside(printable(column.name), toWidth: shownTextWidth)) \(shown(value, cut: { cutInside($0, toWidth: $1) }))"
  }.joined(separator: ", ")
}

private func shown(_ value: Value, cut: (String, Int) -> String = { truncated($0, toWidth: $1) }) -> String {
  switch value {
  case .null: "null"
  case .string(let text): "\"\(cut(printable(withInvisibleNamed(text)), shownTextWidth))\""
  default: plainText(of: value)
  }
}

/// The first ones that fit two lines, and how many there are in all if more; at least one, at most twelve.
private func listed(_ title: String, _ names: [String], _ width: Int?) -> SummaryLine {
  func line(_ count: Int) -> String {
    let shown = names.prefix(count).joined(separator: ", ")
    return count < names.count ? "\(title)\(shown), … (\(grouped(names.count)) in all)" : title + shown
  }
  var count = min(12, names.count)
  if let width { while count > 1, displayWidth(of: line(count)) > 2 * width { count -= 1 } }
  return SummaryLine(line(count))
}

private func padded(_ texts: [String], atEnd: Bool = false) -> [String] {
  let width = texts.reduce(0) { max($0, displayWidth(of: $1)) }
  return texts.map { text in
    let blanks = String(repeating: " ", count: width - displayWidth(of: text))
    return atEnd ? text + blanks : blanks + text
  }
}
