// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A comparison that cannot be made.
public enum CompareError: Diagnosis, Equatable {
  /// There are no key columns.
  case noKeys
  /// A column is named twice in one list.
  case repeatedName(String)
  /// A key is also named as a column to compare.
  case comparedKey(String)
  /// A column is asked for and to be ignored as well.
  case ignoredToo(String)
  /// A tolerance for a column that is not compared.
  case toleranceNotCompared(String)
  /// A tolerance for a column that has no numbers on both sides.
  case toleranceWithoutNumbers(String, ColumnType, ColumnType)
  /// Rows share keys, on one side or on both.
  case duplicateKeys([DuplicateKeys], text: String)
  /// No columns were found that tell all rows apart.
  case noUniqueColumns(file: String, tried: [String])
  /// More rows on one side than 32-bit row numbers can tell apart.
  case tooManyRows(file: String, rowCount: Int)

  /// `compare.` and `no-keys`, `repeated-name`, `compared-key`, `ignored-too`, `tolerance-not-compared`, `tolerance-without-numbers`,
  /// `duplicate-key`, `no-unique-columns`, `too-many-rows`.
  public var code: String {
    switch self {
    case .noKeys: "compare.no-keys"
    case .repeatedName: "compare.repeated-name"
    case .comparedKey: "compare.compared-key"
    case .ignoredToo: "compare.ignored-too"
    case .toleranceNotCompared: "compare.tolerance-not-compared"
    case .toleranceWithoutNumbers: "compare.tolerance-without-numbers"
    case .duplicateKeys: "compare.duplicate-key"
    case .noUniqueColumns: "compare.no-unique-columns"
    case .tooManyRows: "compare.too-many-rows"
    }
  }

  /// What was found.
  public var summary: String {
    switch self {
    case .noKeys: "no key columns are given"
    case .repeatedName(let name): "column \"\(name)\" is named twice"
    case .comparedKey(let name): "column \"\(name)\" is a key and equal in paired rows by nature"
    case .ignoredToo(let name): "column \"\(name)\" is asked for and to be ignored"
    case .toleranceNotCompared(let name): "column \"\(name)\" has a tolerance but is not compared"
    case .toleranceWithoutNumbers(let name, let source, let compare):
      "column \"\(name)\" has a tolerance but is \(source) in the source and \(compare) in the other table"
    case .duplicateKeys(_, let text): text
    case .noUniqueColumns(_, let tried):
      tried.isEmpty
        ? "no column of both sides can tell rows apart"
        : "no one, two or three of \(tried.joined(separator: ", ")) tell all rows apart on both sides"
    case .tooManyRows(_, let rowCount): "\(rowCount) rows are more than can be compared at once (\(UInt32.max - 1))"
    }
  }

  /// The file, the key column or columns, and the row where the first shared key comes for the second time.
  public var place: Place {
    switch self {
    case .noKeys: Place()
    case .repeatedName(let name), .comparedKey(let name), .ignoredToo(let name), .toleranceNotCompared(let name),
      .toleranceWithoutNumbers(let name, _, _):
      Place(column: name)
    case .duplicateKeys(let sides, _):
      Place(file: sides.first?.file, row: sides.first?.examples.first?.rows.dropFirst().first)
    case .noUniqueColumns(let file, _): Place(file: file)
    case .tooManyRows(let file, _): Place(file: file)
    }
  }

  /// What to do about it.
  public var advice: String? {
    switch self {
    case .noKeys: "name the columns that tell rows apart, such as --on date,state"
    case .repeatedName: "name each column once"
    case .comparedKey: "leave it out of --columns"
    case .ignoredToo: "leave it out of --ignore, or of --on, --columns and --tolerance"
    case .toleranceNotCompared: "name it in --columns too, or leave its tolerance out"
    case .toleranceWithoutNumbers: "tolerances are for columns of numbers on both sides"
    case .duplicateKeys:
      "add a column to --on that tells these rows apart, or say --duplicates pair-in-order or --duplicates count"
    case .noUniqueColumns: "name the key columns with --on, or compare row by row with --by-position"
    case .tooManyRows: "compare parts of the table"
    }
  }
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

/// Keys that several rows of a side have, where that is no error.
public struct RepeatedKeys: Sendable, Equatable {
  /// Most examples kept.
  static let exampleLimit = 10

  /// A key and how many rows have it.
  public struct Example: Sendable, Equatable {
    /// Values in the order of the key columns.
    public let key: [Value]
    /// Rows of the source.
    public let sourceRowCount: Int
    /// Rows of the other table.
    public let compareRowCount: Int
  }

  /// What became of them.
  public let policy: DuplicatePolicy
  /// Keys that occur more than once on at least one side.
  public let keyCount: Int
  /// Of these, keys that do not occur equally often on both sides.
  public let unequalKeyCount: Int
  /// Rows of the source that have such a key.
  public let sourceRowCount: Int
  /// Rows of the other table that have such a key.
  public let compareRowCount: Int
  /// The first ten by first row: of those that do not occur equally often if there are any, else of all.
  public let examples: [Example]
}
