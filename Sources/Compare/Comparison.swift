// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What differs between two tables.
public struct Comparison: Sendable {
  /// Name of the source table.
  public let sourceName: String
  /// Name of the table held against it.
  public let compareName: String
  /// What was asked for.
  public let request: CompareRequest
  /// How rows were paired: by the keys asked for, by keys that were found (``keys`` are these), or by their positions.
  public var matching: RowMatching { request.rows }
  /// The key columns, in the order asked for; none where rows are paired by their positions.
  public let keys: [ColumnPairing]
  /// Columns on one side only, and types that differ.
  public let schema: SchemaDifferences
  /// Rows of the source.
  public let sourceRowCount: Int
  /// Rows of the other table.
  public let compareRowCount: Int
  /// Source rows whose key the other table lacks.
  public let sourceOnlyRowCount: Int
  /// Rows of the other table whose key the source lacks.
  public let compareOnlyRowCount: Int
  /// Rows whose key both have and in which no compared column differs.
  public let equalRowCount: Int
  /// Rows whose key both have and in which at least one compared column differs.
  public let differentRowCount: Int
  /// Keys that several rows of a side have; nil if there are none. Where they are counted alone, their rows are in none of the counts of rows
  /// but ``sourceRowCount`` and ``compareRowCount``.
  public let repeatedKeys: RepeatedKeys?
  /// The compared columns: in the order asked for, else in the source's.
  public let columns: [ColumnComparison]
  /// First source rows whose key the other table lacks.
  public let sourceOnlyExamples: [RowExample]
  /// First rows of the other table whose key the source lacks.
  public let compareOnlyExamples: [RowExample]
  /// The rows with the most differing columns, at most as many as examples: most columns first, then in the source's order.
  public let mostDifferentRows: [DifferentRow]
  /// Which rows belong together, and which of them differ: for ``DifferingRows``.
  let alignment: RowAlignment
  let differing: [[UInt64]]
  /// The same per compared column; a chunk in which no row differs in it has no words.
  let differingByColumn: [[[UInt64]]]
  /// The tables, which ``differingRows`` reads.
  let source: any TableSource
  let other: any TableSource

  /// Rows whose key both tables have: always equal plus different rows.
  public var pairedRowCount: Int { equalRowCount + differentRowCount }

  /// True if every row has an equal one on the other side, and every key that is counted alone as many; schemas may still differ.
  public var hasEqualRows: Bool { loneRowCount == 0 && differentRowCount == 0 }

  /// Rows on one side only, and keys counted alone that do not have as many rows on both.
  public var loneRowCount: Int {
    let unequalKeyCount = repeatedKeys.map { $0.policy == .count ? $0.unequalKeyCount : 0 } ?? 0
    return sourceOnlyRowCount + compareOnlyRowCount + unequalKeyCount
  }
}

/// How the values of two columns of one name are held against each other.
public enum ComparedAs: String, Sendable, CaseIterable {
  /// Truth values.
  case bool
  /// Whole numbers, exactly.
  case integer
  /// Numbers of which at least one side has digits after the point, exactly: `1358` equals `1358.0`.
  case decimal
  /// Doubles: NaN equals NaN, -0.0 equals 0.0.
  case float64
  /// A double stands for the number it prints as (shortest digits that read back), held exactly against the other side's.
  case printedNumber = "printed_number"
  /// Calendar days.
  case date
  /// Timestamps without offset, a day standing for its midnight; or instants.
  case timestamp
  /// Strings by their bytes.
  case string
  /// Values of unlike types, by what they print as.
  case text
}

/// A column of both tables.
public struct ColumnPairing: Sendable, Hashable {
  /// Name in the source.
  public let name: String
  /// Name in the other table.
  public let compareName: String
  /// Type in the source.
  public let sourceType: ColumnType
  /// Type in the other table.
  public let compareType: ColumnType
  /// How values are held against each other.
  public let comparedAs: ComparedAs
  /// Positions in the two schemas.
  package let sourcePosition: Int
  package let comparePosition: Int
}

/// How the two schemas differ. Order of columns is no difference.
public struct SchemaDifferences: Sendable, Equatable {
  /// Columns that the other table lacks, in the source's order.
  public let onlyInSource: [Field]
  /// Columns that the source lacks, in the other table's order.
  public let onlyInCompare: [Field]
  /// Columns of both whose types differ, in the source's order.
  public let typeDifferences: [ColumnPairing]

  /// True if names and types agree.
  public var isEmpty: Bool { onlyInSource.isEmpty && onlyInCompare.isEmpty && typeDifferences.isEmpty }
}

/// What differs in one column, over the rows whose key both tables have.
public struct ColumnComparison: Sendable {
  /// The column.
  public let pairing: ColumnPairing
  /// How far apart its numbers may be; nil: not at all.
  public let tolerance: Tolerance?
  /// Rows with equal values, or null on both sides.
  public let equalCount: Int
  /// Rows with two numbers that are not equal, but within ``tolerance``.
  public let toleratedCount: Int
  /// All other rows.
  public let differentCount: Int
  /// Of the different rows, those where the source alone has no value.
  public let sourceNullCount: Int
  /// Of the different rows, those where the other table alone has no value.
  public let compareNullCount: Int
  /// Sums of both sides; nil unless both are numbers.
  public let sums: ComparedSums?
  /// How far numbers are apart; nil unless both sides are numbers and some row has two different ones.
  public let distances: DistanceDistribution?
  /// First differing rows.
  public let examples: [DifferenceExample]
}

/// Sums of a column over the rows whose key both tables have, nulls left out.
public struct ComparedSums: Sendable, Equatable {
  /// The source's sum: exact, or for float64 correctly rounded; null if there is no value or the sum leaves 128 bits.
  public let source: Value
  /// The other table's.
  public let compare: Value
  /// Other table's sum less the source's: exact, or rounded once if both sides are float64. With float64 on one side only it is
  /// taken between the two sums as doubles. Null if either sum is null or it leaves 128 bits.
  public let difference: Value
}

/// Distribution of the absolute difference over the rows in which both sides have a number and these are not equal, within the column's
/// tolerance or not.
///
/// Rows with a NaN are left out. Percentiles are by nearest rank: the smallest distance that at least that share of the rows does
/// not exceed. Where neither side is float64 all but the mean are exact decimals.
public struct DistanceDistribution: Sendable, Equatable {
  /// Rows it is about.
  public let rowCount: Int
  /// Of these, rows in which the other table's number is greater.
  public let upCount: Int
  /// Of these, rows in which it is smaller.
  public let downCount: Int
  /// Smallest distance.
  public let minimum: Value
  /// Greatest distance.
  public let maximum: Value
  /// Mean distance: the exact quotient rounded once, of float64 distances their correctly rounded sum divided.
  public let mean: Double
  /// Half of the rows are not further apart.
  public let median: Value
  /// 95 % of the rows are not further apart.
  public let percentile95: Value
  /// 99 % of the rows are not further apart.
  public let percentile99: Value
  /// The distance as a part of the source's magnitude; nil where the source is zero (or infinite) in all of these rows.
  public let relative: RelativeDistribution?
}

/// Distribution of the distance divided by the source's magnitude, over the rows of a ``DistanceDistribution`` in which this is finite and not
/// zero: 0.01 is one percent. Each quotient is that of the two nearest doubles, rounded; percentiles as there.
public struct RelativeDistribution: Sendable, Equatable {
  /// Rows it is about.
  public let rowCount: Int
  /// Smallest part.
  public let minimum: Double
  /// Greatest part.
  public let maximum: Double
  /// The correctly rounded sum of the parts, divided.
  public let mean: Double
  /// Half of the rows are not further apart.
  public let median: Double
  /// 95 % of the rows are not further apart.
  public let percentile95: Double
  /// 99 % of the rows are not further apart.
  public let percentile99: Double
}

/// A row in which columns differ.
public struct DifferentRow: Sendable, Equatable {
  /// Row number in the source, counted from 1.
  public let sourceRow: Int
  /// Row number in the other table, counted from 1.
  public let compareRow: Int
  /// Values of the key columns, as the source has them.
  public let key: [Value]
  /// How many columns differ.
  public let columnCount: Int
}

/// A row that one table alone has.
public struct RowExample: Sendable, Equatable {
  /// Row number in its table, counted from 1.
  public let row: Int
  /// Values of the key columns.
  public let key: [Value]
}

/// A row in which a column differs.
public struct DifferenceExample: Sendable, Equatable {
  /// Row number in the source, counted from 1.
  public let sourceRow: Int
  /// Row number in the other table, counted from 1.
  public let compareRow: Int
  /// Values of the key columns, as the source has them.
  public let key: [Value]
  /// The source's value.
  public let source: Value
  /// The other table's value.
  public let compare: Value
}
