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
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let fields = columns.map { source.schema.fields[$0] }
    let style = CellStyle.markdown(null: nullSpelling)
    let output = PieceBuffer()
    let frame = RowFrame(
      leads: columns.indices.map { Array(($0 == 0 ? "| " : " | ").utf8) }, rowEnd: Array(" |\n".utf8), betweenRows: [])
    if !fields.isEmpty {
      for (index, field) in fields.enumerated() {
        output.bytes.append(frame.leads[index])
        output.bytes.append(style.text(of: field.name))
      }
      output.bytes.append(frame.rowEnd)
      for (index, field) in fields.enumerated() {
        output.bytes.append(frame.leads[index])
        output.bytes.append(Array((field.type.isNumeric ? "---:" : "---").utf8))
      }
      output.bytes.append(frame.rowEnd)
    }
    try writeRows(
      of: source, columns: columns, rowLimit: rowLimit, style: style, frame: frame, into: output, to: sink)
    try output.flush(to: sink)
  }
}
