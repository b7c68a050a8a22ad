// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What stands between cells and rows in a format that puts one row after the other.
struct RowFrame {
  /// Before each column's cell: `,` or `, "name": ` and so on.
  let leads: [[UInt8]]
  /// After the last cell of a row.
  let rowEnd: [UInt8]
  /// Between two rows, besides `rowEnd`.
  let betweenRows: [UInt8]
}

/// Rows formatted at a time: small enough that a block of a few columns stays in the cache, and that a block of very many
/// columns takes little memory.
func blockRowCount(columnCount: Int) -> Int { min(1024, max(1, (1 << 20) / max(1, columnCount))) }

/// Formats rows of `source` in order: columns by blocks, then row by row.
func writeRows(
  of source: any TableSource, columns: [Int], rowLimit: Int?, style: CellStyle, frame: RowFrame,
  into output: PieceBuffer, to sink: ByteSink
) throws {
  var remaining = min(rowLimit ?? Int.max, source.rowCount)
  guard remaining > 0, !columns.isEmpty else { return }
  let fields = columns.map { source.schema.fields[$0] }
  let dictionaries = try columns.map { try source.dictionary(column: $0) }
  let entries = dictionaries.map { dictionary -> CellTexts? in
    guard let dictionary, dictionary.count <= remaining else { return nil }
    return CellTexts.entries(of: dictionary, style: style)
  }
  let blockRowCount = blockRowCount(columnCount: columns.count)
  let texts = columns.map { _ in CellTexts(style: style, cellCapacity: blockRowCount) }
  var isFirst = true
  for chunk in 0..<source.chunkCount where remaining > 0 {
    let rowCount = min(remaining, source.rowCount(ofChunk: chunk))
    let pages = try columns.map { try source.page(column: $0, chunk: chunk) }
    for start in stride(from: 0, to: rowCount, by: blockRowCount) {
      let rows = start..<min(start + blockRowCount, rowCount)
      for (index, page) in pages.enumerated() {
        texts[index].format(
          page, rows: rows, type: fields[index].type, dictionary: dictionaries[index], entries: entries[index])
      }
      appendRows(rows.count, texts, frame, isFirst: isFirst, to: output.bytes)
      isFirst = false
      try output.drain(to: sink)
    }
    remaining -= rowCount
  }
}

/// Puts `count` rows together from their columns' cells.
private func appendRows(
  _ count: Int, _ texts: [CellTexts], _ frame: RowFrame, isFirst: Bool, to output: GrowingBytes
) {
  let frameBytes = frame.leads.reduce(frame.rowEnd.count + frame.betweenRows.count) { $0 + $1.count }
  output.reserve(texts.reduce(count * frameBytes) { $0 + $1.bytes.count })
  let leads = GrowingBytes(capacity: frameBytes)
  for lead in frame.leads { leads.append(lead) }
  leads.append(frame.rowEnd)
  leads.append(frame.betweenRows)
  let columns = zip(texts, frame.leads).map {
    ColumnCursor(bytes: $0.bytes.start, ends: $0.ends, leadCount: $1.count)
  }
  let start = output.start
  var at = output.count
  columns.withUnsafeBufferPointer { columns in
    for row in 0..<count {
      // All copies end inside the reservation made above, with copySlack behind it; sources have it too.
      if row > 0 || !isFirst {
        copyBytes(leads.start + (frameBytes &- frame.betweenRows.count), frame.betweenRows.count, to: start + at)
        at &+= frame.betweenRows.count
      }
      var lead = 0
      for column in columns {
        copyBytes(leads.start + lead, column.leadCount, to: start + at)
        at &+= column.leadCount
        lead &+= column.leadCount
        let from = row == 0 ? 0 : column.ends[row &- 1]
        let length = column.ends[row] &- from
        copyBytes(column.bytes + from, length, to: start + at)
        at &+= length
      }
      copyBytes(leads.start + lead, frame.rowEnd.count, to: start + at)
      at &+= frame.rowEnd.count
    }
  }
  output.count = at
}

private struct ColumnCursor {
  let bytes: UnsafeMutablePointer<UInt8>
  let ends: UnsafeMutablePointer<Int>
  let leadCount: Int
}
