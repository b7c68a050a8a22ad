// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as a JSON array of objects, one object a line (RFC 8259), as `Formats/JSON/README.md` has it.
///
/// Whole numbers and decimals are numbers with all their digits (a reader that keeps doubles only may round them), doubles the
/// shortest that read back, dates are strings `YYYY-MM-DD`, timestamps `YYYY-MM-DDTHH:MM:SS` (see
/// ``appendText(ofTimestamp:isUTC:to:)``), null is `null`. JSON has no word for NaN and infinities: they are the strings `"NaN"`,
/// `"Infinity"` and `"-Infinity"`. Control characters are escaped; strings are valid UTF-8, so no surrogate can stand alone; names
/// of columns are unique, so members are. A table of no rows is `[]`. Streams: a row is text as soon as it is read.
public struct JSONWriter: TableTextWriter {
  /// Has no options.
  public init() {}

  /// Objects with one member per column; see ``TableTextWriter``.
  public func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws {
    let columns = options.columns(of: source)
    let layout = try RowLayout(
      source, columns: columns, rowLimit: options.rowLimit, style: .json,
      frame: objectFrame(source, columns, rowEnd: "}", betweenRows: ",\n"))
    let hasRows = !layout.chunks.isEmpty
    try writeRows(
      layout, head: Array((hasRows ? "[\n" : "[").utf8), foot: Array((hasRows ? "\n]\n" : "]\n").utf8),
      options: options, to: sink)
  }
}

/// Writes tables as one JSON object a line, each line ended by LF; values as in ``JSONWriter``.
public struct NDJSONWriter: TableTextWriter {
  /// Has no options.
  public init() {}

  /// Objects with one member per column; see ``TableTextWriter``.
  public func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws {
    let columns = options.columns(of: source)
    let layout = try RowLayout(
      source, columns: columns, rowLimit: options.rowLimit, style: .json,
      frame: objectFrame(source, columns, rowEnd: "}\n", betweenRows: ""))
    try writeRows(layout, options: options, to: sink)
  }
}

private func objectFrame(
  _ source: any TableSource, _ columns: [Int], rowEnd: String, betweenRows: String
) -> RowFrame {
  let leads = columns.enumerated().map { index, column in
    Array((index == 0 ? "{" : ",").utf8) + CellStyle.json.text(of: source.schema.fields[column].name) + [
      UInt8(ascii: ":")
    ]
  }
  return RowFrame(leads: leads, rowEnd: Array(rowEnd.utf8), betweenRows: Array(betweenRows.utf8))
}
