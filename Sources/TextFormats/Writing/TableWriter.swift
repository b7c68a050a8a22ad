// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables for people at a terminal: aligned columns under a header and a rule, numbers to the right.
///
/// Widths count terminal cells (wide and combining characters included); control characters are made visible; cells wider than
/// `maximumCellWidth` end in `…`. Rows past `maximumRowCount` are left out, and a last line says how many. Null is `null` unless told otherwise, dimmed
/// where there is colour; an empty string is `""`. Cost: the rows shown are read twice, first for the widths; memory is that of one chunk's pages.
public struct TableWriter: TableTextWriter {
  /// Most rows shown, nil for all.
  public let maximumRowCount: Int?
  /// Said after the number of rows left out: how to get them.
  public let moreRowsHint: String?
  /// Most terminal cells of one table cell, at least 2.
  public let maximumCellWidth: Int
  /// Whether escape sequences may dim nulls and the rule, and make the header bold.
  public let usesColour: Bool

  /// Stands for a row without a value.
  public let nullSpelling: String

  /// Precondition: `maximumCellWidth` is at least 2.
  public init(
    maximumRowCount: Int? = nil, moreRowsHint: String? = nil, maximumCellWidth: Int = 48, usesColour: Bool = false,
    nullSpelling: String = "null"
  ) {
    precondition(maximumCellWidth >= 2, "a cell needs room for one character and an ellipsis")
    self.maximumRowCount = maximumRowCount
    self.moreRowsHint = moreRowsHint
    self.maximumCellWidth = maximumCellWidth
    self.usesColour = usesColour
    self.nullSpelling = nullSpelling
  }

  /// Header, rule, rows and the note about rows left out; see ``TableTextWriter``.
  public func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws {
    let columns = options.columns(of: source)
    let wanted = min(options.rowLimit ?? Int.max, source.rowCount)
    let shown = min(wanted, maximumRowCount ?? Int.max)
    let layouts = try columns.map { try ColumnLayout(source, column: $0, rowCount: shown, style: self) }
    let output = PieceBuffer()
    if !layouts.isEmpty {
      // Trailing blanks of the last column serve nobody.
      if !layouts[layouts.count - 1].isNumeric { layouts[layouts.count - 1].padsToWidth = false }
      try writeLine(layouts, to: output, sink) { $0.append($0.name, inStyle: "1", to: &$1) }
      try writeLine(layouts, to: output, sink) { $0.append($0.rule, inStyle: "2", to: &$1) }
      var remaining = shown
      for chunk in 0..<source.chunkCount where remaining > 0 {
        let rowCount = min(remaining, source.rowCount(ofChunk: chunk))
        for layout in layouts { layout.page = try source.page(column: layout.column, chunk: chunk) }
        for row in 0..<rowCount { try writeLine(layouts, to: output, sink) { $0.appendCell(row, to: &$1) } }
        remaining -= rowCount
      }
    }
    if shown < wanted {
      let rest = wanted - shown
      let hint = moreRowsHint.map { "; " + $0 } ?? ""
      output.bytes.append(Array("… \(rest) more row\(rest == 1 ? "" : "s"), \(wanted) in all\(hint)\n".utf8))
    }
    try output.flush(to: sink)
  }

  private func writeLine(
    _ layouts: [ColumnLayout], to output: PieceBuffer, _ sink: ByteSink,
    _ appendCell: (ColumnLayout, inout [UInt8]) -> Void
  ) throws {
    var line: [UInt8] = []
    for (index, layout) in layouts.enumerated() {
      if index > 0 { line += [UInt8(ascii: " "), UInt8(ascii: " ")] }
      appendCell(layout, &line)
    }
    line.append(UInt8(ascii: "\n"))
    output.bytes.append(line)
    try output.drain(to: sink)
  }
}

/// A cell's text as it is shown, and the terminal cells it takes.
private struct ShownText {
  let text: String
  let width: Int

  init(_ text: String, maximumWidth: Int) {
    if text.utf8.count <= maximumWidth, text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) {
      self.text = text
      width = text.utf8.count
    } else {
      self.text = truncated(printable(text), toWidth: maximumWidth)
      width = displayWidth(of: self.text)
    }
  }
}

/// One column: how wide it is, and how its cells are laid out.
private final class ColumnLayout {
  let column: Int
  let name: ShownText
  let isNumeric: Bool
  var padsToWidth = true
  /// The page that ``appendCell(_:to:)`` takes its rows from.
  var page: ColumnPage?
  private let style: TableWriter
  private let type: ColumnType
  private let dictionary: StringDictionary?
  /// Texts by code, as they are met; empty where there are more codes than rows.
  private var entries: [ShownText?]
  private let null: ShownText
  private var width: Int

  /// Looks at the first `rowCount` rows for their widths.
  init(_ source: any TableSource, column: Int, rowCount: Int, style: TableWriter) throws {
    let field = source.schema.fields[column]
    self.column = column
    self.style = style
    type = field.type
    isNumeric = field.type.isNumeric
    name = ShownText(field.name, maximumWidth: style.maximumCellWidth)
    null = ShownText(style.nullSpelling, maximumWidth: style.maximumCellWidth)
    width = name.width
    dictionary = try source.dictionary(column: column)
    entries = []
    if let dictionary, dictionary.count <= rowCount { entries = Array(repeating: nil, count: dictionary.count) }
    var remaining = rowCount
    for chunk in 0..<source.chunkCount where remaining > 0 {
      let page = try source.page(column: column, chunk: chunk)
      for row in 0..<min(page.rowCount, remaining) { width = max(width, (text(of: page, at: row) ?? null).width) }
      remaining -= page.rowCount
    }
  }

  var rule: ShownText { ShownText(String(repeating: "─", count: width), maximumWidth: width) }

  private func text(of page: ColumnPage, at row: Int) -> ShownText? {
    if case .codes(let codes) = page.values, !entries.isEmpty, page.validity.isValid(row),
      let known = entries[Int(codes[row])]
    {
      return known
    }
    let value = page.value(at: row, type: type, dictionary: dictionary)
    if value == .null { return nil }
    let text = value == .string("") ? "\"\"" : plainText(of: value)
    let shown = ShownText(text, maximumWidth: style.maximumCellWidth)
    if case .codes(let codes) = page.values, !entries.isEmpty { entries[Int(codes[row])] = shown }
    return shown
  }

  /// Adds row `row` of ``page``. Precondition: it was among those looked at for their widths.
  func appendCell(_ row: Int, to line: inout [UInt8]) {
    guard let page else { preconditionFailure("a cell without its page") }
    if let shown = text(of: page, at: row) { append(shown, to: &line) } else { append(null, inStyle: "2", to: &line) }
  }

  /// Adds `shown`, padded, inside an escape sequence where colour is used.
  func append(_ shown: ShownText, inStyle code: String, to line: inout [UInt8]) {
    guard style.usesColour else { return append(shown, to: &line) }
    line.append(contentsOf: "\u{1B}[\(code)m".utf8)
    append(shown, to: &line)
    line.append(contentsOf: "\u{1B}[0m".utf8)
  }

  private func append(_ shown: ShownText, to line: inout [UInt8]) {
    let blanks = repeatElement(UInt8(ascii: " "), count: width - shown.width)
    if isNumeric { line.append(contentsOf: blanks) }
    line.append(contentsOf: shown.text.utf8)
    if !isNumeric, padsToWidth { line.append(contentsOf: blanks) }
  }
}
