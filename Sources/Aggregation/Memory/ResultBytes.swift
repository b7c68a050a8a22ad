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

/// What is known of complete groups before results are made of them.
struct GroupFacts {
  let count: Int
  /// True: their keys are columns already.
  let haveKeyColumns: Bool
  let areInOrder: Bool
  /// Positions in the plan's values of columns whose sums are held in 64 bits.
  let narrowSums: Set<Int>
}

extension AggregatePlan {
  /// About what making the result of groups takes of memory, beside what is kept of these, and what is made of that result `later`.
  ///
  /// The steps follow each other, and what one has freed the next one has: columns of results; then rows in order beside them; then, when
  /// only these rows are left, what is made of them.
  func byteCount(makingResultsOf groups: GroupFacts, _ later: LaterBytes?) -> Int {
    let ofKeys = keys.reduce(0) { $0 + $1.type.bytesPerValue }
    let ofOutputs = outputs.reduce(0) { $0 + bytesPerValue($1, groups) }
    let columns = ofOutputs + (groups.haveKeyColumns ? 0 : ofKeys)
    // Beside finished columns, one more on its way: numbers of its values, exact sums, results that may be null.
    let making = columns + outputs.reduce(16) { max($0, isNarrow($1, groups) ? 24 : 64) }
    // Packed keys, and the order before and behind a step of sorting.
    let sorting =
      groups.areInOrder && order.isEmpty
      ? 0 : order.reduce(8 + (groups.areInOrder ? 0 : ofKeys)) { $0 + bytesOfOrder($1.column, groups) }
    let row = ofKeys + ofOutputs
    let after = later.map { row + $0.byteCount(ofRows: 1, bytesPerRow: row) } ?? 0
    return max(groups.count * making, resultRowCount(groups.count) * max(columns + row + sorting, after))
  }

  /// Most rows of a result of so many groups, of which `top` and `bottom` may have several.
  private func resultRowCount(_ groupCount: Int) -> Int {
    let rowCount = knownRowCount ?? sources.reduce(0) { $0 + $1.rowCount }
    let longest = outputs.reduce(1) { longest, output in
      switch output.function {
      case .top(let count), .bottom(let count): max(longest, min(count, rowCount))
      default: longest
      }
    }
    return groupCount > rowCount / longest ? max(groupCount, rowCount) : groupCount * longest
  }

  private func bytesOfOrder(_ column: Int, _ groups: GroupFacts) -> Int {
    column < keys.count ? keys[column].type.bytesPerValue : bytesPerValue(outputs[column - keys.count], groups)
  }

  private func bytesPerValue(_ output: Output, _ groups: GroupFacts) -> Int {
    guard case .value(let value) = output.source else { return 8 }
    switch output.function {
    case .count, .countDistinct, .mean, .variance, .standardDeviation: return 8
    case .sum: return isNarrow(output, groups) ? 8 : 16
    default: return values[value].column.type.bytesPerValue
    }
  }

  /// True of counts, and of what is made of sums of 64 bits.
  private func isNarrow(_ output: Output, _ groups: GroupFacts) -> Bool {
    switch (output.function, output.source) {
    case (.count, _): true
    case (.sum, .value(let value)), (.mean, .value(let value)):
      values[value].column.type == .float64 || groups.narrowSums.contains(value)
    default: false
    }
  }
}

extension PartialAggregates {
  /// What is known of the groups, which are complete.
  var facts: GroupFacts {
    GroupFacts(
      count: groupCount, haveKeyColumns: hasFinishedKeys, areInOrder: isInOrder,
      narrowSums: Set(columns.indices.filter { (columns[$0].sums as? IntegerSums)?.isNarrow == true }))
  }
}

extension ColumnType {
  /// About what a value takes in memory: of text 24 bytes, and of codes for it no more.
  fileprivate var bytesPerValue: Int { self == .string ? 24 : isWide ? 16 : 8 }
}
