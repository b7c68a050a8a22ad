// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing
import TextFormats

@testable import Compare

private let types: [ColumnType] = [
  .bool, .int64, .decimal(precision: 6, scale: 2), .decimal(precision: 9, scale: 1), .decimal(precision: 30, scale: 4),
  .decimal(precision: 12, scale: 0), .float64, .date, .timestamp(isUTC: false), .timestamp(isUTC: true), .string,
]

@Test(arguments: 0..<40)
func agreesWithTheObviousComparison(round: Int) throws {
  let seed = UInt64(7000 + round)
  var maker = TableMaker(random: RandomSource(seed: seed))
  // Half of the rounds have the same types on both sides, the others any; keys stay such that they can meet.
  var left = (0..<6).map { _ in types.randomElement(using: &maker.random)! }
  left[0] = [.int64, .date, .string, .decimal(precision: 6, scale: 2), .float64].randomElement(using: &maker.random)!
  left[1] = [.int64, .string, .decimal(precision: 30, scale: 4)].randomElement(using: &maker.random)!
  var right = round % 2 == 0 ? left : (0..<6).map { _ in types.randomElement(using: &maker.random)! }
  right[0] = round % 4 == 1 && left[0].isNumeric ? .float64 : left[0]
  right[1] = round % 4 == 3 && left[1].isNumeric ? .decimal(precision: 9, scale: 1) : left[1]
  let rowCounts = round % 20 == 7 ? (0, 30) : round % 20 == 9 ? (30, 0) : (150, 130)
  let names = ["k", "schlüssel", "a", "b", "c"]
  let a = maker.table("a.csv", rows: rowCounts.0, Array(zip(names + ["only a"], left)))
  let b = maker.table("b.csv", rows: rowCounts.1, Array(zip(names + ["only b"], right)))
  let expected = ObviousComparison(a, b, keys: ["k", "schlüssel"], columns: ["a", "b", "c"])
  for threads in [1, 3] {
    let comparison = try compare(a, b, CompareRequest(keys: ["k", "schlüssel"], exampleLimit: 1000), threads: threads)
    #expect(ObviousComparison(comparison) == expected, "seed \(seed), threads \(threads)")
    #expect(comparison.sourceOnlyRowCount == expected.sourceOnly.count)
    #expect(comparison.compareOnlyRowCount == expected.compareOnly.count)
    for column in comparison.columns {
      #expect(column.equalCount + column.differentCount == comparison.pairedRowCount)
      #expect(column.examples.count == column.differentCount)
    }
    #expect(comparison.schema.onlyInSource.map(\.name) == ["only a"])
    #expect(comparison.schema.onlyInCompare.map(\.name) == ["only b"])
    try checkRows(DifferingRows(comparison, a, b), a, b, comparison)
  }
}

/// Differing rows hold what the tables hold.
private func checkRows(_ rows: DifferingRows, _ a: Table, _ b: Table, _ comparison: Comparison) throws {
  let onOneSide = comparison.sourceOnlyRowCount + comparison.compareOnlyRowCount
  #expect(rows.rowCount == comparison.differentRowCount + onOneSide)
  #expect(try NDJSONWriter().text(of: rows).utf8.count { $0 == 10 } == rows.rowCount)
  let cells = CellReader(rows)
  func shown(_ row: Int, _ column: Int) throws -> String { try plainText(of: cells.value(row: row, column: column)) }
  let partners = Dictionary(
    comparison.columns.flatMap { $0.examples.map { ($0.sourceRow, $0.compareRow) } },
    uniquingKeysWith: { first, _ in first })
  let sourceRows = (comparison.sourceOnlyExamples.map(\.row) + partners.keys).sorted()
  for (position, row) in sourceRows.enumerated() {
    #expect(try shown(position, 2) == (partners[row] == nil ? "source_only" : "different"))
    for (index, column) in comparison.columns.enumerated() {
      let expected = a.value(row: row - 1, column: column.pairing.sourcePosition)
      #expect(try shown(position, 3 + 2 * index) == plainText(of: expected))
      let partner = partners[row].map { b.value(row: $0 - 1, column: column.pairing.comparePosition) }
      #expect(try shown(position, 4 + 2 * index) == plainText(of: partner ?? .null))
    }
  }
  for (index, example) in comparison.compareOnlyExamples.enumerated() {
    #expect(try shown(sourceRows.count + index, 2) == "compare_only")
    #expect(try shown(sourceRows.count + index, 0) == plainText(of: example.key[0]))
  }
}
