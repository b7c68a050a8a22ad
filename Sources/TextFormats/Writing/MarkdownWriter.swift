// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as Markdown (GitHub's pipe tables), numbers aligned to the right.
///
/// Pipes and backslashes get a backslash, line breaks become `<br>`, null is an empty cell unless told otherwise. Cells are not padded: rows stream.
public struct MarkdownWriter: TableTextWriter {
  /// Stands for a row without a value; escaped as strings are.
  public let nullSpelling: String

  /// `nullSpelling` stands for a row without a value.
  public init(nullSpelling: String = "") { self.nullSpelling = nullSpelling }

  /// Header, rule and rows; see ``TableTextWriter``. A table without columns is no text.
  public func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws {
    let columns = options.columns(of: source)
    let fields = columns.map { source.schema.fields[$0] }
    let style = CellStyle.markdown(null: nullSpelling)
    let frame = RowFrame(
      leads: columns.indices.map { Array(($0 == 0 ? "| " : " | ").utf8) }, rowEnd: Array(" |\n".utf8), betweenRows: [])
    var header: [UInt8] = []
    if !fields.isEmpty {
      header += zip(frame.leads, fields).flatMap { lead, field in lead + style.text(of: field.name) } + frame.rowEnd
      header += zip(frame.leads, fields).flatMap { lead, field in lead + (field.type.isNumeric ? "---:" : "---").utf8 }
      header += frame.rowEnd
    }
    let layout = try RowLayout(source, columns: columns, rowLimit: options.rowLimit, style: style, frame: frame)
    try writeRows(layout, head: header, options: options, to: sink)
  }
}
