// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Pipelines
import Testing

@Test
func aggregatesTablesAsTheTextsSay() throws {
  let schema = Schema([Field(name: "state", type: .string), Field(name: "cases", type: .int64)])
  let table = Table(
    schema: schema,
    chunks: [[ColumnPage(values: .codes([0, 1, 0])), ColumnPage(values: .int64([7, 3, 5]))]],
    dictionaries: [StringDictionary(entries: StringArray(["Bahia", "Acre"])), nil])
  let result = try aggregate([table], by: "state", aggregates: "sum(cases), count(*) as n", orderBy: "n", threads: 2)
  #expect(result.schema.names == ["state", "cases", "n"])
  #expect((0..<2).map { result.value(row: $0, column: 0) } == [.string("Acre"), .string("Bahia")])
  #expect((0..<2).map { result.value(row: $0, column: 1) } == [.int64(3), .int64(12)])
}
