// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Reads the rows that a comparison shows, with their keys, from the tables compared.
struct ExampleReader {
  private let source: CellReader
  private let other: CellReader
  private let keys: [ColumnPairing]

  /// `keys`: columns of both tables, none where rows are paired by their positions.
  init(_ source: any TableSource, _ other: any TableSource, keys: [ColumnPairing]) {
    self.source = CellReader(source)
    self.other = CellReader(other)
    self.keys = keys
  }

  /// Both sides' values of a column. Throws what reading throws.
  func differences(_ column: ColumnPairing, _ pairs: [RowPair]) throws -> [DifferenceExample] {
    try pairs.map { pair in
      DifferenceExample(
        sourceRow: pair.source + 1, compareRow: pair.compare + 1, key: try sourceKey(pair.source),
        source: try source.value(row: pair.source, column: column.sourcePosition),
        compare: try other.value(row: pair.compare, column: column.comparePosition))
    }
  }

  func mostDifferent(_ counted: [CountedPair]) throws -> [DifferentRow] {
    try counted.map { counted in
      DifferentRow(
        sourceRow: counted.pair.source + 1, compareRow: counted.pair.compare + 1,
        key: try sourceKey(counted.pair.source), columnCount: counted.columnCount)
    }
  }

  func sourceOnly(_ rows: [Int]) throws -> [RowExample] {
    try rows.map { RowExample(row: $0 + 1, key: try sourceKey($0)) }
  }

  func compareOnly(_ rows: [Int]) throws -> [RowExample] {
    try rows.map { row in
      RowExample(row: row + 1, key: try keys.map { try other.value(row: row, column: $0.comparePosition) })
    }
  }

  private func sourceKey(_ row: Int) throws -> [Value] {
    try keys.map { try source.value(row: row, column: $0.sourcePosition) }
  }
}
