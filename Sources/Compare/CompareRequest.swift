// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What is to be compared: which columns tell rows apart, and which are looked at.
public struct CompareRequest: Sendable {
  /// Columns that together tell each row from all others, on both sides.
  public var keys: [String]
  /// Columns to compare; nil for all that both sides have, but the keys.
  public var columns: [String]?
  /// Most examples kept per column and of rows on one side only.
  public var exampleLimit: Int

  /// Asks for `columns` to be compared in rows of equal `keys`.
  public init(keys: [String], columns: [String]? = nil, exampleLimit: Int = 10) {
    self.keys = keys
    self.columns = columns
    self.exampleLimit = exampleLimit
  }
}

/// One of the two tables.
public enum ComparedSide: String, Sendable, Hashable {
  /// The first one given: what was there.
  case source
  /// The second one: what is held against it.
  case compare
}

/// Keys that several rows of one side share, so that rows cannot be paired.
public struct DuplicateKeys: Sendable, Equatable {
  /// A shared key and the first rows (counted from 1) that have it.
  public struct Example: Sendable, Equatable {
    /// Values in the order of the key columns.
    public let key: [Value]
    /// The first of its rows, at most four.
    public let rows: [Int]
  }

  /// Which table.
  public let side: ComparedSide
  /// The table's name.
  public let file: String
  /// How many keys occur more than once.
  public let keyCount: Int
  /// The first ten of them, by first row.
  public let examples: [Example]
}

/// A comparison that cannot be made.
public enum CompareError: Diagnosis, Equatable {
  /// There are no key columns.
  case noKeys
  /// A column is named twice among the keys or among the columns.
  case repeatedName(String)
  /// A key is also named as a column to compare.
  case comparedKey(String)
  /// Rows share keys, on one side or on both.
  case duplicateKeys([DuplicateKeys], text: String)
  /// More rows on one side than 32-bit row numbers can tell apart.
  case tooManyRows(file: String, rowCount: Int)

  /// `compare.no-keys`, `compare.repeated-name`, `compare.compared-key`, `compare.duplicate-key`, `compare.too-many-rows`.
  public var code: String {
    switch self {
    case .noKeys: "compare.no-keys"
    case .repeatedName: "compare.repeated-name"
    case .comparedKey: "compare.compared-key"
    case .duplicateKeys: "compare.duplicate-key"
    case .tooManyRows: "compare.too-many-rows"
    }
  }

  /// What was found.
  public var summary: String {
    switch self {
    case .noKeys: "no key columns are given"
    case .repeatedName(let name): "column \"\(name)\" is named twice"
    case .comparedKey(let name): "column \"\(name)\" is a key and equal in paired rows by nature"
    case .duplicateKeys(_, let text): text
    case .tooManyRows(_, let rowCount): "\(rowCount) rows are more than can be compared at once (\(UInt32.max - 1))"
    }
  }

  /// The file, the key column or columns, and the row where the first shared key comes for the second time.
  public var place: Place {
    switch self {
    case .noKeys: Place()
    case .repeatedName(let name), .comparedKey(let name): Place(column: name)
    case .duplicateKeys(let sides, _):
      Place(file: sides.first?.file, row: sides.first?.examples.first?.rows.dropFirst().first)
    case .tooManyRows(let file, _): Place(file: file)
    }
  }

  /// What to do about it.
  public var advice: String? {
    switch self {
    case .noKeys: "name the columns that tell rows apart, such as --on date,state"
    case .repeatedName: "name each column once"
    case .comparedKey: "leave it out of --columns"
    case .duplicateKeys: "add a column to --on that tells these rows apart"
    case .tooManyRows: "compare parts of the table"
    }
  }
}
