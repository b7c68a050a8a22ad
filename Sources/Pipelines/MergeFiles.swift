// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage
import TextFormats
import Workers

/// How chunk files are merged.
public struct MergeOptions: Sendable {
  /// How pages are compressed.
  public var compression = Compression.automatic
  /// Columns to sort all rows by; none: they come in the order of the files.
  public var order: [SortKey] = []
  /// Most memory for the whole process while sorting.
  public var memory = MemoryLimit.standard
  /// Threads to work with.
  public var threads = 1
  /// Called as the file grows, by one thread at a time; rows start again where they are sorted and then merged.
  public var progress: (@Sendable (WriteProgress) -> Void)?

  /// In the order of the files, with one thread.
  public init() {}
}

/// What a merge did.
public struct MergeReceipt: Sendable, Equatable {
  /// Files that were read.
  public let fileCount: Int
  /// Their bytes.
  public let sourceByteCount: Int
  /// Chunks that they had.
  public let sourceChunkCount: Int
  /// What was written.
  public let summary: ChunkFileSummary
  /// Wall time.
  public let seconds: Double
  /// Greatest resident memory of the whole process so far.
  public let peakMemoryByteCount: Int

  /// The receipt for people: three lines.
  public var text: String {
    let files = "\(grouped(fileCount)) file\(fileCount == 1 ? "" : "s")"
    let rate = seconds > 0 ? ", \(ByteSize(Int(Double(sourceByteCount) / seconds)))/s" : ""
    return """
      \(files): \(counted(summary.rowCount, "row")), \(counted(sourceChunkCount, "chunk")) became \(grouped(summary.chunkCount))
      \(ByteSize(sourceByteCount)) became \(ByteSize(summary.byteCount)) in \(secondsText(seconds)) s\(rate)
      peak memory \(ByteSize(peakMemoryByteCount))

      """
  }
}

/// Merges chunk files (paths, folders, patterns) into one and publishes it: full chunks, one dictionary for each column, the receipts of all.
///
/// The rows of the first file come first, unless an order is given. Columns are those of the first file, in joined types
/// (``JoinedTables``). The same bytes for any number of threads. Memory: per thread a few columns of a chunk and its encoded pages;
/// besides, the dictionaries. Throws a `Diagnosis`: `input.not-a-chunk-file`, `table.columns-differ`, `table.mismatch`, `column.unknown`,
/// `memory.too-small`, and what reading and writing throw.
public func mergeFiles(
  _ arguments: [String], to target: OutputTarget, _ options: MergeOptions
) throws -> MergeReceipt {
  let start = monotonicSeconds()
  let files = try openChunkFiles(arguments)
  let table: any TableSource = files.count == 1 ? files[0] : try JoinedTables(files)
  var writing = ChunkWriting(threads: options.threads)
  // Sorted within whatever memory, a file has the same bytes; unsorted, many files take no more memory than one.
  writing.groupByteCount = 0
  writing.compression = options.compression
  writing.metadata =
    receipts(try files.flatMap { try $0.metadata }) + (table.hasInventedNames ? [ChunkFileWriter.inventedNames] : [])
  writing.report(to: options.progress, rowCount: table.rowCount)
  let order = try sortColumns(options.order, of: table)
  let summary = try publishing(to: target) { writer in
    guard !order.isEmpty else { return try writeChunks(of: table, fullChunks(of: table), to: writer, writing) }
    var sorting = SortWriting(by: order, writing: writing)
    sorting.memory = options.memory
    return try writeSorted(table, to: writer, sorting)
  }
  return MergeReceipt(
    fileCount: files.count, sourceByteCount: files.reduce(0) { $0 + $1.byteCount },
    sourceChunkCount: files.reduce(0) { $0 + $1.chunkCount }, summary: summary, seconds: monotonicSeconds() - start,
    peakMemoryByteCount: peakMemoryByteCount())
}

/// Where the columns of `keys` are. Throws `column.unknown`.
func sortColumns(_ keys: [SortKey], of table: any TableSource) throws -> [SortColumn] {
  try keys.map {
    SortColumn(position: try table.schema.require($0.name, in: table.name), isDescending: $0.isDescending)
  }
}

extension ChunkWriting {
  /// Tells `progress` how many of `rowCount` rows are written.
  mutating func report(to progress: (@Sendable (WriteProgress) -> Void)?, rowCount total: Int) {
    guard let progress else { return }
    self.progress = { rowCount, byteCount in
      progress(WriteProgress(rowCount: rowCount, totalRowCount: total, byteCount: byteCount))
    }
  }
}
