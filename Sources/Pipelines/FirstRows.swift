// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first rows of another table, as a table; reads no chunk past them.
public struct FirstRows: TableSource {
  private let base: any TableSource
  /// Rows shown of each chunk that any are shown of.
  private let chunkRows: [Int]
  /// The limit, or fewer if the base has fewer.
  public let rowCount: Int

  /// Shows at most `limit` rows of `base`. O(chunks that they lie in).
  public init(of base: any TableSource, limit: Int) {
    precondition(limit >= 0, "a number of rows is not negative")
    self.base = base
    rowCount = min(limit, base.rowCount)
    var rest = rowCount
    var rows: [Int] = []
    while rest > 0 {
      rows.append(min(rest, base.rowCount(ofChunk: rows.count)))
      rest -= rows[rows.count - 1]
    }
    chunkRows = rows
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's columns.
  public var schema: Schema { base.schema }
  /// As the base's.
  public var hasInventedNames: Bool { base.hasInventedNames }
  /// Chunks that the rows lie in.
  public var chunkCount: Int { chunkRows.count }

  /// As the base's.
  public var gainsFromAnnouncing: Bool { base.gainsFromAnnouncing }
  /// To the base.
  public func willRead(columns: [Int], chunks: [Int]) throws { try base.willRead(columns: columns, chunks: chunks) }

  /// Rows of the base's chunk, cut at the limit. O(1).
  public func rowCount(ofChunk chunk: Int) -> Int { chunkRows[chunk] }

  /// Statistics of the rows shown.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    let count = rowCount(ofChunk: chunk)
    if count == base.rowCount(ofChunk: chunk) { return try base.statistics(column: column, chunk: chunk) }
    return PageStatistics(
      of: try page(column: column, chunk: chunk), dictionary: try base.dictionary(column: column))
  }

  /// The base's dictionary.
  public func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }

  /// The base's page, cut at the limit.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    let page = try base.page(column: column, chunk: chunk)
    let count = rowCount(ofChunk: chunk)
    return count == page.rowCount ? page : page.rows(0..<count)
  }
}
