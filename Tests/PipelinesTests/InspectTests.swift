// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Glibc
import ObjectStorage
import Synchronization
import TestSupport
import Testing

@testable import Pipelines

/// A file whose name ends in `suffix`, gone when the body returns.
private func withFile(_ bytes: [UInt8], suffix: String = ".cln", _ body: (String) throws -> Void) throws {
  var template = Array("/tmp/colonnade-inspect-XXXXXX\(suffix)".utf8CString)
  let descriptor = mkstemps(&template, Int32(suffix.utf8.count))
  try #require(descriptor >= 0)
  let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  defer { unlink(path) }
  let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  close(descriptor)
  try #require(written == bytes.count)
  try body(path)
}

@Test func verifyPrintsWhereTheDamageIs() throws {
  try withFile([]) { path in
    let outcome = try verifyChunkFile(path)
    #expect(!outcome.isIntact)
    #expect(outcome.text.contains("footer, at byte 0: "), "\(outcome.text)")
  }
  try withFile([0x78]) { path in
    let outcome = try verifyChunkFile(path)
    #expect(outcome.text.contains("footer, byte 0: "))
  }
  // Damage is a thing of chunk files; what is none by name and content is told as that.
  try withFile(Array("a,b\n".utf8), suffix: ".csv") { path in
    let error = #expect(throws: InputError.self) { try verifyChunkFile(path) }
    #expect(error?.kind == .notAChunkFile)
  }
}

private func inspected(
  _ type: ColumnType, _ pages: [PageValues], compression: Compression = .none
) throws -> (columns: Table, pages: Table) {
  let writer = MemoryWriter(name: "inspected.cln")
  let file = try ChunkFileWriter(to: writer, columnCount: 1)
  for values in pages {
    let page = try ChunkFileWriter.encode(
      ColumnPage(values: values), as: type, statistics: nil, compression: compression)
    try file.append(rowCount: values.count, pages: [page])
  }
  _ = try file.finish(schema: Schema([Field(name: "a", type: type)]), dictionaries: [nil], metadata: [])
  let read = try ChunkFile(MemoryObject(name: "inspected.cln", bytes: writer.bytes))
  return (try columnTable(of: read), try pageTable(of: read))
}

private func texts(_ table: Table, _ column: String) -> [Value] {
  guard let index = table.schema.fields.firstIndex(where: { $0.name == column }) else { return [] }
  return (0..<table.rowCount).map { table.value(row: $0, column: index) }
}

@Test func encodingsOfAColumnAreAFewWords() throws {
  // Packed in 4 to 9 bits, each with a reference of its own; one page constant; one in runs.
  var random = RandomSource(seed: 9)
  var pages = (4...9).map { (width: UInt64) in
    PageValues.int64((0..<90).map { _ in Int64(random.next() % (1 << width) + width) })
  }
  pages.append(.int64(Array(repeating: 3, count: 90)))
  pages.append(.int64((0..<600).map { [0, 7, 1 << 42, 3, 5, 1][$0 / 100] }))
  let (columns, perPage) = try inspected(.int64, pages)
  #expect(texts(columns, "encodings") == [.string("packed 4–9, constant, runs(packed, constant)")])
  #expect(texts(perPage, "encoding").suffix(1) == [.string("runs(6: packed 43, constant)")])
  // Texts, whose descriptions have their sizes, are still of one kind.
  let strings = (0..<20).map { page in
    PageValues.strings(StringArray((0..<30).map { String(repeating: "word ", count: $0 % 7 + page) }))
  }
  #expect(texts(try inspected(.string, strings).columns, "encodings") == [.string("strings(packed)")])
  let compressed = try inspected(.string, strings, compression: .zstd(level: 3)).columns
  #expect(texts(compressed, "encodings") == [.string("strings(packed) + zstd")])
}

@Test func cutBoundsAreShownAsBeginnings() throws {
  // Byte 32 of each lies inside a two-byte character, and raising the last one would make another character of it.
  let low = "a" + String(repeating: "é", count: 20)
  let high = "b" + String(repeating: "é", count: 20)
  let (columns, pages) = try inspected(.string, [.strings(StringArray([high, low]))])
  for table in [columns, pages] {
    #expect(texts(table, "min") == [.string("a" + String(repeating: "é", count: 15) + "…")])
    #expect(texts(table, "max") == [.string("b" + String(repeating: "é", count: 15) + "…")])
  }
  let ascii = try inspected(.string, [.strings(StringArray([String(repeating: "z", count: 40), "Acre"]))]).columns
  #expect(texts(ascii, "min") == [.string("Acre")])
  #expect(texts(ascii, "max") == [.string(String(repeating: "z", count: 31) + "…")])
  let exact = try inspected(.string, [.strings(StringArray(["Acre", "Zoë"]))]).columns
  #expect(texts(exact, "min") + texts(exact, "max") == [.string("Acre"), .string("Zoë")])
}

/// Counts how often it is asked for the rows of a chunk.
private final class CountedTable: TableSource {
  let base: Table
  let questions = Mutex(0)

  init(_ base: Table) { self.base = base }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int {
    questions.withLock { $0 += 1 }
    return base.rowCount(ofChunk: chunk)
  }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    base.statistics(column: column, chunk: chunk)
  }
  func dictionary(column: Int) throws -> StringDictionary? { base.dictionary(column: column) }
  func page(column: Int, chunk: Int) throws -> ColumnPage { base.page(column: column, chunk: chunk) }
}

@Test func firstRowsAskForEachChunkAFewTimes() throws {
  let chunks = (0..<200).map { [ColumnPage(values: .int64([Int64($0), 1]))] }
  let table = CountedTable(Table(schema: Schema([Field(name: "v", type: .int64)]), chunks: chunks))
  let first = FirstRows(of: table, limit: 399)
  for chunk in 0..<first.chunkCount {
    _ = try first.page(column: 0, chunk: chunk)
    _ = try first.statistics(column: 0, chunk: chunk)
  }
  #expect(first.chunkCount == 200)
  let questions = table.questions.withLock { $0 }
  #expect(questions <= 400)
}
