// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What reading CSVs as a table found out.
public struct CSVReport: Sendable, Equatable {
  /// One text that was read.
  public struct Input: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Bytes of text, decompressed.
    public let byteCount: Int
    /// Lines at its end that are no data.
    public let footer: [String]
  }

  /// What was put right in some records without losing text.
  public struct Repair: Sendable, Equatable {
    /// What was wrong.
    public enum Kind: String, Sendable, CaseIterable {
      /// Fewer fields than the table; nulls were added.
      case shortRow = "short_row"
      /// Surplus fields, all empty; they were left out.
      case emptySurplusFields = "empty_surplus_fields"
      /// A quote inside a field that does not begin with one: it is text.
      case strayQuote = "stray_quote"
      /// Text after a closing quote: both are text.
      case textAfterQuote = "text_after_quote"
      /// A quote that is opened and never closed: it is text.
      case openQuote = "open_quote"
    }

    /// What was wrong.
    public let kind: Kind
    /// Records.
    public internal(set) var count: Int
    /// The first of them.
    public internal(set) var first: Place

    /// `count` records, of which `first` is the first.
    package init(kind: Kind, count: Int, first: Place) { (self.kind, self.count, self.first) = (kind, count, first) }
  }

  /// One column's type and the reason for it.
  public struct Column: Sendable, Equatable {
    /// Name in the table.
    public let name: String
    /// Type in the table.
    public let type: ColumnType
    /// Why, in words.
    public let reason: String
    /// Rows without a value.
    public let nullCount: Int
  }

  /// Texts in order.
  public let inputs: [Input]
  /// Columns in order.
  public let columns: [Column]
  /// Data rows.
  public let rowCount: Int
  /// Records that were left out because they are no rows of the table; ``rowCount`` and these are all there are.
  public let rejectedRowCount: Int
  /// The first ten of them.
  public let firstRejected: [CSVError]
  /// Empty lines left out.
  public let blankLineCount: Int
  /// Comments left out.
  public let commentCount: Int
  /// Headers left out that were repeated after an empty line.
  public let repeatedHeaderCount: Int
  /// How the first text is divided.
  public let dialect: CSVDialect
  /// Each choice about the dialect, and why.
  public let findings: [CSVFinding]
  /// True if the names are made up, as the text has none.
  public let hasInventedNames: Bool
  /// What was put right.
  public let repairs: [Repair]
  /// Things a user should know: renamed columns, close calls.
  public let warnings: [String]
  /// Those of them that are about texts as they stand, neither about columns' values nor about records.
  package let warningsOfTexts: [String]
  /// Times the text was read.
  public let passCount: Int
  /// Chunks that the table has.
  public let chunkCount: Int

  /// Names and types.
  public var schema: Schema { Schema(columns.map { Field(name: $0.name, type: $0.type) }) }
}

/// A path's last part: what is said inside files must not depend on folders.
package func lastComponent(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
