// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A table that shows another one: what it does not say itself is as in that one, column by column and chunk by chunk.
///
/// For views inside of the package: of a public type, everything that answers a requirement must be public, and stands in the type itself.
package protocol TableView: TableSource {
  /// The table that is shown.
  var base: any TableSource { get }
}

extension TableView {
  package var name: String { base.name }
  package var schema: Schema { base.schema }
  package var hasInventedNames: Bool { base.hasInventedNames }
  package var chunkCount: Int { base.chunkCount }
  package var rowCount: Int { base.rowCount }
  package var hasStoredStatistics: Bool { base.hasStoredStatistics }
  package var gainsFromAnnouncing: Bool { base.gainsFromAnnouncing }
  package func willRead(columns: [Int], chunks: [Int]) throws { try base.willRead(columns: columns, chunks: chunks) }
  package func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  package func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try base.statistics(column: column, chunk: chunk)
  }
  package func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }
  package func dictionaryCount(column: Int) throws -> Int? { try base.dictionaryCount(column: column) }
  package func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }
  package func isComputed(column: Int) -> Bool { base.isComputed(column: column) }
  package func mayLackValues(column: Int) -> Bool { base.mayLackValues(column: column) }
  package func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    try base.contentHash(column: column, chunk: chunk)
  }
  package func page(column: Int, chunk: Int) throws -> ColumnPage { try base.page(column: column, chunk: chunk) }
  package func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    try base.page(column: column, chunk: chunk, rows: rows)
  }
  package func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try base.withForm(column: column, chunk: chunk, body)
  }
  package func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    try base.withPieces(column: column, chunk: chunk, body)
  }
}
