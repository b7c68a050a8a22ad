// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ChunkFile

/// What was written is what is read, for every type, kind of nulls and codec.
@Suite struct RoundTripTests {
  @Test(arguments: [Compression.automatic, .none, .zstd(level: 9), .zlib(level: 6)])
  func randomTables(_ compression: Compression) throws {
    for seed in UInt64(1)...12 {
      var random = RandomSource(seed: seed)
      let table = randomTable(&random)
      let bytes = try chunkFileBytes(of: table, compression: compression, metadata: [("seed", "\(seed)")])
      let file = try open(bytes)
      try expectEqual(file, table, "seed \(seed)")
      #expect(try file.metadata.map(\.value) == ["\(seed)"])
      let report = try file.verify()
      #expect(report.isIntact, "seed \(seed): \(report.problems)")
      #expect(report.pageCount == table.chunkCount * table.schema.fields.count)
    }
  }

  @Test func madeUpNamesAreNoted() throws {
    let table = Table(columns: [("column_1", .int64, [.int64(1)])])
    let note = ChunkFileWriter.inventedNames
    #expect(note == ("names", "invented"), "as the specification has it")
    for (metadata, expected) in [
      ([], false), ([note], true), ([("receipt", "{}"), note], true), ([("names", "other")], false),
      ([("other", "invented")], false),
    ] {
      #expect(try open(chunkFileBytes(of: table, metadata: metadata)).hasInventedNames == expected)
    }
  }

  /// Names that are written needlessly lose nothing, so damaged metadata are no reason to refuse the rows.
  @Test func damagedMetadataNoteNothing() throws {
    let table = Table(columns: [("column_1", .int64, [.int64(1)])])
    var bytes = try chunkFileBytes(of: table, metadata: [ChunkFileWriter.inventedNames])
    let metadata = try open(bytes).directory[1]
    bytes[metadata.offset + 8] ^= 1
    let file = try open(bytes)
    #expect(!file.hasInventedNames)
    #expect(try !file.verify().isIntact)
    try expectEqual(file, table, "rows")
  }

  @Test func sameInputSameBytes() throws {
    var random = RandomSource(seed: 77)
    let table = randomTable(&random)
    #expect(try chunkFileBytes(of: table) == chunkFileBytes(of: table))
  }

  @Test func severalThreadsReadOneFile() async throws {
    var random = RandomSource(seed: 78)
    let table = randomTable(&random)
    let file = try open(chunkFileBytes(of: table))
    let dictionaries = try await withThrowingTaskGroup(of: StringDictionary?.self) { group in
      for _ in 0..<4 {
        group.addTask {
          try expectEqual(file, table, "seed 78")
          return try file.dictionary(column: 6)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(dictionaries.allSatisfy { $0 === dictionaries[0] }, "one dictionary object is one code space")
  }

  /// However many threads start at once, each part of the file is read once; a failed read is tried again.
  @Test func footersAndDictionariesAreReadOnce() async throws {
    let entries = StringArray((0..<20_000).map { "entry \($0)" })
    let table = Table(
      schema: Schema([Field(name: "s", type: .string)]),
      chunks: [[ColumnPage(values: .codes((0..<20_000).map { UInt32($0) }))]],
      dictionaries: [StringDictionary(entries: entries)])
    let object = CountingObject(base: MemoryObject(bytes: try chunkFileBytes(of: table)))
    let file = try ChunkFile(object)
    object.fails.withLock { $0 = true }
    #expect(throws: CountingObject.Failure.self) { _ = try file.dictionary(column: 0) }
    object.fails.withLock { $0 = false }
    _ = object.takeRanges()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { _ = try file.dictionary(column: 0) } }
      try await group.waitForAll()
    }
    let ranges = object.takeRanges()
    #expect(Set(ranges).count == ranges.count, "the same bytes read twice")
    #expect(ranges.count == 3, "section, strings, ranks")
  }

  @Test func dictionaryOfSeveralSegments() throws {
    let entries = StringArray((0..<70_000).map { "entry \($0 &* 7919 % 70_000)" })
    let codes = (0..<70_000).map { UInt32($0) }
    let table = Table(
      schema: Schema([Field(name: "s", type: .string)]), chunks: [[ColumnPage(values: .codes(codes))]],
      dictionaries: [StringDictionary(entries: entries)])
    let file = try open(chunkFileBytes(of: table))
    let dictionary = try #require(try file.dictionary(column: 0))
    #expect(dictionary.entries == entries)
    #expect(dictionary.ranks == table.dictionaries[0]?.ranks)
    #expect(try file.page(column: 0, chunk: 0) == table.chunks[0][0])
    #expect(try file.verify().isIntact)
  }

  @Test func pagesOfNarrowerTypesAreRescaled() throws {
    let schema = Schema([
      Field(name: "narrow", type: .decimal(precision: 9, scale: 3)),
      Field(name: "wide", type: .decimal(precision: 30, scale: 4)),
    ])
    let table = Table(
      schema: schema,
      chunks: [
        [ColumnPage(values: .int64([12, -7])), ColumnPage(values: .int64([5, 6]))],
        [ColumnPage(values: .int64([125])), ColumnPage(values: .int128([-31]))],
      ])
    let bytes = try chunkFileBytes(
      of: table,
      pageTypes: [[.int64, .int64], [.decimal(precision: 5, scale: 2), .decimal(precision: 20, scale: 1)]])
    let file = try open(bytes)
    #expect(try file.page(column: 0, chunk: 0).values == .int64([12_000, -7_000]))
    #expect(try file.page(column: 0, chunk: 1).values == .int64([1_250]))
    #expect(try file.page(column: 1, chunk: 0).values == .int128([50_000, 60_000]))
    #expect(try file.page(column: 1, chunk: 1).values == .int128([-31_000]))
    #expect(
      try file.statistics(column: 0, chunk: 0).bounds == .integer(minimum: -7_000, maximum: 12_000, sum: 5_000))
    #expect(try file.verify().isIntact)
  }
}

/// Holds file and table against each other, page by page. Values of null slots are zero in both.
func expectEqual(_ file: ChunkFile, _ table: Table, _ comment: String) throws {
  #expect(file.schema == table.schema, "\(comment)")
  #expect(file.rowCount == table.rowCount, "\(comment)")
  try #require(file.chunkCount == table.chunkCount)
  for column in table.schema.fields.indices {
    #expect(try file.dictionary(column: column)?.entries == table.dictionaries[column]?.entries, "\(comment)")
    for chunk in 0..<table.chunkCount {
      let page = try file.page(column: column, chunk: chunk)
      #expect(page == table.chunks[chunk][column], "\(comment), column \(column), chunk \(chunk)")
      #expect(
        try file.statistics(column: column, chunk: chunk) == table.statistics(column: column, chunk: chunk),
        "\(comment), column \(column), chunk \(chunk)")
    }
  }
}

/// A table of one to three chunks with every type, and of different sizes and shapes.
func randomTable(_ random: inout RandomSource) -> Table {
  let schema = Schema([
    Field(name: "bool", type: .bool), Field(name: "int64", type: .int64), Field(name: "date", type: .date),
    Field(name: "decimal", type: .decimal(precision: 10, scale: 2)),
    Field(name: "wide", type: .decimal(precision: 38, scale: 5)), Field(name: "float64", type: .float64),
    Field(name: "codes", type: .string), Field(name: "strings", type: .string),
    Field(name: "timestamp", type: .timestamp(isUTC: false)), Field(name: "instant", type: .timestamp(isUTC: true)),
  ])
  let dictionary = StringDictionary(entries: StringArray((0..<50).map { "value \(($0 &* 37) % 50)é" }))
  var chunks: [[ColumnPage]] = []
  for _ in 0..<Int.random(in: 1...3, using: &random) {
    let rows = [1, 5, 63, 64, 1023, 1024, 1025, 3000].randomElement(using: &random) ?? 1
    chunks.append(schema.fields.map { randomPage($0, rows, &random) })
  }
  let dictionaries = schema.fields.map { $0.name == "codes" ? dictionary : nil }
  return Table(schema: schema, chunks: chunks, dictionaries: dictionaries)
}

private func randomPage(_ field: Field, _ rows: Int, _ random: inout RandomSource) -> ColumnPage {
  let validity = randomValidity(rows, &random)
  // Long runs now and then, so that every encoding is met.
  let runLength = [1, 1, 40].randomElement(using: &random) ?? 1
  let spread = Int64(1) << Int64.random(in: 0...33, using: &random)
  func values<T>(_ make: (inout RandomSource) -> T, null: T) -> [T] {
    var current = make(&random)
    return (0..<rows).map { row in
      if row % runLength == 0 { current = make(&random) }
      return validity.isValid(row) ? current : null
    }
  }
  let pageValues: PageValues =
    switch field.name {
    case "bool": .int64(values({ Int64.random(in: 0...1, using: &$0) }, null: 0))
    case "int64" where runLength == 1: .int64(values({ Int64(bitPattern: $0.next()) }, null: 0))
    case "int64": .int64(values({ -5_000 + Int64.random(in: 0...spread, using: &$0) }, null: 0))
    case "date": .int64(values({ Int64.random(in: -700_000...18_000, using: &$0) }, null: 0))
    case "timestamp": .int64(values({ Int64.random(in: 0...spread, using: &$0) * 1_000_000 }, null: 0))
    case "instant":
      .int64(values({ Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &$0) }, null: 0))
    case "decimal": .int64(values({ Int64.random(in: -spread...spread, using: &$0) }, null: 0))
    case "wide": .int128(values({ Int128(Int64(bitPattern: $0.next())) &* Int128(spread) }, null: 0))
    case "float64": .float64(values({ Double.random(in: -1...1, using: &$0) }, null: 0))
    case "codes": .codes(values({ UInt32.random(in: 0..<50, using: &$0) }, null: 0))
    default: .strings(StringArray(values({ String(repeating: "ö", count: Int($0.next() % 40)) }, null: "")))
    }
  return ColumnPage(values: pageValues, validity: validity)
}

private func randomValidity(_ rows: Int, _ random: inout RandomSource) -> Validity {
  var words = [UInt64](repeating: 0, count: (rows + 63) / 64)
  let kind = random.next() % 4
  for row in 0..<rows {
    let isValid = kind == 0 || (kind == 1 && random.next() % 5 != 0) || (kind == 2 && row / 300 % 2 == 0)
    if isValid { words[row / 64] |= 1 << UInt64(row % 64) }
  }
  return Validity(words: words, rowCount: rows)
}
