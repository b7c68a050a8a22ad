// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import Compare
import ObjectStorage

/// Rows that differ, those of each part in order as a run in a temporary chunk file, to be merged into the order of the tables.
final class DifferingRowsFile {
  private let folder: String?
  private var file: TemporaryFile?
  private var writer: ChunkFileWriter?
  private var schema: Schema?
  private var rowsPerRun: [Int] = []

  /// Chunks of runs are small, since a chunk of the result takes a few rows of each.
  private static let rowsPerChunk = 4096
  /// Runs merged at once: a chunk of the result takes rows of one chunk of each, which is decoded whole for them.
  private static let mostRuns = 64

  init(in folder: String?) { self.folder = folder }

  /// Adds the rows of a part, which all have the same columns. Throws what reading the part and writing throws.
  func append(_ rows: any TableSource) throws {
    let columns = rows.schema.fields
    let file = try self.file ?? TemporaryFile(in: folder)
    let writer = try self.writer ?? ChunkFileWriter(to: file, columnCount: columns.count, groupByteCount: 0)
    (self.file, self.writer, schema) = (file, writer, rows.schema)
    if rows.rowCount > 0 { rowsPerRun.append(rows.rowCount) }
    for chunk in 0..<rows.chunkCount {
      let pages = try columns.indices.map { try rows.page(column: $0, chunk: chunk) }
      for start in stride(from: 0, to: pages[0].rowCount, by: Self.rowsPerChunk) {
        let slice = start..<min(pages[0].rowCount, start + Self.rowsPerChunk)
        let encoded = try zip(pages, columns).map { page, column in
          try ChunkFileWriter.encode(page.rows(slice), as: column.type, statistics: nil, compression: .none)
        }
        try writer.append(rowCount: slice.count, pages: encoded)
      }
    }
  }

  /// All rows in the order of the numbers in column `numberColumn`, which is left out.
  ///
  /// Throws what reading and writing temporary files throws. Precondition: a part was added; rows of a part rise in their numbers.
  func inOrder(numberColumn: Int, name: String, _ budget: CompareBudget) throws -> any TableSource {
    guard let file, let writer, let schema else { preconditionFailure("a table without parts has no order") }
    let none = schema.fields.map { _ -> StringDictionary? in nil }
    _ = try writer.finish(schema: schema, dictionaries: none, metadata: [])
    let written = try ChunkFile(try file.reading())
    let base = SpilledTable(written, dictionaries: none, name: name)
    let merged = try merged(SortedRuns(written, of: base, rowsPerRun: rowsPerRun), by: numberColumn, budget)
    return OrderedDifferences(base: SpilledTable(merged, dictionaries: none, name: name), numberColumn: numberColumn)
  }

  private func merged(_ runs: SortedRuns, by column: Int, _ budget: CompareBudget) throws -> ChunkFile {
    var runs = runs
    let order = [SortColumn(position: column, isDescending: false)]
    let runsAtOnce = RunLayout.runsAtOnce(of: runs.runs.count, most: Self.mostRuns)
    let windowBytes = budget.roomByteCount / 6 / runsAtOnce
    // Three words a key at most, and the row's weight.
    let merging = MergeLimits(
      rowsPerChunk: resultChunkRows, bytesPerChunk: min(chunkByteBudget, budget.roomByteCount / 8 / budget.threads),
      rowsPerWindow: max(64, windowBytes / 32), textBytesPerWindow: windowBytes)
    var writing = ChunkWriting(threads: budget.threads)
    writing.compression = .none
    writing.order = order
    writing.keepsCodes = true
    writing.temporaryFolder = folder
    writing.rowsPerChunk = Self.rowsPerChunk
    while runs.runs.count > Self.mostRuns { runs = try runs.mergingNeighbours(runsAtOnce, merging, writing) }
    writing.rowsPerChunk = resultChunkRows
    let plan = try mergePlan(of: runs, by: order, merging)
    let sorted = try TemporaryFile(in: folder)
    _ = try writeChunks(of: runs, plan, to: sorted, writing)
    return try ChunkFile(try sorted.reading())
  }
}

/// Rows that differ, in order, without the numbers that order them.
private struct OrderedDifferences: TableSource {
  private let base: SpilledTable
  private let numberColumn: Int
  let schema: Schema

  init(base: SpilledTable, numberColumn: Int) {
    (self.base, self.numberColumn) = (base, numberColumn)
    var fields = base.schema.fields
    fields.remove(at: numberColumn)
    schema = Schema(fields)
  }

  private func own(_ column: Int) -> Int { column >= numberColumn ? column + 1 : column }

  var name: String { base.name }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func dictionary(column: Int) -> StringDictionary? { nil }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try base.statistics(column: own(column), chunk: chunk)
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage { try base.page(column: own(column), chunk: chunk) }
}
