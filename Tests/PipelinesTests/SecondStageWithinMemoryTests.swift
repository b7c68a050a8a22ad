// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TestSupport
import Testing

@testable import Pipelines

/// 1,500 rows of 1,000 keys, in chunks of 97; `s` with codes, `t` as text, `none` without a value.
private func rows(using random: inout RandomSource) -> Table {
  let rowCount = 1_500
  let words = (0..<40).map { "word \($0)" }
  let columns: [(name: String, type: ColumnType, value: (Int) -> Value)] = [
    ("k", .int64, { .int64(Int64($0 * 7 % 1_000)) }), ("v", .int64, { .int64(Int64($0 % 13) - 5) }),
    ("p", .decimal(precision: 9, scale: 2), { .decimal(unscaled: Int128($0 * 37 % 5_000), scale: 2) }),
    ("f", .float64, { $0 % 11 == 0 ? .null : $0 % 17 == 0 ? .float64(.nan) : .float64(Double($0 % 100) / 8 - 3) }),
    ("t", .string, { $0 % 9 == 0 ? .null : .string("\($0 % 31)") }), ("none", .string, { _ in .null }),
  ]
  let codes = (0..<rowCount).map { _ in UInt32.random(in: 0..<40, using: &random) }
  let chunks = stride(from: 0, to: rowCount, by: 97).map { start in
    let range = start..<min(rowCount, start + 97)
    return columns.map { column in ColumnPage(boxed: range.map { column.value($0) }, type: column.type) }
      + [ColumnPage(values: .codes(Array(codes[range])))]
  }
  let dictionary = StringDictionary(entries: StringArray(words))
  return Table(
    name: "t.cln",
    schema: Schema(columns.map { Field(name: $0.name, type: $0.type) } + [Field(name: "s", type: .string)]),
    chunks: chunks, dictionaries: columns.map { _ in nil } + [dictionary])
}

/// Limits under which an aggregation of more than `limit` rows has no room, nor has what is made of more groups.
private func limits(rowCount limit: Int, threads: Int) -> AggregationLimits {
  var limits = AggregationLimits(memory: .standard, threads: threads)
  limits.watching = { rowCount in
    MemoryWatch(roomByteCount: 3 << 20, above: 0, rowCount: rowCount) { _ in rowCount > limit ? 4 << 20 : 0 }
  }
  return limits
}

private func values(_ table: any TableSource) throws -> [[String]] {
  try (0..<table.chunkCount).flatMap { chunk in
    let pages = try table.schema.fields.indices.map { try table.page(column: $0, chunk: chunk) }
    return try (0..<table.rowCount(ofChunk: chunk)).map { row in
      try pages.enumerated().map { column, page in
        let value = page.value(
          at: row, type: table.schema.fields[column].type, dictionary: try table.dictionary(column: column))
        if case .float64(let number) = value { return "\(number.bitPattern)" }
        return "\(value)"
      }
    }
  }
}

private let queries: [(by: String, aggregates: String, having: String?, orderBy: String?, limit: Int?)] = [
  ("k as key", "sum(v) as a, max(s) as b", nil, nil, nil),
  ("k", "sum(v) * 2 + 1 as a, max(t) || '!' as b", nil, nil, nil),
  ("k", "max(s) as a, upper(max(s)) as b, none is null as c", "count(*) > 1", nil, nil),
  ("k, s", "sum(p) / count(*) as q, min(none) as n", "q > 10 or min(f) < 0", "q % 7 desc, upper(s)", 70),
  ("k + 1 as m, coalesce(t, s) as w", "sum(p * v) as a, stddev(f) as d, count(distinct s)", nil, "d desc, w desc", nil),
  ("k, t", "sum(v) as a", "sum(v) > 100", "a + 1", 5), ("k, s", "min(none) as n", "n is not null", nil, nil),
  ("k, none", "max(f) as x", nil, "x desc, k % 10", 0),
  ("k % 500 as m", "var(v * 2) as x, corr(v, k + 1) as r, covar(p, k) as c", nil, nil, nil),
  ("v + k as m, k", "corr(v, p * v) as r, sum(v * v) as q, stddev(p) / 2 as d", "count(*) > 0", "q desc, m", 900),
  ("k", "top(v, 2) as v, count(*) + 1", "k % 3 = 1", "v, k desc", 500),
]

@Test(arguments: [1, 5])
func whatIsMadeOfGroupsIsTheSameWhateverHasRoom(threads: Int) throws {
  var random = RandomSource(seed: 77)
  let table = rows(using: &random)
  for (number, query) in queries.enumerated() {
    for filter in [nil, "v + k > 20"] {
      let query = try TableQuery(
        by: query.by, aggregates: query.aggregates.replacing("none is null", with: "max(none) is null"), where: filter,
        having: query.having, orderBy: query.orderBy, distinct: number % 2 == 0 && number < 8, limit: query.limit)
      let expected = try aggregate([table, table], query, threads: 1)
      for limit in [900, 2_900] {
        let meter = AggregationMeter()
        let result = try aggregate(
          [table, table], query, within: limits(rowCount: limit, threads: threads), meter: meter)
        #expect(meter.notes.partCount > 0)
        #expect(result.schema == expected.schema, "query \(number), limit \(limit)")
        #expect(try values(result) == values(expected), "query \(number), limit \(limit)")
      }
    }
  }
}

@Test
func whatFailsFailsWithTheSameWords() throws {
  var random = RandomSource(seed: 78)
  let table = rows(using: &random)
  for aggregates in [
    "cast(max(s) as bigint) as a", "9223372036854775807 - min(k) + max(k) * 0 + sum(v) + 900 as a",
    "count(*) % (max(k) - 990) as a, count(*) % (max(k) - 3) as b",
  ] {
    let query = try TableQuery(by: "k, s", aggregates: aggregates)
    let expected = #expect(throws: AggregateError.self) { _ = try aggregate([table], query, threads: 1) }
    for limit in [900, 1_490] {
      let error = #expect(throws: AggregateError.self) {
        _ = try aggregate([table], query, within: limits(rowCount: limit, threads: 2))
      }
      #expect(error == expected, "limit \(limit)")
    }
  }
}

@Test
func distinctRowsOfTopWithoutRoomAreTold() throws {
  var random = RandomSource(seed: 79)
  let table = rows(using: &random)
  let query = try TableQuery(by: "k, s", aggregates: "top(v, 2) as v", distinct: true)
  let error = #expect(throws: MemoryError.self) {
    _ = try aggregate([table], query, within: limits(rowCount: 900, threads: 2))
  }
  #expect(error?.code == "memory.too-small")
  #expect(error?.advice?.hasPrefix("--memory ") == true)
  let expected = try aggregate([table], query, threads: 1)
  #expect(expected.rowCount < 2_000)
  let roomy = try aggregate([table], query, within: limits(rowCount: 10_000, threads: 2))
  #expect(try values(roomy) == values(expected))
}
