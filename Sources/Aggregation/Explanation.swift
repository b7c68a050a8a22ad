// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// How ``aggregate(_:_:threads:ignoringStatistics:)`` would group `sources`, as a table of steps and choices; no page is aggregated.
///
/// The strategy, what each key becomes, how many groups there may be and what each takes, which columns are read. Costs what choosing
/// costs: reading footers, and one chunk's keys where these alone tell if there are many groups. Throws what `aggregate` throws before it
/// reads pages.
public func explainAggregation(
  of sources: [any TableSource], _ query: AggregateQuery, threads: Int, ignoringStatistics: Bool = false
) throws -> Table {
  let plan = try AggregatePlan(query, sources, usesStatistics: !ignoringStatistics)
  let grouping = try GroupingPlan(plan, threads: threads, forced: nil)
  let lines = steps(plan, grouping)
  return Table(
    columns: [
      ("step", .string, lines.map { .string($0.step) }), ("choice", .string, lines.map { .string($0.choice) }),
    ])
}

/// The strategy that the query's groups are found by, `forced` where that is possible. For tests.
package func groupingStrategy(
  for sources: [any TableSource], _ query: AggregateQuery, forced: GroupingStrategy? = nil
) throws -> GroupingStrategy {
  try GroupingPlan(AggregatePlan(query, sources), threads: 1, forced: forced).strategy
}

private typealias Step = (step: String, choice: String)

private func steps(_ plan: AggregatePlan, _ grouping: GroupingPlan) -> [Step] {
  let rowCount = plan.sources.reduce(0) { $0 + $1.rowCount }
  let chunkCount = plan.sources.reduce(0) { $0 + $1.chunkCount }
  var steps: [Step] = [
    ("rows", "\(rowCount) in \(told(chunkCount, "chunk")) of \(told(plan.sources.count, "input"))")
  ]
  steps.append(("groups", groupsText(plan, grouping)))
  var read = plan.keys.map(\.name)
  switch grouping {
  case .direct(let packed, _), .partitioned(let packed, _):
    for key in packed.packing.keys { steps.append(("key \(key.column.name)", keyText(key))) }
    steps.append(("record", recordText(packed)))
    read += (packed.readColumns.map { packed.columns[$0] } + packed.others.map { plan.values[$0.value].column }).map(
      \.name)
  case .general:
    for (key, name) in zip(plan.keys, plan.keyNames) { steps.append(("key \(name)", "\(key.type), numbered as met")) }
    read += plan.values.map(\.column.name)
  }
  if let filter = plan.filter { read += filter.columns.map(\.name) }
  var seen = Set<String>()
  let columns = read.filter { seen.insert($0).inserted }.joined(separator: ", ")
  let isAnswered = plan.keys.isEmpty && plan.usesStatistics
  steps.append(
    ("columns read", columns.isEmpty ? "none" : columns + (isAnswered ? ", where statistics do not answer" : "")))
  return steps
}

private func groupsText(_ plan: AggregatePlan, _ grouping: GroupingPlan) -> String {
  switch grouping {
  case .direct(_, let slotCount): return "direct: the packed key is one of \(told(slotCount, "slot"))"
  case .partitioned(let packed, let bits):
    return "partitioned: \(1 << bits) parts by the hash of keys packed into \(told(packed.packing.bitWidth, "bit"))"
  case .general: return plan.keys.isEmpty ? "one, of all rows" : "general: keys are numbered in a hash table"
  }
}

private func keyText(_ key: KeyPacking.Key) -> String {
  let nulls = key.nullCode == nil ? "" : ", null among them"
  let kind =
    key.strings == nil
    ? "offsets from \(key.column.type.value(of: key.base).described)" : "codes of strings"
  return "\(kind), \(key.codeCount) of \(told(key.bitWidth, "bit"))\(nulls)"
}

private func recordText(_ packed: PackedPlan) -> String {
  let layout = packed.layout
  let products =
    layout.products.isEmpty ? "counts and sums" : "counts, sums and \(told(layout.products.count, "sum")) of products"
  var parts = ["\(told(layout.width, "word")) of 64 bits for \(products)"]
  let extremes = layout.columns.reduce(0) { $0 + ($1.keepsMinimum ? 1 : 0) + ($1.keepsMaximum ? 1 : 0) }
  if extremes > 0 { parts.append(told(extremes, "extreme")) }
  if !packed.others.isEmpty {
    let making = packed.carried.isEmpty ? "" : ", made anew for each part"
    parts.append("\(told(packed.others.count, "column")) with accumulators of their own" + making)
  }
  return parts.joined(separator: ", ")
}

/// `1 chunk`, `2 chunks`.
private func told(_ count: Int, _ word: String) -> String { "\(count) \(word)\(count == 1 ? "" : "s")" }

extension Value {
  fileprivate var described: String { printable(plainText(of: self)) }
}
