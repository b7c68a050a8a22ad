// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Merges states of one query: what comes out is what all their rows together give, whatever the split, the order and the nesting.
///
/// For one thread. Memory: all groups.
package final class StateMerging {
  /// What the streams say of themselves.
  package let description: PartialDescription
  /// Columns of the streams.
  package let columns: [StateColumn]
  /// What is made of the groups.
  package let stages: QueryStages
  private let plan: AggregatePlan
  private let layout: StateLayout
  private var whole: PartialAggregates
  /// Of fields with lists, values that came in, per group.
  private var listed: [Int: GroupCounts] = [:]
  private var rowCount: Int64 = 0

  /// Binds the query. Throws `partial.damaged` for one that does not fit the types that the description, of stream `file`, tells.
  package init(_ description: PartialDescription, file: String) throws {
    self.description = description
    do {
      var query = description.query
      // Rows have been taken when the states were made.
      query.filter = nil
      stages = try QueryStages(query)
      let first = try FirstStage(stages, [TypesAlone(name: file, description.columns)], threads: 1)
      plan = try AggregatePlan(first.query, first.sources, states: StatesWanted())
    } catch let error as any Diagnosis {
      throw PartialError(.damaged, "the query does not fit the inputs' types: \(error.summary)", Place(file: file))
    }
    layout = StateLayout(plan)
    columns = layout.columns
    whole = PartialAggregates(plan)
  }

  /// Groups so far.
  package var groupCount: Int { whole.groupCount }

  /// Takes in a batch: a page for each of ``columns``, in its form, strings and bytes as plain ones. `firstRow` is the number of the batch's first row
  /// in `file`, from 1. Throws `partial.damaged` and `partial.places`, with row and column.
  package func add(_ pages: [ColumnPage], file: String, firstRow: Int) throws {
    let (keys, states) = (Array(pages.prefix(layout.keys.count)), pages.dropFirst(layout.keys.count))
    let rows = states.first?.rowCount ?? 0
    if rows == 0 { return }
    let groups = whole.groups(ofKeys: keys, rowCount: rows)
    var rest = states[...]
    var counts: [[Int64]] = []
    var rowCounts: [Int64] = []
    for (index, field) in layout.fields.enumerated() {
      let own = Array(rest.prefix(field.columns.count))
      rest = rest.dropFirst(field.columns.count)
      do {
        for (page, column) in zip(own, field.columns) where !column.mayBeNull { try requireValues(page) }
        switch field.subject {
        case .rows: rowCounts = try takeRows(own[0], groups)
        case .valueCount(let value): counts.append(try takeValueCounts(own[0], value, rowCounts, groups))
        case .kept(let value, let kind):
          let rows = StateRows(
            groups: groups, groupCount: whole.groupCount, counts: counts[value], type: plan.values[value].column.type)
          try take(own, value, kind, rows, field: index)
        case .pair(let pair): try takePairs(own[0], pair, rowCounts, groups)
        }
      } catch let fault as StateFault {
        throw PartialError(
          fault.kind, fault.summary,
          Place(file: file, row: firstRow + fault.row, column: field.columns[0].name), advice: fault.kind.advice)
      }
    }
  }

  /// Keys and aggregates of all groups, in the order that the query asks for where its groups alone tell it. Nothing may be added afterwards.
  ///
  /// Throws `aggregate.overflow`, `partial.damaged` where lists do not have as many values as was counted, and ``MemoryExceeded``.
  package func result(threads: Int, _ memory: MemoryWatch?) throws -> Table {
    try checkLists()
    var known = plan
    known.knownRowCount = Int(rowCount)
    try memory?.require(known.byteCount(makingResultsOf: whole.facts, memory?.later))
    return table(try whole.resultColumns(threads: threads), plan, isInOrder: false)
  }

  /// Runs `body` on the columns of each batch of all groups' states, and forgets them.
  ///
  /// Whether lists are whole is not asked: rows in which they go on may come later, or go to another merger.
  package func states(
    threads: Int, limits: StateLimits = .standard, _ body: ([ColumnPage]) throws -> Void
  ) throws {
    try GroupStates(whole, layout, threads: threads, limits).forEachBatch(body)
    (whole, listed) = (PartialAggregates(plan), [:])
  }

  private func requireValues(_ page: ColumnPage) throws {
    if page.validity == .allValid { return }
    let row = (0..<page.rowCount).first { !page.validity.isValid($0) } ?? 0
    throw StateFault(row: row, summary: "null, which no such state is")
  }

  private func takeRows(_ page: ColumnPage, _ groups: [UInt32]) throws -> [Int64] {
    guard case .int64(let counts) = page.values else { preconditionFailure("integers expected") }
    for (row, count) in counts.enumerated() {
      // So that no sum of counts, and none of as many integers, leaves its bits.
      guard count >= 0, count <= 1 << 62 - rowCount else {
        throw StateFault(row: row, summary: "\(count) is no number of rows")
      }
      rowCount += count
      whole.rowCounts.add(count: count, group: Int(groups[row]), groupCount: whole.groupCount)
    }
    return counts
  }

  private func takeValueCounts(
    _ page: ColumnPage, _ value: Int, _ rowCounts: [Int64], _ groups: [UInt32]
  ) throws -> [Int64] {
    guard case .int64(let counts) = page.values else { preconditionFailure("integers expected") }
    for (row, count) in counts.enumerated() {
      guard count >= 0, count <= rowCounts[row] else {
        throw StateFault(row: row, summary: "\(count) is no number of values in \(rowCounts[row]) rows")
      }
      whole.columns[value].nulls.add(
        count: rowCounts[row] - count, group: Int(groups[row]), groupCount: whole.groupCount)
    }
    return counts
  }

  private func take(
    _ pages: [ColumnPage], _ value: Int, _ kind: AccumulatorKind, _ rows: StateRows, field: Int
  ) throws {
    guard let accumulator = whole.columns[value][kind] as? any StateKeeping else {
      preconditionFailure("no states of \(kind)")
    }
    let listedCounts = try accumulator.add(states: pages, rows)
    guard kind == .values else { return }
    for (row, count) in listedCounts.enumerated() {
      listed[field, default: GroupCounts()].add(
        count: Int64(count), group: Int(rows.groups[row]), groupCount: rows.groupCount)
    }
  }

  private func takePairs(_ page: ColumnPage, _ pair: Int, _ rowCounts: [Int64], _ groups: [UInt32]) throws {
    guard let accumulator = whole.pairs[pair] as? any PairStateKeeping else {
      preconditionFailure("no states of pairs")
    }
    try forEachState(page) { row, bytes in
      let fault = accumulator.add(
        state: bytes, group: Int(groups[row]), groupCount: whole.groupCount, mostPairs: rowCounts[row])
      if let fault { throw StateFault(row: row, summary: fault) }
    }
  }

  /// Throws unless each group has as many values listed as counted: a row was lost or came twice on the way.
  private func checkLists() throws(PartialError) {
    let rowCounts = whole.rowCounts.counts(groupCount: whole.groupCount)
    for (index, field) in layout.fields.enumerated() {
      guard case .kept(let value, let kind) = field.subject, kind == .values || kind == .distinct else { continue }
      let counts = whole.valueCounts(value, rowCounts)
      let found: [Int64]
      if kind == .values {
        found = (listed[index] ?? GroupCounts()).counts(groupCount: whole.groupCount)
      } else {
        found = (whole.columns[value][kind] as? DistinctValues)?.counts(groupCount: whole.groupCount) ?? []
      }
      for (count, listed) in zip(counts, found) {
        guard kind == .values ? listed != count : listed > count || (listed == 0) != (count == 0) else { continue }
        throw PartialError(
          .damaged, "a group of \(count) values has lists of \(listed) in all",
          Place(file: plan.sources[0].name, column: field.columns[0].name),
          advice: "some rows of states were lost, or came twice, on the way")
      }
    }
  }
}

extension PartialError.Kind {
  /// What to do about states that do not go in.
  fileprivate var advice: String {
    self == .places
      ? "merge each stream once; states of several inputs need --first-place, or all inputs and --chunks"
      : "make the states anew; what lies between must not change them"
  }
}
