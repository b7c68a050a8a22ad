// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// About what the second stage of a query takes of memory, beside the groups that it is given.
package struct LaterBytes: Sendable, Equatable {
  /// How often the groups' rows stand beside those that are given: as one chunk, and those of them that are asked for.
  let rows: Int
  /// A slot of each operation, what is put out, numbers to sort by.
  let bytesPerGroup: Int

  func byteCount(ofRows rowCount: Int, bytesPerRow: Int) -> Int { rowCount * (rows * bytesPerRow + bytesPerGroup) }

  /// The same for groups of such columns.
  package func byteCount(ofRows rowCount: Int, schema: Schema) -> Int {
    byteCount(ofRows: rowCount, bytesPerRow: schema.fields.reduce(0) { $0 + $1.type.bytesPerValue })
  }
}

extension AggregatePlan {
  /// About what making the result of so many groups takes of memory, beside what is kept of these, and what is made of that result `later`.
  ///
  /// The steps follow each other, and what one has freed the next one has: columns of results; then rows in order beside them; then, when
  /// only these rows are left, what is made of them.
  func byteCount(makingResultsOf groupCount: Int, _ later: LaterBytes?) -> Int {
    let row =
      keys.reduce(0) { $0 + $1.type.bytesPerValue } + outputs.reduce(0) { $0 + bytesPerValue($1) }
    // Beside finished columns, those of one more: numbers of its values, exact sums, results that may be null.
    let making = row + 64
    // Twice the rows, packed keys and the order before and behind a step of sorting.
    let ordering = 2 * row + order.reduce(8 * keys.count + 8) { $0 + bytesOfOrder($1.column) }
    let rowCount = resultRowCount(groupCount)
    let after = later.map { row + $0.byteCount(ofRows: 1, bytesPerRow: row) } ?? 0
    return max(groupCount * making, rowCount * max(ordering, after))
  }

  /// Most rows of a result of so many groups, of which `top` and `bottom` may have several.
  private func resultRowCount(_ groupCount: Int) -> Int {
    let rowCount = sources.reduce(0) { $0 + $1.rowCount }
    let longest = outputs.reduce(1) { longest, output in
      switch output.function {
      case .top(let count), .bottom(let count): max(longest, min(count, rowCount))
      default: longest
      }
    }
    return groupCount > rowCount / longest ? max(groupCount, rowCount) : groupCount * longest
  }

  private func bytesOfOrder(_ column: Int) -> Int {
    column < keys.count ? keys[column].type.bytesPerValue : bytesPerValue(outputs[column - keys.count])
  }

  private func bytesPerValue(_ output: Output) -> Int {
    guard case .value(let value) = output.source else { return 8 }
    let type = values[value].column.type
    switch output.function {
    case .count, .countDistinct, .mean, .variance, .standardDeviation: return 8
    // Digits of sums are not known before.
    case .sum: return type == .float64 ? 8 : 16
    default: return type.bytesPerValue
    }
  }
}

extension ColumnType {
  /// About what a value takes in memory: of text 24 bytes, and of codes for it no more.
  fileprivate var bytesPerValue: Int { self == .string ? 24 : isWide ? 16 : 8 }
}
