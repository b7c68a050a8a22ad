// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import BenchmarkSupport
import CColumnShims
import Colonnade
import Foundation

/// Groups of the grouped sums.
let groupCount = 100

/// A table of two columns in a chunk file in memory: `x`, what is measured, and `g`, one of 100 groups at random.
struct Measurement {
  private let column: KernelCase
  private let file: ChunkFile
  private let expected: Expected
  private let repeats: Int

  init(_ column: KernelCase, repeats: Int) throws {
    self.column = column
    self.repeats = repeats
    var random = Random(state: 9)
    let groups = (0..<pageRows * pageCount).map { _ in Int(random.next() % UInt64(groupCount)) }
    expected = Expected(column, groups: groups)
    let store = MemoryStore()
    let object = try store.create("kernels.cln")
    let writer = try ChunkFileWriter(to: object, columnCount: 2)
    for (number, page) in column.pages.enumerated() {
      let rows = number * pageRows..<(number + 1) * pageRows
      let groupPage = ColumnPage(values: .int64(groups[rows].map(Int64.init)))
      let encoded = try [(page, column.type, column.dictionary), (groupPage, .int64, nil)].map {
        page, type, dictionary in
        let facts = PageStatistics(of: page, dictionary: dictionary)
        return try ChunkFileWriter.encode(page, as: type, statistics: facts, compression: .none)
      }
      try writer.append(rowCount: pageRows, pages: encoded)
    }
    _ = try writer.finish(
      schema: Schema([Field(name: "x", type: column.type), Field(name: "g", type: .int64)]),
      dictionaries: [column.dictionary, nil], metadata: [])
    try object.publish()
    file = try ChunkFile(try store.open("kernels.cln"))
  }

  /// Lines of the table: one for each instruction set that the processor has.
  func lines() throws -> [String] {
    defer { cs_bit_packing_force_level(-1) }
    let stored = try file.pageDescription(column: 0, chunk: 0)
    let bytes = Double(stored.storedByteCount) / Double(pageRows)
    let encoding = stored.encoding.replacing("|", with: "\\|")
    return try (0...cs_bit_packing_highest_level()).map { level in
      cs_bit_packing_force_level(level)
      let speeds = [try sum(), try extremes(), try filter(), try groupedSum()]
      let cells = speeds.map { $0.map { text(1 / $0, digits: 2) } ?? "" }
      // What the fastest of them gets out of a byte of the file: eight bytes of an int64.
      let most = speeds.compactMap { $0 }.min() ?? .infinity
      let first = level == 0 ? [column.name, encoding, text(bytes, digits: 2)] : ["", "", ""]
      return "| " + (first + [levelName(level)] + cells + [text(8 / most, digits: 0)]).joined(separator: " | ") + " |"
    }
  }

  private func sum() throws -> Double? {
    guard column.type.isSummed else { return nil }
    let total = expected.sums.reduce(0, +)
    return try perValue(aggregates: "sum(x) as r") { table in
      require(isEqual(table.value(row: 0, column: 0), total), "sum", column)
    }
  }

  private func extremes() throws -> Double? {
    try perValue(aggregates: "min(x) as a, max(x) as b") { table in
      require(isEqual(table.value(row: 0, column: 0), expected.least), "min", column)
      require(isEqual(table.value(row: 0, column: 1), expected.greatest), "max", column)
    }
  }

  private func filter() throws -> Double? {
    try perValue(aggregates: "count(*) as n", where: column.condition) { table in
      require(table.value(row: 0, column: 0) == .int64(Int64(expected.takenCount)), "filter", column)
    }
  }

  private func groupedSum() throws -> Double? {
    guard column.type.isSummed else { return nil }
    return try perValue(by: "g", aggregates: "sum(x) as r") { table in
      require(table.rowCount == groupCount, "groups", column)
      for group in 0..<groupCount {
        require(isEqual(table.value(row: group, column: 1), expected.sums[group]), "grouped sum", column)
      }
    }
  }

  /// Nanoseconds a value of one query on one thread, told to read every page.
  private func perValue(
    by keys: String? = nil, aggregates: String, where condition: String? = nil, _ check: (Table) -> Void
  ) throws -> Double {
    let query = try AggregateQuery(by: keys, aggregates: aggregates, where: condition)
    var table = try aggregate([file], query, threads: 1, ignoringStatistics: true)
    let seconds = try leastSeconds(repeats: repeats) {
      table = try aggregate([file], query, threads: 1, ignoringStatistics: true)
    }
    check(table)
    return seconds * 1e9 / Double(pageRows * pageCount)
  }

  private func isEqual(_ value: Value, _ units: Int128) -> Bool {
    switch value {
    case .int64(let integer): Int128(integer) == units
    case .decimal(let integer, _): integer == units
    case .float64(let double): double == Expected.double(units, of: column)
    default: false
    }
  }

  private func isEqual(_ value: Value, _ stored: StoredValue?) -> Bool {
    switch (value, stored) {
    case (.int64(let integer), .integer(let other)): Int128(integer) == other
    case (.decimal(let integer, _), .integer(let other)): integer == other
    case (.date(let days), .integer(let other)): Int128(days) == other
    case (.bool(let truth), .integer(let other)): (truth ? 1 : 0) == other
    case (.float64(let double), .double(let other)): double == other
    case (.string(let text), .code(let code)): text == column.dictionary?.entries[code]
    default: false
    }
  }
}

extension ColumnType {
  /// True if a sum of such values is one of numbers.
  fileprivate var isSummed: Bool {
    switch self {
    case .int64, .float64, .decimal: true
    default: false
    }
  }
}

/// What processors call the level.
func levelName(_ level: Int32) -> String {
  #if arch(x86_64)
    ["SSE2", "AVX2", "AVX-512"][Int(level)]
  #else
    "NEON"
  #endif
}

/// GB/s of copying, and of adding up, more memory than the caches hold.
func memorySpeeds(repeats: Int) -> (copied: Double, read: Double) {
  let count = 32 << 20
  let source = [UInt64](repeating: 3, count: count)
  var target = [UInt64](repeating: 0, count: count)
  let byteCount = Double(8 * count)
  let copy = leastSeconds(repeats: repeats) { memcpy(&target, source, 8 * count) }
  guard target == source else { wrong("copied") }
  var total: UInt64 = 0
  let read = leastSeconds(repeats: repeats) { total = source.reduce(0, &+) }
  guard total == 3 * UInt64(count) else { wrong("added up") }
  return (byteCount / copy / 1e9, byteCount / read / 1e9)
}

private func require(_ holds: Bool, _ what: String, _ column: KernelCase) {
  if !holds { wrong("\(what) of \(column.name)") }
}

/// Ends the process: an answer is wrong.
private func wrong(_ what: String) -> Never {
  FileHandle.standardError.write(Data("kernel-speed: wrong answer: \(what)\n".utf8))
  exit(1)
}
