// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Glibc
import Testing

@Test func statesOfChunksMergeToTheResult() async throws {
  let rows = (0..<6).map { Value.int64($0) }
  let chunks = rows.map { [ColumnPage(boxed: [$0], type: .int64), ColumnPage(boxed: [.float64(0.1)], type: .float64)] }
  let data = Dataset([
    Table(schema: Schema([Field(name: "k", type: .int64), Field(name: "x", type: .float64)]), chunks: chunks)
  ])
  let query = data.grouped(by: QueryExpression.call("%", [.column("k"), 2]).named("odd"))
    .computing(QueryExpression.sum(.column("x")).named("s"), QueryExpression.function("last", .column("k")).named("l"))
    .query
  let paths = (0..<3).map { "/tmp/colonnade-states-\(getpid())-\($0).arrows" }
  defer { for path in paths { unlink(path) } }
  for (place, path) in paths.enumerated() {
    try await data.writeStates(of: query, to: path, chunks: 2 * place..<2 * place + 2)
  }
  let merged = try Table(copying: try await Dataset.mergingStates(paths.reversed()))
  let whole = try data.aggregate(query)
  #expect(merged.schema == whole.schema)
  #expect(merged.rowCount == 2)
  for row in 0..<2 {
    for column in 0..<3 { #expect(merged.value(row: row, column: column) == whole.value(row: row, column: column)) }
  }
  let error = #expect(throws: PartialError.self) { try mergedHere([paths[1], paths[1]]) }
  #expect(error?.kind == .places)
}

/// Without `await`: where there is one, the other function is taken.
private func mergedHere(_ paths: [String]) throws -> any TableSource { try Dataset.mergingStates(paths) }
