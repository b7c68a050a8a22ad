// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Grouping
import ObjectStorage
import Workers

/// A column to sort by.
struct SortColumn: Sendable {
  /// Its position in the table.
  var position: Int
  /// Greatest first; nulls stay last.
  var isDescending: Bool
}

/// How a table is written as a chunk file.
struct ChunkWriting: Sendable {
  /// How pages are compressed.
  var compression = Compression.automatic
  /// Threads that read, sort and encode.
  var threads: Int
  /// Columns by which the rows of a task are sorted, none to leave them as they are.
  var order: [SortColumn] = []
  /// True: codes and dictionaries stay as the table has them. False: they are given anew in order of first row.
  var keepsCodes = false
  /// Columns whose codes become text in every chunk, so that it does not matter which rows came together before.
  var textColumns: Set<Int> = []
  /// Rows after which a task's rows are cut into another chunk.
  var rowsPerChunk = ChunkFileLimits.rowsPerChunk
  /// What the rows of a chunk may weigh (``RowWeigher``) before the next one begins; nil: whatever they do. A single row may pass it.
  var bytesPerChunk: Int?
  /// Bytes of pages that are written column by column (``ChunkFileWriter``): for files that stay, where columns are to lie together.
  var groupByteCount = 0
  /// Where runs are written; nil for `$TMPDIR`, else `/tmp`.
  var temporaryFolder: String?
  /// What is noted besides the table.
  var metadata: [(key: String, value: String)] = []
  /// Called after each task with the rows and bytes written so far, by one thread at a time.
  var progress: (@Sendable (_ rowCount: Int, _ byteCount: Int) -> Void)?

  init(threads: Int) { self.threads = threads }
}

/// Writes `tasks`, rows of `table`, as a chunk file: those of a task become one chunk, or more if they pass the limit of rows or bytes.
///
/// Tasks are worked on by all threads and written in order: the same bytes for any number of threads. Memory: per thread the
/// strings' codes and one column of a task, and its encoded pages; besides, the dictionaries. The caller publishes.
func writeChunks(
  of table: any TableSource, _ tasks: [[RowPiece]], to object: any ObjectWriter, _ options: ChunkWriting
) throws -> ChunkFileSummary {
  let flow = try ChunkFlow(table, to: object, options)
  let counter = WorkCounter(limit: tasks.count)
  let cancellation = Cancellation()
  let recoding = Turnstile(cancellation: cancellation)
  let adding = Turnstile(cancellation: cancellation)
  try runWorkers(max(1, min(options.threads, tasks.count)), cancellation: cancellation) { _, cancellation in
    while !cancellation.isCancelled, let ticket = counter.next() {
      let task = try flow.read(tasks[ticket])
      guard let pages = recoding.pass(ticket: ticket, { flow.recoded(task.texts) }) else { return }
      let chunks = try flow.encoded(task, pages)
      guard try adding.pass(ticket: ticket, { try flow.append(chunks) }) != nil else { return }
    }
  }
  return try flow.finish()
}

/// One table being written.
///
/// @unchecked Sendable: `dictionaries` are touched in the first turnstile alone, the writer and what was written in the second.
private final class ChunkFlow: @unchecked Sendable {
  /// A task whose rows are known, in order.
  struct OpenTask {
    let pieces: [RowPiece]
    /// Rows in order; nil: as they stand.
    let order: [UInt32]?
    /// Rows of each chunk.
    let cuts: [Range<Int>]
    /// Of each column with codes that are given anew, its page in each chunk.
    let texts: [Int: [ColumnPage]]
  }

  typealias EncodedChunk = (rowCount: Int, pages: [EncodedPage])

  private let table: any TableSource
  private let options: ChunkWriting
  private let writer: ChunkFileWriter
  private let sources: [StringDictionary?]
  private let weigher: RowWeigher
  private var dictionaries: [OutputDictionary?]
  private var rowCount = 0
  private var byteCount = 0

  init(_ table: any TableSource, to object: any ObjectWriter, _ options: ChunkWriting) throws {
    self.table = table
    self.options = options
    weigher = try RowWeigher(table, mostUnreadText: 0)
    writer = try ChunkFileWriter(
      to: object, columnCount: table.schema.fields.count, groupByteCount: options.groupByteCount)
    sources = try table.schema.fields.indices.map { column in
      table.schema.fields[column].type == .string ? try table.dictionary(column: column) : nil
    }
    dictionaries = sources.map { source in
      options.keepsCodes ? nil : source.map { OutputDictionary(recoding: $0) }
    }
  }

  func read(_ pieces: [RowPiece]) throws -> OpenTask {
    let rowCount = pieces.reduce(0) { $0 + $1.rows.count }
    let order = options.order.isEmpty ? nil : try sortedRows(pieces, rowCount: rowCount)
    let cuts = try cuts(pieces, order, rowCount: rowCount)
    var texts: [Int: [ColumnPage]] = [:]
    for column in sources.indices where sources[column] != nil && !options.keepsCodes {
      texts[column] = try pages(column, pieces, order, cuts)
    }
    return OpenTask(pieces: pieces, order: order, cuts: cuts, texts: texts)
  }

  /// Rows of each chunk, among those in order.
  private func cuts(_ pieces: [RowPiece], _ order: [UInt32]?, rowCount: Int) throws -> [Range<Int>] {
    guard let limit = options.bytesPerChunk else { return equalCuts(rowCount, options.rowsPerChunk) }
    let weights = try pieces.map { try weigher.weights(ofChunk: $0.chunk, rows: $0.rows) }
    let heaviest = weights.reduce(1) { if case .equal(let bytes) = $1 { max($0, bytes) } else { .max } }
    if heaviest <= limit / options.rowsPerChunk { return equalCuts(rowCount, options.rowsPerChunk) }
    let bytes = zip(pieces, weights).flatMap { piece, weights in
      (0..<piece.rows.count).map { weights.weight(ofRow: $0) }
    }
    var cuts: [Range<Int>] = []
    var (start, left) = (0, limit)
    for row in 0..<rowCount {
      let weight = bytes[order.map { Int($0[row]) } ?? row]
      if row > start, weight > left || row - start == options.rowsPerChunk {
        cuts.append(start..<row)
        (start, left) = (row, limit)
      }
      left -= weight
    }
    return cuts + (start < rowCount ? [start..<rowCount] : [])
  }

  private func equalCuts(_ rowCount: Int, _ rowsPerChunk: Int) -> [Range<Int>] {
    stride(from: 0, to: rowCount, by: rowsPerChunk).map { $0..<min($0 + rowsPerChunk, rowCount) }
  }

  private func sortedRows(_ pieces: [RowPiece], rowCount: Int) throws -> [UInt32] {
    var order = SortOrder(rowCount: rowCount)
    for column in options.order {
      order.append(
        try table.page(column: column.position, pieces: pieces), dictionary: sources[column.position],
        descending: column.isDescending)
    }
    return order.sortedRows()
  }

  private func pages(
    _ column: Int, _ pieces: [RowPiece], _ order: [UInt32]?, _ cuts: [Range<Int>]
  ) throws -> [ColumnPage] {
    let read = try table.page(column: column, pieces: pieces)
    let whole = options.textColumns.contains(column) ? read.withPlainStrings(sources[column]) : read
    if let order { return cuts.map { whole.gathering(order[$0]) } }
    return cuts.count == 1 ? [whole] : cuts.map { whole.rows($0) }
  }

  /// Gives a task's strings their codes in the file. Called in order, by one thread at a time.
  func recoded(_ texts: [Int: [ColumnPage]]) -> [Int: [ColumnPage]] {
    var result: [Int: [ColumnPage]] = [:]
    for (column, pages) in texts { result[column] = pages.map { dictionaries[column]?.recoded($0) ?? $0 } }
    return result
  }

  func encoded(_ task: OpenTask, _ recoded: [Int: [ColumnPage]]) throws -> [EncodedChunk] {
    var chunks: [EncodedChunk] = task.cuts.map { ($0.count, []) }
    for (column, field) in table.schema.fields.enumerated() {
      let own = try task.texts[column] ?? pages(column, task.pieces, task.order, task.cuts)
      for (index, page) in own.enumerated() {
        // The encoder cannot see the strings behind codes. Who keeps codes asks for no bounds of strings.
        let statistics: PageStatistics? =
          if case .codes = page.values, !options.keepsCodes {
            PageStatistics(of: page, dictionary: sources[column])
          } else {
            nil
          }
        chunks[index].pages.append(
          try ChunkFileWriter.encode(
            recoded[column]?[index] ?? page, as: field.type, statistics: statistics, compression: options.compression))
      }
    }
    return chunks
  }

  /// Writes a task's chunks. Called in order, by one thread at a time.
  func append(_ chunks: [EncodedChunk]) throws {
    for chunk in chunks {
      try writer.append(rowCount: chunk.rowCount, pages: chunk.pages)
      rowCount += chunk.rowCount
      byteCount += chunk.pages.reduce(0) { $0 + $1.storedByteCount }
    }
    options.progress?(rowCount, byteCount)
  }

  func finish() throws -> ChunkFileSummary {
    try writer.finish(
      schema: table.schema, dictionaries: options.keepsCodes ? sources : dictionaries.map { $0?.dictionary },
      metadata: options.metadata)
  }
}
