// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// Says what differs between two tables: schemas first, then rows by key, then each common column in bulk.
///
/// When are two values equal? By the types of the column on both sides:
/// - No value equals no value, and differs from every value, an empty text included (unless ``TextRules/emptyIsNull``).
/// - Numbers are equal if they are the same number whatever their types: `1358` and `1358.0`. A double stands for the number that it
///   prints as, so that `18.1` is equal in float64 and decimal; NaN equals NaN, -0.0 equals 0.0. Unequal numbers count as alike within
///   the column's ``Tolerance``: exactly with integers and decimals, in doubles where a side is float64.
/// - Dates are equal to timestamps without offset at their midnight. Texts are equal byte by byte, after what ``TextRules`` take away.
/// - Values of other pairs of types are equal if they print as the same text.
///
/// Keys follow the same rules, but for tolerances; null is a key value like others. The result is the same for any number of threads.
/// Throws ``CompareError`` and ``UnknownColumn``, and what the tables throw on reading. Memory: the keys, 4 bytes per row, and one
/// column of each side at a time.
public func compare(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, threads: Int = availableProcessors()
) throws -> Comparison {
  try refuseTooManyRows([source, other])
  var columns = try PairedColumns(source, other, request)
  let isExact = request.texts.areExact
  let (left, right): (any TableSource, any TableSource) =
    isExact ? (source, other) : (FoldedTable(source, request.texts), FoldedTable(other, request.texts))
  let alignment: RowAlignment
  switch request.rows {
  case .keys:
    alignment = try alignRows(left, right, keys: columns.keys, duplicates: request.duplicates, threads: threads)
  case .proposedKeys:
    (columns.keys, alignment) = try proposeKeys(left, right, columns.possibleKeys, threads: threads)
  case .positions: alignment = alignPositions(left, right)
  }
  let examples = ExampleReader(source, other, keys: columns.keys, alignment, limit: request.exampleLimit)
  let comparer = ColumnComparer(left, right, alignment, threads: threads)
  var differences = RowDifferences(alignment.sourceRows)
  var comparisons: [ColumnComparison] = []
  try comparer.forEachOutcome(columns.columns, tolerance: { columns.tolerance(of: $0) }) { column, outcome in
    differences.add(outcome.tallies.map(\.differs))
    comparisons.append(
      ColumnComparison(
        pairing: column, tolerance: columns.tolerance(of: column), equalCount: outcome.total(\.equalCount),
        toleratedCount: outcome.total(\.toleratedCount), differentCount: outcome.total(\.differentCount),
        sourceNullCount: outcome.total(\.sourceNullCount), compareNullCount: outcome.total(\.compareNullCount),
        sums: outcome.sums, distances: outcome.distances,
        examples: try examples.differences(column, outcome.tallies.map(\.differs))))
  }
  let differing = differences.differing
  let differentCount = differing.reduce(0) { $1.reduce($0) { $0 + $1.nonzeroBitCount } }
  return Comparison(
    sourceName: source.name, compareName: other.name, request: request, keys: columns.keys,
    schema: columns.schema, sourceRowCount: source.rowCount, compareRowCount: other.rowCount,
    sourceOnlyRowCount: alignment.sourceOnlyCount, compareOnlyRowCount: alignment.compareOnlyCount,
    equalRowCount: alignment.pairedCount - differentCount, differentRowCount: differentCount,
    repeatedKeys: alignment.repeated, columns: comparisons, sourceOnlyExamples: try examples.sourceOnlyRows(),
    compareOnlyExamples: try examples.compareOnlyRows(),
    mostDifferentRows: try examples.rows(differences.most(request.exampleLimit)), alignment: alignment,
    differing: differing)
}

/// Reads the first rows of each kind, with their keys.
private struct ExampleReader {
  private let source: CellReader
  private let other: CellReader
  private let keys: [ColumnPairing]
  private let alignment: RowAlignment
  private let limit: Int

  init(
    _ source: any TableSource, _ other: any TableSource, keys: [ColumnPairing], _ alignment: RowAlignment, limit: Int
  ) {
    self.source = CellReader(source)
    self.other = CellReader(other)
    self.keys = keys
    self.alignment = alignment
    self.limit = limit
  }

  func differences(_ column: ColumnPairing, _ differs: [[UInt64]]) throws -> [DifferenceExample] {
    var examples: [DifferenceExample] = []
    for (chunk, words) in differs.enumerated() {
      for (index, word) in words.enumerated() where word != 0 {
        for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 {
          if examples.count >= limit { return examples }
          let row = alignment.sourceRows.starts[chunk] + index * 64 + bit
          let partner = Int(alignment.compareRows[row])
          examples.append(
            DifferenceExample(
              sourceRow: row + 1, compareRow: partner + 1,
              key: try keys.map { try source.value(row: row, column: $0.sourcePosition) },
              source: try source.value(row: row, column: column.sourcePosition),
              compare: try other.value(row: partner, column: column.comparePosition)))
        }
      }
    }
    return examples
  }

  func rows(_ counted: [(row: Int, columnCount: Int)]) throws -> [DifferentRow] {
    try counted.map { row, columnCount in
      DifferentRow(
        sourceRow: row + 1, compareRow: Int(alignment.compareRows[row]) + 1,
        key: try keys.map { try source.value(row: row, column: $0.sourcePosition) }, columnCount: columnCount)
    }
  }

  func sourceOnlyRows() throws -> [RowExample] {
    if alignment.sourceOnlyCount == 0 { return [] }
    let rows = alignment.compareRows.indices.lazy.filter { alignment.isSourceOnly($0) }
    return try rows.prefix(limit).map { row in
      RowExample(row: row + 1, key: try keys.map { try source.value(row: row, column: $0.sourcePosition) })
    }
  }

  func compareOnlyRows() throws -> [RowExample] {
    if alignment.compareOnlyCount == 0 { return [] }
    let rows = (0..<alignment.compareRowCount).lazy.filter { alignment.isCompareOnly($0) }
    return try rows.prefix(limit).map { row in
      RowExample(row: row + 1, key: try keys.map { try other.value(row: row, column: $0.comparePosition) })
    }
  }
}
