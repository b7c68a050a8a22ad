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
  try compare(source, other, request, threads: threads, room: nil)
}

/// The same within `room`. Throws also ``ComparisonRoom/Exceeded``.
package func compare(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, threads: Int, room: ComparisonRoom?
) throws -> Comparison {
  try refuseTooManyRows([source, other])
  var columns = try PairedColumns(source, other, request)
  let isExact = request.texts.areExact
  let (left, right): (any TableSource, any TableSource) =
    isExact ? (source, other) : (FoldedTable(source, request.texts), FoldedTable(other, request.texts))
  let alignment: RowAlignment
  switch request.rows {
  case .keys:
    alignment = try alignRows(
      left, right, keys: columns.keys, duplicates: request.duplicates, threads: threads, room: room)
  case .proposedKeys:
    (columns.keys, alignment) = try proposeKeys(left, right, columns.possibleKeys, threads: threads)
  case .positions: alignment = alignPositions(left, right)
  }
  var comparisons: [ColumnComparison] = []
  var differingByColumn: [[[UInt64]]] = []
  let differences = try findDifferences(
    left, right, alignment, columns.columns, tolerance: columns.tolerance(of:), threads: threads, room: room
  ) { column, outcome in
    differingByColumn.append(outcome.differingChunks)
    let pairs = alignment.firstPairs(outcome.differs, request.exampleLimit)
    // A reader for each column: it keeps a page of each that it reads.
    let examples = ExampleReader(source, other, keys: columns.keys)
    comparisons.append(
      ColumnComparison(
        column, tolerance: columns.tolerance(of: column), outcome.totals,
        distances: outcome.totals.distances.distribution(scale: column.scale),
        examples: try examples.differences(column, pairs)))
  }
  let examples = ExampleReader(source, other, keys: columns.keys)
  let rows = FoundRows(alignment, differences, limit: request.exampleLimit)
  return Comparison(
    source, other, request, columns, RowCounts(alignment, differences), repeated: alignment.repeated, comparisons,
    sourceOnly: try examples.sourceOnly(rows.sourceOnly), compareOnly: try examples.compareOnly(rows.compareOnly),
    most: try examples.mostDifferent(rows.most), alignment: alignment, differing: differences.differing,
    differingByColumn: differingByColumn)
}

/// Compares columns in rows that are paired; `body` is given what is found of each column, in order. Throws what reading or `body` throws.
func findDifferences(
  _ left: any TableSource, _ right: any TableSource, _ alignment: RowAlignment, _ columns: [ColumnPairing],
  tolerance: (ColumnPairing) -> Tolerance?, threads: Int, room: ComparisonRoom? = nil,
  _ body: (ColumnPairing, ColumnOutcome) throws -> Void
) throws -> RowDifferences {
  var differences = RowDifferences(alignment.sourceRows)
  let comparer = ColumnComparer(left, right, alignment, threads: threads, room: room)
  try comparer.forEachOutcome(columns, tolerance: tolerance) { column, outcome in
    differences.add(outcome.differs)
    try body(column, outcome)
  }
  return differences
}

extension ColumnComparison {
  init(
    _ pairing: ColumnPairing, tolerance: Tolerance?, _ totals: ColumnTotals, distances: DistanceDistribution?,
    examples: [DifferenceExample]
  ) {
    self.init(
      pairing: pairing, tolerance: tolerance, equalCount: totals.equalCount, toleratedCount: totals.toleratedCount,
      differentCount: totals.differentCount, sourceNullCount: totals.sourceNullCount,
      compareNullCount: totals.compareNullCount, sums: totals.sums(pairing), distances: distances, examples: examples)
  }
}

extension Comparison {
  init(
    _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, _ columns: PairedColumns,
    _ counts: RowCounts, repeated: RepeatedKeys?, _ comparisons: [ColumnComparison], sourceOnly: [RowExample],
    compareOnly: [RowExample], most: [DifferentRow], alignment: RowAlignment, differing: [[UInt64]],
    differingByColumn: [[[UInt64]]]
  ) {
    self.init(
      sourceName: source.name, compareName: other.name, request: request, keys: columns.keys,
      schema: columns.schema, sourceRowCount: source.rowCount, compareRowCount: other.rowCount,
      sourceOnlyRowCount: counts.sourceOnly, compareOnlyRowCount: counts.compareOnly,
      equalRowCount: counts.paired - counts.different, differentRowCount: counts.different, repeatedKeys: repeated,
      columns: comparisons, sourceOnlyExamples: sourceOnly, compareOnlyExamples: compareOnly, mostDifferentRows: most,
      alignment: alignment, differing: differing, differingByColumn: differingByColumn, source: source, other: other)
  }
}
