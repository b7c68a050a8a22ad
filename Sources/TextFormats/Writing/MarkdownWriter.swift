// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as Markdown (GitHub's pipe tables), numbers aligned to the right.
///
/// Pipes and backslashes get a backslash, line breaks become `<br>`, null is an empty cell. Cells are not padded: rows stream.
public struct MarkdownWriter: TableTextWriter {
  /// Has no options.
  public init() {}

  /// Header, rule and rows; see ``TableTextWriter``. A table without columns is no text.
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let fields = columns.map { source.schema.fields[$0] }
    let output = PieceBuffer()
    let frame = RowFrame(
      leads: columns.indices.map { Array(($0 == 0 ? "| " : " | ").utf8) }, rowEnd: Array(" |\n".utf8), betweenRows: [])
    if !fields.isEmpty {
      for (index, field) in fields.enumerated() {
        output.bytes.append(frame.leads[index])
        output.bytes.append(CellStyle.markdown.text(of: field.name))
      }
      output.bytes.append(frame.rowEnd)
      for (index, field) in fields.enumerated() {
        output.bytes.append(frame.leads[index])
        output.bytes.append(Array((field.type.isNumeric ? "---:" : "---").utf8))
      }
      output.bytes.append(frame.rowEnd)
    }
    try writeRows(
      of: source, columns: columns, rowLimit: rowLimit, style: .markdown, frame: frame, into: output, to: sink)
    try output.flush(to: sink)
  }
}
