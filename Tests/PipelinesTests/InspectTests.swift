// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Glibc
import ObjectStorage
import Synchronization
import Testing

@testable import Pipelines

/// A table in a file that is gone when the body returns.
private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
  var template = Array("/tmp/colonnade-inspect-XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
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
