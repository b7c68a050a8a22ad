// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Testing

@testable import Pipelines

private func first() -> Table {
  Table(
    name: "a", rows: [[.int64(1), .string("x")], [.int64(2), .null]], columns: [("n", .int64), ("s", .string)])
}

@Test func tablesJoinByNameAndType() throws {
  let second = Table(
    name: "b", rows: [[.string("y"), .decimal(unscaled: 25, scale: 1)]],
    columns: [("s", .string), ("n", .decimal(precision: 2, scale: 1))])
  let none = Table(name: "c", rows: [], columns: [("s", .string), ("n", .string)])
  let joined = try JoinedTables([first(), second, none, first()])
  #expect(joined.rowCount == 5 && joined.chunkCount == 3)
  #expect(joined.schema.names == ["n", "s"])
  #expect(joined.schema.fields[0].type == .decimal(precision: 20, scale: 1))
  let numbers = try (0..<3).flatMap { chunk -> [Value] in
    let page = try joined.page(column: 0, chunk: chunk)
    return (0..<page.rowCount).map { page.value(at: $0, type: joined.schema.fields[0].type, dictionary: nil) }
  }
  #expect(numbers == [10, 20, 25, 10, 20].map { .decimal(unscaled: $0, scale: 1) })
  #expect(try joined.statistics(column: 0, chunk: 2).bounds == .integer(minimum: 10, maximum: 20, sum: 30))
}

@Test func tablesThatDoNotJoinAreNamed() throws {
  let fewer = Table(name: "b", rows: [], columns: [("n", .int64), ("t", .string)])
  let columns = #expect(throws: TableError.self) { try JoinedTables([first(), fewer]) }
  #expect(columns?.code == "table.columns-differ" && columns?.place.file == "b")
  #expect(columns?.summary.contains("\"s\"") == true && columns?.summary.contains("\"t\"") == true)
  let other = Table(name: "c", rows: [[.float64(1), .null]], columns: [("n", .float64), ("s", .string)])
  let type = #expect(throws: TableError.self) { try JoinedTables([first(), other]) }
  #expect(type?.code == "table.mismatch" && type?.place == Place(file: "c", column: "n"))
}

@Test func fullChunksTakeRowsOverBorders() throws {
  let columns: [(String, ColumnType)] = [("n", .int64)]
  func part(_ count: Int) -> [ColumnPage] { [ColumnPage(values: .int64(Array(repeating: 0, count: count)))] }
  let schema = Schema(columns.map { Field(name: $0.0, type: $0.1) })
  let source = Table(schema: schema, chunks: [part(100_000), part(50_000), part(131_072)])
  let plan = try fullChunks(of: source)
  #expect(plan.map { $0.reduce(0) { $0 + $1.rows.count } } == [131_072, 131_072, 18_928])
  #expect(plan[0] == [RowPiece(chunk: 0, rows: 0..<100_000), RowPiece(chunk: 1, rows: 0..<31_072)])
  // Of 100 columns, fewer rows: 32 MiB in all.
  let many = Schema((0..<100).map { Field(name: "\($0)", type: .int64) })
  let wide = Table(schema: many, chunks: [(0..<100).flatMap { _ in part(100_000) }])
  #expect(try fullChunks(of: wide).map { $0.reduce(0) { $0 + $1.rows.count } } == [41_943, 41_943, 16_114])
}

@Test func numbersBecomeDoublesOnlyIfTheyStayWhatTheyAre() {
  let validity = Validity(words: [0b011], rowCount: 3)
  let whole = ColumnPage(values: .int64([1 << 60, -3, .max]), validity: validity).asDoubles(scale: 0)
  #expect(whole == ColumnPage(values: .float64([0x1p60, -3, 0]), validity: validity))
  #expect(ColumnPage(values: .int64([1 << 60 + 1])).asDoubles(scale: 0) == nil)
  #expect(ColumnPage(values: .int64([1, 25])).asDoubles(scale: 2)?.values == .float64([0.01, 0.25]))
  #expect(
    ColumnPage(values: .int128([999_999_999_999_999])).asDoubles(scale: 30)?.values == .float64([9.99999999999999e-16]))
  #expect(ColumnPage(values: .int64([1_000_000_000_000_001])).asDoubles(scale: 3) == nil)
}
