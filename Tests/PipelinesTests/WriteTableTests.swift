// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

/// 900 rows of towns, some null, and numbers, in chunks of `chunkRows` from the last to the first where `isReversed` says so.
private func towns(chunkRows: Int, isReversed: Bool) -> Table {
  var random = RandomSource(seed: 11)
  let names = (0..<100).map { "town \($0)" }
  let rows = (0..<900).map { row -> (town: Value, cases: Value) in
    let name = names[Int.random(in: 0..<100, using: &random)]
    return (row % 50 == 7 ? .null : .string(name), .int64(Int64.random(in: 0...99, using: &random)))
  }
  let chunks = stride(from: 0, to: rows.count, by: chunkRows).map { first -> [ColumnPage] in
    let some = rows[first..<min(rows.count, first + chunkRows)]
    return [
      ColumnPage(boxed: some.map(\.town), type: .string), ColumnPage(boxed: some.map(\.cases), type: .int64),
    ]
  }
  return Table(
    schema: Schema([Field(name: "town", type: .string), Field(name: "cases", type: .int64)]),
    chunks: isReversed ? chunks.reversed() : chunks)
}

private func written(_ table: any TableSource) throws -> [UInt8] {
  let writer = MemoryWriter(name: "out.cln")
  var options = ChunkWriting(threads: 2)
  options.metadata = table.hasInventedNames ? [ChunkFileWriter.inventedNames] : []
  _ = try writeChunks(of: table, chunksAsTheyAre(of: table), to: writer, options)
  try writer.publish()
  return writer.bytes
}

@Test(arguments: [nil, 17])
func resultsAreTheSameFileForAnyThreadsAndChunks(limit: Int?) throws {
  func result(_ table: Table, threads: Int) throws -> [UInt8] {
    try written(
      aggregate(
        [table], by: "town", aggregates: "sum(cases), max(town) as last, count(*)", orderBy: "cases desc",
        limit: limit, threads: threads))
  }
  let expected = try result(towns(chunkRows: 900, isReversed: false), threads: 1)
  for chunkRows in [900, 400, 31] {
    for isReversed in [false, true] {
      for threads in 1...4 {
        let bytes = try result(towns(chunkRows: chunkRows, isReversed: isReversed), threads: threads)
        #expect(bytes == expected, "\(chunkRows) rows a chunk, reversed: \(isReversed), \(threads) threads")
      }
    }
  }
  let file = try ChunkFile(MemoryObject(name: "out.cln", bytes: expected))
  let page = try file.page(column: 0, chunk: 0)
  let dictionary = try #require(try file.dictionary(column: 0))
  guard case .codes(let codes) = page.values else {
    Issue.record("towns are codes")
    return
  }
  var seen: [UInt32] = []
  for (row, code) in codes.enumerated() where page.validity.isValid(row) && !seen.contains(code) { seen.append(code) }
  #expect(seen == Array(0..<UInt32(dictionary.count)), "codes in order of first row, and none without rows")
}

@Test
func dictionariesPastTheirLimitsGoOnAsPlainStrings() {
  let source = StringDictionary(entries: StringArray(["unused", "c", "bb", "a", "dddd"]))
  let pages = [
    ColumnPage(values: .codes([3, 1, 3])),
    ColumnPage(values: .codes([1, 4, 0]), validity: Validity(words: [3], rowCount: 3)),
    ColumnPage(values: .codes([2, 3])), ColumnPage(values: .codes([0]), validity: .allNull),
  ]
  func recoded(_ entries: Int, _ bytes: Int) -> ([PageValues], StringArray?) {
    var output = OutputDictionary(recoding: source, entryLimit: entries, byteLimit: bytes)
    let values = pages.map { output.recoded($0).values }
    return (values, output.dictionary?.entries)
  }
  let none = PageValues.strings(StringArray([""]))
  let all = recoded(9, 99)
  #expect(all.0 == [.codes([0, 1, 0]), .codes([1, 2, 0]), .codes([3, 0]), none])
  #expect(all.1 == StringArray(["a", "c", "dddd", "bb"]))
  // Neither three entries nor six bytes: the second page keeps its strings, the third fits again.
  for (entries, bytes) in [(9, 5), (3, 5)] {
    let some = recoded(entries, bytes)
    #expect(some.0 == [.codes([0, 1, 0]), .strings(StringArray(["c", "dddd", ""])), .codes([2, 0]), none])
    #expect(some.1 == StringArray(["a", "c", "bb"]))
  }
  let few = recoded(1, 99)
  #expect(few.0[0] == .strings(StringArray(["a", "c", "a"])))
  #expect(few.1 == nil)
}

@Test func madeUpNamesStayMadeUp() throws {
  let page = ColumnPage(values: .int64([1, 2, 3]))
  let schema = Schema([Field(name: "column_1", type: .int64)])
  let nameless = Table(schema: schema, chunks: [[page]], hasInventedNames: true)
  let file = try ChunkFile(MemoryObject(name: "out.cln", bytes: written(nameless)))
  #expect(file.hasInventedNames)
  #expect(try CSVWriter().text(of: file) == "1\n2\n3\n")
  #expect(FirstRows(of: file, limit: 2).hasInventedNames)
  let first = try ChunkFile(MemoryObject(name: "out.cln", bytes: written(FirstRows(of: file, limit: 2))))
  #expect(first.hasInventedNames && first.rowCount == 2)
  // What is computed has names that say what it is.
  let sums = try aggregate([file], by: "column_1", aggregates: "count(*)", threads: 1)
  #expect(!sums.hasInventedNames)
  let named = try ChunkFile(MemoryObject(name: "out.cln", bytes: written(Table(schema: schema, chunks: [[page]]))))
  #expect(!named.hasInventedNames)
}
