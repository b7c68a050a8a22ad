// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// Says what differs between two tables: schemas first, then rows by key, then each common column in bulk.
///
/// Keys must be unique on each side; null is a key value like others. Null equals null and differs from every value; numbers are
/// equal if they are the same number whatever their types (`1358` and `1358.0`), NaN equals NaN, -0.0 equals 0.0; values of unlike
/// types are held against each other by what they print as. The result is the same for any number of threads.
/// Throws ``CompareError`` and ``UnknownColumn``, and what the tables throw on reading. Memory: the keys, 4 bytes per row, and one
/// column of each side at a time.
public func compare(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, threads: Int = availableProcessors()
) throws -> Comparison {
  let (keys, columns) = try pairColumns(source, other, request)
  let alignment = try alignRows(source, other, keys: keys, threads: threads)
  let examples = ExampleReader(source, other, keys: keys, alignment, limit: request.exampleLimit)
  var differing = (0..<source.chunkCount).map { chunk in
    [UInt64](repeating: 0, count: (source.rowCount(ofChunk: chunk) + 63) / 64)
  }
  var comparisons: [ColumnComparison] = []
  for column in columns {
    let outcome = try compareColumn(column, source, other, alignment, threads: threads)
    for (chunk, tally) in outcome.tallies.enumerated() {
      for word in tally.differs.indices { differing[chunk][word] |= tally.differs[word] }
    }
    comparisons.append(
      ColumnComparison(
        pairing: column, equalCount: outcome.total(\.equalCount), differentCount: outcome.total(\.differentCount),
        sourceNullCount: outcome.total(\.sourceNullCount), compareNullCount: outcome.total(\.compareNullCount),
        sums: outcome.sums, distances: outcome.distances,
        examples: try examples.differences(column, outcome.tallies.map(\.differs))))
  }
  let differentCount = differing.reduce(0) { $1.reduce($0) { $0 + $1.nonzeroBitCount } }
  return Comparison(
    sourceName: source.name, compareName: other.name, keys: keys, schema: SchemaDifferences(source, other),
    sourceRowCount: source.rowCount, compareRowCount: other.rowCount,
    sourceOnlyRowCount: source.rowCount - alignment.pairedCount,
    compareOnlyRowCount: other.rowCount - alignment.pairedCount,
    equalRowCount: alignment.pairedCount - differentCount, differentRowCount: differentCount, columns: comparisons,
    sourceOnlyExamples: try examples.sourceOnlyRows(), compareOnlyExamples: try examples.compareOnlyRows(),
    alignment: alignment, differing: differing)
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

  func sourceOnlyRows() throws -> [RowExample] {
    let rows = alignment.compareRows.indices.lazy.filter { alignment.compareRows[$0] >= alignment.compareRowCount }
    return try rows.prefix(limit).map { row in
      RowExample(row: row + 1, key: try keys.map { try source.value(row: row, column: $0.sourcePosition) })
    }
  }

  func compareOnlyRows() throws -> [RowExample] {
    let rows = (0..<alignment.compareRowCount).lazy.filter { !alignment.isPaired($0) }
    return try rows.prefix(limit).map { row in
      RowExample(row: row + 1, key: try keys.map { try other.value(row: row, column: $0.comparePosition) })
    }
  }
}
