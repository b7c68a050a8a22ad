// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import Pipelines

private let types: [(name: String, type: ColumnType)] = [
  ("i", .int64), ("f", .float64), ("s", .string), ("t", .string), ("w", .decimal(precision: 30, scale: 1)),
  ("b", .bool),
  ("d", .date), ("p", .decimal(precision: 9, scale: 2)), ("x", .float64), ("none", .string),
]

/// Rows of every kind of key, with few distinct values of each, in short chunks; strings of `s` as codes if so asked.
private func randomTable(rows: Int, isCoded: Bool, using random: inout RandomSource) -> Table {
  func some<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
  let wide: [Int128] = [0, -1, 1 << 70, -(1 << 70), 5]
  let special: [Value] = [.null, .float64(.nan), .float64(-.infinity), .float64(0), .float64(-0.0), .float64(2.5)]
  let ends: [Value] = [.null, .int64(.min), .int64(.max), .int64(0)]
  let texts: [Value] = [.null, .string(""), .string("a"), .string("ab"), .string("é")]
  let doubles: [Value] = [.null, .float64(1e300), .float64(-1e300), .float64(1e-300)]
  let all: [[Value]] = (0..<rows).map { row in
    var values: [Value] = [some(ends + [.int64(Int64(row % 50))]), some(special)]
    values.append(some(texts + [.string("z\(row % 7)")]))
    values.append(some([.null, .string("text \(row % 11)")]))
    values.append(some([.null, .decimal(unscaled: some(wide), scale: 1)]))
    values.append(some([.null, .bool(true), .bool(false)]))
    values.append(some([.null, .date(daysSinceEpoch: row % 9)]))
    values.append(some([.null, .decimal(unscaled: Int128(row % 1000), scale: 2)]))
    values.append(some(doubles + [.float64(Double(row) * 0.1)]))
    return values + [.null]
  }
  var entries: [String] = []
  let chunks = stride(from: 0, to: rows, by: 97).map { start in
    types.indices.map { column -> ColumnPage in
      let page = ColumnPage(boxed: all[start..<min(rows, start + 97)].map { $0[column] }, type: types[column].type)
      guard isCoded, types[column].name == "s", case .strings(let strings) = page.values else { return page }
      let codes = (0..<strings.count).map { row -> UInt32 in
        guard page.validity.isValid(row) else { return 0 }
        let text = strings[row]
        if !entries.contains(text) { entries.append(text) }
        return UInt32(entries.firstIndex(of: text) ?? 0)
      }
      return ColumnPage(values: .codes(codes), validity: page.validity)
    }
  }
  let dictionary = isCoded ? StringDictionary(entries: StringArray(entries)) : nil
  return Table(
    schema: Schema(types.map { Field(name: $0.name, type: $0.type) }), chunks: chunks,
    dictionaries: types.map { $0.name == "s" ? dictionary : nil })
}

private let functions: [AggregateFunction] = [
  .count, .countDistinct, .sum, .min, .max, .mean, .median, .variance(.sample), .standardDeviation(.population), .first,
  .last, .any, .top(2), .bottom(3),
]

private let ofNumbers: [AggregateFunction] = [.sum, .mean, .variance(.sample), .standardDeviation(.population)]

private func randomQuery(using random: inout RandomSource) -> AggregateQuery {
  let keys = types.map(\.name).shuffled(using: &random).prefix(Int.random(in: 1...4, using: &random))
  var aggregates = [Aggregate(.count, as: "n")]
  for (name, type) in types {
    for function in functions where Int.random(in: 0...6, using: &random) == 0 {
      if ofNumbers.contains(function), !type.isNumeric { continue }
      aggregates.append(Aggregate(function, of: name, as: "\(function) of \(name)"))
    }
  }
  if Bool.random(using: &random) { aggregates.append(Aggregate(.correlation, of: "i", and: "x", as: "r")) }
  var query = AggregateQuery(by: keys.map { GroupKey($0) }, aggregates: aggregates)
  if Bool.random(using: &random) {
    query.order = (keys + aggregates.compactMap(\.alias)).shuffled(using: &random).prefix(2).map {
      SortKey($0, descending: Bool.random(using: &random))
    }
  }
  if Bool.random(using: &random) { query.limit = Int.random(in: 0...40, using: &random) }
  return query
}

/// All values, boxed; doubles as their bits, so that NaN equals itself and -0.0 not 0.0.
private func values(_ table: any TableSource) throws -> [[String]] {
  var rows: [[String]] = []
  for chunk in 0..<table.chunkCount {
    let pages = try table.schema.fields.indices.map { try table.page(column: $0, chunk: chunk) }
    for row in 0..<table.rowCount(ofChunk: chunk) {
      rows.append(
        try pages.enumerated().map { column, page in
          let value = page.value(
            at: row, type: table.schema.fields[column].type, dictionary: try table.dictionary(column: column))
          if case .float64(let number) = value { return "\(number.bitPattern)" }
          return "\(value)"
        })
    }
  }
  return rows
}

/// Limits under which an aggregation of more than `rowCount` rows has no room.
private func limits(rowCount limit: Int, threads: Int) -> AggregationLimits {
  var limits = AggregationLimits(memory: .standard, threads: threads)
  limits.watching = { rowCount in
    MemoryWatch(roomByteCount: 3 << 20, above: 0, rowCount: rowCount) { _ in rowCount > limit ? 2 << 20 : 0 }
  }
  return limits
}

@Test(arguments: [1, 5])
func theSameRowsWhateverHasRoom(threads: Int) throws {
  var spilled = 0
  for seed in UInt64(0)..<8 {
    var random = RandomSource(seed: 9_000 + seed)
    let rowCount = [300, 1_500].randomElement(using: &random)!
    let sources = (0..<(seed % 3 == 0 ? 2 : 1)).map { number in
      randomTable(rows: rowCount, isCoded: (seed + UInt64(number)) % 2 == 0, using: &random)
    }
    let query = try {
      var query = randomQuery(using: &random)
      if seed % 4 == 1 { query.filter = try AggregateQuery(by: "s", aggregates: "", where: "i >= 0 or b").filter }
      return query
    }()
    let expected = try aggregate(sources, query, threads: 1)
    for limit in [rowCount / 2, rowCount / 6] {
      let meter = AggregationMeter()
      let result: any TableSource
      do {
        result = try aggregate(sources, query, within: limits(rowCount: limit, threads: threads), meter: meter)
      } catch let error as MemoryError {
        // One group may have most rows: a column of nulls alone is a key.
        #expect(error.code == "memory.too-small")
        continue
      }
      if meter.notes.partCount > 0 { spilled += 1 }
      #expect(result.schema == expected.schema, "seed \(seed), limit \(limit)")
      #expect(result.rowCount == expected.rowCount)
      #expect(try values(result) == values(expected), "seed \(seed), limit \(limit)")
    }
  }
  #expect(spilled > 6, "\(spilled) of 16 were parted")
}

@Test
func sumsThatWidenInOnePartWidenTheColumn() throws {
  // Of 400 keys, one has a sum that needs more than 64 bits.
  let keys = (0..<1200).map { Int64($0 % 400) }
  let numbers = keys.map { $0 == 77 ? Int64.max : $0 }
  let table = Table(
    schema: Schema([Field(name: "k", type: .int64), Field(name: "v", type: .int64)]),
    chunks: [[ColumnPage(values: .int64(keys)), ColumnPage(values: .int64(numbers))]])
  let query = try AggregateQuery(by: "k", aggregates: "sum(v), count(*)")
  let expected = try aggregate([table], query, threads: 1)
  let result = try aggregate([table], query, within: limits(rowCount: 600, threads: 2))
  #expect(expected.schema.fields[1].type == .decimal(precision: 20, scale: 0))
  #expect(result.schema == expected.schema)
  #expect(try values(result) == values(expected))
}

@Test
func oneGroupWithoutRoomIsTold() throws {
  let table = Table(
    name: "t.cln", schema: Schema([Field(name: "k", type: .int64)]),
    chunks: [[ColumnPage(values: .int64([Int64](repeating: 5, count: 1000)))]])
  for query in [AggregateQuery(by: [GroupKey("k")]), AggregateQuery(aggregates: [Aggregate(.max, of: "k")])] {
    let error = #expect(throws: MemoryError.self) {
      _ = try aggregate([table], query, within: limits(rowCount: 100, threads: 2))
    }
    #expect(error?.code == "memory.too-small")
    #expect(error?.place == Place(file: "t.cln"))
    #expect(error?.advice?.hasPrefix("--memory ") == true)
  }
}

@Test
func aMissingTemporaryFolderIsTold() throws {
  var random = RandomSource(seed: 1)
  var limits = limits(rowCount: 100, threads: 2)
  limits.temporaryFolder = "/nowhere/at/all"
  let table = randomTable(rows: 500, isCoded: true, using: &random)
  let error = #expect(throws: StorageError.self) {
    _ = try aggregate([table], try AggregateQuery(by: "i, s", aggregates: "count(*)"), within: limits)
  }
  #expect(error?.summary.contains("/nowhere/at/all") == true || error?.place.file?.contains("/nowhere/at/all") == true)
}

@Test(arguments: [1, 2, 5])
func partsHaveAllRowsInTheirOrder(threads: Int) throws {
  let rowCount = 40_000
  let keys = (0..<rowCount).map { Int64($0 &* 7919 % 1013) }
  let chunks = stride(from: 0, to: rowCount, by: 700).map { start in
    let rows = start..<min(rowCount, start + 700)
    return [ColumnPage(values: .int64(Array(keys[rows]))), ColumnPage(values: .int64(rows.map { Int64($0) }))]
  }
  let table = Table(
    schema: Schema([Field(name: "k", type: .int64), Field(name: "row", type: .int64)]), chunks: chunks)
  let query = try AggregateQuery(by: "k", aggregates: "max(row)")
  let rows = try QueryRows(query, [table], usesStatistics: true, entryLimit: 1000, byteLimit: 1000)
  // Chunks of 4 KiB, so that each part has several.
  let parting = Parting(partCount: 5, level: 0, threads: threads, bufferByteCount: 1, folder: nil)
  let parts = try partedRows(of: rows, parting) { #expect($0 > 0) }
  #expect(parts.count == 5)
  #expect(parts.allSatisfy { $0.chunkCount > 3 })
  var partOfKey: [Int64: Int] = [:]
  var seen = Set<Int64>()
  for (number, part) in parts.enumerated() {
    var before: Int64 = -1
    for chunk in 0..<part.chunkCount {
      guard case .int64(let ownKeys) = try part.page(column: 0, chunk: chunk).values,
        case .int64(let numbers) = try part.page(column: 1, chunk: chunk).values
      else { preconditionFailure("integers were written") }
      for (key, row) in zip(ownKeys, numbers) {
        #expect(keys[Int(row)] == key)
        #expect(row > before)
        #expect(partOfKey[key, default: number] == number)
        partOfKey[key] = number
        before = row
        seen.insert(row)
      }
    }
  }
  #expect(seen.count == rowCount)
}

@Test(arguments: [1, 3])
func theMeterTellsWhatTheConditionTook(threads: Int) throws {
  let keys = (0..<400).map { Int64($0) }
  let table = Table(
    schema: Schema([Field(name: "k", type: .int64)]),
    chunks: stride(from: 0, to: 400, by: 100).map { [ColumnPage(values: .int64(Array(keys[$0..<$0 + 100])))] })
  let query = try AggregateQuery(by: "k", aggregates: "count(*)", where: "k >= 150")
  for limit in [1_000, 100] {
    let meter = AggregationMeter()
    let result = try aggregate([table], query, within: limits(rowCount: limit, threads: threads), meter: meter)
    #expect(result.rowCount == 250)
    #expect((meter.notes.partCount > 0) == (limit == 100))
    // Counted once, also where the rows are read again to be parted.
    #expect(meter.counts.takenRowCount == 250)
    #expect(meter.counts.askedChunkCount == 4)
    #expect(meter.counts.strategy != nil)
  }
  let none = AggregationMeter()
  _ = try aggregate(
    [table], try AggregateQuery(by: nil, aggregates: "count(*)"), within: limits(rowCount: 1_000, threads: 1),
    meter: none)
  #expect(none.counts.askedChunkCount == 0)
  #expect(none.counts.strategy == nil)
}
