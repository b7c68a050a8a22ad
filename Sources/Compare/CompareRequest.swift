// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What is to be compared: which rows belong together, which columns are looked at, and when two values are alike.
public struct CompareRequest: Sendable {
  /// Which rows belong together.
  public var rows: RowMatching
  /// Columns to compare, by the source's names or by those that they are renamed to; nil for all that both sides have, but the keys.
  public var columns: [String]?
  /// Columns that take no part: neither compared nor named among the differences of the schemas.
  public var ignored: [String] = []
  /// Columns that have another name in the other table, besides keys that say so themselves.
  public var renames: [NamePair] = []
  /// How far apart numbers may be, by column.
  public var tolerances: [NamedTolerance] = []
  /// Which differences between texts do not count, in keys as in values.
  public var texts = TextRules()
  /// What becomes of keys that several rows of a side have.
  public var duplicates = DuplicatePolicy.error
  /// Most examples kept per column and of rows on one side only.
  public var exampleLimit: Int

  /// Asks for `columns` to be compared in rows of equal `keys`.
  public init(keys: [NamePair], columns: [String]? = nil, exampleLimit: Int = 10) {
    self.init(rows: .keys(keys), columns: columns, exampleLimit: exampleLimit)
  }

  /// Asks for `columns` to be compared in rows that belong together.
  public init(rows: RowMatching, columns: [String]? = nil, exampleLimit: Int = 10) {
    self.rows = rows
    self.columns = columns
    self.exampleLimit = exampleLimit
  }
}

/// Which rows of two tables belong together.
public enum RowMatching: Sendable, Hashable {
  /// Those with equal values in these columns.
  case keys([NamePair])
  /// Those with equal values in columns that tell all rows apart, on both sides: found by looking at the data.
  case proposedKeys
  /// The first with the first, the second with the second, and so on.
  case positions
}

/// A column's name in the source and in the other table.
public struct NamePair: Sendable, Hashable, ExpressibleByStringLiteral {
  /// Name in the source.
  public let source: String
  /// Name in the other table.
  public let compare: String

  /// Pairs two names.
  public init(_ source: String, _ compare: String) {
    self.source = source
    self.compare = compare
  }

  /// The same name on both sides.
  public init(stringLiteral name: String) { self.init(name, name) }
}

/// How far apart the numbers of a column may be.
public struct NamedTolerance: Sendable, Hashable {
  /// Stands for every compared numeric column that is not named itself.
  public static let everyColumn = "*"
  /// The column, as in ``CompareRequest/columns``, or ``everyColumn``.
  public let column: String
  /// The greatest distance at which numbers count as alike.
  public let tolerance: Tolerance

  /// Gives `column` a tolerance.
  public init(_ column: String, _ tolerance: Tolerance) {
    self.column = column
    self.tolerance = tolerance
  }
}

/// Differences between texts that do not count. They hold for all string columns, keys among them.
public struct TextRules: Sendable, Hashable {
  /// `São Paulo` equals `SÃO PAULO`: texts are compared in lower case (Unicode's default mapping, no language's own).
  public var ignoresCase: Bool
  /// White space (Unicode's) before and after a text does not count.
  public var trims: Bool
  /// A text without characters, after trimming, is no value.
  public var emptyIsNull: Bool

  /// Says what does not count; everything does where nothing is said.
  public init(ignoresCase: Bool = false, trims: Bool = false, emptyIsNull: Bool = false) {
    self.ignoresCase = ignoresCase
    self.trims = trims
    self.emptyIsNull = emptyIsNull
  }

  /// True if every difference counts.
  public var areExact: Bool { self == TextRules() }
}

/// What becomes of keys that several rows of a side have.
public enum DuplicatePolicy: String, Sendable, Hashable, CaseIterable {
  /// They are an error that lists the first ten of each side.
  case error
  /// The first row of a key is paired with the first one of the other side, the second with the second, and so on.
  case pairInOrder = "pair-in-order"
  /// Their rows are counted on each side and not looked at otherwise.
  case count
}

/// One of the two tables.
public enum ComparedSide: String, Sendable, Hashable {
  /// The first one given: what was there.
  case source
  /// The second one: what is held against it.
  case compare
}
