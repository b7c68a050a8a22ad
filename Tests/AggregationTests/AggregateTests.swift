// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TestSupport
import Testing

/// Functions whose results no order of rows changes.
let orderlessFunctions: [AggregateFunction] = [
  .count, .countDistinct, .sum, .min, .max, .mean, .median, .quantile(QuantileLevel("0.9")!),
  .quantile(QuantileLevel("0")!), .quantile(QuantileLevel("0.333")!), .quantile(QuantileLevel("1")!),
  .variance(.sample), .variance(.population), .standardDeviation(.sample), .standardDeviation(.population), .top(1),
  .top(2), .top(5), .top(70), .bottom(2), .bottom(65), .bottom(1),
]

/// Functions of two columns.
let pairFunctions: [AggregateFunction] = [.correlation, .covariance(.sample), .covariance(.population)]

/// Aggregates of all columns, each function with a chance of one in `odds`.
func randomAggregates(
  _ functions: [AggregateFunction], odds: Int, using random: inout RandomSource
) -> [Aggregate] {
  var aggregates: [Aggregate] = [Aggregate(.count)]
  let numeric = randomSchema.fields.filter(\.type.isNumeric).map(\.name)
  for field in randomSchema.fields {
    for function in functions where Int.random(in: 0..<odds, using: &random) == 0 {
      switch function {
      case .sum, .mean, .variance, .standardDeviation: if !field.type.isNumeric { continue }
      default: break
      }
      aggregates.append(Aggregate(function, of: field.name, as: "\(function) of \(field.name)"))
    }
  }
  for function in pairFunctions {
    let (x, y) = (numeric.randomElement(using: &random)!, numeric.randomElement(using: &random)!)
    aggregates.append(Aggregate(function, of: x, and: y, as: "\(function) of \(x) and \(y)"))
  }
  return aggregates
}

/// A random query over `randomSchema`.
private func randomQuery(using random: inout RandomSource) -> AggregateQuery {
  let keys = randomSchema.names.filter { $0 != "price" && $0 != "ratio" }.shuffled(using: &random)
    .prefix(Int.random(in: 0...3, using: &random))
  let aggregates = randomAggregates(orderlessFunctions, odds: 6, using: &random)
  var query = AggregateQuery(by: keys.map { GroupKey($0) }, aggregates: aggregates)
  if Bool.random(using: &random), !keys.isEmpty {
    query.order = (keys + aggregates.compactMap(\.alias)).shuffled(using: &random).prefix(2).map {
      SortKey($0, descending: Bool.random(using: &random))
    }
  }
  if Int.random(in: 0...3, using: &random) == 0 { query.limit = Int.random(in: 0...5, using: &random) }
  return query
}

@Test
func randomQueriesEqualThePlainTwinForAnyThreadsChunksAndRowOrder() throws {
  for seed in UInt64(0)..<40 {
    var random = RandomSource(seed: seed)
    let rows = randomRows([0, 1, 2, 40, 150].randomElement(using: &random)!, using: &random)
    let query = randomQuery(using: &random)
    let table = makeTable(rows, using: &random)
    let expected = try PlainAggregation(query, [table], schema: randomSchema).rows()
    for threads in 1...4 {
      // Once in order of a key, so that rows come in runs.
      let reordered = threads == 1 ? rows.sorted { "\($0[1])" < "\($1[1])" } : rows.shuffled(using: &random)
      let shuffled = makeTable(reordered, using: &random)
      let result = try aggregate([shuffled], query, threads: threads)
      #expect(exactRows(result) == expected, "seed \(seed), \(threads) threads, \(query)")
      #expect(result.schema.names == (try query.outputNames()))
    }
    // Two inputs, each with a dictionary of its own.
    let cut = rows.count / 3
    let inputs = [makeTable(Array(rows[cut...]), using: &random), makeTable(Array(rows[..<cut]), using: &random)]
    #expect(exactRows(try aggregate(inputs, query, threads: 2)) == expected, "seed \(seed), two inputs")
  }
}

private func oneColumn(_ values: PageValues, _ type: ColumnType, validity: Validity = .allValid) -> Table {
  Table(
    name: "one.csv", schema: Schema([Field(name: "x", type: type)]),
    chunks: [[ColumnPage(values: values, validity: validity)]])
}

private func result(_ table: Table, _ aggregates: String, by: String? = nil) throws -> (Schema, [[String]]) {
  let result = try aggregate([table], AggregateQuery(by: by, aggregates: aggregates), threads: 1)
  return (result.schema, exactRows(result))
}

@Test
func noRowsWithoutKeysAreOneRow() throws {
  let table = Table(schema: Schema([Field(name: "x", type: .int64)]), chunks: [])
  #expect(try result(table, "sum(x), count(x), count(*), mean(x), min(x)").1 == [["null", "0", "0", "null", "null"]])
  #expect(try result(table, "count(*)", by: "x").1 == [])
}

@Test
func sumsOfIntegersWidenToDecimalsWhereNeeded() throws {
  let narrow = try result(oneColumn(.int64([.max, -5, 5]), .int64), "sum(x)")
  #expect(narrow.0.fields == [Field(name: "x", type: .int64)])
  #expect(narrow.1 == [["\(Int64.max)"]])
  let wide = try result(oneColumn(.int64([.max, .max]), .int64), "sum(x), mean(x)")
  #expect(wide.0.fields[0] == Field(name: "sum_x", type: .decimal(precision: 20, scale: 0)))
  #expect(wide.1 == [["18446744073709551614", "double \(Double(Int64.max).bitPattern)"]])
  let decimal = try result(oneColumn(.int64([999, 1]), .decimal(precision: 3, scale: 2)), "sum(x)")
  #expect(decimal.0.fields == [Field(name: "x", type: .decimal(precision: 4, scale: 2))])
  let small = try result(oneColumn(.int64([1, -1]), .decimal(precision: 9, scale: 5)), "sum(x)")
  #expect(small.0.fields == [Field(name: "x", type: .decimal(precision: 5, scale: 5))])
}

@Test
func sumsOfMoreThan38DigitsAreAnErrorThatNamesColumnAndGroup() throws {
  let limit = (0..<38).reduce(Int128(1)) { power, _ in power * 10 } - 1
  let type = ColumnType.decimal(precision: 38, scale: 0)
  let keys = ColumnPage(values: .strings(StringArray(["Acre", "Acre", "Bahia", "Acre"])))
  let schema = Schema([Field(name: "state", type: .string), Field(name: "x", type: type)])
  // Acre leaves 128 bits on the way and comes back.
  let fits = Table(schema: schema, chunks: [[keys, ColumnPage(values: .int128([limit, limit, limit, -limit]))]])
  let query = try AggregateQuery(by: "state", aggregates: "sum(x)")
  #expect(exactRows(try aggregate([fits], query, threads: 1)) == [["Acre", "\(limit)"], ["Bahia", "\(limit)"]])
  let over = Table(
    name: "over.cln", schema: schema, chunks: [[keys, ColumnPage(values: .int128([limit, 1, limit, 0]))]])
  let error = #expect(throws: AggregateError.self) { try aggregate([over], query, threads: 1) }
  #expect(error?.code == "aggregate.overflow")
  #expect(error?.place == Place(file: "over.cln", column: "x"))
  #expect(error?.summary.contains("state = Acre") == true)
  // The mean of the same rows is within range.
  let mean = try AggregateQuery(by: "state", aggregates: "mean(x)")
  #expect(exactRows(try aggregate([over], mean, threads: 1))[1] == ["Bahia", "double \(1e38.bitPattern)"])
}

@Test
func messagesShowKeysAsOutputsDo() throws {
  let limit = Value.decimal(unscaled: (0..<38).reduce(Int128(1)) { power, _ in power * 10 } - 1, scale: 0)
  let table = Table(
    columns: [
      ("d", .date, [.date(daysSinceEpoch: 18_322), .date(daysSinceEpoch: 18_322)]),
      ("p", .decimal(precision: 4, scale: 2), [.decimal(unscaled: 125, scale: 2), .decimal(unscaled: 125, scale: 2)]),
      ("s", .string, [.null, .null]), ("x", .decimal(precision: 38, scale: 0), [limit, limit]),
    ])
  let error = #expect(throws: AggregateError.self) {
    try aggregate([table], AggregateQuery(by: "d, p, s", aggregates: "sum(x)"), threads: 1)
  }
  #expect(error?.summary.contains("d = 2020-03-01, p = 1.25, s = null") == true, "\(error?.summary ?? "")")
}

@Test
func floatSumsRoundOnceOverAllChunks() throws {
  let pages = [[1e308, 1.0], [1e308, -1e308], [0x1p-53], [-1e308, .leastNonzeroMagnitude]].map {
    [ColumnPage(values: .float64($0))]
  }
  let schema = Schema([Field(name: "x", type: .float64)])
  for threads in 1...4 {
    for order in [pages, pages.reversed()] {
      let table = Table(schema: schema, chunks: order)
      let sum = try aggregate([table], AggregateQuery(by: nil, aggregates: "sum(x)"), threads: threads)
      #expect(sum.value(row: 0, column: 0) == .float64(0x1.0000000000001p0))
    }
  }
  let mean = try result(oneColumn(.float64([.greatestFiniteMagnitude, .greatestFiniteMagnitude]), .float64), "mean(x)")
  #expect(mean.1 == [["double \(Double.greatestFiniteMagnitude.bitPattern)"]])
}

@Test
func sumsAreAcrossInputsOfDifferentNumberTypes() throws {
  func input(_ name: String, _ values: PageValues, _ type: ColumnType) -> Table {
    Table(name: name, schema: Schema([Field(name: "x", type: type)]), chunks: [[ColumnPage(values: values)]])
  }
  let cents = input("cents", .int64([150, -25]), .decimal(precision: 4, scale: 2))
  let mills = input("mills", .int64([1001]), .decimal(precision: 5, scale: 3))
  let whole = input("whole", .int64([7, .max]), .int64)
  let query = try AggregateQuery(by: nil, aggregates: "sum(x), max(x)")
  let narrow = try aggregate([cents, mills], query, threads: 2)
  #expect(exactRows(narrow) == [["2251e-3", "1500e-3"]])
  #expect(narrow.schema.fields[1].type == .decimal(precision: 5, scale: 3))
  let mixed = try aggregate([cents, whole], query, threads: 1)
  #expect(exactRows(mixed) == [["\(Int128(Int64.max) * 100 + 825)e-2", "\(Int128(Int64.max) * 100)e-2"]])
  let byValue = try aggregate([mills, cents, whole], AggregateQuery(by: "x", aggregates: "count(*)"), threads: 1)
  #expect(exactRows(byValue).map { $0[0] }.prefix(3) == ["-250e-3", "1001e-3", "1500e-3"])
  let tiny = input("tiny", .int128([1]), .decimal(precision: 38, scale: 38))
  let error = #expect(throws: TableError.self) { try aggregate([tiny, whole], query, threads: 1) }
  #expect(error?.code == "table.overflow")
  #expect(error?.place == Place(file: "whole", column: "x"))
}

@Test
func columnsWithoutValuesAreOfAnyType() throws {
  let nothing = Table(name: "nothing", columns: [("k", .string, [.null, .null]), ("v", .string, [.null, .null])])
  let prices = Table(
    name: "prices",
    columns: [("k", .int64, [.int64(7)]), ("v", .decimal(precision: 3, scale: 1), [.decimal(unscaled: 15, scale: 1)])])
  let query = try AggregateQuery(by: "k", aggregates: "sum(v) as s, mean(v) as m, max(v) as x, count(v) as n")
  let alone = try aggregate([nothing], query, threads: 1)
  #expect((0..<5).map { alone.value(row: 0, column: $0) } == [.null, .null, .null, .null, .int64(0)])
  #expect(alone.rowCount == 1)
  for sources in [[nothing, prices], [prices, nothing]] {
    let both = try aggregate(sources, query, threads: 2)
    #expect(both.rowCount == 2)
    #expect(both.value(row: 0, column: 0) == .int64(7))
    #expect(both.value(row: 0, column: 1) == .decimal(unscaled: 15, scale: 1))
    #expect((0..<5).map { both.value(row: 1, column: $0) } == [.null, .null, .null, .null, .int64(0)])
  }
}

@Test
func queriesThatDoNotFitTheirInputsSayWhere() throws {
  let table = Table(
    name: "cities.csv", columns: [("state", .string, [.string("Acre")]), ("cases", .int64, [.int64(3)])])
  let unknown = #expect(throws: UnknownColumn.self) {
    try aggregate([table], AggregateQuery(by: "sate", aggregates: nil), threads: 1)
  }
  #expect(unknown?.advice == "did you mean \"state\"?")
  let type = #expect(throws: AggregateError.self) {
    try aggregate([table], AggregateQuery(by: nil, aggregates: "mean(state)"), threads: 1)
  }
  #expect(type?.code == "aggregate.type")
  #expect(type?.place == Place(file: "cities.csv", column: "state"))
  let other = Table(name: "b.csv", schema: Schema([Field(name: "cases", type: .float64)]), chunks: [])
  let mismatch = #expect(throws: TableError.self) {
    try aggregate([table, other], AggregateQuery(by: nil, aggregates: "sum(cases)"), threads: 1)
  }
  #expect(mismatch?.code == "table.mismatch")
  #expect(mismatch?.place == Place(file: "b.csv", column: "cases"))
  let none = #expect(throws: AggregateError.self) {
    try aggregate([], AggregateQuery(by: nil, aggregates: "count(*)"), threads: 1)
  }
  #expect(none?.code == "aggregate.no-input")
}

/// A table whose second chunk cannot be read.
private struct Broken: TableSource {
  struct Failure: Error, Equatable {}
  let name = "broken"
  let schema = Schema([Field(name: "x", type: .int64)])
  let chunkCount = 3
  let rowCount = 3
  func rowCount(ofChunk chunk: Int) -> Int { 1 }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics { throw Failure() }
  func dictionary(column: Int) -> StringDictionary? { nil }
  func page(column: Int, chunk: Int) throws -> ColumnPage {
    if chunk == 1 { throw Failure() }
    return ColumnPage(values: .int64([1]))
  }
}

@Test
func errorsOfInputsComeThrough() throws {
  for threads in 1...3 {
    #expect(throws: Broken.Failure()) {
      try aggregate([Broken()], AggregateQuery(by: "x", aggregates: "count(*)"), threads: threads)
    }
  }
}

@Test
func resultsOfManyGroupsAreCutIntoChunks() throws {
  let count = 140_000
  let table = oneColumn(.int64((0..<count).map { Int64(count - $0) * 1_000_003 }), .int64)
  let result = try aggregate([table], AggregateQuery(by: "x", aggregates: "count(*)"), threads: 1)
  #expect(result.chunks.map { $0[0].rowCount } == [32_768, 32_768, 32_768, 32_768, count - 131_072])
  #expect(result.value(row: 0, column: 0) == .int64(1_000_003))
  #expect(result.value(row: count - 1, column: 0) == .int64(Int64(count) * 1_000_003))
}

@Test
func extremesOfPlainStringsKeepTheBestOfManyLongOnes() throws {
  let names = (0..<400).map { "\($0 % 3) \(String(repeating: "ã", count: $0 % 97)) \($0 * 7919 % 1000)" }
  let keys = (0..<400).map { Int64($0 * $0 % 5) }
  let chunks = stride(from: 0, to: 400, by: 90).map { first in
    [
      ColumnPage(values: .int64(Array(keys[first..<min(400, first + 90)]))),
      ColumnPage(values: .strings(StringArray(names[first..<min(400, first + 90)]))),
    ]
  }
  let table = Table(schema: Schema([Field(name: "k", type: .int64), Field(name: "s", type: .string)]), chunks: chunks)
  let result = try aggregate([table], AggregateQuery(by: "k", aggregates: "min(s) as low, max(s) as high"), threads: 2)
  for row in 0..<result.rowCount {
    guard case .int64(let key) = result.value(row: row, column: 0) else { continue }
    let own = zip(keys, names).filter { $0.0 == key }.map { Array($0.1.utf8) }
      .sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
    #expect(result.value(row: row, column: 1) == .string(own[0]))
    #expect(result.value(row: row, column: 2) == .string(own[own.count - 1]))
  }
  #expect(result.rowCount == 3)
}

@Test
func timestampsAreKeysAndExtremesAndHaveNoSum() throws {
  func moment(_ seconds: Int, _ isUTC: Bool = false) -> Value {
    .timestamp(microsecondsSinceEpoch: seconds * 1_000_000, isUTC: isUTC)
  }
  let table = Table(
    name: "a.csv",
    columns: [
      ("t", .timestamp(isUTC: false), [moment(60), moment(-1), .null, moment(60)]),
      ("u", .timestamp(isUTC: true), [moment(5, true), .null, moment(7, true), moment(-3, true)]),
    ])
  let result = try aggregate(
    [table], AggregateQuery(by: "t", aggregates: "min(u), max(u), count(u) as n", orderBy: "t desc"), threads: 1)
  #expect(
    result.schema.fields.map(\.type) == [
      .timestamp(isUTC: false), .timestamp(isUTC: true), .timestamp(isUTC: true), .int64,
    ])
  #expect(
    exactRows(result) == [
      ["timestamp 60000000", "instant -3000000", "instant 5000000", "2"], ["timestamp -1000000", "null", "null", "0"],
      ["null", "instant 7000000", "instant 7000000", "1"],
    ])
  for function in ["sum", "mean"] {
    let error = #expect(throws: AggregateError.self) {
      try aggregate([table], AggregateQuery(by: nil, aggregates: "\(function)(u)"), threads: 1)
    }
    #expect(error?.code == "aggregate.type" && error?.summary.contains("timestamp_utc") == true)
  }
}

@Test
func daysJoinWithLocalTimestampsAlone() throws {
  let days = Table(name: "days.csv", columns: [("t", .date, [.date(daysSinceEpoch: 1), .null])])
  let day = 86_400_000_000
  let times = Table(
    name: "times.csv",
    columns: [
      (
        "t", .timestamp(isUTC: false),
        [
          .timestamp(microsecondsSinceEpoch: day, isUTC: false),
          .timestamp(microsecondsSinceEpoch: day + 1, isUTC: false),
        ]
      )
    ])
  let query = try AggregateQuery(by: "t", aggregates: "count(*) as n, max(t) as last")
  for inputs in [[days, times], [times, days]] {
    #expect(
      exactRows(try aggregate(inputs, query, threads: 2)) == [
        ["timestamp \(day)", "2", "timestamp \(day)"], ["timestamp \(day + 1)", "1", "timestamp \(day + 1)"],
        ["null", "1", "null"],
      ])
  }
  let instants = Table(
    name: "utc.csv", columns: [("t", .timestamp(isUTC: true), [.timestamp(microsecondsSinceEpoch: 0, isUTC: true)])])
  for other in [days, times] {
    let error = #expect(throws: TableError.self) { try aggregate([other, instants], query, threads: 1) }
    #expect(error?.code == "table.mismatch")
  }
}
