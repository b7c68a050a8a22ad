// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare
import ObjectStorage

/// Rows that differ, part by part in a temporary chunk file, to be put in the order of the tables.
final class DifferingRowsFile {
  private let folder: String?
  private var file: TemporaryFile?
  private var writer: ChunkFileWriter?
  private var schema: Schema?

  init(in folder: String?) { self.folder = folder }

  /// Adds the rows of a part, which all have the same columns. Throws what reading the part and writing throws.
  func append(_ rows: any TableSource) throws {
    let columns = rows.schema.fields
    let file = try self.file ?? TemporaryFile(in: folder)
    let writer = try self.writer ?? ChunkFileWriter(to: file, columnCount: columns.count)
    (self.file, self.writer, schema) = (file, writer, rows.schema)
    for chunk in 0..<rows.chunkCount {
      let pages = try columns.indices.map { try rows.page(column: $0, chunk: chunk) }
      for start in stride(from: 0, to: pages[0].rowCount, by: ChunkFileLimits.rowsPerChunk) {
        let slice = start..<min(pages[0].rowCount, start + ChunkFileLimits.rowsPerChunk)
        let encoded = try zip(pages, columns).map { page, column in
          try ChunkFileWriter.encode(page.rows(slice), as: column.type, statistics: nil, compression: .none)
        }
        try writer.append(rowCount: slice.count, pages: encoded)
      }
    }
  }

  /// All rows in the order of the numbers in column `numberColumn`, from which on those of the other table alone count from `sourceRowCount`
  /// on. That column is left out, or shown as a row's number on its side, counted from 1.
  ///
  /// Throws as ``writeSorted(_:to:_:)``. Precondition: a part was added.
  func inOrder(
    numberColumn: Int, isShown: Bool, sourceRowCount: Int, name: String, memory: MemoryLimit, threads: Int
  ) throws -> any TableSource {
    guard let file, let writer, let schema else { preconditionFailure("a table without parts has no order") }
    let none = schema.fields.map { _ -> StringDictionary? in nil }
    _ = try writer.finish(schema: schema, dictionaries: none, metadata: [])
    let unordered = SpilledTable(try ChunkFile(try file.reading()), dictionaries: none, name: name)
    var writing = ChunkWriting(threads: threads)
    writing.compression = .none
    writing.keepsCodes = true
    writing.temporaryFolder = folder
    var sorting = SortWriting(by: [SortColumn(position: numberColumn, isDescending: false)], writing: writing)
    sorting.memory = memory
    let sorted = try TemporaryFile(in: folder)
    _ = try writeSorted(unordered, to: sorted, sorting)
    return OrderedDifferences(
      base: SpilledTable(try ChunkFile(try sorted.reading()), dictionaries: none, name: name),
      numberColumn: numberColumn, isShown: isShown, sourceRowCount: sourceRowCount)
  }
}

/// Rows that differ, in order, without the numbers that order them, or with numbers as they are shown.
private struct OrderedDifferences: TableSource {
  private let base: SpilledTable
  private let numberColumn: Int
  private let isShown: Bool
  private let sourceRowCount: Int64
  let schema: Schema

  init(base: SpilledTable, numberColumn: Int, isShown: Bool, sourceRowCount: Int) {
    (self.base, self.numberColumn, self.isShown) = (base, numberColumn, isShown)
    self.sourceRowCount = Int64(sourceRowCount)
    var fields = base.schema.fields
    if !isShown { fields.remove(at: numberColumn) }
    schema = Schema(fields)
  }

  private func own(_ column: Int) -> Int { !isShown && column >= numberColumn ? column + 1 : column }

  var name: String { base.name }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func dictionary(column: Int) -> StringDictionary? { nil }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    isShown && column == numberColumn
      ? PageStatistics(of: try page(column: column, chunk: chunk), dictionary: nil)
      : try base.statistics(column: own(column), chunk: chunk)
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage {
    let page = try base.page(column: own(column), chunk: chunk)
    guard isShown, column == numberColumn, case .int64(let numbers) = page.values else { return page }
    return ColumnPage(values: .int64(numbers.map { 1 + ($0 < sourceRowCount ? $0 : $0 - sourceRowCount) }))
  }
}
