// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query whose keys pack into one number, and what is kept per group.
struct PackedPlan: Sendable {
  let packing: KeyPacking
  let layout: RecordLayout
  /// The unified columns of the layout's columns.
  let columns: [UnifiedColumn]
  /// Positions in the plan's values of columns that are no part of the layout: their accumulators see group numbers and pages.
  let others: [Int]

  /// Functions that fields and extremes of a record serve.
  private static let recorded: Set<AggregateFunction> = [.count, .sum, .mean, .min, .max]

  /// nil where the keys do not pack. Throws what reading a footer throws.
  init?(_ plan: AggregatePlan) throws {
    guard let packing = try KeyPacking(plan.keys, plan.sources) else { return nil }
    self.packing = packing
    var wanted: [RecordLayout.Wanted] = []
    for (index, value) in plan.values.enumerated() where value.functions.isSubset(of: Self.recorded) {
      guard let coding = try IntegerFacts128(value.column, plan.sources)?.valueCoding else { continue }
      wanted.append(RecordLayout.Wanted(value: index, coding: coding, functions: value.functions))
    }
    let rowCount = plan.sources.reduce(0) { $0 + $1.rowCount }
    let countsRows =
      wanted.count < plan.values.count || plan.outputs.contains { if case .rows = $0.source { true } else { false } }
    guard
      let layout = RecordLayout(wanted, rowCount: rowCount, countsRows: countsRows)
        ?? RecordLayout([], rowCount: rowCount, countsRows: true)
    else { return nil }
    self.layout = layout
    columns = layout.columns.map { plan.values[$0.value].column }
    let recorded = Set(layout.columns.map(\.value))
    others = plan.values.indices.filter { !recorded.contains($0) }
  }

  private init(keysOf packed: PackedPlan, _ layout: RecordLayout) {
    packing = packed.packing
    self.layout = layout
    columns = []
    others = []
  }

  /// The same without values.
  var keysAlone: PackedPlan {
    RecordLayout([], rowCount: layout.rowLimit, countsRows: true).map { PackedPlan(keysOf: self, $0) } ?? self
  }

  /// Columns of the layout whose pages say more than the footer did.
  var readColumns: [Int] {
    layout.columns.indices.filter { index in
      let column = layout.columns[index]
      return (column.sum?.bits ?? 0) > 0 || column.nulls != nil || column.keepsMinimum || column.keepsMaximum
    }
  }
}
