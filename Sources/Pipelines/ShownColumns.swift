// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first columns of a table, by other names.
struct ShownColumns: TableSource {
  private let base: any TableSource
  let schema: Schema

  /// Precondition: at most as many names as columns.
  init(of base: any TableSource, names: [String]) {
    precondition(names.count <= base.schema.fields.count, "a column for each name")
    self.base = base
    schema = Schema(zip(names, base.schema.fields).map { Field(name: $0, type: $1.type) })
  }

  var name: String { base.name }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  var hasStoredStatistics: Bool { base.hasStoredStatistics }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try base.statistics(column: column, chunk: chunk)
  }
  func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }
  func dictionaryCount(column: Int) throws -> Int? { try base.dictionaryCount(column: column) }
  func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }
  func isComputed(column: Int) -> Bool { base.isComputed(column: column) }
  func page(column: Int, chunk: Int) throws -> ColumnPage { try base.page(column: column, chunk: chunk) }
  func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    try base.page(column: column, chunk: chunk, rows: rows)
  }
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try base.withForm(column: column, chunk: chunk, body)
  }
}
