// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables for people at a terminal: aligned columns under a header and a rule, numbers to the right.
///
/// Widths count terminal cells (wide and combining characters included); control characters are made visible; cells wider than
/// `maximumCellWidth` end in `…`. Rows past `maximumRowCount` are left out, and a last line says how many. Null is blank, or with
/// colour a dimmed `null`. The rows shown are held in memory as text: give a `maximumRowCount` for large tables.
public struct TableWriter: TableTextWriter {
  /// Most rows shown, nil for all.
  public let maximumRowCount: Int?
  /// Most terminal cells of one table cell, at least 2.
  public let maximumCellWidth: Int
  /// Whether escape sequences may dim nulls and the rule, and make the header bold.
  public let usesColour: Bool

  /// Precondition: `maximumCellWidth` is at least 2.
  public init(maximumRowCount: Int? = nil, maximumCellWidth: Int = 48, usesColour: Bool = false) {
    precondition(maximumCellWidth >= 2, "a cell needs room for one character and an ellipsis")
    self.maximumRowCount = maximumRowCount
    self.maximumCellWidth = maximumCellWidth
    self.usesColour = usesColour
  }

  /// Header, rule, rows and the note about rows left out; see ``TableTextWriter``.
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let wanted = min(rowLimit ?? Int.max, source.rowCount)
    let shown = min(wanted, maximumRowCount ?? Int.max)
    var laidOut = try columns.map { try cells(of: source, column: $0, rowCount: shown) }
    let output = PieceBuffer()
    if !laidOut.isEmpty {
      // Trailing blanks of the last column serve nobody.
      if !laidOut[laidOut.count - 1].isNumeric { laidOut[laidOut.count - 1].padsToWidth = false }
      append(laidOut.map { styled($0.padded($0.name), "1") }, to: output)
      append(laidOut.map { styled(String(repeating: "─", count: $0.width), "2") }, to: output)
      for row in 0..<shown {
        append(laidOut.map { $0.cell(row, dim: { self.styled($0, "2") }) }, to: output)
        try output.drain(to: sink)
      }
    }
    if shown < wanted {
      let rest = wanted - shown
      append(["… \(rest) more row\(rest == 1 ? "" : "s"), \(wanted) in all"], to: output)
    }
    try output.flush(to: sink)
  }

  private func append(_ cells: [String], to output: PieceBuffer) {
    output.bytes.append(Array((cells.joined(separator: "  ") + "\n").utf8))
  }

  private func styled(_ text: String, _ code: String) -> String {
    usesColour ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private func cells(of source: any TableSource, column: Int, rowCount: Int) throws -> LaidOutColumn {
    let field = source.schema.fields[column]
    let dictionary = try source.dictionary(column: column)
    var cells: [String?] = []
    cells.reserveCapacity(rowCount)
    for chunk in 0..<source.chunkCount where cells.count < rowCount {
      let page = try source.page(column: column, chunk: chunk)
      for row in 0..<min(page.rowCount, rowCount - cells.count) {
        let value = page.value(at: row, type: field.type, dictionary: dictionary)
        cells.append(value == .null ? (usesColour ? nil : "") : shortened(plainText(of: value)))
      }
    }
    return LaidOutColumn(name: shortened(field.name), isNumeric: field.type.isNumeric, cells: cells)
  }

  private func shortened(_ text: String) -> String { truncated(printable(text), toWidth: maximumCellWidth) }
}

private struct LaidOutColumn {
  let name: String
  let isNumeric: Bool
  /// Nil where a dimmed `null` goes.
  let cells: [String?]
  let width: Int
  var padsToWidth = true

  init(name: String, isNumeric: Bool, cells: [String?]) {
    self.name = name
    self.isNumeric = isNumeric
    self.cells = cells
    width = cells.reduce(displayWidth(of: name)) { max($0, displayWidth(of: $1 ?? "null")) }
  }

  func padded(_ text: String) -> String {
    let blanks = String(repeating: " ", count: width - displayWidth(of: text))
    return isNumeric ? blanks + text : padsToWidth ? text + blanks : text
  }

  func cell(_ row: Int, dim: (String) -> String) -> String {
    cells[row].map(padded) ?? dim(padded("null"))
  }
}
