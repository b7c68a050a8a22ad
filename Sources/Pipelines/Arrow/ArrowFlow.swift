// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import TextFormats

/// An Arrow stream that becomes a chunk file.
///
/// @unchecked Sendable: the stream is read under a lock, dictionaries are touched in the first turnstile alone, the writer in the second.
final class ArrowFlow: @unchecked Sendable {
  /// Rows that become one chunk: some of one batch, or several small batches.
  struct Task {
    var parts: [(batch: ArrowBatch, rows: Range<Int>)]

    var rowCount: Int { parts.reduce(0) { $0 + $1.rows.count } }
    var byteCount: Int { parts.reduce(0) { $0 + $1.batch.byteCount } }
  }

  /// A column of a chunk: its page, and what its codes refer to.
  struct DecodedColumn {
    let page: ColumnPage
    let codes: ArrowCodes?
    /// Of strings with codes, which the encoder cannot see.
    let statistics: PageStatistics?
  }

  typealias EncodedChunk = (rowCount: Int, pages: [EncodedPage])

  private let reader: ArrowStreamReader
  private let source: OpenedArrow
  private let columns: [Int]
  private let schema: Schema
  private let options: ArrowReading
  private let writer: ChunkFileWriter
  private var dictionaries: [ArrowOutputDictionary?]
  private let reading = Mutex(())
  private var ticket = 0
  private var waiting: [Task] = []
  private var isAtEnd = false
  /// Bytes of the source that were read, for progress.
  private let consumedByteCount = Atomic(0)
  private var rowCount = 0

  init(
    _ source: OpenedArrow, columns: [Int], _ schema: Schema, to file: any ObjectWriter,
    _ options: ArrowReading
  ) throws {
    reader = source.reader
    self.source = source
    self.columns = columns
    self.schema = Schema(columns.map { schema.fields[$0] })
    self.options = options
    writer = try ChunkFileWriter(to: file, columnCount: columns.count, groupByteCount: 0)
    dictionaries = self.schema.fields.map { field in
      let place = Place(file: source.reader.name, column: field.name)
      return field.type == .string ? ArrowOutputDictionary(options.limits, at: place) : nil
    }
  }

  /// The next rows, and which they are in turn; nil at the end of the stream.
  func next() throws -> (ticket: Int, task: Task)? {
    try reading.withLock { _ in
      // Always one more than is given: small batches may still join the last.
      while waiting.count < 2, !isAtEnd {
        guard let batch = try reader.next() else {
          isAtEnd = true
          break
        }
        add(batch)
      }
      consumedByteCount.store(source.consumedByteCount(), ordering: .relaxed)
      guard !waiting.isEmpty else { return nil }
      ticket += 1
      return (ticket - 1, waiting.removeFirst())
    }
  }

  private func add(_ batch: ArrowBatch) {
    guard batch.rowCount > 0 else { return }
    if let last = waiting.last, last.rowCount + batch.rowCount <= ChunkFileLimits.rowsPerChunk,
      last.byteCount + batch.byteCount <= chunkByteBudget,
      columns.allSatisfy({ batch.continues(last.parts[last.parts.count - 1].batch, column: $0) })
    {
      waiting[waiting.count - 1].parts.append((batch, 0..<batch.rowCount))
      return
    }
    let bytesPerRow = batch.byteCount / batch.rowCount + 1
    let rowsPerChunk = min(ChunkFileLimits.rowsPerChunk, max(1, chunkByteBudget / bytesPerRow))
    for start in stride(from: 0, to: batch.rowCount, by: rowsPerChunk) {
      waiting.append(Task(parts: [(batch, start..<min(start + rowsPerChunk, batch.rowCount))]))
    }
  }

  /// Decodes a task's columns; strings that come again get codes among themselves.
  func decoded(_ task: Task) throws -> [DecodedColumn] {
    try columns.enumerated().map { index, column in
      let pages = try task.parts.map { try $0.batch.codedTextPage(column: column, rows: $0.rows) }
      try checkText(pages, index)
      // The last one's has all that the others' have.
      let last = task.parts[task.parts.count - 1].batch
      let dictionary = last.dictionary(column: column)
      let page = ColumnPage(concatenating: pages, type: schema.fields[index].type, dictionary: dictionary)
      guard schema.fields[index].type == .string, page.validity != .allNull else {
        return DecodedColumn(page: page, codes: nil, statistics: nil)
      }
      let origin = last.dictionaryOrigin(column: column)
      guard let codes = ArrowCodes(of: page, dictionary: dictionary, origin: origin, options.limits) else {
        return DecodedColumn(page: page, codes: nil, statistics: nil)
      }
      let coded = ColumnPage(values: .codes(codes.codes), validity: page.validity)
      return DecodedColumn(
        page: coded, codes: codes, statistics: PageStatistics(of: coded, dictionary: codes.dictionary))
    }
  }

  /// Several batches' own strings make one page: views of a few bytes may stand for more than that has room for.
  private func checkText(_ pages: [ColumnPage], _ index: Int) throws(ArrowError) {
    let byteCount = pages.reduce(0) { $0 + $1.textByteCount }
    guard byteCount <= Int(UInt32.max) else {
      throw ArrowError(
        .limit, "4 GiB of strings or more in a column of small batches",
        at: Place(file: reader.name, column: schema.fields[index].name), advice: "write no views, or larger batches")
    }
  }

  /// Gives a task's strings their codes in the file. Called in order, by one thread at a time.
  func recoded(_ decoded: [DecodedColumn]) throws -> [ColumnPage] {
    try decoded.indices.map { index in
      guard let codes = decoded[index].codes else { return decoded[index].page }
      let elsewhere = dictionaries.indices.reduce(0) { $0 + ($1 == index ? 0 : dictionaries[$1]?.charge ?? 0) }
      let recoded = try dictionaries[index]?.recoded(decoded[index].page, codes, chargeElsewhere: elsewhere)
      return recoded ?? decoded[index].page
    }
  }

  func encoded(_ decoded: [DecodedColumn], _ pages: [ColumnPage]) throws -> EncodedChunk {
    let encoded = try pages.enumerated().map { index, page in
      try ChunkFileWriter.encode(
        page, as: schema.fields[index].type, statistics: decoded[index].statistics, compression: .none)
    }
    return (pages[0].rowCount, encoded)
  }

  /// Writes a task's chunk. Called in order, by one thread at a time.
  func append(_ chunk: EncodedChunk) throws {
    try writer.append(rowCount: chunk.rowCount, pages: chunk.pages)
    rowCount += chunk.rowCount
    options.progress?(
      ConvertOptions.Progress(
        consumedByteCount: consumedByteCount.load(ordering: .relaxed), totalByteCount: source.totalByteCount,
        rowCount: rowCount))
  }

  func finish() throws {
    _ = try writer.finish(
      schema: schema, dictionaries: dictionaries.map { $0?.dictionary },
      metadata: reader.schema.hasInventedNames ? [ChunkFileWriter.inventedNames] : [])
  }
}
