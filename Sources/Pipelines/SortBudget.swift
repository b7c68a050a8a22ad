// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// How many rows are held at once while a table is sorted.
struct SortBudget {
  /// True if the result is one chunk: nothing has to be merged.
  let fitsOneChunk: Bool
  /// Rows of each run.
  let runs: [[RowPiece]]
  /// How the runs are stored, and how many are merged at once.
  let layout: RunLayout
  /// Chunks of the result, the same whatever the memory, and how much of the runs' keys is held while they are planned.
  let merging: MergeLimits
  /// Threads that sort runs.
  let threads: Int
  /// Threads that make chunks of the result.
  let mergeThreads: Int

  /// What one thread's runs should have at least: below, a second thread is not worth its memory.
  private static let leastRunRows = 32_768
  /// What a run has at most: a column of more does not fit the caches, and rows are taken from all over it.
  private static let mostRunRows = 1 << 20
  /// What a run takes at most, whatever the memory: a third of it is the text of one column, which has to stay under 4 GiB.
  private static let mostRunBytes = 6 << 30
  /// For what is not counted: buffers, what the allocator holds back.
  private static let reserveByteCount = 10 << 20

  /// Loads the table's dictionaries and takes what is left of the memory. Throws `memory.too-small`, and what reading a page throws.
  init(for table: any TableSource, _ options: SortWriting) throws {
    let dictionaryBytes = try loadedDictionaryBytes(of: table)
    let most = max(1, options.writing.threads)
    // What an average may hide is a small part of a thread's share.
    let weigher = try RowWeigher(table, mostUnreadText: options.memory.byteCount / most / 32)
    let weight = try SortWeight(of: table, weigher, keyCount: options.order.count)
    fitsOneChunk = table.rowCount <= ChunkFileLimits.rowsPerChunk && weight.byteCount <= chunkByteBudget
    let rowCount = max(1, table.rowCount)
    let records = try PageRecordSizes(of: table)
    // The table's own footer, and that of the result.
    let footerBytes = records.byteCount * (table.chunkCount + weight.chunkCount(ofRows: rowCount))
    let all = options.memory.byteCount - residentByteCount() - dictionaryBytes - footerBytes - Self.reserveByteCount
    let wanted = weight.sortingBytesPerRow * weight.rowsPerChunk
    layout = RunLayout(
      rowCount: rowCount, byteCount: weight.byteCount, fixedWeight: weigher.fixedWeight,
      recordBytes: records.byteCount, runCount: weight.sortingByteCount / max(1, all) + 1, spareBytes: all - wanted)
    let free = all - layout.footerByteCount
    guard free >= wanted else {
      throw MemoryError(wanted: options.memory.byteCount - free + wanted, limit: options.memory, source: table.name)
    }
    let leastRows = min(Self.leastRunRows, weight.rowsPerChunk)
    threads = max(1, min(most, free / (weight.sortingBytesPerRow * leastRows)))
    mergeThreads = max(1, min(most, free / weight.greatestChunkBytes))
    // No more than leaves a run for each thread.
    let share = max(leastRows, (rowCount + threads - 1) / threads)
    var packing = ChunkPacking(
      rowsPerChunk: min(share, Self.mostRunRows), bytesPerChunk: min(free / threads, Self.mostRunBytes))
    for (chunk, weights) in weight.chunks.enumerated() {
      packing.add(
        chunk: chunk, rowCount: table.rowCount(ofChunk: chunk),
        try weights ?? weigher.sortingWeights(ofChunk: chunk, keyCount: options.order.count))
    }
    runs = packing.finish()
    let runsAtOnce = layout.runsAtOnce(of: runs.count)
    let planBytes = layout.planBytes(chunkCount: weight.chunkCount(ofRows: rowCount), runCount: runsAtOnce)
    merging = MergeLimits(
      sharing: max(free / 4, free / 2 - planBytes), runCount: runsAtOnce, keyCount: options.order.count)
  }
}

extension MergeLimits {
  /// Full chunks, and windows that take `byteCount` bytes for all runs together.
  fileprivate init(sharing byteCount: Int, runCount: Int, keyCount: Int) {
    let share = byteCount / max(1, runCount)
    // Three words a key at most, and the row's weight.
    let bytesPerRow = 24 * keyCount + 8
    self.init(rowsPerChunk: ChunkFileLimits.rowsPerChunk)
    rowsPerWindow = max(64, share / bytesPerRow)
    textBytesPerWindow = share
  }
}

/// What a table weighs that is to be sorted.
private struct SortWeight {
  /// Of all rows, against ``chunkByteBudget``.
  private(set) var byteCount = 0
  /// Of all rows, while they are sorted.
  private(set) var sortingByteCount = 0
  /// While sorting, on the average of all rows.
  let sortingBytesPerRow: Int
  /// Rows of a chunk of average rows.
  let rowsPerChunk: Int
  /// What the heaviest chunk of the result may take while it is made.
  private(set) var greatestChunkBytes = 1
  /// Of each chunk, what its rows take while sorting; nil where that differs from row to row, which is not kept.
  private(set) var chunks: [RowWeights?] = []

  init(of table: any TableSource, _ weigher: RowWeigher, keyCount: Int) throws {
    for chunk in 0..<table.chunkCount {
      let all = 0..<table.rowCount(ofChunk: chunk)
      let weight = try weigher.weights(ofChunk: chunk).weight(of: all)
      let weights = try weigher.sortingWeights(ofChunk: chunk, keyCount: keyCount)
      let sorting = weights.weight(of: all)
      byteCount += weight
      sortingByteCount += sorting
      if case .equal = weights { chunks.append(weights) } else { chunks.append(nil) }
      let count = max(1, all.count)
      let rows = max(1, min(ChunkFileLimits.rowsPerChunk, table.rowCount, chunkByteBudget / max(1, weight / count)))
      greatestChunkBytes = max(greatestChunkBytes, rows * (sorting / count))
    }
    let rowCount = max(1, table.rowCount)
    sortingBytesPerRow = max(1, sortingByteCount / rowCount)
    rowsPerChunk = max(1, min(ChunkFileLimits.rowsPerChunk, rowCount, chunkByteBudget / max(1, byteCount / rowCount)))
  }

  /// Chunks of the result, at most.
  func chunkCount(ofRows rowCount: Int) -> Int {
    1 + byteCount / chunkByteBudget + rowCount / ChunkFileLimits.rowsPerChunk
  }
}

/// Bytes that the output's dictionaries will take; loads those of the table, and their ranks.
private func loadedDictionaryBytes(of table: any TableSource) throws -> Int {
  var byteCount = 0
  for (column, field) in table.schema.fields.enumerated() where field.type == .string {
    guard let dictionary = try table.dictionary(column: column) else { continue }
    _ = dictionary.ranks
    // A second one is made in the order of the result, with a code for each of the first.
    byteCount += dictionary.entries.bytes.count + 16 * dictionary.count
  }
  return byteCount
}
