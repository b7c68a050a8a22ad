// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// How sorted runs are stored in temporary chunk files, and how many of them are merged at once.
///
/// A chunk of the result takes some rows of each run, and the run's chunk is decoded whole for them: chunks should be small. But each
/// has a record of each of its columns in the footer, which stays in memory: where rows are many, chunks must be larger, and fewer runs
/// merged at once, in several passes (Knuth, The Art of Computer Programming, volume 3, section 5.4).
struct RunLayout: Equatable {
  /// Rows of a run's chunks.
  private(set) var rowsPerChunk: Int
  /// What the rows of a run's chunks may weigh; a single row may pass it.
  private(set) var bytesPerChunk: Int
  /// Of two temporary files, the one that is read and the one that is written.
  private(set) var footerByteCount = 0
  /// Runs that are merged at once.
  let mostRuns: Int

  /// Rows of a run's chunk below which more runs make it no smaller.
  private static let leastChunkRows = 4096
  /// Of those also where rows are wide with text.
  private static let leastChunkBytes = 512 << 10
  /// Footers of less are no reason for larger chunks.
  private static let leastFooterBytes = 1 << 20
  /// How many times a run's chunks may be decoded, on the average, while runs are merged.
  private static let mostReadings = 8

  /// For `rowCount` rows that weigh `byteCount` (``RowWeigher``), `fixedWeight` each without text, in about `runCount` runs.
  ///
  /// `recordBytes`: of a chunk in the footer. `spareBytes`: what footers and plans may take, three quarters and an eighth; they take more
  /// only where no chunks could be larger.
  init(rowCount: Int, byteCount: Int, fixedWeight: Int, recordBytes: Int, runCount: Int, spareBytes: Int) {
    let full = ChunkFileLimits.rowsPerChunk
    var rows = max(Self.leastChunkRows, full / max(2, runCount))
    // Not fewer rows than those, be the table ever so wide, but for text.
    var bytes = max(
      Self.leastChunkBytes, chunkByteBudget / max(2, runCount), min(chunkByteBudget, Self.leastChunkRows * fixedWeight))
    func footerBytes() -> Int {
      // Which of the limits closes a chunk differs from row to row at most, and each run ends with a short one.
      let (byRows, byBytes) = (rowCount / rows, byteCount / bytes)
      return 2 * recordBytes * (max(byRows, byBytes) + min(byRows, byBytes) / 4 + runCount + 1)
    }
    let allowed = max(Self.leastFooterBytes, spareBytes * 3 / 4)
    while footerBytes() > allowed, rows < full || bytes < chunkByteBudget {
      rows = min(full, rows * 2)
      bytes = min(chunkByteBudget, bytes * 2)
    }
    (rowsPerChunk, bytesPerChunk) = (rows, bytes)
    footerByteCount = footerBytes()
    let resultChunks = 1 + rowCount / full + byteCount / chunkByteBudget
    let planned = spareBytes / 8 / (resultChunks * MemoryLayout<RowPiece>.stride)
    mostRuns = max(Self.mostReadings, min(Self.mostReadings * full / rows, planned))
  }

  /// Bytes of the pieces of `chunkCount` chunks that are merged of `runCount` runs.
  func planBytes(chunkCount: Int, runCount: Int) -> Int { chunkCount * runCount * MemoryLayout<RowPiece>.stride }

  /// How many of `runCount` runs to merge at once: as few as make no more passes than ``mostRuns`` would. Precondition: `mostRuns` > 1.
  func runsAtOnce(of runCount: Int) -> Int { Self.runsAtOnce(of: runCount, most: mostRuns) }

  /// As above.
  static func runsAtOnce(of runCount: Int, most: Int) -> Int {
    if runCount <= most { return max(1, runCount) }
    let passes = passCount(of: runCount, most)
    var (low, high) = (2, most)
    while low < high {
      let middle = (low + high) / 2
      if passCount(of: runCount, middle) <= passes { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func passCount(of runCount: Int, _ runsAtOnce: Int) -> Int {
    var (passes, left) = (1, runCount)
    while left > runsAtOnce {
      left = (left + runsAtOnce - 1) / runsAtOnce
      passes += 1
    }
    return passes
  }
}

/// What the footer keeps in memory of a chunk.
struct PageRecordSizes {
  /// Of all columns.
  let byteCount: Int

  /// Of a table's columns. Reads footers.
  init(of table: any TableSource) throws {
    byteCount = try table.schema.fields.indices.reduce(0) { sum, column in
      let isText = try table.schema.fields[column].type == .string && !staysCodes(column: column, of: table)
      // Where it is, its encoding, sums and bounds take some 90 bytes; of text, bounds take up to 64 more.
      return sum + (isText ? 160 : 96)
    }
  }
}
