// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

/// Aggregates that records keep, of columns held as integers.
private func recordedAggregates(using random: inout RandomSource) -> [Aggregate] {
  var aggregates: [Aggregate] = Bool.random(using: &random) ? [Aggregate(.count)] : []
  for field in randomSchema.fields where ["flag", "small", "price", "day", "time"].contains(field.name) {
    for function: AggregateFunction in [
      .count, .sum, .min, .max, .mean, .variance(.sample), .standardDeviation(.population),
    ]
    where Int.random(in: 0...2, using: &random) == 0 {
      if function.needsNumbers, !field.type.isNumeric { continue }
      aggregates.append(Aggregate(function, of: field.name, as: "\(function) of \(field.name)"))
    }
  }
  // Pairs of columns with nulls are not recorded, so that most queries are without.
  let pairOdds = Int.random(in: 0...2, using: &random) == 0 ? 1 : 11
  for function in pairFunctions where Int.random(in: 0...pairOdds, using: &random) == 0 {
    let (x, y) = (
      ["small", "price"].randomElement(using: &random)!, ["small", "price"].randomElement(using: &random)!
    )
    aggregates.append(Aggregate(function, of: x, and: y, as: "\(function) of \(x) and \(y)"))
  }
  // What records do not serve, of columns that they serve too.
  if Int.random(in: 0...5, using: &random) == 0 {
    aggregates.append(Aggregate(.median, of: "price", as: "median"))
    aggregates.append(Aggregate(.correlation, of: "small", and: "wide", as: "correlation with wide"))
  }
  return aggregates
}

/// A query of packable keys for the most part, whose aggregates are such as records keep for the most part.
private func randomQuery(using random: inout RandomSource) -> AggregateQuery {
  let isPackable = Int.random(in: 0...4, using: &random) > 0
  let packable = ["flag", "small", "price", "day", "name", "time", "instant"]
  let names = isPackable ? packable : randomSchema.names.filter { $0 != "ratio" }
  let keys = names.shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
  let aggregates =
    Int.random(in: 0...3, using: &random) > 0
    ? recordedAggregates(using: &random) : randomAggregates(orderlessFunctions, odds: 6, using: &random)
  var query = AggregateQuery(by: keys.map { GroupKey($0) }, aggregates: aggregates)
  if Bool.random(using: &random) {
    query.order = (keys + aggregates.compactMap(\.alias)).shuffled(using: &random).prefix(2).map {
      SortKey($0, descending: Bool.random(using: &random))
    }
  }
  if Bool.random(using: &random) { query.limit = Int.random(in: 0...6, using: &random) }
  return query
}

@Test
func everyStrategyGivesThePlainTwinsRowsAndTypes() throws {
  var uses: [GroupingStrategy: Int] = [:]
  for seed in UInt64(0)..<30 {
    var random = RandomSource(seed: 4_000 + seed)
    // Beyond one block of 2,048 at times.
    let rowCount = seed % 15 == 0 ? 5_000 : [0, 1, 30, 200].randomElement(using: &random)!
    var rows = randomRows(rowCount, using: &random)
    // Often in order of keys, so that they are stored as runs, and sometimes without nulls.
    if seed % 3 == 0 { rows.sort { "\($0[8])\($0[1])\($0[7])" < "\($1[8])\($1[1])\($1[7])" } }
    if seed % 4 == 0 { rows = rows.filter { $0[1] != .null && $0[3] != .null && $0[7] != .null && $0[8] != .null } }
    var query = randomQuery(using: &random)
    var taken = rows
    if Bool.random(using: &random) {
      let condition = randomCondition(rows, randomSchema, using: &random)
      query.filter = condition
      taken = rows.filter { truth(condition, $0, randomSchema) == true }
    }
    let expected = try PlainAggregation(query, [makeTable(taken, using: &random)], schema: randomSchema).rows()
    let cut = rows.count / 3
    let pair = [makeTable(Array(rows[cut...]), using: &random), makeTable(Array(rows[..<cut]), using: &random)]
    let sources: [[any TableSource]] = [
      [makeTable(rows, using: &random)], [try chunkFile(of: makeTable(rows, using: &random))],
      try pair.map { try chunkFile(of: $0) },
    ]
    for source in sources {
      let schema = try aggregate(source, query, threads: 1, strategy: .general).schema
      for strategy in GroupingStrategy.allCases {
        uses[try groupingStrategy(for: source, query, forced: strategy), default: 0] += 1
        for threads in [1, 5] {
          let found = try aggregate(source, query, threads: threads, strategy: strategy)
          #expect(exactRows(found) == expected, "seed \(seed), \(strategy), \(threads) threads, \(query)")
          #expect(found.schema == schema, "seed \(seed), \(strategy), \(query)")
        }
      }
    }
  }
  #expect(GroupingStrategy.allCases.allSatisfy { uses[$0, default: 0] > 30 }, "\(uses)")
}

/// Rows that a condition leaves out, whether many or few: they come along or not, and hold extremes, nulls and a key of their own.
@Test(arguments: [3, 3_000])
func rowsThatAreLeftOutCountForNothing(keyCount: Int) throws {
  var random = RandomSource(seed: UInt64(keyCount))
  let columns: [(String, ColumnType)] = [("k", .int64), ("x", .int64), ("y", .int64), ("part", .int64)]
  let rows = (0..<7_000).map { _ in
    let part = Int64.random(in: 0..<100, using: &random)
    let isNull = Int.random(in: 0...9, using: &random) == 0
    let spread: Int64 = part < 50 ? 1_000_000 - part : 1000
    return [
      Value.int64(part < 2 ? -1 : Int64.random(in: 0..<Int64(keyCount), using: &random)),
      isNull ? .null : .int64(Int64.random(in: -spread...spread, using: &random)),
      .int64(Int64.random(in: 0...spread, using: &random)), .int64(part),
    ]
  }
  let query = try AggregateQuery(
    by: "k", aggregates: "count(*), count(x), sum(x), min(x), max(x), avg(x), min(y), max(y), covar(y, part)")
  for least in [Int64(1), 20, 25, 26, 50, 99] {
    let taken = rows.filter { if case .int64(let part) = $0[3] { part >= least } else { false } }
    let table = Table(rows: rows, columns: columns)
    let expected = try PlainAggregation(query, [Table(rows: taken, columns: columns)], schema: table.schema).rows()
    var filtered = query
    filtered.filter = try QueryExpression("part >= \(least)")
    for source in [table, try chunkFile(of: table)] as [any TableSource] {
      #expect(try groupingStrategy(for: [source], filtered, forced: .direct) == .direct)
      for strategy in GroupingStrategy.allCases {
        let found = try aggregate([source], filtered, threads: 2, strategy: strategy)
        #expect(exactRows(found) == expected, "part >= \(least), \(strategy)")
      }
    }
  }
}

/// What is expected of one group.
private struct Totals {
  var count = 0
  var sum: Int128 = 0
  var least = Int64.max
  var greatest = Int64.min
}

/// Rows of `count` keys below `keyLimit` and values of `magnitude`, in chunks of odd lengths.
private func manyRows(
  _ count: Int, keyLimit: Int64, values: ClosedRange<Int64>, using random: inout RandomSource
) -> (table: Table, groups: [Int64: Totals]) {
  var groups: [Int64: Totals] = [:]
  var chunks: [[ColumnPage]] = []
  var left = count
  while left > 0 {
    let rowCount = min(left, Int.random(in: 1...70_000, using: &random))
    left -= rowCount
    var keys: [Int64] = []
    var numbers: [Int64] = []
    for _ in 0..<rowCount {
      let key = Int64.random(in: 0..<keyLimit, using: &random) &* 1_000_003
      let value = Int64.random(in: values, using: &random)
      keys.append(key)
      numbers.append(value)
      var totals = groups[key] ?? Totals()
      totals.count += 1
      totals.sum += Int128(value)
      totals.least = min(totals.least, value)
      totals.greatest = max(totals.greatest, value)
      groups[key] = totals
    }
    chunks.append([ColumnPage(values: .int64(keys)), ColumnPage(values: .int64(numbers))])
  }
  let schema = Schema([Field(name: "k", type: .int64), Field(name: "x", type: .int64)])
  return (Table(schema: schema, chunks: chunks), groups)
}

@Test(arguments: [Int64(9) << 3, 1 << 33, 1 << 60])
func manyGroupsOfNarrowAndWideValuesAreExact(magnitude: Int64) throws {
  var random = RandomSource(seed: UInt64(magnitude))
  let (table, groups) = manyRows(150_000, keyLimit: 40_000, values: -magnitude...magnitude, using: &random)
  let query = try AggregateQuery(by: "k", aggregates: "sum(x) as s, min(x), max(x), count(*)")
  #expect(try groupingStrategy(for: [table], query, forced: .partitioned) == .partitioned)
  let expected = groups.sorted { $0.key < $1.key }.map { key, totals in
    ["\(key)", "\(totals.sum)", "\(totals.least)", "\(totals.greatest)", "\(totals.count)"]
  }
  for threads in [1, 3] {
    #expect(exactRows(try aggregate([table], query, threads: threads, strategy: .partitioned)) == expected)
  }
  var best = query
  best.order = [SortKey("s", descending: true)]
  best.limit = 25
  let bestRows = groups.sorted { ($1.value.sum, $0.key) < ($0.value.sum, $1.key) }.prefix(25).map { "\($0.key)" }
  #expect(exactRows(try aggregate([table], best, threads: 2, strategy: .partitioned)).map { $0[0] } == bestRows)
}

@Test
func wideKeysAndValuesAreAddressedDirectly() throws {
  var random = RandomSource(seed: 77)
  let (table, groups) = manyRows(9_000, keyLimit: 3, values: -(1 << 60)...1 << 60, using: &random)
  let query = try AggregateQuery(by: "k", aggregates: "sum(x) as s, min(x), max(x), count(*)")
  let expected = groups.sorted { $0.key < $1.key }.map { key, totals in
    ["\(key)", "\(totals.sum)", "\(totals.least)", "\(totals.greatest)", "\(totals.count)"]
  }
  // 2,000,007 slots of 9,000 rows are too many, unless asked for.
  #expect(try groupingStrategy(for: [table], query) == .general)
  #expect(try groupingStrategy(for: [table], query, forced: .direct) == .direct)
  #expect(exactRows(try aggregate([table], query, threads: 2, strategy: .direct)) == expected)
}

/// Keys and values of eight rows, one of whose columns has a packed form with an offset that its bounds do not allow.
private struct UnsoundSource: TableSource {
  struct Refused: Error {}

  let name = "unsound"
  let schema = Schema([Field(name: "k", type: .int64), Field(name: "x", type: .int64)])
  let chunkCount = 1
  let rowCount = 8
  /// A short block is one sequence of bits: a byte each.
  let bytes: [UInt8] = [3, 1, 0, 2, 0, 1, 0, 6]
  let unsoundColumn: Int?

  func rowCount(ofChunk chunk: Int) -> Int { rowCount }
  func dictionary(column: Int) throws -> StringDictionary? { nil }
  func page(column: Int, chunk: Int) throws -> ColumnPage {
    if column == unsoundColumn { throw Refused() }
    return ColumnPage(values: .int64(bytes.map { Int64($0) + 10 }))
  }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    PageStatistics(
      rowCount: rowCount, nullCount: 0,
      bounds: .integer(minimum: 10, maximum: column == unsoundColumn ? 15 : 16, sum: nil))
  }
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try bytes.withUnsafeBytes { bytes in
      let greatest: UInt64 = column == unsoundColumn ? 5 : 6
      let packed = PackedIntegers(bytes: bytes, reference: 10, bitWidth: 8, greatestOffset: greatest)
      return try body(PageForm(rowCount: rowCount, validity: .allValid, content: .packed(packed)))
    }
  }
}

@Test
func pagesBeyondTheirBoundsAreRefusedByEveryStrategy() throws {
  let query = try AggregateQuery(by: "k", aggregates: "sum(x)")
  for strategy in GroupingStrategy.allCases {
    for column in 0...1 {
      #expect(throws: UnsoundSource.Refused.self) {
        try aggregate([UnsoundSource(unsoundColumn: column)], query, threads: 2, strategy: strategy)
      }
    }
    let sound = try aggregate([UnsoundSource(unsoundColumn: nil)], query, threads: 2, strategy: strategy)
    #expect(
      exactRows(sound) == [["10", "30"], ["11", "22"], ["12", "12"], ["13", "13"], ["16", "16"]], "\(strategy)")
  }
}

@Test
func explanationsNameTheStrategy() throws {
  let table = Table(
    columns: [
      ("k", .int64, [.int64(5), .int64(7), .null]), ("s", .string, [.string("a"), .string("b"), .null]),
    ])
  func choices(_ by: String?) throws -> [String] {
    let lines = try explainAggregation(of: [table], AggregateQuery(by: by, aggregates: "max(k)"), threads: 1)
    return exactRows(lines).map { $0.joined(separator: ": ") }
  }
  #expect(try choices("k").contains("groups: direct: the packed key is one of 4 slots"))
  #expect(try choices("k").contains("key k: offsets from 5, 4 of 2 bits, null among them"))
  #expect(try choices("s").contains("groups: general: keys are numbered in a hash table"))
  #expect(try choices(nil).contains("groups: one, of all rows"))
}

/// Keys of 65 bits and more, in two words: two numbers far apart, strings, nulls.
@Test(arguments: [false, true])
func keysOfTwoWordsAreFoundInParts(hasNulls: Bool) throws {
  var random = RandomSource(seed: hasNulls ? 5 : 6)
  let names = StringDictionary(entries: StringArray((0..<500).map { "é\(499 - $0)" }))
  let schema = Schema([
    Field(name: "a", type: .int64), Field(name: "b", type: .string), Field(name: "c", type: .int64),
    Field(name: "x", type: .int64),
  ])
  let chunks = (0..<3).map { _ -> [ColumnPage] in
    let rows = 0..<2_500
    func validity() -> Validity {
      guard hasNulls else { return .allValid }
      let words = (0..<(rows.count + 63) / 64).map { _ in random.next() | random.next() | random.next() }
      return Validity(words: words, rowCount: rows.count)
    }
    let a = rows.map { _ in Int64.random(in: 0..<40, using: &random) << 34 }
    let b = rows.map { _ in UInt32.random(in: 0..<500, using: &random) }
    let c = rows.map { _ in Int64.random(in: -1...1, using: &random) << 30 }
    return [
      ColumnPage(values: .int64(a), validity: validity()), ColumnPage(values: .codes(b), validity: validity()),
      ColumnPage(values: .int64(c), validity: validity()), ColumnPage(values: .int64(rows.map { Int64($0) })),
    ]
  }
  let table = Table(schema: schema, chunks: chunks, dictionaries: [nil, names, nil, nil])
  var query = try AggregateQuery(by: "a, b, c", aggregates: "sum(x) as s, max(x), count(*) as n")
  #expect(try groupingStrategy(for: [table], query, forced: .partitioned) == .partitioned)
  let order = [[], [SortKey("s", descending: true)], [SortKey("n", descending: false)]]
  for (order, limit) in order.flatMap({ order in [nil, 7].map { (order, $0) } }) {
    (query.order, query.limit) = (order, limit)
    let expected = exactRows(try aggregate([table], query, threads: 1, strategy: .general))
    #expect(expected.count == limit ?? expected.count && expected.count > 5)
    for threads in [1, 3] {
      let found = exactRows(try aggregate([table], query, threads: threads, strategy: .partitioned))
      #expect(found == expected, "\(threads) threads, limit \(limit ?? -1), seed \(random.seed)")
    }
  }
}
