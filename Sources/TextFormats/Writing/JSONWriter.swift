// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as a JSON array of objects, one object a line (RFC 8259).
///
/// Whole numbers and decimals are numbers with all their digits (a reader that keeps doubles only may round them), dates are
/// strings `YYYY-MM-DD`, timestamps strings `YYYY-MM-DDTHH:MM:SS` (see ``appendText(ofTimestamp:isUTC:to:)``), null is `null`. JSON has no word for NaN and infinities: they are the strings `"NaN"`, `"Infinity"` and
/// `"-Infinity"`. A table of no rows is `[]`.
public struct JSONWriter: TableTextWriter {
  /// Has no options.
  public init() {}

  /// Objects with one member per column; see ``TableTextWriter``.
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let output = PieceBuffer()
    let hasRows = min(rowLimit ?? Int.max, source.rowCount) > 0 && !columns.isEmpty
    output.bytes.append(Array((hasRows ? "[\n" : "[").utf8))
    try writeRows(
      of: source, columns: columns, rowLimit: rowLimit, style: .json,
      frame: objectFrame(source, columns, rowEnd: "}", betweenRows: ",\n"), into: output, to: sink)
    output.bytes.append(Array((hasRows ? "\n]\n" : "]\n").utf8))
    try output.flush(to: sink)
  }
}

/// Writes tables as one JSON object a line, each line ended by LF; values as in ``JSONWriter``.
public struct NDJSONWriter: TableTextWriter {
  /// Has no options.
  public init() {}

  /// Objects with one member per column; see ``TableTextWriter``.
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let output = PieceBuffer()
    try writeRows(
      of: source, columns: columns, rowLimit: rowLimit, style: .json,
      frame: objectFrame(source, columns, rowEnd: "}\n", betweenRows: ""), into: output, to: sink)
    try output.flush(to: sink)
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
