// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How a text is divided into records and fields.
public struct CSVDialect: Sendable, Equatable {
  /// What takes a quote or delimiter its meaning.
  public enum Escape: String, Sendable {
    /// A quote inside a quoted field is written twice (RFC 4180).
    case doubled
    /// A backslash before a delimiter, quote, line end or backslash; before anything else it is text. `\N` alone is null.
    /// Doubled quotes are understood too.
    case backslash
  }

  /// What ends a record.
  public enum LineEnd: String, Sendable {
    /// LF, or CR and LF.
    case lf
    /// CR alone.
    case cr
    /// Any of LF, CR LF and CR, in one text.
    case mixed
  }

  /// Name of the encoding as iconv knows it.
  public var encoding = "UTF-8"
  /// Between fields: one byte, or several; never a quote, never a line end.
  public var delimiter = [UInt8(ascii: ",")]
  /// True if spaces (and tabs) at both ends of a field and around its quotes are no part of it: `a, "b"`.
  public var skipsSpaces = false
  /// True if several delimiters in a row count as one, and those at both ends of a line for none.
  public var joinsDelimiters = false
  /// Around fields that hold delimiters, quotes or line ends; nil if no byte quotes.
  public var quote: UInt8? = UInt8(ascii: "\"")
  /// How quotes inside quoted fields are written.
  public var escape = Escape.doubled
  /// What ends a record.
  public var lineEnd = LineEnd.lf
  /// Records that begin with this are no data; empty: there are none.
  public var comment: [UInt8] = []
  /// Lines before the header.
  public var preambleLines = 0
  /// Records with names; 0 where the first record is data.
  public var headerRows = 1

  /// RFC 4180 with either line end.
  public init() {}

  /// True if a record of one reads the same in the other.
  func divides(as other: CSVDialect) -> Bool {
    (delimiter, quote, escape) == (other.delimiter, other.quote, other.escape)
      && (lineEnd == .cr) == (other.lineEnd == .cr)
      && (skipsSpaces, joinsDelimiters, comment) == (other.skipsSpaces, other.joinsDelimiters, other.comment)
  }

  /// True if single bytes divide everything, so that the vector scan can read the text as it stands.
  var isPlain: Bool {
    delimiter.count == 1 && !skipsSpaces && !joinsDelimiters && escape == .doubled && lineEnd != .mixed
      && comment.isEmpty
  }
}
