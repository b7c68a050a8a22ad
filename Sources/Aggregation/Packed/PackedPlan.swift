// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query whose keys pack into one number, and what is kept per group.
struct PackedPlan: Sendable {
  let packing: KeyPacking
  let layout: RecordLayout
  /// The unified columns of the layout's columns.
  let columns: [UnifiedColumn]
  /// Columns with functions that records do not serve: their accumulators see group numbers and pages.
  let others: [Other]
  /// The same where rows are parted, with how their values go along; else none.
  var carried: [CarriedColumn] = []
  /// Pairs of columns that records serve.
  let recordedPairs: Set<AggregatePlan.Pair>
  /// How computed columns among keys and the layout's are worked out; nil where nothing is computed.
  let expressions: BlockExpressions?

  /// Some functions of one column.
  struct Other: Sendable {
    /// Position in the plan's values.
    let value: Int
    let functions: Set<AggregateFunction>
    /// No two values are farther apart; nil where that is not known.
    let span: UInt64?
  }

  /// nil where the keys do not pack. Throws what reading a footer throws.
  init?(_ plan: AggregatePlan) throws {
    var expressions = BlockExpressions(plan.sources)
    func facts(_ column: UnifiedColumn) throws -> IntegerFacts128? {
      column.isComputed ? try expressions?.facts(of: column) : try IntegerFacts128(column, plan.sources)
    }
    guard let packing = try KeyPacking(plan.keys, plan.sources, facts: facts) else { return nil }
    let rowCount = plan.sources.reduce(0) { $0 + $1.rowCount }
    let codings = try plan.values.map { try facts($0.column)?.valueCoding }
    var wanted = WantedRecords(plan, codings, rowCount: rowCount)
    var layout = wanted.layout(plan, rowCount: rowCount)
    if layout == nil {
      wanted = WantedRecords(plan, codings.map { _ in nil }, rowCount: rowCount)
      layout = wanted.layout(plan, rowCount: rowCount)
    }
    guard let layout else { return nil }
    self.init(packing: packing, layout: layout, of: plan, expressions, others: wanted.others, wanted.pairs)
  }

  /// Precondition: `layout` is of columns of `plan`, and `expressions` knows bounds of those that are computed.
  init(
    packing: KeyPacking, layout: RecordLayout, of plan: AggregatePlan, _ expressions: BlockExpressions?,
    others: [Other] = [], _ recordedPairs: Set<AggregatePlan.Pair> = []
  ) {
    self.packing = packing
    self.layout = layout
    self.expressions = expressions
    self.others = others
    self.recordedPairs = recordedPairs
    columns = layout.columns.map { plan.values[$0.value].column }
  }

  /// What is kept at the start of columns for functions that records do not serve, per column of the plan.
  func newStates(_ plan: AggregatePlan) -> [Int: ColumnState] {
    Dictionary(
      uniqueKeysWithValues: others.map { ($0.value, ColumnState($0.functions, plan.values[$0.value].column.type)) })
  }

  private init(keysOf packed: PackedPlan, _ layout: RecordLayout) {
    packing = packed.packing
    self.layout = layout
    columns = []
    others = []
    expressions = packed.expressions
    recordedPairs = []
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
