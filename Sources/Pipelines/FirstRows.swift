// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first rows of another table, as a table; reads no chunk past them.
public struct FirstRows: TableSource {
  private let base: any TableSource
  private let limit: Int

  /// Shows at most `limit` rows of `base`.
  public init(of base: any TableSource, limit: Int) {
    precondition(limit >= 0, "a number of rows is not negative")
    self.base = base
    self.limit = limit
  }

  /// The base's name.
  public var name: String { base.name }
  /// The base's columns.
  public var schema: Schema { base.schema }
  /// The limit, or fewer if the base has fewer.
  public var rowCount: Int { min(limit, base.rowCount) }

  /// Chunks that the rows lie in.
  public var chunkCount: Int {
    var rest = limit
    for chunk in 0..<base.chunkCount {
      if rest <= 0 { return chunk }
      rest -= base.rowCount(ofChunk: chunk)
    }
    return base.chunkCount
  }

  /// Rows of the base's chunk, cut at the limit.
  public func rowCount(ofChunk chunk: Int) -> Int {
    let before = (0..<chunk).reduce(0) { $0 + base.rowCount(ofChunk: $1) }
    return max(0, min(base.rowCount(ofChunk: chunk), limit - before))
  }

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
