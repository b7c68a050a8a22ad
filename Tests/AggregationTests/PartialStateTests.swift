// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Synchronization
import TestSupport
import Testing

@testable import Aggregation

private let ends: [AggregateFunction] = [.first, .last, .any]

/// Every function alone of every column that has it, over the same split: what its accumulator keeps goes out and comes in again.
@Test
func statesOfASplitGiveWhatAllRowsGive() throws {
  var random = RandomSource(seed: 70_001)
  let table = makeTable(randomRows(60, using: &random), using: &random)
  let allKeys = [["flag"], ["name", "small"], []]
  for field in randomSchema.fields {
    for function in orderlessFunctions + ends where !function.needsNumbers || field.type.isNumeric {
      let keys = allKeys.randomElement(using: &random)!
      let query = try tableQuery(keys, [Aggregate(function, of: field.name, as: "x")])
      try expectSame(query, [table], "\(function) of \(field.name)", using: &random)
    }
  }
  for function in pairFunctions {
    for (x, y) in [("small", "price"), ("big", "wide"), ("price", "ratio"), ("odd", "ratio"), ("small", "small")] {
      let keys = allKeys.randomElement(using: &random)!
      let query = try tableQuery(keys, [Aggregate(function, of: x, and: y, as: "x")])
      try expectSame(query, [table], "\(function) of \(x) and \(y)", using: &random)
    }
  }
}

/// Results are equal to the bit, and so are states: those of parts, merged, are those of all rows.
private func expectSame(
  _ query: TableQuery, _ inputs: [any TableSource], _ what: String, using random: inout RandomSource
) throws {
  let expected = try aggregate(inputs, query, threads: 1)
  let streams = try randomStreams(query, inputs, using: &random).map { reshuffled($0, using: &random) }
  let result = try mergedResult(streams)
  #expect(exactRows(result) == exactRows(expected), "\(what)")
  #expect(result.schema == expected.schema, "\(what)")
  let all = try states(query, inputs, threads: 2).batches
  #expect(try mergedStates(streams).batches.map(texts) == all.map(texts), "states of \(what)")
}

/// A batch's bits, whatever forms validity and empty slots have.
private func texts(_ batch: [ColumnPage]) -> [[String]] {
  batch.map { page in
    (0..<page.rowCount).map { row in
      guard page.validity.isValid(row) else { return "null" }
      switch page.values {
      case .int64(let all): return "\(all[row])"
      case .int128(let all): return "\(all[row])"
      case .float64(let all): return "\(all[row].bitPattern)"
      case .strings(let all): return "\(Array(all.bytes[all.range(row)]))"
      case .codes: return "codes"
      }
    }
  }
}

@Test
func randomQueriesMergeToWhatAggregateGives() throws {
  for seed in UInt64(0)..<15 {
    var random = RandomSource(seed: 71_000 + seed)
    let rows = randomRows([0, 1, 40, 150].randomElement(using: &random)!, using: &random)
    let cut = rows.count / 3
    let inputs = [makeTable(Array(rows[cut...]), using: &random), makeTable(Array(rows[..<cut]), using: &random)]
    let keys = randomSchema.names.filter { $0 != "price" && $0 != "ratio" }.shuffled(using: &random)
      .prefix(Int.random(in: 0...3, using: &random))
    let aggregates = randomAggregates(orderlessFunctions + ends, odds: 8, using: &random)
    let isOrdered = Bool.random(using: &random)
    var query = try TableQuery(
      by: keys.joined(separator: ", "), aggregates: listed(aggregates) + ", sum(price * 2) - min(small) as made",
      having: Bool.random(using: &random) ? "count(*) > 1 or max(small) is null" : nil,
      orderBy: isOrdered ? "sum(price) desc" : nil, distinct: Bool.random(using: &random),
      limit: isOrdered ? Int.random(in: 0...5, using: &random) : nil)
    if Bool.random(using: &random) { query.filter = randomCondition(rows, randomSchema, using: &random) }
    try expectSame(query, inputs, "seed \(seed): \(query)", using: &random)
  }
}

@Test
func everyStrategyHasTheSameStates() throws {
  for seed in UInt64(0)..<8 {
    var random = RandomSource(seed: 72_000 + seed)
    let rows = randomRows(300, using: &random)
    let inputs: [any TableSource] = [try chunkFile(of: makeTable(rows, using: &random))]
    let functions: [AggregateFunction] = [.count, .sum, .min, .max, .mean]
    let query = try tableQuery(
      ["flag", "day", "name"],
      ["small", "price", "day"].flatMap { name in
        functions.filter { name != "day" || !$0.needsNumbers }.map {
          Aggregate($0, of: name, as: "\($0) of \(name)")
        }
      } + (seed % 2 == 0 ? [Aggregate(.variance(.sample), of: "price", as: "v")] : []))
    let plain = try states(query, inputs, strategy: .general).batches.map(texts)
    #expect(try states(query, inputs, strategy: .direct).batches.map(texts) == plain, "seed \(seed)")
    #expect(try states(query, inputs, strategy: .partitioned).batches.map(texts) == plain, "seed \(seed)")
  }
}

@Test
func groupsWithoutRoomArePutOutAndBegunAnew() throws {
  var random = RandomSource(seed: 73_000)
  let table = makeTable(randomRows(200, using: &random), using: &random)
  let query = try TableQuery(
    by: "text", aggregates: "count(*), mean(ratio), first(name), median(small), count(distinct name)")
  let rounds = Atomic(0)
  let stream = try states(query, [table], threads: 2, strategy: .general) {
    rounds.wrappingAdd(1, ordering: .relaxed)
    return MemoryWatch(roomByteCount: 300, above: 0, rowCount: 200) { _ in 200 }
  }
  #expect(rounds.load(ordering: .relaxed) > 1)
  #expect(stream.batches.reduce(0) { $0 + $1[0].rowCount } > 31)
  let expected = try aggregate([table], query, threads: 1)
  #expect(exactRows(try mergedResult([stream])) == exactRows(expected))
}

@Test
func longListsGoOnInOtherRows() throws {
  let count = StateLimits.standard.valuesPerRow + 500
  let values = (0..<count).map { Int64($0 % 1_000) }
  let table = Table(
    schema: Schema([Field(name: "k", type: .int64), Field(name: "v", type: .int64)]),
    chunks: [
      [ColumnPage(values: .int64(values.map { $0 == 7 ? 1 : 0 })), ColumnPage(values: .int64(values))]
    ])
  let query = try TableQuery(by: "k", aggregates: "median(v), sum(v), max(v), first(v), corr(v, v), count(*)")
  let stream = try states(query, [table])
  #expect(stream.batches.map { $0[0].rowCount } == [2, 1])
  #expect(exactRows(try mergedResult([stream])) == exactRows(try aggregate([table], query, threads: 1)))
  var lost = stream
  lost.batches.removeLast()
  let error = #expect(throws: PartialError.self) { try mergedResult([lost]) }
  #expect(error?.kind == .damaged)
  #expect(error?.place.column == "values(v)")
}

/// Rows and batches that end after a few values or bytes: each place at which a list goes on, in states out and in.
@Test
func rowsAndBatchesMayEndAnywhere() throws {
  for seed in UInt64(0)..<10 {
    var random = RandomSource(seed: 78_000 + seed)
    let table = makeTable(randomRows(300, using: &random), using: &random)
    let by = ["name", "text, flag", nil].randomElement(using: &random)!
    let query = try TableQuery(
      by: by,
      aggregates:
        "median(text), median(name), count(distinct text), top(name, 70), min(text), first(name), top(small, 3), sum(price)"
    )
    let limits = StateLimits(
      groupsPerBatch: Int.random(in: 1...9, using: &random), valuesPerRow: Int.random(in: 64...80, using: &random),
      bytesPerRow: Int.random(in: 0...99, using: &random), valuesPerBatch: Int.random(in: 1...200, using: &random),
      bytesPerBatch: Int.random(in: 1...300, using: &random))
    let partial = try PartialAggregation(query, [table], chunks: nil, firstPlace: 0, threads: 1)
    var stream = StateStreamInMemory(description: partial.description, batches: [])
    try partial.run(threads: 1, memory: nil, limits: limits) { stream.batches.append($0) }
    let whole = try states(query, [table])
    #expect(stream.batches.count > whole.batches.count, "seed \(seed)")
    let expected = exactRows(try aggregate([table], query, threads: 1))
    #expect(exactRows(try mergedResult([stream])) == expected, "seed \(seed)")
    #expect(try mergedStates([stream]).batches.map(texts) == whole.batches.map(texts), "seed \(seed)")
    // Put out after each batch, as where memory is full, and cut anew.
    let merging = try StateMerging(stream.description, file: "x")
    var passed = StateStreamInMemory(description: stream.description, batches: [])
    for batch in reshuffled(stream, using: &random).batches {
      try merging.add(batch, file: "x", firstRow: 1)
      try merging.states(threads: 1, limits: limits) { passed.batches.append($0) }
    }
    #expect(exactRows(try mergedResult([passed])) == expected, "seed \(seed)")
  }
}

@Test
func aRowAndABatchHaveSoManyBytes() throws {
  // A string of 40 MiB ten times, which is in memory once.
  let text = String(repeating: "x", count: 40 << 20)
  let table = Table(
    schema: Schema([Field(name: "n", type: .int64), Field(name: "s", type: .string)]),
    chunks: [
      [ColumnPage(values: .int64(Array(0..<10))), ColumnPage(values: .codes([UInt32](repeating: 0, count: 10)))]
    ],
    dictionaries: [nil, StringDictionary(entries: StringArray([text]))])
  func sizes(_ by: String?, _ aggregates: String) throws -> [[Int]] {
    var sizes: [[Int]] = []
    let partial = try PartialAggregation(
      TableQuery(by: by, aggregates: aggregates), [table], chunks: nil, firstPlace: 0, threads: 1)
    try partial.run(threads: 1, memory: nil) { pages in
      for case .strings(let strings) in pages.map(\.values) where strings.bytes.count >= 40 << 20 {
        sizes.append((0..<strings.count).map { strings.range($0).count >> 20 })
      }
    }
    return sizes
  }
  // No second string goes into a row's 64 MiB.
  #expect(try sizes(nil, "median(s)") == [[Int]](repeating: [40], count: 10))
  // Seven reach the 256 MiB of a batch.
  let batches = [[Int](repeating: 40, count: 7), [Int](repeating: 40, count: 3)]
  #expect(try sizes("n, s", "count(*)") == batches)
  #expect(try sizes("n", "first(s)") == batches)
  #expect(try sizes("n", "min(s)") == batches)
}

@Test
func placesDecideFirstAndLastWhateverTheOrderOfMerging() throws {
  func input(_ value: String) -> Table {
    Table(columns: [(name: "v", type: .string, values: [.string(value), .null])])
  }
  let query = try TableQuery(by: nil, aggregates: "first(v) as f, last(v) as l")
  let streams = try ["b", "a", "c"].enumerated().map { try states(query, [input($1)], firstPlace: 10 - $0) }
  #expect(exactRows(try mergedResult(streams)) == [["c", "b"]])
  let twice = #expect(throws: PartialError.self) { try mergedResult([streams[0], streams[1], streams[0]]) }
  #expect(twice?.code == "partial.places")
}

@Test
func noChunksGiveTheSchemaAlone() throws {
  var random = RandomSource(seed: 74_000)
  let table = makeTable(randomRows(20, using: &random), using: &random)
  for by in [nil, "name"] {
    let query = try TableQuery(by: by, aggregates: "count(*) as n, sum(price) as s, median(text) as m")
    let stream = try states(query, [table], chunks: 0..<0)
    #expect(stream.batches.isEmpty)
    #expect(exactRows(try mergedResult([stream])) == (by == nil ? [["0", "null", "null"]] : []))
    // Types are those of the inputs, whichever chunks are read.
    let whole = try aggregate([table], query, threads: 1)
    let merged = try mergedResult([stream]).schema
    #expect(merged.names == whole.schema.names)
    #expect(merged.fields[merged.fields.count - 1] == whole.schema.fields[whole.schema.fields.count - 1])
  }
  let error = #expect(throws: TableError.self) {
    try states(TableQuery(by: "name", aggregates: nil), [table], chunks: 0..<999)
  }
  #expect(error?.code == "table.no-such-chunks")
  #expect(error?.advice?.contains("0:\(table.chunkCount) are all") == true)
}

@Test
func sumsTooGreatAreToldOnMerging() throws {
  let most = Int128(99_999_999_999_999_999_999_999_999_999_999_999_999)
  let type = ColumnType.decimal(precision: 38, scale: 0)
  let table = Table(
    schema: Schema([Field(name: "v", type: type)]),
    chunks: [[ColumnPage(values: .int128([most]))], [ColumnPage(values: .int128([most]))]])
  let query = try TableQuery(by: nil, aggregates: "sum(v)")
  let streams = try (0..<2).map { try states(query, [table], chunks: $0..<$0 + 1) }
  let error = #expect(throws: AggregateError.self) { try mergedResult(streams) }
  #expect(error?.code == "aggregate.overflow")
}
