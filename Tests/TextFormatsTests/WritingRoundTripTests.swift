// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

/// What is written is read back as the same values, whatever the text.
@Test(arguments: 0..<12)
func csvReadsBack(round: Int) throws {
  let seed = UInt64(900 + round)
  var random = RandomSource(seed: seed)
  let pieces = [
    "", "a", ",", "\"", "\n", "\r\n", " ", "é", "\u{FEFF}", "NaN", "1.50", "ツ", "null", "2020-01-01",
  ]
  func string() -> Value {
    if Int.random(in: 0..<6, using: &random) == 0 { return .null }
    return .string(
      (0..<Int.random(in: 0...4, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined())
  }
  func integer(_ limit: Int64) -> Int128 { Int128(Int64.random(in: -limit...limit, using: &random)) }
  func value(_ type: ColumnType) -> Value {
    if type != .string, Int.random(in: 0..<6, using: &random) == 0 { return .null }
    switch type {
    case .bool: return .bool(Bool.random(using: &random))
    case .int64: return .int64(Int64(integer(.max)))
    case .decimal(let precision, let scale):
      return .decimal(
        unscaled: precision > 18 ? integer(.max) * integer(999_999_999_999) : integer(999_999_999), scale: scale)
    case .float64: return .float64([0.1, -0.0, 1e-300, 1.5e300, 1 / 3, 2.5].randomElement(using: &random)!)
    case .date: return .date(daysSinceEpoch: Int(integer(30_000)))
    case .timestamp(let isUTC):
      return .timestamp(microsecondsSinceEpoch: Int(integer(60_000_000_000_000_000)), isUTC: isUTC)
    case .string: return string()
    }
  }
  let types: [ColumnType] =
    round == 0
    ? [.string]
    : [
      .string, .int64, .decimal(precision: 9, scale: 3), .decimal(precision: 38, scale: 7), .float64, .date, .bool,
      .timestamp(isUTC: false), .timestamp(isUTC: true),
    ]
  let rows = (0..<200).map { _ in types.map(value) }
  let table = Table(
    rows: rows, columns: types.enumerated().map { (name: $0 == 0 ? "first, \"x\"" : "c\($0)", type: $1) })
  let writer = CSVWriter(lineEnd: round % 2 == 0 ? .lf : .crlf)
  let text = try writer.text(of: table)
  var options = CSVOptions()
  options.types = Dictionary(uniqueKeysWithValues: table.schema.fields.map { ($0.name, $0.type) })
  let back = try readCSVs([CSVStream(name: "text", bytes: Array(text.utf8))], options: options).table
  #expect(back.schema == table.schema, "seed \(seed)")
  #expect(back.rowCount == table.rowCount, "seed \(seed)")
  guard back.rowCount == table.rowCount else { return }
  for row in rows.indices {
    for column in types.indices {
      #expect(plainText(of: back.value(row: row, column: column)) == plainText(of: rows[row][column]), "seed \(seed)")
      #expect((back.value(row: row, column: column) == .null) == (rows[row][column] == .null), "seed \(seed)")
    }
  }
  #expect(try writer.text(of: back) == text, "seed \(seed)")
}
