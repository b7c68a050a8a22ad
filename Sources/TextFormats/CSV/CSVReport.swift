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
  /// Empty lines left out.
  public let blankLineCount: Int
  /// Byte between fields.
  public let delimiter: UInt8
  /// How the delimiter was found.
  public let delimiterReason: String
  /// Things a user should know: renamed columns.
  public let warnings: [String]
  /// Times the text was read.
  public let passCount: Int
  /// Chunks that the table has.
  public let chunkCount: Int

  /// Names and types.
  public var schema: Schema { Schema(columns.map { Field(name: $0.name, type: $0.type) }) }
}

/// A path's last part: what is said inside files must not depend on folders.
package func lastComponent(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
