// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

/// Functions that records never serve, and those that they do not serve of some columns.
private let functions: [AggregateFunction] = [
  .count, .countDistinct, .sum, .min, .max, .mean, .median, .quantile(QuantileLevel("0.15")!), .variance(.sample),
  .standardDeviation(.population), .first, .last, .any, .top(2), .bottom(3), .top(70),
]

/// The columns of `randomSchema` whose strings have codes.
private let carriedSchema = Schema(randomSchema.fields.filter { $0.name != "text" })

/// Random rows, whose column `name` has codes in every row.
private func carriedRows(_ count: Int, using random: inout RandomSource) -> [[Value]] {
  let positions = randomSchema.fields.indices.filter { randomSchema.fields[$0].name != "text" }
  return randomRows(count, using: &random).map { row in positions.map { row[$0] } }
}

/// Tables whose strings have codes in every chunk.
private func carriedTable(_ rows: [[Value]], using random: inout RandomSource) -> Table {
  while true {
    let table = makeTable(rows, schema: carriedSchema, using: &random)
    let name = carriedSchema.position(of: "name")!
    let hasPlain = table.chunks.contains { chunk in
      if case .strings = chunk[name].values { true } else { false }
    }
    if !hasPlain { return table }
  }
}

private func aggregates(using random: inout RandomSource) -> [Aggregate] {
  var aggregates: [Aggregate] = [Aggregate(.median, of: "price", as: "always")]
  for field in carriedSchema.fields {
    for function in functions where Int.random(in: 0...9, using: &random) == 0 {
      if function.needsNumbers, !field.type.isNumeric { continue }
      aggregates.append(Aggregate(function, of: field.name, as: "\(function) of \(field.name)"))
    }
  }
  let numbers = carriedSchema.fields.filter(\.type.isNumeric).map(\.name)
  for function in pairFunctions where Bool.random(using: &random) {
    let (x, y) = (numbers.randomElement(using: &random)!, numbers.randomElement(using: &random)!)
    aggregates.append(Aggregate(function, of: x, and: y, as: "\(function) of \(x) and \(y)"))
  }
  return aggregates
}

@Test(arguments: UInt64(0)..<25)
func partsGiveThePlainTwinsRowsOfEveryFunction(seed: UInt64) throws {
  var random = RandomSource(seed: 71_000 + seed)
  let rows = carriedRows([1, 40, 400].randomElement(using: &random)!, using: &random)
  let keys = ["flag", "small", "day", "name", "time", "instant"].shuffled(using: &random)
  var query = AggregateQuery(
    by: keys.prefix(Int.random(in: 1...3, using: &random)).map { GroupKey($0) },
    aggregates: aggregates(using: &random))
  var taken = rows
  if Bool.random(using: &random) {
    let condition = randomCondition(rows, carriedSchema, using: &random)
    query.filter = condition
    taken = rows.filter { truth(condition, $0, carriedSchema) == true }
  }
  if seed % 4 == 0 { query.limit = 3 }
  // Rows stand as they do in the inputs: first and last ask.
  let cut = rows.count / 3
  let pair = [Array(rows[..<cut]), Array(rows[cut...])].map { carriedTable($0, using: &random) }
  let expected = try PlainAggregation(query, [carriedTable(taken, using: &random)], schema: carriedSchema).rows()
  let sources: [[any TableSource]] = [
    [carriedTable(rows, using: &random)], [try chunkFile(of: carriedTable(rows, using: &random))],
    try pair.map { try chunkFile(of: $0) },
  ]
  for source in sources {
    #expect(try groupingStrategy(for: source, query, forced: .partitioned) == .partitioned)
    let schema = try aggregate(source, query, threads: 1, strategy: .general).schema
    for threads in [1, 2, 5] {
      let found = try aggregate(source, query, threads: threads, strategy: .partitioned)
      #expect(exactRows(found) == expected, "seed \(seed), \(threads) threads, \(query)")
      #expect(found.schema == schema, "seed \(seed), \(query)")
    }
  }
}

/// Rows of 12,000 keys and one that has a third of them: its part is taken in in several batches. All values of a key lie in the key's own
/// range, and grow from row to row.
private func bandedRows(_ rowCount: Int, using random: inout RandomSource) -> (table: Table, ofKeys: [Int64: [Int64]]) {
  var ofKeys: [Int64: [Int64]] = [:]
  var chunks: [[ColumnPage]] = []
  var left = rowCount
  while left > 0 {
    let count = min(left, Int.random(in: 1...40_000, using: &random))
    left -= count
    var (keys, values): ([Int64], [Int64]) = ([], [])
    for _ in 0..<count {
      let key = Int.random(in: 0..<3, using: &random) == 0 ? 7 : Int64.random(in: 0..<12_000, using: &random)
      let value = key << 24 + Int64(ofKeys[key]?.count ?? 0)
      ofKeys[key, default: []].append(value)
      keys.append(key &* 1_000_003)
      values.append(value)
    }
    chunks.append([
      ColumnPage(values: .int64(keys)), ColumnPage(values: .int64(values)),
      ColumnPage(values: .float64(values.map { Double($0) })),
      ColumnPage(values: .int128(values.map { Int128($0) << 60 })),
    ])
  }
  let schema = Schema([
    Field(name: "k", type: .int64), Field(name: "x", type: .int64), Field(name: "f", type: .float64),
    Field(name: "w", type: .decimal(precision: 38, scale: 0)),
  ])
  return (Table(schema: schema, chunks: chunks), ofKeys)
}

@Test
func noPartSeesRowsOfAnother() throws {
  var random = RandomSource(seed: 8_080)
  let (table, ofKeys) = bandedRows(200_000, using: &random)
  let query = try AggregateQuery(
    by: "k",
    aggregates: """
      first(x), last(x), count(distinct x) as n, min(f) as least, max(w) as most, bottom(f, 1) as b, top(x, 1) as t, \
      quantile(x, 0) as lowest, first(w) as w
      """)
  #expect(try groupingStrategy(for: [table], query, forced: .partitioned) == .partitioned)
  let expected = ofKeys.sorted { $0.key < $1.key }.map { key, values in
    let (first, last) = (values[0], values[values.count - 1])
    return [
      "\(key &* 1_000_003)", "\(first)", "\(last)", "\(values.count)", exactText(.float64(Double(first))),
      "\(Int128(last) << 60)", exactText(.float64(Double(first))), "\(last)", exactText(.float64(Double(first))),
      "\(Int128(first) << 60)",
    ]
  }
  #expect(ofKeys[7]!.count > 1 << 15)
  for threads in [1, 2, 3] {
    let found = exactRows(try aggregate([table], query, threads: threads, strategy: .partitioned))
    #expect(found == expected, "\(threads) threads")
  }
}

@Test
func everyStrategyGivesTheSameBitsOfManyGroups() throws {
  var random = RandomSource(seed: 8_081)
  let (table, _) = bandedRows(60_000, using: &random)
  let query = try AggregateQuery(
    by: "k",
    aggregates: """
      sum(f) as s, stddev(f) as d, corr(x, f) as c, covar(f, w) as v, var(w) as u, median(w) as m, mean(w) as a, \
      top(f, 5) as t, count(distinct w) as n, quantile(f, 0.3) as q, sum(w) as z
      """)
  let expected = exactRows(try aggregate([table], query, threads: 1, strategy: .general))
  for threads in [1, 3] {
    #expect(exactRows(try aggregate([table], query, threads: threads, strategy: .partitioned)) == expected)
  }
}

/// `count` keys, the wide value of one of which is `great`, all others' 1.
private func oneGreat(_ count: Int64, type: ColumnType, great: Int128) -> Table {
  let keys = (0..<2 * count).map { $0 / 2 &* 1_000_003 }
  let values = keys.map { $0 == 5 * 1_000_003 ? great : 1 }
  let page =
    type.isWide ? ColumnPage(values: .int128(values)) : ColumnPage(values: .int64(values.map { Int64($0) }))
  return Table(
    schema: Schema([Field(name: "k", type: .int64), Field(name: "x", type: type)]),
    chunks: [[ColumnPage(values: .int64(keys)), page]])
}

@Test
func sumsOfAllPartsHaveTheTypeOfTheLongest() throws {
  let query = try AggregateQuery(by: "k", aggregates: "sum(x) as s, median(x) as m")
  for (type, great, expected): (ColumnType, Int128, ColumnType) in [
    (.int64, Int128(Int64.max), .decimal(precision: 20, scale: 0)), (.int64, 4, .int64),
    (.decimal(precision: 30, scale: 2), 77_777, .decimal(precision: 6, scale: 2)),
  ] {
    // The least integer keeps the column out of records.
    var table = oneGreat(40_000, type: type, great: great)
    if type == .int64 {
      table = Table(
        schema: table.schema,
        chunks: table.chunks + [[ColumnPage(values: .int64([-1, -1])), ColumnPage(values: .int64([.min, .max]))]])
    }
    #expect(try groupingStrategy(for: [table], query, forced: .partitioned) == .partitioned)
    for threads in [1, 2] {
      let found = try aggregate([table], query, threads: threads, strategy: .partitioned)
      #expect(found.schema.fields[1].type == expected)
      #expect(exactRows(found) == exactRows(try aggregate([table], query, threads: 1, strategy: .general)))
    }
  }
}

@Test
func sumsOfMoreThan38DigitsNameTheirGroupInParts() throws {
  let table = oneGreat(
    20_000, type: .decimal(precision: 38, scale: 0), great: (0..<37).reduce(6) { great, _ in great * 10 })
  let query = try AggregateQuery(by: "k", aggregates: "sum(x) as s")
  #expect {
    try aggregate([table], query, threads: 2, strategy: .partitioned)
  } throws: { error in
    guard let error = error as? AggregateError else { return false }
    return error.code == "aggregate.overflow" && error.summary.contains("k = 5000015")
  }
}

@Test
func wholeStringsAreNotCarried() throws {
  let table = Table(columns: [
    ("k", .int64, [.int64(1), .int64(2)]), ("s", .string, [.string("a"), .string("b")]),
  ])
  let query = try AggregateQuery(by: "k", aggregates: "first(s)")
  #expect(try groupingStrategy(for: [table], query, forced: .partitioned) == .general)
}
