// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade
import Testing

/// The example of Sources/Colonnade/README.md.
private func compareExample(print: (String) -> Void) async throws {
  let published = try await Dataset.open(covid("brazil_covid19.csv"))
  let computed = try await Dataset.open(covid("expected/new_brazil_covid19.csv"))
  let comparison = try await published.compare(with: computed, by: "date, state", tolerance: "deaths=1")
  print("\(comparison.differentRowCount) of \(comparison.pairedRowCount) rows differ")
  for try await row in comparison.differingRows where row.kind == .different {
    for change in row.changes { print("\(row.key): \(change.column) \(change.source) → \(change.compare)") }
  }
}

@Test func compareExampleGivesTheFigures() async throws {
  var lines: [String] = []
  try await compareExample { lines.append($0) }
  #expect(lines.first == "830 of 2025 rows differ")
  #expect(lines.count == 1 + 827 + 289)
  #expect(lines.contains("[2020-03-28, Ceará]: cases 314 → 322"))
  #expect(!lines.contains { $0.contains("deaths 5 → 4") })
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
