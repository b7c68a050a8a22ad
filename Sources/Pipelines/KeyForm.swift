// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns

/// What keys are compared by: words that order as the values do, or strings where a column has such without codes.
struct KeyForm {
  /// A key column.
  struct Column {
    let column: SortColumn
    let type: ColumnType
    let hasNulls: Bool
    let isPlainText: Bool
    let dictionary: StringDictionary?

    /// Words of a row.
    var wordCount: Int { (hasNulls ? 1 : 0) + (isPlainText ? 0 : type.isWide ? 2 : 1) }
  }

  let columns: [Column]
  /// Words per row.
  let stride: Int
  /// True where words are all there is to compare.
  let isWordsOnly: Bool

  /// Reads footers only.
  init(of table: SortedRuns, by order: [SortColumn]) throws {
    columns = try order.map { column in
      let type = table.schema.fields[column.position].type
      var hasNulls = false
      var isPlainText = false
      for chunk in table.runs.joined() {
        hasNulls = try hasNulls || table.statistics(column: column.position, chunk: chunk).nullCount > 0
        guard type == .string else { continue }
        isPlainText =
          try isPlainText || table.file.pageDescription(column: column.position, chunk: chunk).physicalType == "strings"
      }
      return Column(
        column: column, type: type, hasNulls: hasNulls, isPlainText: isPlainText,
        dictionary: type == .string ? try table.dictionary(column: column.position) : nil)
    }
    stride = columns.reduce(0) { $0 + $1.wordCount }
    isWordsOnly = columns.allSatisfy { !$0.isPlainText }
  }
}
