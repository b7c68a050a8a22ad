// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as comma-separated values (RFC 4180, with the line end of your choice).
///
/// Null is the empty cell, an empty string is `""`. Strings are quoted only where they contain the delimiter, the quote, CR or
/// LF, are empty, or start like a byte order mark; spaces stay bare. In a table of one column a null row is an empty line.
/// Decimals have all digits of their scale, doubles the shortest that read back, `NaN`, `inf` and `-inf`.
public struct CSVWriter: TableTextWriter {
  /// How lines end.
  public enum LineEnd: Sendable {
    /// One LF.
    case lf
    /// CR and LF.
    case crlf

    var bytes: [UInt8] { self == .lf ? [10] : [13, 10] }
  }

  /// Between cells; an ASCII byte other than the quote, CR and LF.
  public let delimiter: UInt8
  /// Around cells that need it, doubled inside; an ASCII byte.
  public let quote: UInt8
  /// After each row, the last one too.
  public let lineEnd: LineEnd
  /// Whether names come first.
  public let hasHeader: Bool

  /// Precondition: delimiter and quote are two different ASCII bytes, neither CR nor LF.
  public init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""), lineEnd: LineEnd = .lf,
    hasHeader: Bool = true
  ) {
    precondition(
      delimiter != quote && [delimiter, quote].allSatisfy { $0 < 0x80 && $0 != 10 && $0 != 13 },
      "delimiter and quote must be two different ASCII bytes and no line end")
    self.delimiter = delimiter
    self.quote = quote
    self.lineEnd = lineEnd
    self.hasHeader = hasHeader
  }

  /// Header, if wanted, and rows; see ``TableTextWriter``.
  public func write(_ source: any TableSource, columns: [Int]?, rowLimit: Int?, to sink: ByteSink) throws {
    let columns = columns ?? Array(source.schema.fields.indices)
    let style = CellStyle.csv(delimiter: delimiter, quote: quote)
    let output = PieceBuffer()
    let frame = RowFrame(
      leads: columns.indices.map { $0 == 0 ? [] : [delimiter] }, rowEnd: lineEnd.bytes, betweenRows: [])
    if hasHeader {
      for (index, column) in columns.enumerated() {
        output.bytes.append(frame.leads[index])
        output.bytes.append(style.text(of: source.schema.fields[column].name))
      }
      output.bytes.append(lineEnd.bytes)
    }
    try writeRows(
      of: source, columns: columns, rowLimit: rowLimit, style: style, frame: frame, into: output, to: sink)
    try output.flush(to: sink)
  }
}
