// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// Some rows of one chunk of a table.
package struct RowPiece: Sendable, Equatable {
  /// Number of the chunk.
  package let chunk: Int
  /// Rows within the chunk.
  package let rows: Range<Int>
}

/// Pieces for chunks that are the table's own, longer ones cut at the format's limit.
func chunksAsTheyAre(of table: any TableSource) -> [[RowPiece]] {
  (0..<table.chunkCount).flatMap { chunk in
    let rowCount = table.rowCount(ofChunk: chunk)
    return stride(from: 0, to: rowCount, by: ChunkFileLimits.rowsPerChunk).map { start in
      [RowPiece(chunk: chunk, rows: start..<min(start + ChunkFileLimits.rowsPerChunk, rowCount))]
    }
  }
}

/// Most that a chunk's values may weigh: 131,072 rows of 32 columns of eight bytes, fewer rows of more; 8 MiB of text, as a conversion has.
package let chunkByteBudget = 32 << 20

/// Pieces for full chunks: each takes rows on, over the borders of the table's chunks, up to the format's limit or the byte budget.
///
/// Depends on footers alone, so that the same table gives the same pieces. A chunk has one row at least. O(chunks x columns).
func fullChunks(of table: any TableSource) throws -> [[RowPiece]] {
  var result: [[RowPiece]] = []
  var pieces: [RowPiece] = []
  var rowsLeft = ChunkFileLimits.rowsPerChunk
  var bytesLeft = chunkByteBudget
  for chunk in 0..<table.chunkCount {
    let rowCount = table.rowCount(ofChunk: chunk)
    let bytesPerRow = try RowWidths(of: table, chunks: chunk..<chunk + 1).weight
    var start = 0
    while start < rowCount {
      let isEmpty = pieces.isEmpty
      let room = min(rowsLeft, bytesLeft / bytesPerRow, rowCount - start)
      if room > 0 || isEmpty {
        let count = max(1, room)
        pieces.append(RowPiece(chunk: chunk, rows: start..<start + count))
        start += count
        rowsLeft -= count
        bytesLeft -= count * bytesPerRow
      }
      if rowsLeft == 0 || bytesLeft < bytesPerRow {
        result.append(pieces)
        (pieces, rowsLeft, bytesLeft) = ([], ChunkFileLimits.rowsPerChunk, chunkByteBudget)
      }
    }
  }
  if !pieces.isEmpty { result.append(pieces) }
  return result
}

/// Pieces of `rowCount` rows each, the last one shorter, over the borders of the table's chunks `chunks`.
func pieces(of table: any TableSource, rowCount: Int) -> [[RowPiece]] {
  var result: [[RowPiece]] = []
  var current: [RowPiece] = []
  var left = rowCount
  for chunk in 0..<table.chunkCount {
    var start = 0
    let end = table.rowCount(ofChunk: chunk)
    while start < end {
      let count = min(left, end - start)
      current.append(RowPiece(chunk: chunk, rows: start..<start + count))
      start += count
      left -= count
      if left == 0 {
        result.append(current)
        (current, left) = ([], rowCount)
      }
    }
  }
  if !current.isEmpty { result.append(current) }
  return result
}

/// About how many bytes a row takes in memory.
struct RowWidths {
  /// Of each column.
  private(set) var columns: [Int]
  /// What a row counts against ``chunkByteBudget``: its bytes, those of strings that are no codes four times. At least 1.
  let weight: Int

  /// All columns.
  var all: Int { columns.reduce(0, +) }
  /// The widest column.
  var widest: Int { columns.max() ?? 0 }

  /// On the average of some chunks. Strings that are no codes count as they are stored, before compression. Reads footers only.
  init(of table: any TableSource, chunks: Range<Int>) throws {
    let rowCount = max(1, chunks.reduce(0) { $0 + table.rowCount(ofChunk: $1) })
    var textBytes = 0
    columns = try table.schema.fields.enumerated().map { column, field in
      guard field.type == .string else { return field.type.isWide ? 16 : 8 }
      var bytes = 0
      for chunk in chunks {
        let stored = try storedPage(of: table, column: column, chunk: chunk)
        guard let stored, stored.physicalType == "strings" else { continue }
        bytes += stored.rawByteCount
      }
      textBytes += (bytes + rowCount - 1) / rowCount
      return 4 + (bytes + rowCount - 1) / rowCount
    }
    weight = max(1, columns.reduce(0, +) + 3 * textBytes)
  }
}

extension TableSource {
  /// The values of `column` in some pieces, as one page.
  func page(column: Int, pieces: [RowPiece]) throws -> ColumnPage {
    let pages = try pieces.map { piece in
      let page = try page(column: column, chunk: piece.chunk)
      return piece.rows.count == page.rowCount ? page : page.rows(piece.rows)
    }
    return ColumnPage(
      concatenating: pages, type: schema.fields[column].type,
      dictionary: schema.fields[column].type == .string ? try dictionary(column: column) : nil)
  }
}
