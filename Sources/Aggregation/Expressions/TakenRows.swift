// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The rows of another table of which a condition is true, in their order, as a table.
///
/// Chunks of which no row is taken are none of its chunks. Which rows are taken is kept: an eighth of a byte for each row of a chunk that is
/// taken in part.
public struct TakenRows: TableSource {
  private struct Chunk: Sendable {
    let number: Int
    let selection: Selection
    let rowCount: Int
  }

  private let base: any TableSource
  private let chunks: [Chunk]
  /// Rows that are taken.
  public let rowCount: Int

  /// Finds the rows: what the condition asks is read here, as far as the footer does not answer it.
  ///
  /// Throws `column.unknown`, `expression.type`, of a row `expression.overflow` and the like, and what reading throws.
  public init(of source: any TableSource, where condition: QueryExpression) throws {
    let evaluation = FilterEvaluation(try Filter(condition, in: [source]), usesStatistics: true)
    var chunks: [Chunk] = []
    for number in 0..<source.chunkCount {
      let selection = try evaluation.select(source, number: 0, chunk: number)
      let rowCount = selection.count(ofRows: source.rowCount(ofChunk: number))
      if rowCount > 0 { chunks.append(Chunk(number: number, selection: selection, rowCount: rowCount)) }
    }
    base = source
    self.chunks = chunks
    rowCount = chunks.reduce(0) { $0 + $1.rowCount }
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's columns.
  public var schema: Schema { base.schema }
  /// As the base's.
  public var hasInventedNames: Bool { base.hasInventedNames }
  /// Chunks of which rows are taken.
  public var chunkCount: Int { chunks.count }
  /// As the base's.
  public var gainsFromAnnouncing: Bool { base.gainsFromAnnouncing }
  /// Rows taken of a chunk. O(1).
  public func rowCount(ofChunk chunk: Int) -> Int { chunks[chunk].rowCount }

  /// To the base.
  public func willRead(columns: [Int], chunks wanted: [Int]) throws {
    try base.willRead(columns: columns, chunks: wanted.map { chunks[$0].number })
  }

  /// Found by a look at the page where the chunk is taken in part.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    if case .all = chunks[chunk].selection { return try base.statistics(column: column, chunk: chunks[chunk].number) }
    return PageStatistics(of: try page(column: column, chunk: chunk), dictionary: try dictionary(column: column))
  }

  /// The base's dictionary: it may have strings that no row of these has.
  public func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }

  /// Of the base's dictionary.
  public func dictionaryCount(column: Int) throws -> Int? { try base.dictionaryCount(column: column) }

  /// True if the base says so of all its chunks.
  public func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }

  /// As the base's.
  public func isComputed(column: Int) -> Bool { base.isComputed(column: column) }

  /// As the base's.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    try base.page(column: column, chunk: chunks[chunk].number, rows: takenRows(ofChunk: chunk))
  }

  /// `rows` count among those that are taken.
  public func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    guard let rows else { return try page(column: column, chunk: chunk) }
    let taken = takenRows(ofChunk: chunk)
    let places = taken.map { taken in rows.map { taken[Int($0)] } } ?? rows
    return try base.page(column: column, chunk: chunks[chunk].number, rows: places)
  }

  /// nil for all. O(rows).
  private func takenRows(ofChunk chunk: Int) -> [UInt32]? {
    if case .all = chunks[chunk].selection { return nil }
    return chunks[chunk].selection.rows(ofRows: base.rowCount(ofChunk: chunks[chunk].number))
  }
}
