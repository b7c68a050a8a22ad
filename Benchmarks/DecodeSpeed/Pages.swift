// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import ChunkFile
import Columns

/// One page in a chunk file in memory: reading (a copy), checksum, codec and decoding are timed together, as users meet them.
struct PageCase {
  let name: String
  let type: ColumnType
  let page: ColumnPage
  var dictionary: StringDictionary?
  var compression = Compression.none

  /// A line of the table: what the writer chose, and the speeds.
  func line(repeats: Int) throws -> String {
    let file = try chunkFile()
    var decoded = try file.page(column: 0, chunk: 0)
    require(decoded == page, "\(name): another page")
    let seconds = try leastSeconds(repeats: repeats) { decoded = try file.page(column: 0, chunk: 0) }
    require(decoded == page, "\(name): another page")
    let stored = try file.pageDescription(column: 0, chunk: 0)
    let bytes = outputByteCount
    let encoding = stored.encoding.replacing("|", with: "\\|")
    let cells = [
      name, stored.codec == "none" ? encoding : "\(encoding), \(stored.codec)",
      text(Double(stored.storedByteCount) / Double(pageRows), digits: 2),
      text(Double(pageRows) / seconds / 1e9, digits: 2),
      text(Double(bytes) / seconds / 1e9, digits: 1), text(copySpeed(byteCount: bytes, repeats: repeats), digits: 1),
    ]
    return "| " + cells.joined(separator: " | ") + " |"
  }

  private var outputByteCount: Int {
    switch page.values {
    case .int64, .float64: pageRows * 8
    case .int128: pageRows * 16
    case .codes: pageRows * 4
    case .strings(let strings): pageRows * 4 + strings.bytes.count
    }
  }

  private func chunkFile() throws -> ChunkFile {
    let store = MemoryStore()
    let object = try store.create("page.cln")
    let writer = try ChunkFileWriter(to: object, columnCount: 1)
    let facts = PageStatistics(of: page, dictionary: dictionary)
    let encoded = try ChunkFileWriter.encode(page, as: type, statistics: facts, compression: compression)
    try writer.append(rowCount: pageRows, pages: [encoded])
    _ = try writer.finish(
      schema: Schema([Field(name: "x", type: type)]), dictionaries: [dictionary], metadata: [])
    try object.publish()
    return try ChunkFile(try store.open("page.cln"))
  }
}

/// Pages made so that the writer chooses each of its encodings; the table shows what it chose.
func pageCases() -> [PageCase] { integerCases() + otherCases() }

private func integers(_ name: String, _ type: ColumnType = .int64, _ value: (Int, inout Random) -> Int64) -> PageCase {
  var random = Random(state: 1)
  return PageCase(
    name: name, type: type, page: ColumnPage(values: .int64((0..<pageRows).map { value($0, &random) })))
}

private func integerCases() -> [PageCase] {
  var random = Random(state: 3)
  let far = (0..<50).map { _ in Int64(bitPattern: random.next()) }
  let pattern = (0..<5570).map { _ in Int64(random.next() % 100_000) }
  var total: Int64 = 0
  return [
    integers("constant") { _, _ in 7 },
    integers("random 64 bits") { _, random in Int64(bitPattern: random.next()) },
    integers("random 13 bits") { _, random in Int64(random.next() >> 51) },
    integers("random 27 bits") { _, random in Int64(random.next() >> 37) },
    integers("random 45 bits") { _, random in Int64(random.next() >> 19) },
    integers("runs of 50") { row, _ in Int64(truncatingIfNeeded: row / 50 &* 2_654_435_761) & 0xFFFF },
    integers("ascending") { _, random in
      total += Int64(random.next() % 1000)
      return total
    },
    integers("repeats every 5,570 rows") { row, _ in pattern[row % pattern.count] },
    integers("8 bits with outliers") { _, random in
      random.next() % 500 == 0 ? Int64(random.next() >> 4) : Int64(random.next() >> 56)
    },
    integers("50 values far apart") { _, random in far[Int(random.next() % 50)] },
    integers("multiples of 1,000") { _, random in Int64(random.next() % 100_000) * 1000 },
    integers("dates", .date) { row, _ in Int64(18_000 + row / 5000) },
    integers("truth values", .bool) { _, random in Int64(random.next() & 1) },
    codecCase(),
  ]
}

/// Numbers of very unlike sizes, whose upper bytes a codec makes small.
private func codecCase() -> PageCase {
  var page = integers("skewed sizes, with a codec") { _, random in
    Int64(random.next() >> (24 + (random.next() % 8) * 5)) & ~0xFF
  }
  page.compression = .zstd(level: 3)
  return page
}

private func otherCases() -> [PageCase] {
  var random = Random(state: 2)
  let cents = (0..<pageRows).map { _ in Double(random.next() % 100_000) / 100 }
  let doubles = (0..<pageRows).map { _ in Double(random.next() >> 11) / 9_007_199_254_740_992 }
  let wide = (0..<pageRows).map { _ in Int128(random.next() >> 20) * 1_000_003 + (Int128(1) << 90) }
  let states = (0..<100).map { "state number \($0)" }
  let codes = (0..<pageRows).map { _ in UInt32(random.next() % 100) }
  // Readers find 0 in null slots.
  let words = (0..<pageRows / 64).map { _ in ~(random.next() & random.next() & random.next()) }
  let some = (0..<pageRows).map { row in
    words[row / 64] >> UInt64(row % 64) & 1 == 1 ? Int64(random.next() >> 50) : 0
  }
  return [
    PageCase(
      name: "14 bits, one in eight null", type: .int64,
      page: ColumnPage(values: .int64(some), validity: Validity(words: words, rowCount: pageRows))),
    PageCase(
      name: "decimals past 64 bits", type: .decimal(precision: 38, scale: 2), page: ColumnPage(values: .int128(wide))),
    PageCase(name: "doubles of two decimals (ALP)", type: .float64, page: ColumnPage(values: .float64(cents))),
    PageCase(name: "random doubles", type: .float64, page: ColumnPage(values: .float64(doubles))),
    PageCase(
      name: "codes of 100 strings", type: .string, page: ColumnPage(values: .codes(codes)),
      dictionary: StringDictionary(entries: StringArray(states))),
    PageCase(
      name: "100 strings, the page's own", type: .string,
      page: ColumnPage(values: .strings(StringArray(codes.map { states[Int($0)] })))),
    PageCase(
      name: "distinct strings", type: .string,
      page: ColumnPage(values: .strings(StringArray((0..<pageRows).map { "text \($0 &* 7919 % pageRows)" })))),
  ]
}
