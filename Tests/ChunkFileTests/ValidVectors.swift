// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

@testable import ChunkFile

/// A small file that readers must read, and what is in it.
struct ValidVector: Sendable {
  var name: String
  var table: Table
  var compression = Compression.none
  var metadata: [(key: String, value: String)] = []
  /// Types of pages where they differ from their columns', by chunk and column.
  var pageTypes: [[ColumnType]] = []
  /// What readers see, where pages have narrower types than their columns.
  var expected: Table?
  /// How pages are stored; nil: as our writer chooses.
  var stored: StoredForm?
  /// Changes what the footer says of the values.
  var bounds: (@Sendable (PageStatistics.Bounds) -> PageStatistics.Bounds)?
  /// The specification's requirement it shows.
  var requirement: String
  var sentence: String
  /// Changes the bytes in a way that must not matter.
  var change: (@Sendable (inout Surgery) -> Void)?

  func bytes() throws -> [UInt8] {
    let bytes = try chunkFileBytes(
      of: table, compression: compression, metadata: metadata, pageTypes: pageTypes, bounds: bounds,
      stored: stored)
    guard let change else { return bytes }
    var surgery = Surgery(bytes)
    change(&surgery)
    return surgery.bytes
  }

  func expectedText() throws -> String { try plainText(of: expected ?? table, metadata: metadata) }
}

private func field(_ name: String, _ type: ColumnType) -> Field { Field(name: name, type: type) }

private func validity(_ flags: [Int]) -> Validity {
  var words = [UInt64](repeating: 0, count: (flags.count + 63) / 64)
  for (row, flag) in flags.enumerated() where flag == 1 { words[row / 64] |= 1 << UInt64(row % 64) }
  return Validity(words: words, rowCount: flags.count)
}

private func ints(_ values: [Int64], _ flags: [Int]? = nil) -> ColumnPage {
  ColumnPage(values: .int64(values), validity: flags.map(validity) ?? .allValid)
}

private func texts(_ values: [String], _ flags: [Int]? = nil) -> ColumnPage {
  ColumnPage(values: .strings(StringArray(values)), validity: flags.map(validity) ?? .allValid)
}

private func codes(_ values: [UInt32], _ flags: [Int]? = nil) -> ColumnPage {
  ColumnPage(values: .codes(values), validity: flags.map(validity) ?? .allValid)
}

private func floats(_ values: [Double], _ flags: [Int]? = nil) -> ColumnPage {
  ColumnPage(values: .float64(values), validity: flags.map(validity) ?? .allValid)
}

func oneColumn(_ type: ColumnType, _ pages: [ColumnPage], dictionary: [String]? = nil) -> Table {
  Table(
    schema: Schema([field("a", type)]), chunks: pages.map { [$0] },
    dictionaries: [dictionary.map { StringDictionary(entries: StringArray($0)) }])
}

private let everyType = Schema([
  field("bool", .bool), field("int64", .int64), field("decimal", .decimal(precision: 7, scale: 2)),
  field("wide", .decimal(precision: 38, scale: 10)), field("float64", .float64), field("date", .date),
  field("coded", .string), field("text", .string), field("timestamp", .timestamp(isUTC: false)),
  field("instant", .timestamp(isUTC: true)),
])
private let places = StringDictionary(entries: StringArray(["São Paulo", "Acre", ""]))
private let everyDictionary: [StringDictionary?] = [nil, nil, nil, nil, nil, nil, places, nil, nil, nil]

private func everyTypePages(_ flags: [Int]) -> [ColumnPage] {
  let bits = validity(flags)
  func pick<T>(_ values: [T], _ none: T) -> [T] { zip(values, flags).map { $1 == 1 ? $0 : none } }
  let wide: [Int128] = [12_345_678_901_234_567_890_123_456, -1, 5]
  let values: [PageValues] = [
    .int64(pick([1, 0, 1], 0)), .int64(pick([.max, -42, .min], 0)), .int64(pick([12_345, -1, 99], 0)),
    .int128(pick(wide, 0)), .float64(pick([0.1, -2.5e300, 7], 0)), .int64(pick([18_993, -1, 0], 0)),
    .codes(pick([0, 2, 1], 0)), .strings(StringArray(pick(["tab\tand \\", "", "naïve"], ""))),
    .int64(pick([1_585_404_309_500_000, -1, 0], 0)), .int64(pick([0, 1_585_404_309_000_000, -1], 0)),
  ]
  return values.map { ColumnPage(values: $0, validity: bits) }
}

/// All valid vectors, in the order of the manifest.
let validVectors: [ValidVector] =
  tableVectors + integerVectors + nestingVectors + decimalVectors + otherVectors + boundsVectors

private let tableVectors: [ValidVector] = [
  ValidVector(
    name: "worked-example",
    table: Table(
      schema: Schema([field("cases", .int64)]), chunks: [[ints([10, 0, 12, 13], [1, 0, 1, 1])]]),
    requirement: "CF-44", sentence: "The file that the specification explains byte by byte."),
  ValidVector(
    name: "no-columns", table: Table(schema: Schema([]), chunks: []), requirement: "CF-2",
    sentence: "The smallest file: no columns, no rows."),
  ValidVector(
    name: "no-rows", table: Table(schema: everyType, chunks: [], dictionaries: Array(repeating: nil, count: 10)),
    requirement: "CF-16", sentence: "Every type, no chunk."),
  ValidVector(
    name: "one-row",
    table: Table(schema: everyType, chunks: [everyTypePages([1, 1, 1]).map(firstRow)], dictionaries: everyDictionary),
    requirement: "CF-15", sentence: "Every type, one row: all pages are constant, strings apart."),
  ValidVector(
    name: "every-type",
    table: Table(schema: everyType, chunks: [everyTypePages([1, 1, 1])], dictionaries: everyDictionary),
    requirement: "CF-24", sentence: "Every type, three rows."),
  ValidVector(
    name: "every-type-with-nulls",
    table: Table(
      schema: everyType, chunks: [everyTypePages([1, 0, 1]), everyTypePages([0, 1, 1])], dictionaries: everyDictionary),
    requirement: "CF-35", sentence: "Every type with a null, two chunks."),
  ValidVector(
    name: "all-null",
    table: Table(schema: everyType, chunks: [everyTypePages([0, 0, 0])], dictionaries: everyDictionary),
    requirement: "CF-22", sentence: "Every type, only nulls: pages without bytes."),
  ValidVector(
    name: "metadata", table: oneColumn(.int64, [ints([1])]),
    metadata: [("source", "cities.csv"), ("source", "again"), ("", "empty key\nand a line")], requirement: "CF-17",
    sentence: "Metadata keep their order; keys may repeat and be empty."),
  ValidVector(
    name: "odd-names",
    table: Table(
      schema: Schema([field("", .int64), field("a\tb", .bool), field("Übergröße 東京", .date)]),
      chunks: [[ints([1]), ints([0]), ints([-719_162])]]), requirement: "CF-14",
    sentence: "Names may be empty and hold any UTF-8."),
  ValidVector(
    name: "may-ignore-bit", table: oneColumn(.int64, [ints([1, 2])]), requirement: "CF-7",
    sentence: "An unknown may-ignore bit changes nothing."
  ) { surgery in
    surgery.put(UInt64(1) << 63, at: surgery.tailStart + 56)
    surgery.resealTail()
  },
]

private func firstRow(_ page: ColumnPage) -> ColumnPage {
  switch page.values {
  case .int64(let values): ints([values[0]])
  case .int128(let values): ColumnPage(values: .int128([values[0]]))
  case .float64(let values): floats([values[0]])
  case .codes(let values): codes([values[0]])
  case .strings(let values): texts([values[0]])
  }
}

private let integerVectors: [ValidVector] = [
  ValidVector(
    name: "constant", table: oneColumn(.int64, [ints([Int64](repeating: -7, count: 300)), ints([5])]),
    requirement: "CF-28",
    sentence: "Two constant pages."),
  ValidVector(
    name: "plain-int64", table: oneColumn(.int64, [ints([.min, .max, 0, -1])]), requirement: "CF-28",
    sentence: "A range of 64 bits is stored plain."),
  ValidVector(
    name: "packed-short-block", table: oneColumn(.int64, [ints((0..<100).map { $0 * 37 % 101 - 50 })]),
    requirement: "CF-29", sentence: "Seven bits a value, a short block alone."),
  ValidVector(
    name: "packed-full-block", table: oneColumn(.int64, [ints((0..<1_100).map { $0 * 7_919 % 2_039 + 1_000_000 })]),
    requirement: "CF-29", sentence: "Eleven bits a value, one full block and a short one: 32 lanes."),
  ValidVector(
    name: "packed-64-bit-lanes", table: oneColumn(.int64, [ints((0..<1_030).map { ($0 * 5 % 4) << 31 | $0 * 3 % 2 })]),
    compression: .zstd(level: 3), requirement: "CF-29", sentence: "33 bits a value in 16 lanes of 64 bits, compressed."),
  ValidVector(
    name: "packed-63-bits", table: oneColumn(.int64, [ints([.min, -1, -2, Int64.min + 5])]), requirement: "CF-29",
    sentence: "63 bits above the smallest reference."),
  ValidVector(
    name: "runs", table: oneColumn(.date, [ints((0..<500).map { Int64($0 / 90) * 30 + 18_000 })]), requirement: "CF-30",
    sentence: "Runs of packed values with packed lengths."),
  ValidVector(
    name: "runs-of-equal-length", table: oneColumn(.int64, [ints((0..<600).map { Int64($0 / 100) << 40 })]),
    requirement: "CF-30", sentence: "Runs whose lengths are constant."),
  ValidVector(
    name: "bool", table: oneColumn(.bool, [ints([1, 1, 0, 1, 0]), ints([0, 0])]), requirement: "CF-24",
    sentence: "Truth values are integers 0 and 1."),
  ValidVector(
    name: "timestamp",
    table: oneColumn(.timestamp(isUTC: false), [ints([-62_135_596_800_000_000, 253_402_300_799_999_999, 0, -1])]),
    requirement: "CF-24",
    sentence: "The first and the last moment a timestamp can be, the epoch and the microsecond before."),
  ValidVector(
    name: "timestamp-utc",
    table: oneColumn(
      .timestamp(isUTC: true),
      [ints((0..<40).map { 1_585_404_309_000_000 + $0 * 60_000_000 }), ints([1_585_404_309_500_000, 0], [1, 0])]),
    requirement: "CF-24", sentence: "Instants a minute apart, then one with a fraction and a null."),
  ValidVector(
    name: "nulls-as-runs",
    table: oneColumn(
      .int64,
      [ints((0..<900).map { $0 < 400 || $0 >= 800 ? $0 % 5 + 3 : 0 }, (0..<900).map { $0 < 400 || $0 >= 800 ? 1 : 0 })]),
    requirement: "CF-34", sentence: "Validity in three runs; null slots hold the page's minimum."),
]

private let decimalVectors: [ValidVector] = [
  ValidVector(
    name: "decimal-wide-plain",
    table: oneColumn(
      .decimal(precision: 38, scale: 38),
      [ColumnPage(values: .int128([-99_999_999_999_999_999_999_999_999_999_999_999_999, 0, 1]))]),
    requirement: "CF-28", sentence: "128-bit values, plain."),
  ValidVector(
    name: "decimal-wide-packed",
    table: oneColumn(
      .decimal(precision: 30, scale: 0), [ColumnPage(values: .int128((0..<40).map { (1 << 80) + $0 % 9 }))]),
    requirement: "CF-29", sentence: "128-bit values close to each other: a wide reference and few bits."),
  ValidVector(
    name: "decimal-pages-of-narrower-types",
    table: oneColumn(
      .decimal(precision: 20, scale: 4),
      [ints([5, -6]), ints([15, 25], [1, 0]), ColumnPage(values: .int128([12_345_678_901_234_567_890]))]),
    pageTypes: [[.int64], [.decimal(precision: 5, scale: 1)], [.decimal(precision: 20, scale: 4)]],
    expected: oneColumn(
      .decimal(precision: 20, scale: 4),
      [
        ColumnPage(values: .int128([50_000, -60_000])),
        ColumnPage(values: .int128([15_000, 0]), validity: validity([1, 0])),
        ColumnPage(values: .int128([12_345_678_901_234_567_890])),
      ]), requirement: "CF-24", sentence: "Pages of scale 0, 1 and 4 in a column of scale 4."),
]

private let otherVectors: [ValidVector] = [
  ValidVector(
    name: "float64",
    table: oneColumn(
      .float64, [floats([.nan, .infinity, -.infinity, -0.0, 0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 0.1])]),
    requirement: "CF-32", sentence: "Doubles keep all their bits."),
  ValidVector(
    name: "float64-constant-and-runs",
    table: oneColumn(.float64, [floats([0.1, 0.1, 0.1]), floats((0..<200).map { Double($0 / 50) / 3 })]),
    requirement: "CF-32", sentence: "A constant page and a page of runs."),
  ValidVector(
    name: "float64-only-nan", table: oneColumn(.float64, [floats([.nan, 0], [1, 0])]), requirement: "CF-23",
    sentence: "NaN takes no part in bounds: there are none."),
  ValidVector(
    name: "dictionary",
    table: oneColumn(
      .string, [codes([0, 1, 2, 1, 0], [1, 1, 1, 1, 1]), codes([3, 0, 3], [1, 0, 1])],
      dictionary: ["zebra", "apple", "Zoë", ""]),
    requirement: "CF-36", sentence: "Codes in order of first row, two chunks, one null."),
  ValidVector(
    name: "dictionary-runs",
    table: oneColumn(.string, [codes((0..<800).map { UInt32($0 / 200) })], dictionary: ["d", "c", "b", "a"]),
    requirement: "CF-37", sentence: "Runs of codes; ranks are the reverse of the codes."),
  ValidVector(
    name: "dictionary-empty", table: oneColumn(.string, [codes([0, 0], [0, 0])], dictionary: []), requirement: "CF-19",
    sentence: "A dictionary without strings has no segment and no ranks."),
  ValidVector(
    name: "strings-beside-codes",
    table: oneColumn(
      .string, [codes([0, 1]), texts(["not", "coded", "at all"], [1, 1, 1]), texts(["", "x"], [0, 1])],
      dictionary: ["p", "q"]),
    requirement: "CF-33", sentence: "A page of codes, then pages of their own strings."),
  ValidVector(
    name: "strings-of-equal-length", table: oneColumn(.string, [texts((10..<40).map { "id\($0)" })]),
    requirement: "CF-33",
    sentence: "Lengths are constant."),
  ValidVector(
    name: "strings-long",
    table: oneColumn(.string, [texts([String(repeating: "a", count: 40), String(repeating: "é", count: 30)])]),
    requirement: "CF-23", sentence: "Bounds longer than 32 bytes are cut; the upper one is raised."),
  ValidVector(
    name: "zstd", table: oneColumn(.string, [texts((0..<100).map { "the same words again \($0 % 7)" })]),
    compression: .zstd(level: 3), requirement: "CF-26", sentence: "One zstd frame."),
  ValidVector(
    name: "zlib", table: oneColumn(.string, [texts((0..<100).map { "the same words again \($0 % 7)" })]),
    compression: .zlib(level: 6), requirement: "CF-26", sentence: "One zlib stream."),
]

/// What other writers may say of the values.
private let boundsVectors: [ValidVector] = [
  ValidVector(
    name: "bounds-without-sum", table: oneColumn(.int64, [ints([3, 4, 0], [1, 1, 0])]),
    bounds: { bounds in
      guard case .integer(let minimum, let maximum, _) = bounds else { return bounds }
      return .integer(minimum: minimum, maximum: maximum, sum: nil)
    }, requirement: "CF-23", sentence: "Integers need no sum."),
  ValidVector(
    name: "bounds-with-wide-sum",
    table: oneColumn(
      .decimal(precision: 38, scale: 0),
      [ColumnPage(values: .int128([greatestWide, greatestWide, -greatestWide, 1]))]),
    bounds: { _ in .integer(minimum: -greatestWide, maximum: greatestWide, sum: greatestWide + 1) },
    requirement: "CF-23", sentence: "A sum of 128 bits whose partial sums leave them."),
  ValidVector(
    name: "bounds-absent",
    table: Table(
      schema: Schema([field("x", .float64), field("coded", .string), field("text", .string)]),
      chunks: [[floats([0.5, 2]), codes([1, 0]), texts(["b", "a"])]], dictionaries: [nil, places, nil]),
    bounds: { _ in .none }, requirement: "CF-23", sentence: "Doubles and strings need no bounds."),
  ValidVector(
    name: "bounds-loose",
    table: Table(
      schema: Schema([field("coded", .string), field("text", .string)]),
      chunks: [[codes([1, 0]), texts(["b", String(repeating: "z", count: 33)])]], dictionaries: [places, nil]),
    bounds: { _ in .string(minimum: [], maximum: [0xF5], exact: false) }, requirement: "CF-23",
    sentence: "Bounds of strings may be loose, and need not be text."),
]

private let greatestWide: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
