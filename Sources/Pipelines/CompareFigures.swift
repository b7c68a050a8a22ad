// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Glibc
import TextFormats

// Figures of a comparison as people read them, in text and in Markdown.

/// `41.3%`: one digit after the point; what is not nothing or all does not read as if it were.
func percentage(_ count: Int, of total: Int) -> String {
  guard total > 0, count > 0 else { return "0%" }
  if count >= total { return "100%" }
  let tenths = Int((Int128(count) * 2_000 + Int128(total)) / (Int128(total) * 2))
  if tenths == 0 { return "<0.1%" }
  return tenths >= 1_000 ? ">99.9%" : "\(tenths / 10).\(tenths % 10)%"
}

/// `384 (15.9%)`, or `0`.
func countAndShare(_ count: Int, of total: Int) -> String {
  count == 0 ? "0" : "\(grouped(count)) (\(percentage(count, of: total)))"
}

/// A sum or distance: exact numbers with all digits, doubles with `digits` that tell something, both with commas between groups of three;
/// empty where there is none.
func figure(_ value: Value?, digits: Int) -> String {
  switch value {
  case nil, .null: ""
  case .float64(let number): shortened(number, digits: digits)
  case .some(let value): withCommas(plainText(of: value))
  }
}

private func shortened(_ number: Double, digits: Int) -> String {
  guard number.isFinite, number != 0 else { return plainText(of: .float64(number)) }
  let magnitude = Int(log10(number.magnitude).rounded(.down))
  guard (-4..<15).contains(magnitude) else {
    return formatted("%.*e", Int32(digits - 1), number)
  }
  let decimals = max(0, digits - 1 - magnitude)
  var text = formatted("%.*f", Int32(decimals), number)
  if decimals > 0 {
    while text.hasSuffix("0") { text.removeLast() }
    if text.hasSuffix(".") { text.removeLast() }
  }
  return withCommas(text)
}

private func formatted(_ format: String, _ precision: Int32, _ number: Double) -> String {
  var buffer = [CChar](repeating: 0, count: 64)
  // At most a sign, 15 digits, a point and as many digits after it: vsnprintf cuts at the buffer's end.
  _ = withVaList([precision, number]) { vsnprintf(&buffer, buffer.count, format, $0) }
  return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// `-1234.5` as `-1,234.5`; texts of other forms as they are.
func withCommas(_ text: String) -> String {
  let sign = text.hasPrefix("-") ? "-" : ""
  let whole = text.dropFirst(sign.count).prefix { ("0"..."9").contains($0) }
  let rest = text.dropFirst(sign.count + whole.count)
  guard whole.count > 3, rest.isEmpty || rest.first == "." else { return text }
  var result = ""
  for (index, digit) in whole.enumerated() {
    if index > 0, (whole.count - index) % 3 == 0 { result += "," }
    result.append(digit)
  }
  return sign + result + rest
}

/// `text` without its middle where it takes more than `width` cells of a terminal: names are told apart by their ends too.
func cutInside(_ text: String, toWidth width: Int) -> String {
  guard displayWidth(of: text) > width else { return text }
  let start = truncated(text, toWidth: (width + 1) / 2)
  let end = truncated(String(text.reversed()), toWidth: width - displayWidth(of: start) + 1).dropLast()
  return start + String(end.reversed())
}

/// The differing columns to show: all in their order if they are at most `limit`, else those with the most differing rows, most first.
func shownColumns(_ differing: [ColumnComparison], limit: Int) -> [ColumnComparison] {
  guard differing.count > limit else { return differing }
  let ranked = differing.enumerated().sorted {
    ($1.element.differentCount, $0.offset) < ($0.element.differentCount, $1.offset)
  }
  return ranked.prefix(limit).map(\.element)
}

/// What the request changes of the plain rules: `tolerance cases=1`, `letter case does not count`.
func ruleTexts(_ request: CompareRequest, name: (String) -> String) -> [String] {
  var rules: [String] = []
  if !request.tolerances.isEmpty {
    let tolerances = request.tolerances.map { "\(name($0.column)) \($0.tolerance)" }
    rules.append("tolerance \(tolerances.joined(separator: ", "))")
  }
  if request.texts.ignoresCase { rules.append("letter case does not count") }
  if request.texts.trims { rules.append("white space around texts does not count") }
  if request.texts.emptyIsNull { rules.append("an empty text is no value") }
  if let columns = request.columns { rules.append("only columns \(columns.map(name).joined(separator: ", "))") }
  if !request.ignored.isEmpty { rules.append("without columns \(request.ignored.map(name).joined(separator: ", "))") }
  return rules
}

/// Figures of differing columns, a row per column: names first, then numbers.
struct DifferenceTable {
  struct Figures {
    let title: String
    /// Of two, the greater goes first where there is no room; 0 stays.
    let dispensability: Int
    let cells: [String]
  }

  private(set) var columns: [Figures]
  private let hasTolerated: Bool

  /// `name` shows a column's name. Figures that say nothing of any column are left out.
  init(_ shown: [ColumnComparison], rowCount: Int, name: (ColumnPairing) -> String) {
    func figures(_ title: String, _ dispensability: Int, _ cell: (ColumnComparison) -> String) -> Figures {
      Figures(title: title, dispensability: dispensability, cells: shown.map(cell))
    }
    let all = [
      figures("column", 0) { name($0.pairing) },
      figures("different", 0) { grouped($0.differentCount) },
      figures("share", 1) { percentage($0.differentCount, of: rowCount) },
      figures("tolerated", 4) { grouped($0.toleratedCount) },
      figures("source null", 5) { grouped($0.sourceNullCount) },
      figures("compare null", 5) { grouped($0.compareNullCount) },
      figures("source sum", 8) { figure($0.sums?.source, digits: 12) },
      figures("compare sum", 8) { figure($0.sums?.compare, digits: 12) },
      figures("sum change", 3) { figure($0.sums?.difference, digits: 6) },
      figures("up", 7) { $0.distances.map { grouped($0.upCount) } ?? "" },
      figures("down", 7) { $0.distances.map { grouped($0.downCount) } ?? "" },
      figures("median |d|", 6) { figure($0.distances?.median, digits: 6) },
      figures("p95 |d|", 9) { figure($0.distances?.percentile95, digits: 6) },
      figures("max |d|", 2) { figure($0.distances?.maximum, digits: 6) },
    ]
    hasTolerated = shown.contains { $0.toleratedCount > 0 }
    columns = all.enumerated().filter { index, figures in
      index < 3 || figures.cells.contains { !$0.isEmpty && $0 != "0" }
    }.map(\.element)
  }

  /// What the distances shown are, in parentheses; empty if none are.
  var explanation: String {
    guard columns.contains(where: { $0.title.hasSuffix("|d|") }) else { return "" }
    return " (|d|: how far numbers are apart\(hasTolerated ? ", tolerated ones included" : ""))"
  }

  /// Leaves out what is most dispensable until the table, with two blanks before each column, fits `width`.
  mutating func fit(_ width: Int) {
    while columns.reduce(0, { $0 + 2 + $1.width }) > width {
      guard let most = columns.map(\.dispensability).max(), most > 0 else { return }
      columns.removeAll { $0.dispensability == most }
    }
  }
}

extension DifferenceTable.Figures {
  /// Cells of a terminal that the widest takes.
  var width: Int { cells.reduce(displayWidth(of: title)) { max($0, displayWidth(of: $1)) } }
}

/// Whether a comparison passes limits other than the usual ones, and which: `limits: rows and values count, up to 100 rows: passes`; nil for the
/// usual ones, by which rows and values count and none may differ.
func limitText(_ comparison: Comparison, _ limits: DifferenceLimits) -> String? {
  guard limits != DifferenceLimits() else { return nil }
  let kinds = DifferenceKind.allCases.filter { limits.kinds.contains($0) }.map(\.rawValue).joined(separator: ", ")
  var text = "limits: \(kinds) count"
  if let count = limits.maximumCount { text += ", up to \(grouped(count)) row\(count == 1 ? "" : "s") may differ" }
  if let share = limits.maximumShare { text += ", up to \(share) of the rows may differ" }
  return text + ": \(comparison.exceeds(limits) ? "fails" : "passes")"
}

extension Comparison {
  /// Compared columns that are equal in every row of both tables, if there is one.
  var equalColumns: [ColumnComparison] {
    pairedRowCount == 0 ? [] : columns.filter { $0.differentCount == 0 && $0.toleratedCount == 0 }
  }
}
