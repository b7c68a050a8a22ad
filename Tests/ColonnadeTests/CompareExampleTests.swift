// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Testing

/// The example of comparing in Sources/Colonnade/README.md, as it stands there; the paths are those of the real data.
private func compareExample(print: ([Value], [String]) -> Void) async throws -> Int {
  let published = try await Dataset.open(covid("brazil_covid19.csv"))
  let computed = try await Dataset.open(covid("expected/new_brazil_covid19.csv"))
  let comparison = try await published.compare(with: computed, by: "date, state", tolerance: "deaths=1")
  for try await row in comparison.differingRows where row.kind == .different {
    print(row.key, row.changes.map(\.column))
  }
  return comparison.differentRowCount
}

@Test func compareExampleGivesTheFigures() async throws {
  var rows: [(key: [Value], columns: [String])] = []
  let count = try await compareExample { rows.append(($0, $1)) }
  #expect(count == 830 && rows.count == 830)
  #expect(rows.count { $0.columns.contains("cases") } == 827 && rows.count { $0.columns.contains("deaths") } == 289)
  #expect(rows.first?.key.map(\.description) == ["2020-03-28", "Ceará"])
}

@Test func dataSetsAreComparedInOneThread() throws {
  let a = Dataset([Table(columns: [("k", .int64, [.int64(1), .int64(2)]), ("v", .string, [.string("x"), .null])])])
  let b = Dataset([Table(columns: [("k", .int64, [.int64(2), .int64(3)]), ("v", .string, [.string("y"), .null])])])
  let comparison = try a.compare(with: b, CompareRequest(keys: ["k"]))
  var reader = comparison.differingRows.reader()
  var rows: [DifferingRow] = []
  while let row = try reader.next() { rows.append(row) }
  #expect(rows.map(\.kind) == [.sourceOnly, .different, .compareOnly])
  #expect(rows.map(\.key) == [[.int64(1)], [.int64(2)], [.int64(3)]])
  #expect(rows[1].changes == [DifferingRow.Change(column: "v", source: .null, compare: .string("y"))])
  #expect(throws: QuerySyntaxError.self) { try a.compare(with: b, by: ",") }
}
