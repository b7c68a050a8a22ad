// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What stands between cells and rows in a format that puts one row after the other.
struct RowFrame: Sendable {
  /// Before each column's cell: `,` or `,"name":` and so on.
  let leads: [[UInt8]]
  /// After the last cell of a row.
  let rowEnd: [UInt8]
  /// Between two rows, besides `rowEnd`.
  let betweenRows: [UInt8]
}

/// Rows formatted at a time: small enough that a block of a few columns stays in the cache, and that a block of very many
/// columns takes little memory.
func blockRowCount(columnCount: Int) -> Int { min(1024, max(1, (1 << 20) / max(1, columnCount))) }

/// The rows to write and how they look: what all workers share, and none changes.
struct RowLayout: @unchecked Sendable {
  let source: any TableSource
  let columns: [Int]
  let fields: [Field]
  let dictionaries: [StringDictionary?]
  /// Per column, its dictionary's strings as cells, if there are no more of them than rows. Only read once they are made.
  let entries: [CellTexts?]
  let style: CellStyle
  let frame: RowFrame
  /// Per chunk, rows before it and rows to write of it; chunks past the row limit are left out.
  let chunks: [(rowsBefore: Int, rowCount: Int)]

  init(_ source: any TableSource, columns: [Int], rowLimit: Int?, style: CellStyle, frame: RowFrame) throws {
    var chunks: [(rowsBefore: Int, rowCount: Int)] = []
    let rowCount = min(rowLimit ?? Int.max, source.rowCount)
    var rowsBefore = 0
    while rowsBefore < rowCount, !columns.isEmpty {
      let count = min(rowCount - rowsBefore, source.rowCount(ofChunk: chunks.count))
      chunks.append((rowsBefore, count))
      rowsBefore += count
    }
    try source.willRead(columns: columns, chunks: Array(chunks.indices))
    let dictionaries = try columns.map { rowsBefore > 0 ? try source.dictionary(column: $0) : nil }
    entries = zip(dictionaries, frame.leads).map { dictionary, lead in
      guard let dictionary, dictionary.count <= rowsBefore else { return nil }
      return CellTexts.entries(of: dictionary, style: style, lead: lead)
    }
    self.source = source
    self.columns = columns
    fields = columns.map { source.schema.fields[$0] }
    self.dictionaries = dictionaries
    self.style = style
    self.frame = frame
    self.chunks = chunks
  }
}
