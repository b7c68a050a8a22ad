// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What the user says of a dialect; what is nil is found.
public struct CSVDialectHints: Sendable, Equatable {
  /// See ``CSVDialect/encoding``.
  public var encoding: String?
  /// See ``CSVDialect/delimiter``.
  public var delimiter: [UInt8]?
  /// See ``CSVDialect/quote``; `.some(nil)`: no byte quotes.
  public var quote: UInt8??
  /// See ``CSVDialect/escape``.
  public var escape: CSVDialect.Escape?
  /// See ``CSVDialect/lineEnd-swift.property``.
  public var lineEnd: CSVDialect.LineEnd?
  /// See ``CSVDialect/comment``; empty: there are none.
  public var comment: [UInt8]?
  /// See ``CSVDialect/preambleLines``.
  public var preambleLines: Int?
  /// See ``CSVDialect/headerRows``.
  public var headerRows: Int?
  /// Lines after the last record that are no data.
  public var footerLines: Int?

  /// Everything is found.
  public init() {}
}

/// One choice about a dialect, and why.
public struct CSVFinding: Sendable, Equatable {
  /// What is chosen, as receipts call it: `encoding`, `delimiter`, `quote`, `escape`, `line_end`, `header`, `preamble`, `footer`, `comment`.
  public let name: String
  /// What was chosen, for people: `semicolon`, `2 lines`.
  public let value: String
  /// The evidence, in words: `each of the first 100 records has 7 of them`.
  public let reason: String
  /// True where something else was almost as likely: a warning then.
  public let isCloseCall: Bool
}

/// What the first part of a text shows.
struct CSVSniffing: Equatable {
  var dialect: CSVDialect
  /// One per choice, in the order of the names given at ``CSVFinding/name``.
  var findings: [CSVFinding]
  /// Names as the header has them, joined where it has several rows, empty where it has none for a column; nil without a header.
  var names: [String]?
  /// Fields of a record.
  var width: Int
  /// Bytes of the sample before the first record of data: byte order mark, preamble, header.
  var dataStart: Int
  /// Lines in them.
  var linesBeforeData: Int
}
