// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Synchronization
import Workers

/// Rows of a result's chunks: texts of chunks are made by several threads.
package let resultChunkRows = 32_768

/// Groups the rows of `sources` by the query's keys and computes its aggregates per group.
///
/// The result has the keys' columns, then the aggregates', ordered as the query says. It is the same, bit for bit, for any number of
/// threads, any chunks and any order of the rows. Inputs are joined by column name; int64 and decimal columns of several inputs
/// become one decimal type. Only the columns that the query names are read.
///
/// Types: `count` int64; `sum` of int64 is int64 if all sums fit, else a decimal without fraction; `sum` of decimals is a decimal of the
/// same scale with as many digits as needed; `sum` of float64 and every `mean`, variance, covariance and correlation are float64,
/// correctly rounded, and so are `median` and `quantile` of numbers; those of other types, `min`, `max`, `first`, `last`, `any`, `top` and
/// `bottom` keep the column's type. Without values all but counts are null.
///
/// Moments: (n Σxy - Σx Σy) is an exact integer (times a power of two for doubles, of ten for decimals); the quotient, its root, or the
/// root of the ratio for `corr`, is rounded once to nearest. Beside a float64, the other column's values are taken as the nearest doubles.
/// Fewer than two values (pairs), or none for `_pop`, give null; so does `corr` where one side has one value only. A NaN or an infinity in
/// the group gives NaN.
///
/// Quantiles: position (n - 1) x level between values in ascending order, interpolated exactly; level is an exact decimal. Of bools, dates,
/// timestamps and strings the first value up to which at least that share lies, so that the result is one of them. NaN is the greatest
/// number. A part of an infinite neighbour is infinite, of two of opposite signs NaN.
///
/// `first` and `last` go by inputs as given and rows as they stand, `any` is `first`; all three skip nulls. `top` and `bottom` give each
/// group as many rows as the longest of them has values, best first, with keys and other aggregates repeated, and null behind the end.
///
/// Pages are read only where what is known of them does not answer: bounds may decide a condition for a whole page, and without keys
/// they and the exact sums that writers keep are answers themselves. `ignoringStatistics` asks the pages instead, to measure; the
/// result is no other. Even then no page is read that has no say: of columns behind a part of the condition that settles a chunk, of
/// values in a chunk without a row taken, of anything for `count(*)` alone.
///
/// Throws a Diagnosis: `query.syntax`, `column.unknown`, `table.mismatch`, `table.overflow`, `aggregate.type`, `expression.type`,
/// `aggregate.overflow` (a sum of more than 38 digits), `aggregate.no-input`, `table.bounds` (a
/// source's statistics do not hold for its rows), or what reading an input throws. Memory:
/// proportional to the number of groups, per thread; where groups are very many, to the rows' keys and values as packed numbers; of
/// `count(distinct)` to the different values of all groups (or a bit for each possible one), of `top` and `bottom` to the values that
/// groups put out; `median` and `quantile` keep all values, 12 to 20 bytes each, and so do `top` and `bottom` of strings or of more than 64. Where
/// groups are very many, all of these keep a part of the groups at a time, beside 8 to 16 bytes for a key and 4 to 16 for a value of each row.
public func aggregate(
  _ sources: [any TableSource], _ query: AggregateQuery, threads: Int, ignoringStatistics: Bool = false
) throws -> Table {
  try aggregate(sources, query, threads: threads, ignoringStatistics: ignoringStatistics, strategy: nil)
}

/// The same by a strategy of the caller's choice, where that is possible, and as long as `memory` has room, else it throws
/// ``MemoryExceeded``. `counts` are told how it went.
package func aggregate(
  _ sources: [any TableSource], _ query: AggregateQuery, threads: Int, ignoringStatistics: Bool = false,
  strategy: GroupingStrategy?, memory: MemoryWatch? = nil, counts: AggregationCounts? = nil
) throws -> Table {
  precondition(threads > 0, "at least one thread")
  let plan = try AggregatePlan(query, sources, usesStatistics: !ignoringStatistics, counts: counts)
  let grouping = try GroupingPlan(plan, threads: threads, forced: strategy, memory)
  if !plan.keys.isEmpty { counts?.note(grouping.strategy) }
  let whole = try aggregateChunks(plan, grouping, threads: threads, memory)
  try memory?.require(plan.byteCount(makingResultsOf: whole.facts, memory?.later))
  return table(try whole.resultColumns(threads: threads), plan, isInOrder: whole.isInOrder)
}

/// Each worker takes chunks as they come and keeps aggregates of its own; these are merged at the end.
func aggregateChunks(
  _ plan: AggregatePlan, _ grouping: GroupingPlan, threads: Int, _ memory: MemoryWatch?
) throws -> PartialAggregates {
  switch grouping {
  case .direct(let packed, let slotCount):
    let workers = try addAllChunks(plan, threads: threads, memory, reading: packed.packing.keys.compactMap(\.strings)) {
      DirectGroups(plan, packed, slotCount: slotCount)
    } add: {
      try $0.add($1, number: $2, chunk: $3)
    }
    return try finish(workers, threads: threads, memory)
  case .partitioned(let packed, let partitionBits):
    let workers = try addAllChunks(plan, threads: threads, memory, reading: packed.packing.keys.compactMap(\.strings)) {
      PartitionedRows(plan, packed, partitionBits: partitionBits)
    } add: {
      try $0.add($1, number: $2, chunk: $3)
    }
    return try finish(workers, partitionBits: partitionBits, threads: threads, memory)
  case .general:
    let partials = try addAllChunks(plan, threads: threads, memory) {
      PartialAggregates(plan)
    } add: {
      try $0.add($1, number: $2, chunk: $3)
    }
    for partial in partials.dropFirst() { partials[0].merge(partial) }
    return partials[0]
  }
}

/// Makes groups for each worker, in its own thread, and adds all chunks to them, each to one; `strings` are read on the way.
private func addAllChunks<Groups: Sendable>(
  _ plan: AggregatePlan, threads: Int, _ memory: MemoryWatch?, reading strings: [KeyStrings] = [],
  _ make: @escaping @Sendable () -> Groups,
  add: @escaping @Sendable (Groups, any TableSource, Int, Int) throws -> Void
) throws -> [Groups] {
  let work = plan.chunksToRead
  try plan.announceReading()
  let made = Mutex<[Groups]>([])
  let counter = WorkCounter(limit: strings.count + work.count)
  try runWorkers(max(1, min(threads, work.count))) { _, cancellation in
    let groups = make()
    made.withLock { $0.append(groups) }
    while !cancellation.isCancelled, let next = counter.next() {
      guard next >= strings.count else {
        _ = try strings[next].dictionary().ranks
        continue
      }
      let (number, chunk) = work[next - strings.count]
      try add(groups, plan.sources[number], number, chunk)
      let rowCount = plan.sources[number].rowCount(ofChunk: chunk)
      plan.note(readRows: rowCount)
      try memory?.noteRows(rowCount, doubles: !(groups is PartitionedRows))
    }
  }
  return made.withLock { $0 }
}

/// Orders the groups, which may be in order of their keys, and cuts the result into chunks.
func table(_ columns: [ResultColumn], _ plan: AggregatePlan, isInOrder: Bool) -> Table {
  let rowCount = columns.first?.page.rowCount ?? 0
  let limit = min(rowCount, plan.limit ?? rowCount)
  let cuts = stride(from: 0, to: limit, by: resultChunkRows).map { $0..<min(limit, $0 + resultChunkRows) }
  let chunks: [[ColumnPage]]
  if isInOrder, plan.order.isEmpty {
    chunks = cuts.map { rows in columns.map { $0.page.rows(rows) } }
  } else {
    let rows = sortedRows(columns, plan, isInOrder: isInOrder)
    chunks = cuts.map { cut in columns.map { $0.page.gathering(rows[cut]) } }
  }
  return Table(
    name: "result", schema: Schema(columns.map { Field(name: $0.name, type: $0.type) }), chunks: chunks,
    dictionaries: columns.map(\.dictionary))
}

/// All rows in the order asked for, then in that of the keys.
private func sortedRows(_ columns: [ResultColumn], _ plan: AggregatePlan, isInOrder: Bool) -> [UInt32] {
  var order = SortOrder(rowCount: columns.first?.page.rowCount ?? 0)
  for (column, isDescending) in plan.order {
    order.append(columns[column].page, dictionary: columns[column].dictionary, descending: isDescending)
  }
  if !isInOrder { for key in columns.prefix(plan.keys.count) { order.append(key.page, dictionary: key.dictionary) } }
  return order.sortedRows()
}
