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

  init(_ a: Table, _ b: Table, keys: [String], columns: [String]) {
    func text(_ name: String, _ row: Int, _ own: Table) -> String {
      let types = [a, b].map { $0.schema.fields[$0.schema.position(of: name)!].type }
      let value = own.value(row: row, column: own.schema.position(of: name)!)
      if value == .null { return "(null)" }
      if types.contains(.timestamp(isUTC: false)), case .date = value, types.contains(.date) {
        return "'" + bytes(.string(plainText(of: value) + "T00:00:00"))
      }
      return types.allSatisfy(\.isNumeric) ? number(value) : "'" + bytes(value)
    }
    let rowsOfB = Dictionary(
      uniqueKeysWithValues: (0..<b.rowCount).map { row in (keys.map { text($0, row, b) }, row) })
    compareOnly = (0..<b.rowCount).map { $0 + 1 }
    for row in 0..<a.rowCount {
      guard let partner = rowsOfB[keys.map({ text($0, row, a) })] else {
        sourceOnly.append(row + 1)
        continue
      }
      compareOnly.removeAll { $0 == partner + 1 }
      var differs = false
      for name in columns {
        let (left, right) = (text(name, row, a), text(name, partner, b))
        guard left != right else { continue }
        differs = true
        differing[name, default: []].append(row + 1)
        if left == "(null)" { sourceNulls[name, default: 0] += 1 }
        if right == "(null)" { compareNulls[name, default: 0] += 1 }
      }
      if differs { differentRows += 1 } else { equalRows += 1 }
    }
  }

  init(_ comparison: Comparison) {
    equalRows = comparison.equalRowCount
    differentRows = comparison.differentRowCount
    sourceOnly = comparison.sourceOnlyExamples.map(\.row)
    compareOnly = comparison.compareOnlyExamples.map(\.row)
    for column in comparison.columns where column.differentCount > 0 {
      differing[column.pairing.name] = column.examples.map(\.sourceRow)
      if column.sourceNullCount > 0 { sourceNulls[column.pairing.name] = column.sourceNullCount }
      if column.compareNullCount > 0 { compareNulls[column.pairing.name] = column.compareNullCount }
    }
  }
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

  /// The first two columns together are unique.
  mutating func table(_ name: String, rows rowCount: Int, _ columns: [(name: String, type: ColumnType)]) -> Table {
    var seen: Set<String> = []
    var rows: [[Value]] = []
    while rows.count < rowCount {
      let row = columns.enumerated().map { value($1.type, few: $0 >= 2) }
      // -0.0 and 0.0 are one key; null and an empty string are two.
      let key = row.prefix(2).map { $0 == .null ? "null" : $0 == .float64(0) ? "0.0" : "'" + bytes($0) }
      if seen.insert(key.joined(separator: "|")).inserted { rows.append(row) }
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
      let words = ["", "São", "Sa\u{303}o", "1", "1.0", "true", "2019-04-14", "\(number)"]
      return .string(words.randomElement(using: &random)!)
    }
  }
}
