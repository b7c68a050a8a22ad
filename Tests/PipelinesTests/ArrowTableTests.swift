// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import ObjectStorage
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

/// Strings that come again, strings that come once, numbers, nulls among all.
private func table(rowCount: Int, chunkRows: Int, _ random: inout RandomSource) -> Table {
  let columns: [(name: String, type: ColumnType)] = [("town", .string), ("note", .string), ("cases", .int64)]
  let rows = (0..<rowCount).map { row -> [Value] in
    let town = "town \(Int.random(in: 0..<30, using: &random))"
    return [
      Int.random(in: 0..<9, using: &random) == 0 ? .null : .string(town),
      row % 7 == 0 ? .null : .string("note \(row)"), .int64(Int64.random(in: .min ... .max, using: &random)),
    ]
  }
  let whole = Table(rows: rows, columns: columns)
  let pages = whole.chunks.first ?? []
  let chunks = stride(from: 0, to: rowCount, by: chunkRows).map { first in
    pages.map { $0.rows(first..<min(rowCount, first + chunkRows)) }
  }
  return Table(schema: whole.schema, chunks: chunks)
}

private func arrow(_ table: any TableSource, form: ArrowWriter.Form = .stream, threads: Int = 2) throws -> [UInt8] {
  let output = MemoryWriter()
  try writeArrow(table, form: form, options: WritingOptions(threads: threads)) { try output.write($0) }
  return output.bytes
}

private func input(_ bytes: [UInt8]) -> ArrowInput {
  ArrowInput(text: OpenedInput(ObjectSource(MemoryObject(name: "t.arrows", bytes: bytes))), file: nil)
}

private func values(_ table: any TableSource) throws -> [[Value]] {
  let copy = try Table(copying: table)
  return (0..<copy.rowCount).map { row in copy.schema.fields.indices.map { copy.value(row: row, column: $0) } }
}

@Suite struct ArrowTableTests {
  @Test(arguments: [ArrowWriter.Form.stream, .file], [1, 3])
  func whatIsWrittenIsReadAsATable(_ form: ArrowWriter.Form, _ threads: Int) throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    let table = table(rowCount: 700, chunkRows: 90, &random)
    let expected = try values(table)
    let bytes = try arrow(table, form: form, threads: threads)
    #expect(try bytes == arrow(table, form: form, threads: 1))
    var options = ArrowReading(CSVOptions())
    options.threads = threads
    let read = try readLargeArrow(input(bytes), options)
    #expect(read.schema == table.schema)
    #expect(read.name == "t.arrows")
    #expect(try values(read) == expected)
    // Small batches become one chunk.
    #expect(read.chunkCount == 1)
  }

  @Test func dictionariesKeepToTheirLimits() throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    let table = table(rowCount: 700, chunkRows: 90, &random)
    let bytes = try arrow(table)
    var options = ArrowReading(CSVOptions())
    options.limits.dictionaryTrialValues = 100
    let read = try readLargeArrow(input(bytes), options)
    // Notes come once each: they stay text.
    #expect(try read.dictionary(column: 0)?.count == 30)
    #expect(try read.dictionary(column: 1) == nil)
    for change: (inout CSVLimits) -> Void in [
      { $0.dictionaryEntries = 29 }, { $0.dictionaryTextBytes = 30 }, { $0.dictionaryBytes = 300 },
      { $0.allDictionaryBytes = 300 },
    ] {
      var limited = options
      change(&limited.limits)
      let read = try readLargeArrow(input(bytes), limited)
      #expect(try read.dictionary(column: 0) == nil)
      #expect(try values(read) == values(table))
    }
  }

  @Test func onlyTheColumnsAskedForAreKept() throws {
    var random = RandomSource(seed: 5)
    let table = table(rowCount: 20, chunkRows: 20, &random)
    var options = ArrowReading(CSVOptions())
    options.columns = ["cases", "other"]
    #expect(try readLargeArrow(input(try arrow(table)), options).schema.names == ["cases"])
    options.columns = []
    let counted = try readLargeArrow(input(try arrow(table)), options)
    #expect(counted.schema.names == ["town"])
    #expect(counted.rowCount == 20)
  }

  @Test func firstRowsNeedNoMore() throws {
    var random = RandomSource(seed: 5)
    let table = table(rowCount: 200, chunkRows: 20, &random)
    // Cut behind the second batch: what comes later is not looked at.
    let bytes = try arrow(table)
    let first = try readFirstArrowRows(input(Array(bytes[..<(bytes.count / 2)])), count: 33)
    #expect(try values(first) == Array(values(table).prefix(33)))
    #expect(throws: ArrowError.self) {
      try readLargeArrow(input(Array(bytes[..<(bytes.count / 2)])), ArrowReading(CSVOptions()))
    }
  }

  @Test func columnsThatAreNoTablesAreRefused() throws {
    let number = ArrowField(name: "a", type: .int64)
    for fields in [[], [number, number]] {
      let output = MemoryWriter()
      var writer = try ArrowWriter(ArrowSchema(fields)) { try output.write($0) }
      try writer.finish()
      let error = #expect(throws: ArrowError.self) {
        try readLargeArrow(input(output.bytes), ArrowReading(CSVOptions()))
      }
      #expect(error?.kind == .columns)
      #expect(error?.place.file == "t.arrows")
    }
  }

  @Test func namesTellStreamsFromFiles() throws {
    for (path, form) in [
      ("a.arrow", ArrowWriter.Form.file), ("a.ARROW.gz", .file), ("a.arrows", .stream), ("a.arrows.zst", .stream),
    ] {
      let target = try OutputTarget(path: path, format: nil, fallback: .csv)
      #expect(target.format == .arrow)
      #expect(target.arrowForm == form)
    }
    #expect(try OutputTarget(path: "-", format: .arrow, fallback: .csv).arrowForm == .stream)
    #expect(throws: OutputError.self) { try OutputTarget(chunkFile: "a.arrow") }
  }
}
