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

/// Pieces for chunks that are the table's own, longer ones cut at the format's limit, heavier ones by the byte budget.
///
/// Throws what reading a page throws (``RowWeigher``). O(rows x string columns) at most.
func chunksAsTheyAre(of table: any TableSource) throws -> [[RowPiece]] {
  let weigher = try RowWeigher(table)
  var result: [[RowPiece]] = []
  for chunk in 0..<table.chunkCount {
    var packing = ChunkPacking(rowsPerChunk: ChunkFileLimits.rowsPerChunk, bytesPerChunk: chunkByteBudget)
    packing.add(chunk: chunk, rowCount: table.rowCount(ofChunk: chunk), try weigher.weights(ofChunk: chunk))
    result += packing.finish()
  }
  return result
}

/// Most that a chunk's values may weigh: 131,072 rows of 32 columns of eight bytes, fewer rows of more; 8 MiB of text, as a conversion has.
package let chunkByteBudget = 32 << 20

/// Pieces for full chunks: each takes rows on, over the borders of the table's chunks, up to the format's limit or the byte budget.
///
/// Depends on the table alone, so that the same table gives the same pieces. A chunk has one row at least. Throws what reading a page
/// throws (``RowWeigher``). O(chunks x columns), and O(rows) where rows are weighed one by one.
func fullChunks(of table: any TableSource, bytesPerChunk: Int = chunkByteBudget) throws -> [[RowPiece]] {
  let weigher = try RowWeigher(table)
  var packing = ChunkPacking(rowsPerChunk: ChunkFileLimits.rowsPerChunk, bytesPerChunk: bytesPerChunk)
  for chunk in 0..<table.chunkCount {
    packing.add(chunk: chunk, rowCount: table.rowCount(ofChunk: chunk), try weigher.weights(ofChunk: chunk))
  }
  return packing.finish()
}

/// Rows packed into chunks, in order: each takes what fits, and one row at least.
struct ChunkPacking {
  let rowsPerChunk: Int
  let bytesPerChunk: Int
  private var full: [[RowPiece]] = []
  private var pieces: [RowPiece] = []
  private var rowsLeft: Int
  private var bytesLeft: Int

  init(rowsPerChunk: Int, bytesPerChunk: Int) {
    (self.rowsPerChunk, self.bytesPerChunk) = (rowsPerChunk, bytesPerChunk)
    (rowsLeft, bytesLeft) = (rowsPerChunk, bytesPerChunk)
  }

  /// Takes on the rows of the next chunk of the table.
  mutating func add(chunk: Int, rowCount: Int, _ weights: RowWeights) {
    var start = 0
    while start < rowCount {
      let room = weights.rowsFitting(start..<min(rowCount, start + rowsLeft), in: bytesLeft)
      let count = pieces.isEmpty ? max(1, room) : room
      if count > 0 {
        pieces.append(RowPiece(chunk: chunk, rows: start..<start + count))
        rowsLeft -= count
        bytesLeft -= weights.weight(of: start..<start + count)
        start += count
      }
      // Full: of rows, or the next one has no room.
      if rowsLeft == 0 || start < rowCount { close() }
    }
  }

  private mutating func close() {
    if !pieces.isEmpty { full.append(pieces) }
    (pieces, rowsLeft, bytesLeft) = ([], rowsPerChunk, bytesPerChunk)
  }

  /// All chunks, the one that is not full included.
  mutating func finish() -> [[RowPiece]] {
    close()
    return full
  }
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

extension TableSource {
  /// The values of `column` in some pieces, as one page.
  func page(column: Int, pieces: [RowPiece]) throws -> ColumnPage {
    let pages = try pieces.map { piece in
      if let joined = self as? JoinedTables {
        return try joined.page(column: column, chunk: piece.chunk, rows: piece.rows)
      }
      let page = try page(column: column, chunk: piece.chunk)
      return piece.rows.count == page.rowCount ? page : page.rows(piece.rows)
    }
    return ColumnPage(
      concatenating: pages, type: schema.fields[column].type,
      dictionary: schema.fields[column].type == .string ? try dictionary(column: column) : nil)
  }
}
