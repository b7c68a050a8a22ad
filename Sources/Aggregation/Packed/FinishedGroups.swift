// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Groups whose records are complete, in the order in which they are put out.
struct FinishedGroups: Sendable {
  /// What is known of one column of the layout, per group.
  struct Column: Sendable {
    var nullCounts: [Int64] = []
    /// Sums, where all fit 64 bits for sure.
    var narrowSums: [Int64] = []
    /// Sums, where they may not.
    var wideSums: [Int128] = []
    var minima: [Int64] = []
    var maxima: [Int64] = []
  }

  /// Per key, the codes of the groups.
  var keyCodes: [[UInt64]]
  /// Rows of each group; 1 where they are not counted.
  var rowCounts: [Int64] = []
  var columns: [Column]
  /// n Σxy - Σx Σy of each group, per product of the layout.
  var centralProducts: [[Int128]] = []
  /// What is put out that records do not tell, complete; in the order of the plan's outputs.
  var outputs: [OutputColumn] = []

  /// Takes the groups of `slots`, in their order.
  init(_ slots: [UInt32], of records: GroupRecords, keyCodes: [[UInt64]]) {
    self.keyCodes = keyCodes
    let rowCounts = records.rowCounts(of: slots)
    self.rowCounts = rowCounts
    var countsOfValues: [[Int64]] = []
    columns = records.layout.columns.indices.map { index in
      let kept = records.layout.columns[index]
      var column = Column()
      var valueCounts = rowCounts
      if kept.nulls != nil {
        column.nullCounts = records.values(kept.nulls, of: slots).map { Int64(truncatingIfNeeded: $0) }
        for group in valueCounts.indices { valueCounts[group] -= column.nullCounts[group] }
      }
      countsOfValues.append(valueCounts)
      if kept.sum != nil {
        if kept.hasNarrowSums(ofRows: records.layout.rowLimit) {
          column.narrowSums = records.narrowSums(slots, column: index, valueCounts: valueCounts)
        } else {
          column.wideSums = records.sums(slots, column: index, valueCounts: valueCounts)
        }
      }
      if kept.keepsMinimum { column.minima = records.extremes(.minimum, slots, column: index) }
      if kept.keepsMaximum { column.maxima = records.extremes(.maximum, slots, column: index) }
      return column
    }
    centralProducts = records.layout.products.enumerated().map { index, product in
      records.centralProducts(slots, product: index, valueCounts: countsOfValues[product.x])
    }
  }

  /// The groups of all `parts`, whose packed keys are columns of codes, a word each. The parts are emptied array by array, so that only one array
  /// of all groups is there twice.
  init(joining parts: inout [FinishedGroups], _ packed: PackedPlan) {
    func joined<T>(_ array: WritableKeyPath<FinishedGroups, [T]>) -> [T] {
      var all: [T] = []
      all.reserveCapacity(parts.reduce(0) { $0 + $1[keyPath: array].count })
      for part in parts.indices {
        all += parts[part][keyPath: array]
        parts[part][keyPath: array] = []
      }
      return all
    }
    keyCodes = (parts.first?.keyCodes ?? []).indices.map { joined(\.keyCodes[$0]) }
    rowCounts = joined(\.rowCounts)
    columns = packed.layout.columns.indices.map { index in
      Column(
        nullCounts: joined(\.columns[index].nullCounts), narrowSums: joined(\.columns[index].narrowSums),
        wideSums: joined(\.columns[index].wideSums), minima: joined(\.columns[index].minima),
        maxima: joined(\.columns[index].maxima))
    }
    centralProducts = packed.layout.products.indices.map { joined(\.centralProducts[$0]) }
    for _ in parts.first?.outputs ?? [] {
      outputs.append(OutputColumn(joining: parts.indices.map { parts[$0].outputs.removeLast() }))
    }
    outputs.reverse()
  }

  /// Brings the groups at `positions` into that order, array by array.
  mutating func permute(_ positions: [UInt32]) {
    // What is not kept of a column is empty.
    func move<T>(_ array: inout [T]) {
      if !array.isEmpty { array = positions.map { array[Int($0)] } }
    }
    for key in keyCodes.indices { move(&keyCodes[key]) }
    move(&rowCounts)
    for column in columns.indices {
      move(&columns[column].nullCounts)
      move(&columns[column].narrowSums)
      move(&columns[column].wideSums)
      move(&columns[column].minima)
      move(&columns[column].maxima)
    }
    for product in centralProducts.indices { move(&centralProducts[product]) }
    for output in outputs.indices { outputs[output] = outputs[output].permuted(positions) }
  }

  /// The same as partial aggregates that results are made of.
  ///
  /// `others` and `pairs` are complete states of what records do not serve, by group; `sumBounds`, where some groups were left out, bounds of
  /// all groups' sums per column of the layout, on which types depend.
  func aggregates(
    _ plan: AggregatePlan, _ packed: PackedPlan, others: [Int: ColumnState] = [:], pairs: [any PairAccumulator] = [],
    isInOrder: Bool = true, sumBounds: [ClosedRange<Int64>?]? = nil
  ) throws -> PartialAggregates {
    let keys = try keyCodes.enumerated().map { try packed.packing.column($0, $1) }
    let partial = PartialAggregates(plan, keys: keys, groupCount: rowCounts.count, isInOrder: isInOrder, pairs: pairs)
    partial.rowCounts = GroupCounts(rowCounts)
    for (index, state) in others { partial.columns[index] = state }
    partial.recordedPairs = packed.recordedPairs
    for (position, output) in zip(plan.outputs.indices.filter { !packed.records(plan.outputs[$0], of: plan) }, outputs)
    {
      partial.finishedOutputs[position] = output
    }
    for (product, central) in zip(packed.layout.products, centralProducts) {
      let (x, y) = (packed.layout.columns[product.x].value, packed.layout.columns[product.y].value)
      partial.centralProducts[AggregatePlan.Pair(x: x, y: y)] = central
    }
    for (index, kept) in packed.layout.columns.enumerated() {
      let column = columns[index]
      var states: [AccumulatorKind: any Accumulator] = [:]
      if kept.sum != nil {
        states[.sums] =
          kept.hasNarrowSums(ofRows: packed.layout.rowLimit)
          ? IntegerSums(narrow: column.narrowSums, bounds: sumBounds?[index]) : IntegerSums(wide: column.wideSums)
      }
      if kept.keepsMinimum { states[.minima] = IntegerExtremes(.minimum, column.minima) }
      if kept.keepsMaximum { states[.maxima] = IntegerExtremes(.maximum, column.maxima) }
      partial.columns[kept.value].nulls = GroupCounts(column.nullCounts)
      partial.columns[kept.value] = partial.columns[kept.value].adding(states)
    }
    return partial
  }
}

extension RecordLayout {
  /// Positions in the plan's values of columns whose sums are held in 64 bits.
  var narrowSums: Set<Int> {
    Set(columns.filter { $0.sum != nil && $0.hasNarrowSums(ofRows: rowLimit) }.map(\.value))
  }

  /// Bytes that a group takes as one of ``FinishedGroups``, its keys' codes not among them.
  var finishedByteCount: Int {
    columns.reduce(8 + 16 * products.count) { bytes, column in
      let sum = column.sum == nil ? 0 : column.hasNarrowSums(ofRows: rowLimit) ? 8 : 16
      // Of a column with nulls these and its values are counted.
      return bytes + sum + (column.nulls == nil ? 0 : 16) + (column.keepsMinimum ? 8 : 0)
        + (column.keepsMaximum ? 8 : 0)
    }
  }
}

extension RecordLayout.Column {
  /// True if no sum of so many values leaves 64 bits.
  func hasNarrowSums(ofRows rowCount: Int) -> Bool {
    let greatest = max(coding.base.magnitude, (coding.base + Int128(coding.limit)).magnitude)
    return bitCount(greatest) + bitCount(UInt128(rowCount)) <= 63
  }
}
