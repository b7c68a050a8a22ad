// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
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
  let request = CompareRequest(keys: ["k", "schlüssel"], exampleLimit: 1000)
  let expected = ObviousComparison(a, b, request, columns: ["a", "b", "c"])
  for threads in [1, 3] {
    let comparison = try compare(a, b, request, threads: threads)
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
    try checkReading(comparison, a, b, "seed \(seed)")
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
      #expect(try shown(position, 6 + 2 * index) == plainText(of: expected))
      let partner = partners[row].map { b.value(row: $0 - 1, column: column.pairing.comparePosition) }
      #expect(try shown(position, 7 + 2 * index) == plainText(of: partner ?? .null))
    }
  }
  for (index, example) in comparison.compareOnlyExamples.enumerated() {
    #expect(try shown(sourceRows.count + index, 2) == "compare_only")
    #expect(try shown(sourceRows.count + index, 0) == plainText(of: example.key[0]))
  }
}

/// Small tables of any types with keys that repeat, texts that differ in case and blanks, renamed and missing columns, tolerances:
/// 150 pairs, or as many as `COMPARE_ROUNDS` says.
@Test func anyRequestAgreesWithTheObviousComparison() throws {
  let rounds = getenv("COMPARE_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 150
  for round in 0..<rounds { try checkAnyRequest(seed: UInt64(90_000 + round)) }
}

private func checkAnyRequest(seed: UInt64) throws {
  var maker = TableMaker(random: RandomSource(seed: seed))
  let repeatsKeys = Int.random(in: 0..<3, using: &maker.random) > 0
  let left = (0..<6).map { _ in types.randomElement(using: &maker.random)! }
  let right = left.map { Bool.random(using: &maker.random) ? $0 : types.randomElement(using: &maker.random)! }
  let rowCounts = (Int.random(in: 0...40, using: &maker.random), Int.random(in: 0...40, using: &maker.random))
  // Keys of few values and unlike types may have no room for so many unlike rows.
  let isUnique =
    !repeatsKeys && [left[1], right[1]].allSatisfy { $0 != .bool } && [left[0], right[0]].allSatisfy { $0 != .bool }
  let a = maker.table(
    "a", rows: rowCounts.0, Array(zip(["k", "l", "a", "b", "c", "only a"], left)), repeatsKeys: !isUnique)
  let b = maker.table(
    "b", rows: rowCounts.1, Array(zip(["k", "L", "a", "B", "c", "only b"], right)), repeatsKeys: !isUnique)
  var request = CompareRequest(keys: ["k", NamePair("l", "L")], exampleLimit: 1000)
  if Int.random(in: 0..<6, using: &maker.random) == 0 { request.rows = .positions }
  request.renames = request.rows == .positions ? [NamePair("l", "L"), NamePair("b", "B")] : [NamePair("b", "B")]
  request.duplicates = DuplicatePolicy.allCases.randomElement(using: &maker.random)!
  request.texts = TextRules(
    ignoresCase: Bool.random(using: &maker.random), trims: Bool.random(using: &maker.random),
    emptyIsNull: Bool.random(using: &maker.random))
  request.tolerances = ["1", "0.5", "10%", "100%", "0"].shuffled(using: &maker.random).prefix(1).map {
    NamedTolerance(NamedTolerance.everyColumn, Tolerance($0)!)
  }
  if left[2].isNumeric, right[2].isNumeric { request.tolerances.append(NamedTolerance("a", Tolerance("2")!)) }
  var columns: [NamePair] = ["a", NamePair("b", "B"), "c"]
  if request.rows == .positions { columns = ["k", NamePair("l", "L")] + columns }
  if Int.random(in: 0..<4, using: &maker.random) == 0 {
    request.ignored = ["c"]
    columns.removeLast()
  }
  let expected = ObviousComparison(a, b, request, columns: columns)
  for threads in [1, 2] {
    if expected.hasDuplicates, request.duplicates == .error {
      let error = #expect(throws: CompareError.self, "seed \(seed)") { try compare(a, b, request, threads: threads) }
      #expect(error?.code == "compare.duplicate-key", "seed \(seed)")
      continue
    }
    let comparison = try compare(a, b, request, threads: threads)
    #expect(ObviousComparison(comparison) == expected, "seed \(seed), threads \(threads)")
    let alone = expected.hasDuplicates && request.duplicates == .count ? comparison.repeatedKeys : nil
    #expect(
      comparison.pairedRowCount + comparison.sourceOnlyRowCount + (alone?.sourceRowCount ?? 0) == a.rowCount,
      "seed \(seed)")
    #expect(
      comparison.pairedRowCount + comparison.compareOnlyRowCount + (alone?.compareRowCount ?? 0) == b.rowCount,
      "seed \(seed)")
    for column in comparison.columns {
      let count = column.equalCount + column.toleratedCount + column.differentCount
      #expect(count == comparison.pairedRowCount, "seed \(seed)")
    }
    #expect(comparison.schema.onlyInSource.map(\.name) == ["only a"])
    try checkMost(comparison, "seed \(seed)")
    try checkReading(comparison, a, b, "seed \(seed)")
  }
}

/// Rows with the most differing columns, counted from the examples, which are all here.
private func checkMost(_ comparison: Comparison, _ comment: Comment) throws {
  var counts: [Int: Int] = [:]
  for column in comparison.columns { for example in column.examples { counts[example.sourceRow, default: 0] += 1 } }
  let expected = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
  #expect(comparison.mostDifferentRows.map(\.sourceRow) == expected.map(\.key), comment)
  #expect(comparison.mostDifferentRows.map(\.columnCount) == expected.map(\.value), comment)
}
