// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import RowCoding
import Testing

private enum Size: String, Codable { case small, large }

private struct Shop: Codable, Equatable {
  var name: String
  var open: Bool
  var staff: UInt8
  var turnover: Double
  var size: Size?
}

private let shops = [
  Shop(name: "Süd", open: true, staff: 255, turnover: 0.1, size: .large),
  Shop(name: "", open: false, staff: 0, turnover: -.infinity, size: nil),
]

@Test func rowsBecomeATableAndComeBack() throws {
  let table = try Table(rows: shops)
  #expect(table.schema.names == ["name", "open", "staff", "turnover", "size"])
  #expect(table.schema.fields.map(\.type) == [.string, .bool, .int64, .float64, .string])
  #expect(table.value(row: 1, column: 4) == .null)
  #expect(try table.rows(as: Shop.self) == shops)
}

@Test func aColumnMetLateHasNullsBefore() throws {
  struct Sparse: Codable, Equatable { var a: Int?, b: Int? }
  let rows = [Sparse(a: 1), Sparse(b: 2), Sparse(), Sparse(a: 3, b: 4)]
  let table = try Table(rows: rows)
  #expect(table.schema.names == ["a", "b"])
  #expect(try table.rows(as: Sparse.self) == rows)
}

@Test func everyTypeOfColumnIsRead() throws {
  struct Row: Decodable, Equatable { var d: String, t: String, m: String, days: Int, big: Int128, half: Float }
  let table = Table(
    name: "t",
    columns: [
      ("d", .date, [.date(daysSinceEpoch: 18_349)]),
      ("t", .timestamp(isUTC: true), [.timestamp(microsecondsSinceEpoch: 0, isUTC: true)]),
      ("m", .decimal(precision: 30, scale: 2), [.decimal(unscaled: -5, scale: 2)]),
      ("days", .date, [.date(daysSinceEpoch: -1)]),
      ("big", .decimal(precision: 38, scale: 0), [.decimal(unscaled: .init(Int64.max) * 10, scale: 0)]),
      ("half", .decimal(precision: 2, scale: 1), [.decimal(unscaled: 5, scale: 1)]),
    ])
  #expect(
    try table.rows(as: Row.self) == [
      Row(d: "2020-03-28", t: "1970-01-01T00:00:00Z", m: "-0.05", days: -1, big: Int128(Int64.max) * 10, half: 0.5)
    ])
}

@Test func aTableOfOneColumnIsReadAsItsValues() throws {
  let table = Table(columns: [("n", .int64, [.int64(3), .null])])
  #expect(try table.rows(as: Int?.self) == [3, nil])
}

@Test(arguments: [
  ("row.null", Value.null, ColumnType.int64), ("row.type", .string("5"), .string), ("row.range", .int64(300), .int64),
  ("row.range", .decimal(unscaled: 15, scale: 1), .decimal(precision: 2, scale: 1)),
  ("row.range", .float64(.nan), .float64),
])
func whatDoesNotFitIsToldWithItsPlace(code: String, value: Value, type: ColumnType) {
  struct Small: Decodable { var n: UInt8 }
  let fitting: [ColumnType: Value] = [
    .int64: .int64(1), .string: value, .float64: .float64(1),
    .decimal(precision: 2, scale: 1): .decimal(unscaled: 10, scale: 1),
  ]
  let table = Table(name: "t", columns: [("n", type, [fitting[type] ?? .null, value])])
  let error = #expect(throws: RowCodingError.self) { try table.rows(as: Small.self) }
  #expect(error?.code == code)
  #expect(error?.place == Place(file: "t", row: code == "row.type" ? 1 : 2, column: "n"))
}

@Test func aMisspeltPropertyIsTold() {
  struct Row: Decodable { var cases: Int }
  let error = #expect(throws: RowCodingError.self) {
    try Table(name: "t", columns: [("case", .int64, [.int64(1)])]).rows(as: Row.self)
  }
  #expect(error?.code == "row.column-missing")
  #expect(error?.advice == "did you mean \"case\"?")
}

@Test func whatIsNotFlatIsRefused() throws {
  struct Nested: Codable { var list: [Int] }
  struct Wide: Codable { var n: UInt64 }
  struct Wider: Codable { var n: Int128 }
  let error = #expect(throws: RowCodingError.self) { try Table(rows: [Nested(list: [1])]) }
  #expect(error?.code == "row.not-flat")
  #expect(error?.place.column == "list")
  #expect(throws: RowCodingError.self) { try Table(rows: [Wide(n: .max)]) }
  #expect(throws: RowCodingError.self) { try Table(rows: [Wider(n: .max)]) }
  #expect(try Table(rows: [Wider(n: -7)]).value(row: 0, column: 0) == .int64(-7))
  #expect(throws: RowCodingError.self) { try Table(rows: [[1, 2]]) }
  let table = Table(columns: [("list", .int64, [.int64(1)])])
  #expect(throws: RowCodingError.self) { try table.rows(as: Nested.self) }
}
