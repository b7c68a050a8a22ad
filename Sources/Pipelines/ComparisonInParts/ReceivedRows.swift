// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare
import ObjectStorage

/// Rows of one side as they came, in no order: in memory while they have room there, then in a temporary chunk file.
final class ReceivedRows {
  private let schema: Schema
  private let name: String
  private let folder: String?
  private let bytesPerChunk: Int
  private var pending: [[ColumnPage]] = []
  private var pendingRowCount = 0
  private var file: TemporaryFile?
  private var writer: ChunkFileWriter?
  private(set) var rowCount = 0
  /// Bytes of all strings.
  private(set) var textByteCount = 0
  /// Bytes of what is in memory.
  private(set) var byteCount = 0

  /// `bytesPerChunk`: what rows of a chunk of the file weigh at most, as ``RowWeights`` tells.
  init(_ schema: Schema, name: String, folder: String?, bytesPerChunk: Int = chunkByteBudget) {
    (self.schema, self.name, self.folder, self.bytesPerChunk) = (schema, name, folder, bytesPerChunk)
  }

  /// Takes a page for each column, of plain strings. Throws what writing a temporary file throws.
  func append(_ pages: [ColumnPage]) throws {
    let count = pages[0].rowCount
    guard count > 0 else { return }
    pending.append(pages)
    pendingRowCount += count
    rowCount += count
    for page in pages {
      byteCount += page.byteCount
      textByteCount += page.textByteCount
    }
    if writer != nil, pendingRowCount >= 1 << 15 || byteCount > 4 << 20 { try spill() }
  }

  /// Moves all rows out of memory, and those that come later. Throws what writing throws.
  ///
  /// Chunk by chunk: a column of all rows need not have room in one piece, and has none where its strings have 4 GiB.
  func spill() throws {
    let file = try self.file ?? TemporaryFile(in: folder)
    let writer = try self.writer ?? ChunkFileWriter(to: file, columnCount: schema.fields.count, groupByteCount: 0)
    (self.file, self.writer) = (file, writer)
    guard pendingRowCount > 0 else { return }
    let rows = Table(name: name, schema: schema, chunks: pending)
    for pieces in try fullChunks(of: rows, bytesPerChunk: bytesPerChunk) {
      let pages = try schema.fields.indices.map { column in
        try ChunkFileWriter.encode(
          rows.page(column: column, pieces: pieces), as: schema.fields[column].type, statistics: nil, compression: .none
        )
      }
      try writer.append(rowCount: pages[0].rowCount, pages: pages)
    }
    (pending, pendingRowCount, byteCount) = ([], 0, 0)
  }

  /// All rows. Precondition: none is taken afterwards. Throws what writing and reading the temporary file throws.
  func table() throws -> any TableSource {
    guard writer != nil else { return Table(name: name, schema: schema, chunks: pending) }
    try spill()
    guard let file, let writer else { preconditionFailure("spilling makes a file") }
    let none = schema.fields.map { _ -> StringDictionary? in nil }
    _ = try writer.finish(schema: schema, dictionaries: none, metadata: [])
    return SpilledTable(try ChunkFile(try file.reading()), dictionaries: none, name: name)
  }
}

/// The rows of `table`, all in memory, by the numbers in their last column. Throws `compare-parts.incomplete`, of `stream`, for a number that comes twice, and
/// what reading throws.
///
/// O(rows) where chunks have rows in order and follow one another, if in another order, as they do of tasks that read their inputs from beginning to end; else
/// O(n log n). Besides the rows themselves, a column is in memory once, or twice where rows are sorted.
func inRowOrder(_ table: any TableSource, stream: String) throws -> Table {
  let numbers = try (0..<table.chunkCount).map {
    try table.page(column: table.schema.fields.count - 1, chunk: $0).wholeNumbers
  }
  let chunks =
    try chunksInOrder(numbers).map { try joined(table, chunks: $0) }
    ?? sorted(table, numbers.flatMap { $0 }, stream: stream)
  return Table(name: table.name, schema: table.schema, chunks: chunks)
}

/// An order of chunks in which all their numbers ascend, without those that have none; nil if there is no such order.
private func chunksInOrder(_ numbers: [[Int64]]) -> [Int]? {
  func ascend(_ numbers: [Int64]) -> Bool { zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 } }
  guard numbers.allSatisfy(ascend) else { return nil }
  let order = numbers.indices.filter { !numbers[$0].isEmpty }.sorted { numbers[$0][0] < numbers[$1][0] }
  return zip(order, order.dropFirst()).allSatisfy { numbers[$0][numbers[$0].count - 1] < numbers[$1][0] } ? order : nil
}

/// The rows of `chunks`, one after the other, in larger chunks.
private func joined(_ table: any TableSource, chunks: [Int]) throws -> [[ColumnPage]] {
  var joined: [[ColumnPage]] = []
  var group: [Int] = []
  var rowCount = 0
  for (index, chunk) in chunks.enumerated() {
    group.append(chunk)
    rowCount += table.rowCount(ofChunk: chunk)
    guard rowCount >= rowsPerOrderedChunk || index == chunks.count - 1 else { continue }
    joined.append(try table.schema.fields.indices.map { try column($0, of: table, chunks: group) })
    (group, rowCount) = ([], 0)
  }
  return joined
}

/// All rows by their `numbers`.
private func sorted(_ table: any TableSource, _ numbers: [Int64], stream: String) throws -> [[ColumnPage]] {
  let order = (0..<UInt32(numbers.count)).sorted { numbers[Int($0)] < numbers[Int($1)] }
  for (row, next) in zip(order, order.dropFirst()) where numbers[Int(row)] == numbers[Int(next)] {
    throw PartialComparisonError.incomplete("a row is there twice", file: stream)
  }
  let starts = Array(stride(from: 0, to: numbers.count, by: rowsPerOrderedChunk))
  var chunks: [[ColumnPage]] = starts.map { _ in [] }
  for position in table.schema.fields.indices {
    let page = try column(position, of: table, chunks: Array(0..<table.chunkCount))
    for (chunk, start) in starts.enumerated() {
      chunks[chunk].append(page.gathering(order[start..<min(numbers.count, start + rowsPerOrderedChunk)]))
    }
  }
  return chunks
}

private func column(_ position: Int, of table: any TableSource, chunks: [Int]) throws -> ColumnPage {
  ColumnPage(
    concatenating: try chunks.map { try table.page(column: position, chunk: $0) },
    type: table.schema.fields[position].type, dictionary: nil)
}

private let rowsPerOrderedChunk = 1 << 16
