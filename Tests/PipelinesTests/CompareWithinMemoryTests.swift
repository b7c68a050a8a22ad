// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Foundation
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

// Parts find what is found of all rows at once: the same report, summary and rows, to the byte.

/// All that is shown of a comparison, or of the error that it ends with.
func shown(
  _ a: Table, _ b: Table, _ find: () throws -> FoundComparison
) throws -> (text: String, partCount: Int) {
  do {
    let found = try find()
    let rows = try #require(found.rows)
    let comparison = found.comparison
    let charts = try ComparisonCharts(comparison, rows: rows.all, sample: rows.sample(7), source: a, other: b)
    let texts: [String] = [
      compareText(InputComparison(comparison), as: .json), compareText(InputComparison(comparison), as: .text),
      "\(comparison.columns.map(\.distances)) \(String(describing: comparison.repeatedKeys))",
      "\(comparison.mostDifferentRows)", try NDJSONWriter().text(of: rows.all),
      try NDJSONWriter().text(of: rows.sample(9)), comparisonPage(comparison, charts),
    ]
    return (texts.joined(separator: "\n"), found.partCount)
  } catch let error as CompareError {
    return ("\(error)", 0)
  }
}

/// 40 pairs, or as many as `COMPARE_ROUNDS` says.
@Test func partsFindWhatIsFoundOfAllRowsAtOnce() throws {
  let rounds = ProcessInfo.processInfo.environment["COMPARE_ROUNDS"].flatMap { Int($0) } ?? 40
  var partedCount = 0
  var errorCount = 0
  for round in 0..<rounds {
    let seed = UInt64(40_000 + round)
    var maker = PairMaker(random: RandomSource(seed: seed))
    let pair = maker.pair()
    let (a, b, request, keyRange, rowCount) = (pair.a, pair.b, pair.request, pair.keyRange, pair.rowCount)
    let expected = try shown(a, b) {
      try compareWithinMemory(a, b, request, CompareLimits(), threads: 2, wantsRows: true)
    }
    var limits = CompareLimits()
    limits.mostRowsAtOnce = 2 * rowCount - 1
    let most = Int.random(in: 30...200, using: &maker.random)
    do {
      if request.rows == .positions || keyRange == 3_000 { limits.mostRowsAtOnce = most }
      let found = try shown(a, b) { try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: true) }
      #expect(found.text == expected.text, "seed \(seed)")
      partedCount += found.partCount > 1 ? 1 : 0
      errorCount += found.partCount == 0 ? 1 : 0
    } catch let error as MemoryError {
      // One key that has most of the rows.
      let haveFewKeys = keyRange < 3_000 || pair.hasTruthKeys
      #expect(haveFewKeys, "seed \(seed): \(error)")
    }
  }
  #expect(partedCount > rounds / 3)
  #expect(errorCount > rounds / 20)
}

/// Two tables of 2,000 rows with ids, in which so many amounts differ.
private func numberedPair(differing: Int) throws -> (Table, Table) {
  func table(_ name: String, _ amount: (Int) -> Int64) -> Table {
    let pages = [(0..<2_000).map { Int64($0) }, (0..<2_000).map(amount)].map { ColumnPage(values: .int64($0)) }
    return Table(
      name: name, schema: Schema([Field(name: "id", type: .int64), Field(name: "amount", type: .int64)]),
      chunks: [pages],
      dictionaries: [nil, nil])
  }
  return (table("a") { _ in 7 }, table("b") { $0 < differing ? 8 : 7 })
}

@Test func allRowsAreTriedAtOnceUntilTooManyNumbersDiffer() throws {
  let request = CompareRequest(keys: ["id"])
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 1_000
  // Four times a distance and a relative one of eight bytes each, for a hundred rows.
  limits.spareBytes = 6_400
  for (differing, isParted) in [(100, false), (101, true)] {
    let (a, b) = try numberedPair(differing: differing)
    let found = try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: true)
    #expect((found.partCount > 1) == isParted)
    #expect(found.comparison.differentRowCount == differing)
    #expect(found.rows?.all.rowCount == differing)
  }
}

@Test func repeatedKeysThatHaveNoRoomAtOnceAreParted() throws {
  let (a, b) = try numberedPair(differing: 3)
  var request = CompareRequest(keys: ["amount"])
  request.duplicates = .count
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 3_999
  limits.spareBytes = 4_000 * 88
  #expect(try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: false).partCount == 1)
  limits.spareBytes = 4_000 * 88 - 1
  #expect(try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: false).partCount == 2)
}

@Test func keysAreFoundWithinTheLimitOnly() throws {
  let (a, b) = try numberedPair(differing: 3)
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 10
  let error = #expect(throws: MemoryError.self) {
    try compareWithinMemory(a, b, CompareRequest(rows: .proposedKeys), limits, threads: 1, wantsRows: false)
  }
  #expect(error?.code == "memory.too-small")
  #expect(error?.advice?.contains("--on") == true)
}
