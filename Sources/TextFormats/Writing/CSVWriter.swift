// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Writes tables as comma-separated values (RFC 4180, with the line end of your choice).
///
/// Null is the bare empty cell, or a spelling of your choice; an empty string is `""`. What is quoted, ``QuoteStyle`` says; in any
/// style, what would read as the spelling of null is quoted, so that it does not. In a table of one column, a null row is an empty
/// line. Decimals have all digits of their scale, doubles the shortest that read back, `NaN`, `inf` and `-inf`. Names come first
/// unless they were made up (``TableSource/hasInventedNames``): a source without a header is written without one.
public struct CSVWriter: TableTextWriter {
  /// How lines end.
  public enum LineEnd: Sendable {
    /// One LF.
    case lf
    /// CR and LF.
    case crlf

    var bytes: [UInt8] { self == .lf ? [10] : [13, 10] }
  }

  /// Which cells stand in quotes.
  public enum QuoteStyle: String, Sendable, CaseIterable {
    /// Strings that contain the delimiter, the quote, CR or LF, are empty, or start like a byte order mark; spaces stay bare.
    case minimal
    /// Names and all values but null, numbers too.
    case all
  }

  /// Between cells; an ASCII byte other than the quote, CR and LF.
  public let delimiter: UInt8
  /// Around cells that need it, doubled inside; an ASCII byte.
  public let quote: UInt8
  /// After each row, the last one too.
  public let lineEnd: LineEnd
  /// Whether names come first; nil: unless they were made up.
  public let hasHeader: Bool?
  /// Which cells stand in quotes.
  public let quoteStyle: QuoteStyle
  /// Stands, bare, for a row without a value.
  public let nullSpelling: String

  /// Precondition: delimiter and quote are two different ASCII bytes, neither CR nor LF, and null can be spelled so (see
  /// ``canSpellNull(_:delimiter:quote:)``).
  public init(
    delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\""), lineEnd: LineEnd = .lf,
    hasHeader: Bool? = nil, quoteStyle: QuoteStyle = .minimal, nullSpelling: String = ""
  ) {
    precondition(
      delimiter != quote && [delimiter, quote].allSatisfy { $0 < 0x80 && $0 != 10 && $0 != 13 },
      "delimiter and quote must be two different ASCII bytes and no line end")
    precondition(
      Self.canSpellNull(nullSpelling, delimiter: delimiter, quote: quote),
      "the spelling of null would have to be quoted")
    self.delimiter = delimiter
    self.quote = quote
    self.lineEnd = lineEnd
    self.hasHeader = hasHeader
    self.quoteStyle = quoteStyle
    self.nullSpelling = nullSpelling
  }

  /// True if `text` can stand without quotes, as null does: no delimiter, quote, CR or LF, and no byte order mark in front.
  ///
  /// An empty text cannot between spaces, several of which readers take for one delimiter.
  public static func canSpellNull(
    _ text: String, delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8 = UInt8(ascii: "\"")
  ) -> Bool {
    text.utf8.isEmpty
      ? delimiter != UInt8(ascii: " ") : !CellStyle.csv(delimiter: delimiter, quote: quote).needsQuotes(text)
  }

  /// Header, if wanted, and rows; see ``TableTextWriter``.
  public func write(_ source: any TableSource, options: WritingOptions, to sink: ByteSink) throws {
    let columns = options.columns(of: source)
    let style = CellStyle.csv(
      delimiter: delimiter, quote: quote, quotesAll: quoteStyle == .all, null: Array(nullSpelling.utf8))
    let frame = RowFrame(
      leads: columns.indices.map { $0 == 0 ? [] : [delimiter] }, rowEnd: lineEnd.bytes, betweenRows: [])
    var header: [UInt8] = []
    if hasHeader ?? !source.hasInventedNames {
      for (lead, column) in zip(frame.leads, columns) {
        header += lead + style.text(of: source.schema.fields[column].name)
      }
      header += lineEnd.bytes
    }
    let layout = try RowLayout(source, columns: columns, rowLimit: options.rowLimit, style: style, frame: frame)
    try writeRows(layout, head: header, options: options, to: sink)
  }
}
