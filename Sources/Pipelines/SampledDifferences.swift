// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare

/// A sample of rows that differ and lie in a table of their own: the one that ``DifferingRows`` takes, by the rows' numbers alone.
struct SampledDifferences: TableSource {
  private let base: any TableSource
  /// Per chunk, the base's chunk and which of its rows.
  private let pieces: [(chunk: Int, rows: [UInt32])]
  let rowCount: Int

  /// At most `size` of `rows`, which have the columns of `layout`. O(rows): their numbers are read. Throws what reading throws.
  init(of rows: any TableSource, _ layout: DifferingRowLayout, size: Int) throws {
    base = rows
    var smallest = SmallestRowHashes(count: size)
    try Self.forEachRow(of: rows, layout) { _, _, row, side in smallest.add(row, side) }
    let chosen = smallest.rows
    let (ofSource, ofCompare) = (Set(chosen.source), Set(chosen.compare))
    var pieces: [(chunk: Int, rows: [UInt32])] = []
    try Self.forEachRow(of: rows, layout) { chunk, position, row, side in
      guard (side == .source ? ofSource : ofCompare).contains(row) else { return }
      if pieces.last?.chunk != chunk { pieces.append((chunk, [])) }
      pieces[pieces.count - 1].rows.append(UInt32(position))
    }
    self.pieces = pieces
    rowCount = pieces.reduce(0) { $0 + $1.rows.count }
  }

  /// Calls `body` with each row's place, and the row of the table that it is of, counted from 0.
  private static func forEachRow(
    of rows: any TableSource, _ layout: DifferingRowLayout,
    _ body: (_ chunk: Int, _ position: Int, _ row: Int, _ side: ComparedSide) -> Void
  ) throws {
    for chunk in 0..<rows.chunkCount {
      let source = try rows.page(column: layout.sourceRowPosition, chunk: chunk)
      let compare = try rows.page(column: layout.sourceRowPosition + 1, chunk: chunk)
      guard case .int64(let sourceRows) = source.values, case .int64(let compareRows) = compare.values else {
        preconditionFailure("row numbers are 64-bit integers")
      }
      for position in sourceRows.indices {
        if source.validity.isValid(position) {
          body(chunk, position, Int(sourceRows[position]) - 1, .source)
        } else {
          body(chunk, position, Int(compareRows[position]) - 1, .compare)
        }
      }
    }
  }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var chunkCount: Int { pieces.count }
  func rowCount(ofChunk chunk: Int) -> Int { pieces[chunk].rows.count }
  func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    PageStatistics(of: try page(column: column, chunk: chunk), dictionary: try dictionary(column: column))
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage {
    try base.page(column: column, chunk: pieces[chunk].chunk).gathering(pieces[chunk].rows[...])
  }
}
