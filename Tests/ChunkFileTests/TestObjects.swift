// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import ObjectStorage
import Synchronization

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

/// Notes where reads start, and fails them when told to.
final class CountingObject: ReadableObject {
  let base: MemoryObject
  let offsets = Mutex<[Int]>([])
  let fails = Mutex(false)
  var name: String { base.name }
  var byteCount: Int { base.byteCount }

  struct Failure: Error {}

  init(base: MemoryObject) { self.base = base }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    if fails.withLock({ $0 }) { throw Failure() }
    offsets.withLock { $0.append(offset) }
    try base.read(at: offset, into: buffer)
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

/// Writes `table` as a chunk file; `pageTypes` overrules the type of pages, by chunk and column, and `bounds` what the footer
/// says of their values.
func chunkFileBytes(
  of table: Table, compression: Compression = .automatic, metadata: [(key: String, value: String)] = [],
  pageTypes: [[ColumnType]] = [], bounds: ((PageStatistics.Bounds) -> PageStatistics.Bounds)? = nil
) throws -> [UInt8] {
  let object = MemoryWriter()
  let writer = try ChunkFileWriter(to: object, columnCount: table.schema.fields.count)
  for (chunk, pages) in table.chunks.enumerated() {
    let encoded = try pages.enumerated().map { column, page in
      let type = pageTypes.isEmpty ? table.schema.fields[column].type : pageTypes[chunk][column]
      var statistics: PageStatistics?
      if case .codes = page.values { statistics = PageStatistics(of: page, dictionary: table.dictionaries[column]) }
      let encoded = try ChunkFileWriter.encode(page, as: type, statistics: statistics, compression: compression)
      return bounds.map { encoded.with(bounds: $0(encoded.statistics.bounds)) } ?? encoded
    }
    try writer.append(rowCount: table.rowCount(ofChunk: chunk), pages: encoded)
  }
  let summary = try writer.finish(schema: table.schema, dictionaries: table.dictionaries, metadata: metadata)
  precondition(summary.byteCount == object.bytes.count)
  return object.bytes
}

extension EncodedPage {
  /// The same page as another writer might describe it.
  fileprivate func with(bounds: PageStatistics.Bounds) -> EncodedPage {
    EncodedPage(
      statistics: PageStatistics(
        rowCount: statistics.rowCount, nullCount: statistics.nullCount, bounds: bounds,
        floatRange: statistics.floatRange),
      type: type, stored: stored, extent: extent, contentHash: contentHash, codeLimit: codeLimit)
  }
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
