// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What a comparison takes of memory, besides dictionaries and the chunks at hand, as far as schemas tell.
package struct ComparisonCost: Sendable {
  private let bytesPerSourceRow: Int
  private let bytesPerCompareRow: Int
  /// Bytes of a row of either side as parts hold it, but for its text.
  package let bytesPerStoredRow: Int
  /// The string columns that are looked at, by their positions on both sides.
  package let sourceTextColumns: [Int]
  package let compareTextColumns: [Int]
  /// Of ``DifferingRows``, but for its text.
  package let bytesPerDifferingRow: Int
  /// Columns that are looked at.
  package let columnCount: Int

  /// What values and keys turn out to be.
  package enum Data: Sendable {
    /// All numbers differ, and keys repeat: nothing takes more.
    case worst
    /// No numbers differ, and keys that pack into an integer tell rows apart: nothing takes less. The rest needs a ``ComparisonRoom``.
    case least
  }

  /// `writesRows`: rows that differ are made a table too. Throws as ``compare(_:_:_:threads:)`` does of a request.
  package init(
    _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, writesRows: Bool, _ data: Data
  ) throws {
    let columns = try PairedColumns(source, other, request)
    let compared = columns.columns
    let keys = request.rows == .proposedKeys ? Array(columns.possibleKeys.prefix(12)) : columns.keys
    let keyCount = request.rows == .proposedKeys ? min(3, keys.count) : keys.count
    sourceTextColumns = Self.texts((keys + compared).map { ($0.sourcePosition, $0.sourceType) })
    compareTextColumns = Self.texts((keys + compared).map { ($0.comparePosition, $0.compareType) })
    columnCount = keys.count + compared.count
    bytesPerStoredRow =
      8 + (keys + compared).reduce(0) { $0 + max(width($1.sourceType), width($1.compareType)) }
    // Key numbers, slots, what is known of each key (NumberedKeys), and the keys themselves; packed keys take less.
    var alignment = keyCount == 0 ? 0 : NumberedKeys.bytesPerRow(keyCount: keyCount)
    if data == .least, try Self.canPack(keys, source, other) { alignment = 24 + 8 * keyCount }
    if request.rows == .proposedKeys { alignment *= 2 }
    // One column in a piece (FlatColumn), and of texts their numbers (TextCodes).
    let isText = compared.contains { $0.comparedAs == .string || $0.comparedAs == .text }
    let flat = compared.contains { $0.sourceType.isWide || $0.compareType.isWide } ? 17 : 9
    // Absolute and relative ones, in arrays that grow to twice as much, and once more when all chunks' are joined.
    let distances = compared.reduce(0) { sum, column in
      guard column.sourceType.isNumeric, column.compareType.isNumeric else { return sum }
      return sum + 3 * (column.isNarrow || column.comparedAs != .decimal && column.comparedAs != .integer ? 16 : 24)
    }
    let bits = 2 + compared.count / 4
    // Positions of rows and partners, and both sides' values of each column with the places that they come from.
    bytesPerDifferingRow = 24 + (keys + compared).reduce(0) { $0 + 2 * width($1.compareType) + 8 }
    let rows = writesRows && data == .worst ? bytesPerDifferingRow : 0
    bytesPerSourceRow = 4 + alignment + (isText ? 64 : 0) + (data == .worst ? distances : 0) + bits + rows
    bytesPerCompareRow = alignment + flat + (isText ? 64 : 0) + 1 + rows
  }

  private static func texts(_ columns: [(position: Int, type: ColumnType)]) -> [Int] {
    Set(columns.filter { $0.type == .string }.map(\.position)).sorted()
  }

  private static func canPack(
    _ keys: [ColumnPairing], _ source: any TableSource, _ other: any TableSource
  ) throws -> Bool {
    try keys.allSatisfy { key in
      switch key.comparedAs {
      case .bool, .date, .integer, .decimal, .timestamp: key.isNarrow
      case .string:
        try source.holdsOnlyCodes(column: key.sourcePosition) && other.holdsOnlyCodes(column: key.comparePosition)
      case .float64, .printedNumber, .text: false
      }
    }
  }

  /// Bytes. `textByteCount`: of both sides' strings that have no codes.
  package func byteCount(sourceRows: Int, compareRows: Int, textByteCount: Int) -> Int {
    bytesPerSourceRow * sourceRows + bytesPerCompareRow * compareRows + 3 * textByteCount
  }
}

private func width(_ type: ColumnType) -> Int { type == .string ? 4 : type.isWide ? 16 : 8 }
