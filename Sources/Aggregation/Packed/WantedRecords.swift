// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Which functions of a query records serve.
struct WantedRecords {
  private(set) var columns: [RecordLayout.Wanted] = []
  private(set) var products: [(x: Int, y: Int)] = []
  private(set) var pairs: Set<AggregatePlan.Pair> = []
  private(set) var others: [PackedPlan.Other] = []

  /// Functions that fields and extremes of a record serve.
  private static let recorded: Set<AggregateFunction> = [.count, .sum, .mean, .min, .max]
  /// The same of columns that are held in 128 bits, should their values fit less.
  private static let recordedOfWide: Set<AggregateFunction> = [.count, .sum, .mean]

  /// `codings` are those of the plan's values; nil where there is none.
  init(_ plan: AggregatePlan, _ codings: [ValueCoding?], rowCount: Int) {
    // Of products, what results are made of is kept, which does not tell the sums.
    pairs = Set(
      plan.pairs.filter { pair in
        if plan.states != nil { return false }
        // Rows with one value alone would have to be told from others.
        guard let x = codings[pair.x], let y = codings[pair.y], !x.isNullable, !y.isNullable,
          [pair.x, pair.y].allSatisfy({ !plan.values[$0].column.type.isWide })
        else { return false }
        return [(x, x), (y, y), (x, y)].allSatisfy { RecordLayout.holdsProducts($0.0, $0.1, rowCount: rowCount) }
      })
    var positions: [Int: Int] = [:]
    for (index, value) in plan.values.enumerated() {
      let recordable = codings[index].map { functionsServed(value, index, $0, rowCount: rowCount) } ?? []
      let served = plan.states == nil ? recordable : recordable.filter { !$0.isOfMoments }
      // A pair that is not recorded leaves its columns' pages to be read.
      let isOfOtherPair = plan.pairs.contains { ($0.x == index || $0.y == index) && !pairs.contains($0) }
      let left = value.functions.subtracting(served)
      if isOfOtherPair || !left.isEmpty || codings[index] == nil {
        others.append(PackedPlan.Other(value: index, functions: left, span: codings[index]?.limit))
      }
      guard let coding = codings[index], !served.isEmpty else { continue }
      positions[index] = columns.count
      columns.append(RecordLayout.Wanted(value: index, coding: coding, functions: served))
      if served.contains(where: \.isOfSpread) { add(product: columns.count - 1, columns.count - 1) }
    }
    for output in plan.outputs {
      guard case .pair(let index) = output.source, pairs.contains(plan.pairs[index]),
        let x = positions[plan.pairs[index].x], let y = positions[plan.pairs[index].y]
      else { continue }
      add(product: x, y)
      if output.function == .correlation {
        add(product: x, x)
        add(product: y, y)
      }
    }
  }

  private mutating func add(product x: Int, _ y: Int) {
    if !products.contains(where: { $0 == (x, y) }) { products.append((x, y)) }
  }

  /// Functions of a column that its fields serve, those of recorded pairs among them.
  private func functionsServed(
    _ value: AggregatePlan.ValueColumn, _ index: Int, _ coding: ValueCoding, rowCount: Int
  ) -> Set<AggregateFunction> {
    if value.column.type.isWide { return value.functions.intersection(Self.recordedOfWide) }
    let hasSquares = RecordLayout.holdsProducts(coding, coding, rowCount: rowCount)
    let isOfPair = pairs.contains { $0.x == index || $0.y == index }
    return value.functions.filter { function in
      Self.recorded.contains(function) || hasSquares && function.isOfSpread
        || isOfPair && function.isOfMoments && !function.isOfSpread
    }
  }

  /// nil if a column's sum has no room.
  func layout(_ plan: AggregatePlan, rowCount: Int) -> RecordLayout? {
    let countsRows =
      !others.isEmpty || plan.states != nil
      || plan.outputs.contains { if case .rows = $0.source { true } else { false } }
    return RecordLayout(columns, products: products, rowCount: rowCount, countsRows: countsRows)
  }
}

extension AggregateFunction {
  /// True if it is made of one column's sum and squares.
  fileprivate var isOfSpread: Bool {
    switch self {
    case .variance, .standardDeviation: true
    default: false
    }
  }
}
