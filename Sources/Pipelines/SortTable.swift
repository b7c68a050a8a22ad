// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage

/// How a table is sorted and written.
struct SortWriting: Sendable {
  /// Columns, the most significant first.
  var order: [SortColumn]
  /// Most memory for the whole process.
  var memory = MemoryLimit.standard
  /// How the chunk file is written.
  var writing: ChunkWriting

  init(by order: [SortColumn], writing: ChunkWriting) {
    self.order = order
    self.writing = writing
  }
}

/// Writes all rows of `table` sorted, as a chunk file: nulls last, NaN the greatest number, strings by their bytes, rows that are equal
/// in their order. The same bytes for any number of threads. The caller publishes.
///
/// An external merge sort: runs of as many rows as memory holds are sorted into one temporary chunk file; a pass over their keys says
/// which rows of each run belong to which chunk of the result (``MergePlan``); the chunks are then sorted and written one by one, on all
/// threads. Each row is written twice and read two or three times. Throws `memory.too-small` where dictionaries and one chunk do not fit.
func writeSorted(
  _ table: any TableSource, to object: any ObjectWriter, _ options: SortWriting
) throws -> ChunkFileSummary {
  var final = options.writing
  final.order = options.order
  let budget = try SortBudget(for: table, options)
  if table.rowCount <= budget.rowsPerChunk {
    return try writeChunks(of: table, pieces(of: table, rowCount: budget.rowsPerChunk), to: object, final)
  }
  let temporary = try TemporaryFile()
  let runs = pieces(of: table, rowCount: budget.rowsPerRun)
  var sorting = ChunkWriting(threads: budget.threads)
  sorting.compression = .none
  sorting.order = options.order
  sorting.keepsCodes = true
  sorting.rowsPerChunk = budget.rowsPerRunChunk
  sorting.progress = final.progress
  _ = try writeChunks(of: table, runs, to: temporary, sorting)
  let sorted = SortedRuns(
    try ChunkFile(try temporary.reading()), of: table, rowsPerRun: runs.map { $0.reduce(0) { $0 + $1.rows.count } },
    rowsPerChunk: budget.rowsPerRunChunk)
  final.threads = budget.mergeThreads
  let plan = try mergePlan(of: sorted, by: options.order, rowsPerChunk: budget.rowsPerChunk)
  return try writeChunks(of: sorted, plan, to: object, final)
}

/// How many rows are held at once.
struct SortBudget {
  /// Rows of a run.
  let rowsPerRun: Int
  /// Rows of a run's chunks: small ones, since a chunk of the result takes a few rows of each run.
  let rowsPerRunChunk: Int
  /// Rows of a chunk of the result, whatever the memory: the format's limit, or what the byte budget holds of an average row.
  let rowsPerChunk: Int
  /// Threads that sort runs.
  let threads: Int
  /// Threads that make chunks of the result.
  let mergeThreads: Int

  /// What one thread's runs should have at least: below, a second thread is not worth its memory.
  private static let leastRunRows = 32_768
  /// What a run has at most: a column of more does not fit the caches, and rows are taken from all over it.
  private static let mostRunRows = 1 << 20
  /// For what is not counted: footers, buffers, what the allocator holds back.
  private static let reserveByteCount = 10 << 20

  /// Loads the table's dictionaries and takes what is left of the memory. Throws `memory.too-small`.
  init(for table: any TableSource, _ options: SortWriting) throws {
    var dictionaryBytes = 0
    for (column, field) in table.schema.fields.enumerated() where field.type == .string {
      guard let dictionary = try table.dictionary(column: column) else { continue }
      _ = dictionary.ranks
      // A second one is made in the order of the result, with a code for each of the first.
      dictionaryBytes += dictionary.entries.bytes.count + 16 * dictionary.count
    }
    let widths = try RowWidths(of: table, chunks: 0..<table.chunkCount)
    rowsPerChunk = max(1, min(ChunkFileLimits.rowsPerChunk, chunkByteBudget / widths.weight))
    let keys = options.order.count
    // The order and its copy, packed keys and the key columns they are made of, one column as read, joined and in order, and
    // all columns encoded, which saves a quarter at least.
    let bytesPerRow = 8 + 32 * keys + 3 * widths.widest + widths.all * 3 / 4
    let free = options.memory.byteCount - residentByteCount() - dictionaryBytes - Self.reserveByteCount
    let leastRows = min(Self.leastRunRows, rowsPerChunk, max(1, table.rowCount))
    let wanted = bytesPerRow * min(rowsPerChunk, max(1, table.rowCount))
    guard free >= wanted else {
      throw MemoryError(wanted: options.memory.byteCount - free + wanted, limit: options.memory, source: table.name)
    }
    let most = options.writing.threads
    threads = max(1, min(most, free / (bytesPerRow * leastRows)))
    // No more than leaves a run for each thread, and strings of a column less than the 4 GiB of one page in memory.
    let share = max(leastRows, (table.rowCount + threads - 1) / threads)
    rowsPerRun = max(1, min(free / threads / bytesPerRow, share, Self.mostRunRows, 1 << 31 / max(1, widths.widest)))
    mergeThreads = max(1, min(most, free / (bytesPerRow * rowsPerChunk)))
    let runCount = (table.rowCount + rowsPerRun - 1) / rowsPerRun
    rowsPerRunChunk = min(rowsPerChunk, max(4096, ChunkFileLimits.rowsPerChunk / max(2, runCount)))
  }
}

/// Sorted runs in one temporary chunk file, with the dictionaries of the table that they are of.
struct SortedRuns: TableSource {
  /// What the runs are written in.
  let file: ChunkFile
  /// Chunks of each run.
  let runs: [Range<Int>]
  private let base: any TableSource

  /// `rowsPerRun`: of each run; all of a run's chunks but the last have `rowsPerChunk` rows.
  init(_ file: ChunkFile, of base: any TableSource, rowsPerRun: [Int], rowsPerChunk: Int) {
    self.file = file
    self.base = base
    runs = rowsPerRun.reduce(into: []) { runs, rows in
      let start = runs.last?.upperBound ?? 0
      runs.append(start..<start + (rows + rowsPerChunk - 1) / rowsPerChunk)
    }
  }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var hasInventedNames: Bool { base.hasInventedNames }
  var chunkCount: Int { file.chunkCount }
  var rowCount: Int { file.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { file.rowCount(ofChunk: chunk) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try file.statistics(column: column, chunk: chunk)
  }
  func page(column: Int, chunk: Int) throws -> ColumnPage { try file.page(column: column, chunk: chunk) }
  /// The table's own, which is in memory already.
  func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }
}
