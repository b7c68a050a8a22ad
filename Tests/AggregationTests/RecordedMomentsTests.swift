// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

private let moments = """
  var(x), stddev_pop(y), covar(x, y), covar_pop(y, x), corr(x, y), corr(y, y) as same, sum(x) as s, avg(y), count(*) as n
  """

/// Keys below `keyLimit` and two columns of integers within their ranges, in chunks of odd lengths; x is null in one row of `nullsOfX`.
private func pairs(
  _ count: Int, keyLimit: Int64, _ xs: ClosedRange<Int64>, _ ys: ClosedRange<Int64>, nullsOfX: Int? = nil,
  using random: inout RandomSource
) -> Table {
  var chunks: [[ColumnPage]] = []
  var left = count
  while left > 0 {
    let rowCount = min(left, Int.random(in: 1...9_000, using: &random))
    left -= rowCount
    func numbers(_ range: ClosedRange<Int64>) -> PageValues {
      // Often at the ends, so that sums come near what fields hold.
      .int64(
        (0..<rowCount).map { _ in
          Bool.random(using: &random) ? range.upperBound : Int64.random(in: range, using: &random)
        })
    }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    for row in 0..<rowCount where nullsOfX.map({ Int.random(in: 0..<$0, using: &random) > 0 }) ?? true {
      words[row >> 6] |= 1 << UInt64(row & 63)
    }
    chunks.append([
      ColumnPage(values: numbers(0...keyLimit - 1)),
      ColumnPage(values: numbers(xs), validity: Validity(words: words, rowCount: rowCount)),
      ColumnPage(values: numbers(ys)),
    ])
  }
  return Table(
    schema: Schema(["k", "x", "y"].map { Field(name: $0, type: .int64) }), chunks: chunks)
}

@Test(
  arguments: [
    (-2...3, 1...15), (0...1 << 17, -1 << 25...5), (-1 << 31...1 << 30, 0...1 << 31), (7...7, 1...1 << 31),
    (7...7, -3 ... -3),
  ] as [(ClosedRange<Int64>, ClosedRange<Int64>)])
func momentsOfRecordsEqualThoseOfAccumulators(xs: ClosedRange<Int64>, ys: ClosedRange<Int64>) throws {
  var random = RandomSource(seed: UInt64(bitPattern: xs.lowerBound &+ ys.upperBound))
  for (keyLimit, strategy) in [(Int64(3), GroupingStrategy.direct), (5_000, .direct), (5_000, .partitioned)] {
    let table = pairs(16_000, keyLimit: keyLimit, xs, ys, using: &random)
    let query = try AggregateQuery(by: "k", aggregates: moments)
    #expect(try PackedPlan(AggregatePlan(query, [table]))?.others.isEmpty == true)
    #expect(try groupingStrategy(for: [table], query, forced: strategy) == strategy)
    let expected = exactRows(try aggregate([table], query, threads: 1, strategy: .general))
    for threads in [1, 3] {
      let found = exactRows(try aggregate([table], query, threads: threads, strategy: strategy))
      #expect(found == expected, "\(strategy), \(keyLimit) keys")
    }
  }
}

@Test
func whatRecordsDoNotServeIsLeftToAccumulators() throws {
  var random = RandomSource(seed: 5)
  func others(_ table: Table, _ aggregates: String) throws -> [Int]? {
    let query = try AggregateQuery(by: "k", aggregates: aggregates)
    let expected = exactRows(try aggregate([table], query, threads: 1, strategy: .general))
    #expect(exactRows(try aggregate([table], query, threads: 2, strategy: .direct)) == expected, "\(aggregates)")
    return try PackedPlan(AggregatePlan(query, [table]))?.others.map(\.value)
  }
  let nullable = pairs(9_000, keyLimit: 40, -5...900, 0...7, nullsOfX: 3, using: &random)
  #expect(try others(nullable, "var(x), sum(x)") == [])
  #expect(try others(nullable, "corr(x, y), var(y)") == [0, 1])
  #expect(try others(nullable, "var(x), covar_pop(x, x), corr(x, x)") == [0])
  #expect(try others(nullable, "median(x), stddev(x), var(y)") == [0])
  let wide = pairs(9_000, keyLimit: 40, 0...1 << 33, 0...7, using: &random)
  #expect(try others(wide, "var(x), var(y), sum(x)") == [0])
  #expect(try others(wide, "corr(x, y), corr(y, y) as s") == [0, 1])
}
