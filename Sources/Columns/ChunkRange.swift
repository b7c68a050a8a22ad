// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Some chunks of another table, one after the other, as a table: what one task of many reads. No other chunk is read.
public struct ChunkRange: TableSource {
  private let base: any TableSource
  private let chunks: Range<Int>
  /// Rows of these chunks.
  public let rowCount: Int

  /// The chunks `chunks` of `source`, counted from 0; none is a table without rows. O(chunks), reads nothing.
  ///
  /// Precondition: `chunks` lie within the source; ``checked(_:of:)`` makes sure of it.
  public init(_ source: any TableSource, _ chunks: Range<Int>) {
    precondition(chunks.lowerBound >= 0 && chunks.upperBound <= source.chunkCount, "no chunks \(chunks)")
    base = source
    self.chunks = chunks
    rowCount = chunks.reduce(0) { $0 + source.rowCount(ofChunk: $1) }
  }

  /// The same of a range that a user gave. Throws `table.no-such-chunks` where it reaches past the table's chunks.
  public static func checked(_ chunks: Range<Int>, of source: any TableSource) throws(TableError) -> ChunkRange {
    guard chunks.upperBound <= source.chunkCount else {
      throw .noSuchChunks(chunks, of: source.chunkCount, source.name)
    }
    return ChunkRange(source, chunks)
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's columns.
  public var schema: Schema { base.schema }
  /// As the base's.
  public var hasInventedNames: Bool { base.hasInventedNames }
  /// Chunks in the range.
  public var chunkCount: Int { chunks.count }
  /// As the base's.
  public var hasStoredStatistics: Bool { base.hasStoredStatistics }
  /// As the base's.
  public var gainsFromAnnouncing: Bool { base.gainsFromAnnouncing }

  /// To the base.
  public func willRead(columns: [Int], chunks: [Int]) throws {
    try base.willRead(columns: columns, chunks: chunks.map(own))
  }

  /// As the base's. O(1).
  public func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: own(chunk)) }

  /// As the base's.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try base.statistics(column: column, chunk: own(chunk))
  }

  /// The base's dictionary: it may have strings that no row of these chunks has.
  public func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }

  /// Of the base's dictionary.
  public func dictionaryCount(column: Int) throws -> Int? { try base.dictionaryCount(column: column) }

  /// True if the base says so of all its chunks.
  public func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }

  /// As the base's.
  public func isComputed(column: Int) -> Bool { base.isComputed(column: column) }

  /// As the base's.
  public func mayLackValues(column: Int) -> Bool { base.mayLackValues(column: column) }

  /// As the base's.
  public func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    try base.contentHash(column: column, chunk: own(chunk))
  }

  /// As the base's.
  public func page(column: Int, chunk: Int) throws -> ColumnPage { try base.page(column: column, chunk: own(chunk)) }

  /// As the base's.
  public func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    try base.page(column: column, chunk: own(chunk), rows: rows)
  }

  /// As the base's.
  public func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try base.withForm(column: column, chunk: own(chunk), body)
  }

  /// As the base's.
  public func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    try base.withPieces(column: column, chunk: own(chunk), body)
  }

  private func own(_ chunk: Int) -> Int {
    precondition(chunk >= 0 && chunk < chunks.count, "no chunk \(chunk)")
    return chunks.lowerBound + chunk
  }
}
