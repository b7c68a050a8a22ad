// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage

@testable import ChunkFile

/// Bytes in memory as an object.
struct MemoryObject: ReadableObject {
  var name = "memory.cln"
  var bytes: [UInt8]
  var byteCount: Int { bytes.count }

  struct ReadPastEnd: Error {}

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    guard offset >= 0, offset + buffer.count <= bytes.count else { throw ReadPastEnd() }
    bytes.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }
}

/// Collects what is written.
final class MemoryWriter: ObjectWriter {
  let name = "memory.cln"
  private(set) var bytes: [UInt8] = []
  func write(_ bytes: UnsafeRawBufferPointer) throws { self.bytes.append(contentsOf: bytes) }
  func publish() throws {}
  func discard() {}
}

/// Writes `table` as a chunk file; `pageTypes` overrules the type of pages, by chunk and column.
func chunkFileBytes(
  of table: Table, compression: Compression = .automatic, metadata: [(key: String, value: String)] = [],
  pageTypes: [[ColumnType]] = []
) throws -> [UInt8] {
  let object = MemoryWriter()
  let writer = try ChunkFileWriter(to: object, columnCount: table.schema.fields.count)
  for (chunk, pages) in table.chunks.enumerated() {
    let encoded = try pages.enumerated().map { column, page in
      let type = pageTypes.isEmpty ? table.schema.fields[column].type : pageTypes[chunk][column]
      var statistics: PageStatistics?
      if case .codes = page.values { statistics = PageStatistics(of: page, dictionary: table.dictionaries[column]) }
      return try ChunkFileWriter.encode(page, as: type, statistics: statistics, compression: compression)
    }
    try writer.append(rowCount: table.rowCount(ofChunk: chunk), pages: encoded)
  }
  let summary = try writer.finish(schema: table.schema, dictionaries: table.dictionaries, metadata: metadata)
  precondition(summary.byteCount == object.bytes.count)
  return object.bytes
}

/// Opens bytes as a chunk file.
func open(_ bytes: [UInt8]) throws -> ChunkFile { try ChunkFile(MemoryObject(bytes: bytes)) }

/// Reads everything a file has, and checks it: the error a user would meet first, if any.
func readAll(_ bytes: [UInt8]) throws -> ChunkFile {
  let file = try open(bytes)
  _ = try file.metadata
  for column in file.schema.fields.indices {
    _ = try file.dictionary(column: column)
    for chunk in 0..<file.chunkCount {
      _ = try file.page(column: column, chunk: chunk)
      _ = try file.statistics(column: column, chunk: chunk)
    }
  }
  return file
}
