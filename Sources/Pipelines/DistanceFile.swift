// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare
import ObjectStorage

/// Distances that memory has no room for: lists of numbers in a temporary chunk file, with a checksum on every page.
final class DistanceFile: DistanceSpool {
  private let file: TemporaryFile
  private let writer: ChunkFileWriter
  private var written: ChunkFile?
  /// Per list, the chunks that it has.
  private var chunks: [Int: [Int]] = [:]
  private var chunkCount = 0

  private static let rowsPerChunk = 1 << 16

  init(in folder: String?) throws {
    file = try TemporaryFile(in: folder)
    writer = try ChunkFileWriter(to: file, columnCount: 2, groupByteCount: 0)
  }

  func append(list: Int, high: [UInt64], low: [UInt64]) throws {
    for start in stride(from: 0, to: low.count, by: Self.rowsPerChunk) {
      let rows = start..<min(low.count, start + Self.rowsPerChunk)
      let pages = [high.isEmpty ? ColumnPage(nullRows: rows.count, type: .int64) : page(high[rows]), page(low[rows])]
      try writer.append(
        rowCount: rows.count,
        pages: pages.map { try ChunkFileWriter.encode($0, as: .int64, statistics: nil, compression: .none) })
      chunks[list, default: []].append(chunkCount)
      chunkCount += 1
    }
  }

  private func page(_ words: ArraySlice<UInt64>) -> ColumnPage {
    ColumnPage(values: .int64(words.map { Int64(bitPattern: $0) }))
  }

  func forEachBlock(list: Int, _ body: (_ high: [UInt64], _ low: [UInt64]) throws -> Void) throws {
    let written = try whole()
    for chunk in chunks[list] ?? [] {
      let high = try written.page(column: 0, chunk: chunk)
      let low = try written.page(column: 1, chunk: chunk)
      try body(high.validity == .allNull ? [] : words(high), words(low))
    }
  }

  private func words(_ page: ColumnPage) -> [UInt64] {
    guard case .int64(let values) = page.values else { preconditionFailure("distances are kept as 64-bit integers") }
    return values.map { UInt64(bitPattern: $0) }
  }

  /// The file, closed for writing.
  private func whole() throws -> ChunkFile {
    if let written { return written }
    let fields = ["high", "low"].map { Field(name: $0, type: .int64) }
    _ = try writer.finish(schema: Schema(fields), dictionaries: [nil, nil], metadata: [])
    let whole = try ChunkFile(try file.reading())
    written = whole
    return whole
  }
}
