// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import TextFormats

@testable import Compare

/// What a comparison must find, row by row over boxed values: slow and plain, to hold the real one against.
struct ObviousComparison: Equatable {
  var equalRows = 0
  var differentRows = 0
  var sourceOnly: [Int] = []
  var compareOnly: [Int] = []
  /// Per column: the source's rows that differ (from 1).
  var differing: [String: [Int]] = [:]
  var sourceNulls: [String: Int] = [:]
  var compareNulls: [String: Int] = [:]
  var tolerated: [String: Int] = [:]
  /// Keys that are counted alone, and not equally many.
  var unequalKeys = 0
  /// True if a key occurs twice on a side.
  var hasDuplicates = false

  /// `request` has keys or positions, and names its columns' pairs in `columns`.
  init(_ a: Table, _ b: Table, _ request: CompareRequest, columns: [NamePair]) {
    func text(_ name: String, _ row: Int, _ own: Table, _ types: [ColumnType]) -> String {
      let value = folded(own.value(row: row, column: own.schema.position(of: name)!), request.texts)
      if value == .null { return "(null)" }
      if types.contains(.timestamp(isUTC: false)), case .date = value, types.contains(.date) {
        return "'" + bytes(.string(plainText(of: value) + "T00:00:00"))
      }
      return types.allSatisfy(\.isNumeric) ? number(value) : "'" + bytes(value)
    }
    func texts(_ pair: NamePair, _ row: Int, _ isSource: Bool) -> String {
      text(isSource ? pair.source : pair.compare, row, isSource ? a : b, [a.type(pair.source), b.type(pair.compare)])
    }
    var keys: [NamePair]?
    if case .keys(let names) = request.rows { keys = names }
    func key(_ row: Int, _ isSource: Bool) -> [String] { keys?.map { texts($0, row, isSource) } ?? ["\(row)"] }
    let rowsOfA = Dictionary(grouping: 0..<a.rowCount) { key($0, true) }
    let rowsOfB = Dictionary(grouping: 0..<b.rowCount) { key($0, false) }
    var pairs: [(Int, Int)] = []
    for name in Set(rowsOfA.keys).union(rowsOfB.keys) {
      let (left, right) = (rowsOfA[name] ?? [], rowsOfB[name] ?? [])
      let isRepeated = left.count > 1 || right.count > 1
      if isRepeated { hasDuplicates = true }
      if isRepeated, request.duplicates == .count {
        if left.count != right.count { unequalKeys += 1 }
        continue
      }
      pairs += zip(left, right)
      sourceOnly += left.dropFirst(right.count).map { $0 + 1 }
      compareOnly += right.dropFirst(left.count).map { $0 + 1 }
    }
    sourceOnly.sort()
    compareOnly.sort()
    for (row, partner) in pairs.sorted(by: { $0.0 < $1.0 }) {
      var differs = false
      for pair in columns {
        let (left, right) = (texts(pair, row, true), texts(pair, partner, false))
        guard left != right else { continue }
        let values = (a.value(row, pair.source), b.value(partner, pair.compare))
        if let tolerance = request.tolerance(pair, a, b), isNear(values.0, values.1, tolerance) {
          tolerated[pair.source, default: 0] += 1
          continue
        }
        differs = true
        differing[pair.source, default: []].append(row + 1)
        if left == "(null)" { sourceNulls[pair.source, default: 0] += 1 }
        if right == "(null)" { compareNulls[pair.source, default: 0] += 1 }
      }
      if differs { differentRows += 1 } else { equalRows += 1 }
    }
  }

  init(_ comparison: Comparison) {
    equalRows = comparison.equalRowCount
    differentRows = comparison.differentRowCount
    sourceOnly = comparison.sourceOnlyExamples.map(\.row)
    compareOnly = comparison.compareOnlyExamples.map(\.row)
    for column in comparison.columns {
      if column.differentCount > 0 { differing[column.pairing.name] = column.examples.map(\.sourceRow) }
      if column.sourceNullCount > 0 { sourceNulls[column.pairing.name] = column.sourceNullCount }
      if column.compareNullCount > 0 { compareNulls[column.pairing.name] = column.compareNullCount }
      if column.toleratedCount > 0 { tolerated[column.pairing.name] = column.toleratedCount }
    }
    hasDuplicates = comparison.repeatedKeys != nil
    if comparison.repeatedKeys?.policy == .count { unequalKeys = comparison.repeatedKeys?.unequalKeyCount ?? 0 }
  }
}

extension Table {
  fileprivate func type(_ name: String) -> ColumnType { schema.fields[schema.position(of: name)!].type }
  fileprivate func value(_ row: Int, _ name: String) -> Value { value(row: row, column: schema.position(of: name)!) }
}

extension CompareRequest {
  fileprivate func tolerance(_ pair: NamePair, _ a: Table, _ b: Table) -> Tolerance? {
    guard a.type(pair.source).isNumeric, b.type(pair.compare).isNumeric else { return nil }
    return (tolerances.first { $0.column == pair.source } ?? tolerances.first { $0.column == "*" })?.tolerance
  }
}

private func folded(_ value: Value, _ rules: TextRules) -> Value {
  guard case .string(var text) = value else { return value }
  if rules.trims {
    while text.unicodeScalars.first?.properties.isWhitespace == true { text.unicodeScalars.removeFirst() }
    while text.unicodeScalars.last?.properties.isWhitespace == true { text.unicodeScalars.removeLast() }
  }
  if rules.ignoresCase { text = text.lowercased() }
  return rules.emptyIsNull && text.isEmpty ? .null : .string(text)
}

/// Numbers of the tests are small: six digits after the point hold them and their distances exactly, but for doubles.
private func isNear(_ a: Value, _ b: Value, _ tolerance: Tolerance) -> Bool {
  func millionths(_ value: Value) -> Int128? {
    switch value {
    case .int64(let value): Int128(value) * 1_000_000
    case .decimal(let unscaled, let scale): unscaled * powerOfTen(6 - scale)
    default: nil
    }
  }
  if let left = millionths(a), let right = millionths(b) {
    let limit = Int128(tolerance.unscaled) * (tolerance.kind == .absolute ? 1_000_000 : abs(left))
    return abs(left - right) * powerOfTen(tolerance.scale) <= limit
  }
  func double(_ value: Value) -> Double? {
    if case .float64(let value) = value { return value }
    return millionths(value).map { Double($0) / 1_000_000 }
  }
  guard let left = double(a), let right = double(b), left.isFinite, right.isFinite else { return false }
  let part = Double(tolerance.unscaled) / Double(powerOfTen(tolerance.scale))
  // Nothing in the tests is nearer to a limit than this without being at it.
  return abs(left - right) <= (tolerance.kind == .absolute ? part : part * abs(left)) + 1e-12
}

/// A value's text byte by byte: Swift holds `ã` and `a` with a combining tilde to be one string, Colonnade does not.
private func bytes(_ value: Value) -> String { plainText(of: value).utf8.map { String($0) }.joined(separator: " ") }

/// A number's text without zeros that do not count. Doubles of the tests print without exponents.
private func number(_ value: Value) -> String {
  var text = plainText(of: value)
  if text.contains(".") {
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
  }
  return text == "-0" ? "0" : text
}

/// Small tables of every type with many equal values, nulls, and odd chunks.
struct TableMaker {
  var random: RandomSource

  /// The first two columns together are unique, unless keys may repeat.
  mutating func table(
    _ name: String, rows rowCount: Int, _ columns: [(name: String, type: ColumnType)], repeatsKeys: Bool = false
  ) -> Table {
    var seen: Set<String> = []
    var rows: [[Value]] = []
    while rows.count < rowCount {
      let row = columns.enumerated().map { value($1.type, few: repeatsKeys || $0 >= 2) }
      // -0.0 and 0.0 are one key; null and an empty string are two.
      let key = row.prefix(2).map { $0 == .null ? "null" : $0 == .float64(0) ? "0.0" : "'" + bytes($0) }
      if seen.insert(key.joined(separator: "|")).inserted || repeatsKeys { rows.append(row) }
    }
    var chunks: [[ColumnPage]] = []
    var dictionaries = columns.map { _ in [String]() }
    while !rows.isEmpty {
      let part = rows.prefix(Int.random(in: 1...40, using: &random))
      rows.removeFirst(part.count)
      let usesCodes = Bool.random(using: &random)
      chunks.append(
        columns.enumerated().map { index, column in
          let values = part.map { $0[index] }
          let page = ColumnPage(boxed: values, type: column.type)
          guard column.type == .string, usesCodes else { return page }
          let codes = values.map { code(of: $0, in: &dictionaries[index]) }
          return ColumnPage(values: .codes(codes), validity: page.validity)
        })
    }
    return Table(
      name: name, schema: Schema(columns.map { Field(name: $0.name, type: $0.type) }), chunks: chunks,
      dictionaries: zip(columns, dictionaries).map { column, words in
        column.type == .string ? StringDictionary(entries: StringArray(words.isEmpty ? [""] : words)) : nil
      })
  }

  private func code(of value: Value, in words: inout [String]) -> UInt32 {
    guard case .string(let text) = value else { return 0 }
    if let code = words.firstIndex(where: { Array($0.utf8) == Array(text.utf8) }) { return UInt32(code) }
    words.append(text)
    return UInt32(words.count - 1)
  }

  private mutating func value(_ type: ColumnType, few: Bool) -> Value {
    if Int.random(in: 0..<8, using: &random) == 0 { return .null }
    let number = Int.random(in: few ? -2...2 : -40...40, using: &random)
    switch type {
    case .bool: return .bool(number > 0)
    case .int64: return .int64(Int64(number))
    case .decimal(_, let scale):
      // Whole numbers, and halves where there is a digit for them.
      let half: Int128 = scale > 0 && Bool.random(using: &random) ? 5 * powerOfTen(scale - 1) : 0
      return .decimal(unscaled: Int128(number) * powerOfTen(scale) + half, scale: scale)
    case .float64:
      let specials = [Double.nan, .infinity, -.infinity, -0.0, 0.1]
      let isSpecial = Int.random(in: 0..<6, using: &random) == 0
      return .float64(isSpecial ? specials.randomElement(using: &random)! : Double(number) / 2)
    case .date: return .date(daysSinceEpoch: 18_000 + number)
    case .timestamp(let isUTC):
      // Midnights and noons.
      let noon = Bool.random(using: &random) ? 43_200_000_000 : 0
      return .timestamp(microsecondsSinceEpoch: (18_000 + number) * 86_400_000_000 + noon, isUTC: isUTC)
    case .string:
      let words = ["", " ", "São", "SÃO ", "Sa\u{303}o", "a b", "A B", "1", "1.0", "true", "2019-04-14", "\(number)"]
      return .string(words.randomElement(using: &random)!)
    }
  }
}
