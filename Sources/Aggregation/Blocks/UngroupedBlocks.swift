// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Sums and counts of computed columns of a query without keys, worked out block by block; one worker's.
final class UngroupedBlocks {
  private let packed: PackedPlan
  private let reader: ChunkReader

  /// nil where no computed column serves. Throws what reading a footer throws.
  init?(_ plan: AggregatePlan) throws {
    guard let packed = try PackedPlan(ungrouped: plan) else { return nil }
    self.packed = packed
    reader = ChunkReader(packed, filter: nil)
  }

  /// Positions in the plan's values of the columns that ``add(_:number:chunk:_:count:to:)`` takes in.
  var values: Set<Int> { Set(packed.layout.columns.map(\.value)) }

  /// Takes in the rows of a chunk that `selection` takes, `count` of them. Throws what reading throws.
  func add(
    _ source: any TableSource, number: Int, chunk: Int, _ selection: Selection, count: Int,
    to columns: inout [ColumnState]
  ) throws {
    var totals = [Int128](repeating: 0, count: packed.layout.columns.count)
    var nullCounts = [Int](repeating: 0, count: totals.count)
    try reader.withPages(source, number: number, chunk: chunk) { forms in
      try reader.forEachBlock(forms, of: source, number: number, chunk: chunk, selection) { rowCount, _ in
        for index in reader.readColumns {
          let block = reader.values[index]
          // No overflow: codes have at most 52 bits, and a block 2^11 rows.
          totals[index] += Int128(
            block.isNarrow ? cs_total_u32(block.narrow, rowCount) : cs_total_u64(block.wide, rowCount))
          if packed.layout.columns[index].coding.isNullable { nullCounts[index] += block.zeroCount(rowCount) }
        }
      }
    }
    for (index, column) in packed.layout.columns.enumerated() {
      let valueCount = count - nullCounts[index]
      columns[column.value].nulls.add(count: nullCounts[index])
      if valueCount == 0 { continue }
      let sum = totals[index] + column.coding.base * Int128(valueCount)
      guard columns[column.value].add(IntegerFacts(sum: sum, extremes: nil)) else {
        preconditionFailure("sums alone are asked for")
      }
    }
  }
}

extension PackedPlan {
  /// The computed columns of a query without keys whose sums and counts blocks tell; nil where there are none. Throws what reading a footer
  /// throws.
  fileprivate init?(ungrouped plan: AggregatePlan) throws {
    guard plan.keys.isEmpty, var expressions = BlockExpressions(plan.sources) else { return nil }
    var wanted: [RecordLayout.Wanted] = []
    for (index, value) in plan.values.enumerated()
    where value.column.isComputed && value.functions.isSubset(of: [.count, .sum, .mean]) {
      guard let coding = try expressions.facts(of: value.column)?.valueCoding, coding.limit < 1 << 52 else { continue }
      wanted.append(RecordLayout.Wanted(value: index, coding: coding, functions: value.functions))
    }
    let rowCount = plan.sources.reduce(0) { $0 + $1.rowCount }
    guard !wanted.isEmpty, let layout = RecordLayout(wanted, rowCount: rowCount, countsRows: true) else { return nil }
    self.init(packing: .none, layout: layout, of: plan, expressions)
  }
}

extension BlockColumn {
  /// Codes that are 0, among the first `count`.
  fileprivate func zeroCount(_ count: Int) -> Int {
    var zeros = 0
    if isNarrow {
      for row in 0..<count { zeros &+= narrow[row] == 0 ? 1 : 0 }
    } else {
      for row in 0..<count { zeros &+= wide[row] == 0 ? 1 : 0 }
    }
    return zeros
  }
}
