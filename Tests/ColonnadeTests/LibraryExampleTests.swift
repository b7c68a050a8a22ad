// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Testing

/// The README's first example, as it stands there; the paths are those of the real data.
private func libraryExample(print: (Value, Value, Value, Value) -> Void) throws -> Table {
  let cities = try Dataset(covid("brazil_covid19_cities.csv.gz"))
  let states = try cities.aggregate("sum(cases), sum(deaths)", by: "date, state")
  for row in 0..<states.rowCount {
    print(states[row, "date"], states[row, "state"], states[row, "cases"], states[row, "deaths"])
  }
  return states
}

@Test func libraryExampleGivesTheExpectedFigures() throws {
  var lines: [String] = []
  let states = try libraryExample { lines.append([$0, $1, $2, $3].map(\.description).joined(separator: ",")) }
  let expected = try readCSVs([CSVStream(name: "expected", bytes: bytes(of: covid("expected/new_brazil_covid19.csv")))])
    .table
  let wanted = (0..<expected.rowCount).map { row in
    (0..<4).map { expected.value(row: row, column: $0).description }.joined(separator: ",")
  }
  #expect(lines.count == 2025)
  #expect(lines.sorted() == wanted.sorted())
  #expect(lines.first == "2020-03-28,Acre,25,0")
  #expect(states.schema.names == ["date", "state", "cases", "deaths"])
}

@Test func emptyResultsAndNulls() throws {
  let table = Table(columns: [("v", .int64, [.null]), ("w", .float64, [.float64(0.5)])])
  let sums = try Dataset([table], threads: 2).aggregate("sum(v), sum(w)")
  #expect(sums[0, "v"].description == "null")
  #expect(sums[0, "w"].description == "0.5")
  #expect(Dataset([table]).rowCount == 1)
}

@Test func unknownColumnsAreReported() throws {
  let error = #expect(throws: AggregateError.self) {
    try Dataset(covid("brazil_covid19.csv")).aggregate("sum(casess)", by: "state")
  }
  #expect(error?.code == "column.unknown")
}
