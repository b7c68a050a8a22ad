// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import ChunkFile

/// A file of some hundred thousand bytes with every type, nearly every encoding as our writer chooses them, and every kind of nulls.
package enum VariedTable {
  private typealias Make = @Sendable (_ row: Int, _ random: inout any RandomNumberGenerator) -> PageCell

  private enum PageCell {
    case integer(Int64)
    case wide(Int128)
    case double(Double)
    case code(UInt32)
    case text(String)
  }

  private static let chunkRows = [2500, 1, 1024, 3100]
  private static let cities = (0..<300).map { "city \($0 &* 7919 % 300)é" }

  private static let columns: [(name: String, type: ColumnType, make: Make)] = [
    ("bool", .bool, { .integer(Int64.random(in: 0...1, using: &$1)) }),
    ("constant", .int64, { _, _ in .integer(-7) }),
    ("random", .int64, { .integer(Int64.random(in: Int64.min...Int64.max, using: &$1)) }),
    ("packed", .int64, { .integer(Int64.random(in: -500...500, using: &$1)) }),
    ("outliers", .int64, { $0 % 97 == 0 ? .integer(1 << 60) : .integer(Int64.random(in: 0...30, using: &$1)) }),
    ("rising", .int64, { .integer(Int64($0) * 1_000 + Int64.random(in: 0...9, using: &$1)) }),
    ("pattern", .int64, { row, _ in .integer(Int64(row % 53 * 7919 % 53)) }),
    ("runs", .int64, { row, _ in .integer(Int64(row / 40 * 7919 % 1009)) }),
    ("few", .int64, { .integer([1 << 50, -3, 77_777_777_777][Int.random(in: 0...2, using: &$1)]) }),
    ("thousands", .int64, { .integer(Int64.random(in: 0...5_000, using: &$1) * 1_000) }),
    ("skewed", .int64, { .integer(Int64($0) << 20 | Int64.random(in: 0...3, using: &$1)) }),
    ("price", .decimal(precision: 9, scale: 2), { .integer(Int64.random(in: 0...99_999, using: &$1)) }),
    ("wide", .decimal(precision: 38, scale: 3), { .wide(Int128(Int64.random(in: 1...99, using: &$1)) << 90) }),
    ("wide rising", .decimal(precision: 30, scale: 0), { row, _ in .wide(Int128(row) << 64) }),
    ("short doubles", .float64, { .double(Double(Int.random(in: -9_999...9_999, using: &$1)) / 100) }),
    ("doubles", .float64, { .double(Double.random(in: -1...1, using: &$1)) }),
    (
      "odd doubles", .float64, { row, _ in .double([.nan, -0.0, .infinity, .leastNonzeroMagnitude, 1.5][row / 9 % 5]) }
    ),
    ("day", .date, { row, _ in .integer(Int64(18_000 + row / 25)) }),
    ("time", .timestamp(isUTC: false), { .integer(Int64($0 * 60 + Int.random(in: 0...59, using: &$1)) * 1_000_000) }),
    ("instant", .timestamp(isUTC: true), { .integer(Int64.random(in: 0...1 << 50, using: &$1)) }),
    ("city", .string, { .code(UInt32.random(in: 0..<300, using: &$1)) }),
    ("sorted city", .string, { row, _ in .code(UInt32(row / 30 % 300)) }),
    ("text", .string, { .text("\($0) " + String(repeating: "ö", count: Int.random(in: 0...20, using: &$1))) }),
    ("kind", .string, { .text(["red", "green", "", "blue"][Int.random(in: 0...3, using: &$1)]) }),
    ("isbn", .string, { .text(String(1_000_000_000 + Int.random(in: 0...8_999_999, using: &$1))) }),
  ]

  /// The file and where its footer starts.
  package static func file(
    compression: Compression = .automatic, using random: inout any RandomNumberGenerator
  ) throws -> (bytes: [UInt8], footerStart: Int) {
    let object = ObjectStorage.MemoryWriter()
    let writer = try ChunkFileWriter(to: object, columnCount: columns.count)
    let dictionary = StringDictionary(entries: StringArray(cities))
    for (chunk, rowCount) in chunkRows.enumerated() {
      let pages = try columns.enumerated().map { number, column in
        let page = page(column.make, rowCount, nulls: (number + chunk) % 5, &random)
        return try ChunkFileWriter.encode(
          page, as: column.type, statistics: PageStatistics(of: page, dictionary: dictionary), compression: compression)
      }
      try writer.append(rowCount: rowCount, pages: pages)
    }
    _ = try writer.finish(
      schema: Schema(columns.map { Field(name: $0.name, type: $0.type) }),
      dictionaries: columns.map { $0.name.hasSuffix("city") ? dictionary : nil },
      metadata: [("receipt", "{\"rows\": 6625}"), ChunkFileWriter.inventedNames])
    let footerStart = try ChunkFile(WatchedBytes(bytes: object.bytes)).directory[0].offset
    return (object.bytes, footerStart)
  }

  /// `nulls`: 0 to 2 none, 3 here and there, 4 in runs.
  private static func page(
    _ make: Make, _ rowCount: Int, nulls: Int, _ random: inout any RandomNumberGenerator
  ) -> ColumnPage {
    let cells = (0..<rowCount).map { make($0, &random) }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    for row in 0..<rowCount {
      let isNull = nulls == 3 ? UInt8.random(in: 0...9, using: &random) == 0 : nulls == 4 && row / 200 % 3 == 1
      if !isNull { words[row / 64] |= 1 << UInt64(row % 64) }
    }
    let validity = Validity(words: words, rowCount: rowCount)
    func isNull(_ row: Int) -> Bool { !validity.isValid(row) }
    let values: PageValues
    switch cells[0] {
    case .integer:
      values = .int64(cells.indices.map { if !isNull($0), case .integer(let value) = cells[$0] { value } else { 0 } })
    case .wide:
      values = .int128(cells.indices.map { if !isNull($0), case .wide(let value) = cells[$0] { value } else { 0 } })
    case .double:
      values = .float64(cells.indices.map { if !isNull($0), case .double(let value) = cells[$0] { value } else { 0 } })
    case .code:
      values = .codes(cells.indices.map { if !isNull($0), case .code(let value) = cells[$0] { value } else { 0 } })
    case .text:
      values = .strings(
        StringArray(cells.indices.map { if !isNull($0), case .text(let value) = cells[$0] { value } else { "" } }))
    }
    return ColumnPage(values: values, validity: validity)
  }
}
