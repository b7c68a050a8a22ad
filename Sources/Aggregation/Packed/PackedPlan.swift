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
  /// How computed columns among keys and the layout's are worked out; nil where nothing is computed.
  let expressions: BlockExpressions?

  /// Functions that fields and extremes of a record serve.
  private static let recorded: Set<AggregateFunction> = [.count, .sum, .mean, .min, .max]
  /// The same of columns that are held in 128 bits, should their values fit less.
  private static let recordedOfWide: Set<AggregateFunction> = [.count, .sum, .mean]

  /// nil where the keys do not pack. Throws what reading a footer throws.
  init?(_ plan: AggregatePlan) throws {
    var expressions = BlockExpressions(plan.sources)
    func facts(_ column: UnifiedColumn) throws -> IntegerFacts128? {
      column.isComputed ? try expressions?.facts(of: column) : try IntegerFacts128(column, plan.sources)
    }
    guard let packing = try KeyPacking(plan.keys, plan.sources, facts: facts) else { return nil }
    var wanted: [RecordLayout.Wanted] = []
    for (index, value) in plan.values.enumerated() {
      let recorded = value.column.type.isWide ? Self.recordedOfWide : Self.recorded
      guard value.functions.isSubset(of: recorded), let coding = try facts(value.column)?.valueCoding else { continue }
      wanted.append(RecordLayout.Wanted(value: index, coding: coding, functions: value.functions))
    }
    let rowCount = plan.sources.reduce(0) { $0 + $1.rowCount }
    let countsRows =
      wanted.count < plan.values.count || plan.outputs.contains { if case .rows = $0.source { true } else { false } }
    guard
      let layout = RecordLayout(wanted, rowCount: rowCount, countsRows: countsRows)
        ?? RecordLayout([], rowCount: rowCount, countsRows: true)
    else { return nil }
    self.init(packing: packing, layout: layout, of: plan, expressions)
  }

  /// Precondition: `layout` is of columns of `plan`, and `expressions` knows bounds of those that are computed.
  init(packing: KeyPacking, layout: RecordLayout, of plan: AggregatePlan, _ expressions: BlockExpressions?) {
    self.packing = packing
    self.layout = layout
    self.expressions = expressions
    columns = layout.columns.map { plan.values[$0.value].column }
    let recorded = Set(layout.columns.map(\.value))
    others = plan.values.indices.filter { !recorded.contains($0) }
  }

  private init(keysOf packed: PackedPlan, _ layout: RecordLayout) {
    packing = packed.packing
    self.layout = layout
    columns = []
    others = []
    expressions = packed.expressions
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
