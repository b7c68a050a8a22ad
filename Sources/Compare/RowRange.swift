// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Neighbouring rows of another table, as a table.
struct RowRange: TableSource {
  private let base: any TableSource
  /// Per chunk, the base's chunk and rows of it.
  private let pieces: [(chunk: Int, rows: Range<Int>)]
  let rowCount: Int

  /// `range` may reach past the table's rows. O(chunks).
  init(_ base: any TableSource, _ range: Range<Int>) {
    self.base = base
    let rows = RowLocator(base)
    var pieces: [(chunk: Int, rows: Range<Int>)] = []
    for chunk in 0..<rows.chunkCount {
      let own = rows.rows(ofChunk: chunk)
      let taken = own.clamped(to: range)
      if !taken.isEmpty {
        pieces.append((chunk, taken.lowerBound - own.lowerBound..<taken.upperBound - own.lowerBound))
      }
    }
    self.pieces = pieces
    rowCount = pieces.reduce(0) { $0 + $1.rows.count }
  }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var chunkCount: Int { pieces.count }
  var hasStoredStatistics: Bool { base.hasStoredStatistics }
  func rowCount(ofChunk chunk: Int) -> Int { pieces[chunk].rows.count }
  func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }
  func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: column) }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    let (own, rows) = pieces[chunk]
    if rows.count == base.rowCount(ofChunk: own) { return try base.statistics(column: column, chunk: own) }
    return PageStatistics(of: try page(column: column, chunk: chunk), dictionary: try dictionary(column: column))
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage {
    let (own, rows) = pieces[chunk]
    let page = try base.page(column: column, chunk: own)
    return rows.count == page.rowCount ? page : page.rows(rows)
  }
}
