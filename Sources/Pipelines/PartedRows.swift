// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import Workers

/// Some chunks of a temporary chunk file as a table of their own; its codes refer to dictionaries that are in memory already.
struct SpilledTable: TableSource {
  let file: ChunkFile
  let chunks: [Int]
  let dictionaries: [StringDictionary?]
  let name: String
  let rowCount: Int
  /// Bytes of all strings without codes, where whoever wrote them told; else 0.
  let textByteCount: Int

  /// `chunks`: nil for all.
  init(
    _ file: ChunkFile, chunks: [Int]? = nil, dictionaries: [StringDictionary?], name: String, textByteCount: Int = 0
  ) {
    let chunks = chunks ?? Array(0..<file.chunkCount)
    (self.file, self.chunks, self.dictionaries, self.name) = (file, chunks, dictionaries, name)
    self.textByteCount = textByteCount
    rowCount = chunks.reduce(0) { $0 + file.rowCount(ofChunk: $1) }
  }

  var schema: Schema { file.schema }
  var chunkCount: Int { chunks.count }
  var hasStoredStatistics: Bool { true }
  func rowCount(ofChunk chunk: Int) -> Int { file.rowCount(ofChunk: chunks[chunk]) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try file.statistics(column: column, chunk: chunks[chunk])
  }
  func dictionary(column: Int) throws -> StringDictionary? { dictionaries[column] }
  func holdsOnlyCodes(column: Int) throws -> Bool { dictionaries[column] != nil }
  func page(column: Int, chunk: Int) throws -> ColumnPage { try file.page(column: column, chunk: chunks[chunk]) }
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try file.withForm(column: column, chunk: chunks[chunk], body)
  }
  func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    try file.withPieces(column: column, chunk: chunks[chunk], body)
  }
  func pageDescription(column: Int, chunk: Int) throws -> PageDescription {
    try file.pageDescription(column: column, chunk: chunks[chunk])
  }
}

/// How rows are parted.
struct Parting {
  let partCount: Int
  /// 0 for the inputs, 1 for parts of parts, and so on: each parts by other bits of the hash.
  let level: Int
  let threads: Int
  /// What rows that are not written yet may take in memory.
  let bufferByteCount: Int
  /// Where the temporary file is made; nil for the usual place.
  let folder: String?
}

/// Rows that can be parted by the hash of their keys.
protocol PartableRows: Sendable {
  /// Columns of the rows as they are kept.
  var schema: Schema { get }
  /// Per column, what its codes refer to; nil where it has none.
  var dictionaries: [StringDictionary?] { get }
  /// For messages.
  var name: String { get }
  /// Chunks to read.
  var chunkCount: Int { get }
  /// For one worker: gives the rows of a chunk by part, in their order; parts without rows are left out. Throws what reading throws.
  func partReader(_ parting: Parting) -> (_ chunk: Int) throws -> [(part: Int, pages: [ColumnPage])]
}

extension QueryRows: PartableRows {
  func partReader(_ parting: Parting) -> (_ chunk: Int) throws -> [(part: Int, pages: [ColumnPage])] {
    let reader = reader()
    return { try reader.parts(ofChunk: $0, partCount: parting.partCount, level: parting.level) }
  }
}

/// Parts rows by the hash of their keys into a temporary chunk file, with a checksum on every page: a table per part, each with its rows in
/// their order.
///
/// `spilled` is called with the bytes written. Throws what reading an input, and writing the temporary file, throws.
func partedRows(of rows: any PartableRows, _ parting: Parting, spilled: (Int) -> Void) throws -> [SpilledTable] {
  let file = try TemporaryFile(in: parting.folder)
  let writer = try PartWriter(rows, parting, to: file)
  let counter = WorkCounter(limit: rows.chunkCount)
  let cancellation = Cancellation()
  let turns = Turnstile(cancellation: cancellation)
  try runWorkers(max(1, min(parting.threads, rows.chunkCount)), cancellation: cancellation) { _, cancellation in
    let read = rows.partReader(parting)
    while !cancellation.isCancelled, let ticket = counter.next() {
      let parts = try read(ticket)
      guard let full = turns.pass(ticket: ticket, { writer.take(parts) }) else { return }
      for chunk in full { try writer.write(chunk) }
    }
  }
  try writer.writeRest()
  let tables = try writer.finish()
  spilled(file.byteCount)
  return tables
}

/// Gathers the rows of each part until they make a chunk, and writes these.
///
/// Rows are taken in order, by one thread at a time; chunks are encoded by several, and written as they come: their numbers within the part
/// tell their order.
///
/// @unchecked Sendable: `pending` is touched in a turnstile alone, then by one thread; the writer, and what was written, under `lock`.
private final class PartWriter: @unchecked Sendable {
  /// Rows of a part that make a chunk.
  struct Chunk {
    let part: Int
    let number: Int
    let pieces: [[ColumnPage]]
  }

  private struct Pending {
    var pieces: [[ColumnPage]] = []
    var rowCount = 0
    var byteCount = 0
    var chunkCount = 0
  }

  private let rows: any PartableRows
  private let writer: ChunkFileWriter
  private let file: TemporaryFile
  private let bytesPerChunk: Int
  private var pending: [Pending]
  private let lock = Mutex(())
  /// Per part, its chunks' numbers and where they are in the file.
  private var written: [[(number: Int, chunk: Int)]]
  private var chunkCount = 0
  /// Per part, bytes of all strings without codes; as `pending`.
  private var textByteCounts: [Int]
  /// A chunk of more is none that a file is meant to have, and at 4 GiB its strings could not be in one piece.
  private static let mostBytesPerChunk = 64 << 20

  init(_ rows: any PartableRows, _ parting: Parting, to file: TemporaryFile) throws {
    self.rows = rows
    self.file = file
    writer = try ChunkFileWriter(to: file, columnCount: rows.schema.fields.count, groupByteCount: 0)
    bytesPerChunk = min(Self.mostBytesPerChunk, max(4096, parting.bufferByteCount / parting.partCount))
    textByteCounts = Array(repeating: 0, count: parting.partCount)
    pending = Array(repeating: Pending(), count: parting.partCount)
    written = Array(repeating: [], count: parting.partCount)
  }

  /// Takes the next rows, and gives back the chunks that are full.
  func take(_ parts: [(part: Int, pages: [ColumnPage])]) -> [Chunk] {
    var full: [Chunk] = []
    for (part, pages) in parts {
      let rowCount = pages[0].rowCount
      if pending[part].rowCount + rowCount > ChunkFileLimits.rowsPerChunk, let chunk = cut(part) { full.append(chunk) }
      pending[part].pieces.append(pages)
      pending[part].rowCount += rowCount
      pending[part].byteCount += pages.reduce(0) { $0 + $1.byteCount }
      textByteCounts[part] += pages.reduce(0) { $0 + $1.textByteCount }
      if pending[part].byteCount >= bytesPerChunk, let chunk = cut(part) { full.append(chunk) }
    }
    return full
  }

  private func cut(_ part: Int) -> Chunk? {
    guard pending[part].rowCount > 0 else { return nil }
    let chunk = Chunk(part: part, number: pending[part].chunkCount, pieces: pending[part].pieces)
    pending[part] = Pending(chunkCount: chunk.number + 1)
    return chunk
  }

  func write(_ chunk: Chunk) throws {
    let pages = try rows.schema.fields.enumerated().map { column, field in
      // A table in memory may have longer chunks than a file.
      let page = ColumnPage(
        concatenating: chunk.pieces.map { $0[column] }, type: field.type, dictionary: rows.dictionaries[column])
      return try stride(from: 0, to: page.rowCount, by: ChunkFileLimits.rowsPerChunk).map { start in
        let end = min(page.rowCount, start + ChunkFileLimits.rowsPerChunk)
        return try ChunkFileWriter.encode(
          page.rows(start..<end), as: field.type, statistics: nil, compression: .none)
      }
    }
    try lock.withLock { _ in
      for index in pages[0].indices {
        try writer.append(rowCount: pages[0][index].rowCount, pages: pages.map { $0[index] })
        written[chunk.part].append((chunk.number, chunkCount))
        chunkCount += 1
      }
    }
  }

  func writeRest() throws {
    for part in pending.indices { if let chunk = cut(part) { try write(chunk) } }
  }

  func finish() throws -> [SpilledTable] {
    _ = try writer.finish(schema: rows.schema, dictionaries: rows.dictionaries, metadata: [])
    let whole = try ChunkFile(try file.reading())
    return zip(written, textByteCounts).map { chunks, textByteCount in
      let inOrder = chunks.sorted { ($0.number, $0.chunk) < ($1.number, $1.chunk) }
      return SpilledTable(
        whole, chunks: inOrder.map(\.chunk), dictionaries: rows.dictionaries, name: rows.name,
        textByteCount: textByteCount)
    }
  }
}

extension ColumnPage {
  /// Bytes that the values take in memory, about.
  var byteCount: Int {
    switch values {
    case .int64(let values): 8 * values.count
    case .int128(let values): 16 * values.count
    case .float64(let values): 8 * values.count
    case .codes(let codes): 4 * codes.count
    case .strings(let strings): 4 * strings.count + strings.bytes.count
    }
  }

  /// Bytes of its strings, if these have no codes.
  var textByteCount: Int { if case .strings(let strings) = values { strings.bytes.count } else { 0 } }
}
