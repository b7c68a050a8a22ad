// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import Workers

/// Makes mergeable states of a query's groups of some chunks, for others to merge (``StateMerging``).
package struct PartialAggregation {
  /// What the stream is to say of itself.
  package let description: PartialDescription
  /// Columns of the stream.
  package var columns: [StateColumn] { layout.columns }
  private let plan: AggregatePlan
  private let layout: StateLayout

  /// Binds a query to all `inputs`, of which types depend, and to some of their chunks, counted over all of them; nil for all. `firstPlace`: the
  /// number of the first of these chunks among all chunks of the job.
  ///
  /// Throws `table.no-such-chunks`, and as `aggregate` does. `threads`: how many will be used.
  package init(
    _ query: TableQuery, _ inputs: [any TableSource], chunks: Range<Int>?, firstPlace: Int, threads: Int,
    ignoringStatistics: Bool = false, counts: AggregationCounts? = nil
  ) throws {
    let chunkCount = inputs.reduce(0) { $0 + $1.chunkCount }
    if let chunks, chunks.upperBound > chunkCount {
      throw TableError.noSuchChunks(chunks, of: chunkCount, inputs.first?.name)
    }
    description = try PartialDescription(query, try inputColumns(query, inputs))
    let first = try FirstStage(QueryStages(description.query), inputs, threads: threads)
    var grouped = first.query
    (grouped.order, grouped.limit) = ([], nil)
    plan = try AggregatePlan(
      grouped, first.sources, usesStatistics: !ignoringStatistics, counts: counts,
      states: StatesWanted(chunks: chunks, numberOfFirstChunk: firstPlace - (chunks?.lowerBound ?? 0)))
    layout = StateLayout(plan)
  }

  /// About what a group takes while states are made, in words of 64 bits; most of it in each worker.
  package var wordsPerGroup: Int { layout.fields.reduce(2 * layout.keys.count + 2) { $0 + words($1.subject) } }

  private func words(_ subject: StateField.Subject) -> Int {
    switch subject {
    case .rows, .valueCount: return 1
    case .pair: return 48
    case .kept(let value, let kind):
      let type = plan.values[value].column.type
      switch kind {
      case .sums: return type == .float64 ? 8 : 4
      case .squares: return type == .float64 ? 14 : 6
      case .tops(let count), .bottoms(let count): return 2 + (type.isWide ? 2 : 1) * min(count, 8)
      case .minima, .maxima, .firsts, .lasts, .distinct, .values: return 4
      }
    }
  }

  /// Rows of the chunks that are read.
  package var rowCount: Int { plan.rowCountToRead }

  /// Runs `body` on the columns of each batch of states: each group once, in ascending order of the keys, as long as `memory` has room for all.
  ///
  /// Where it has not, what there is is put out and given up, as often as that takes, and a group may come several times. `memory` makes a watch for one
  /// such round, nil for no limit. `strategy` is taken where it can be; `limits` tell where rows and batches end. Throws what reading, `body` and the
  /// aggregates throw.
  package func run(
    threads: Int, strategy: GroupingStrategy? = nil, memory: (() -> MemoryWatch)?,
    limits: StateLimits = .standard, _ body: ([ColumnPage]) throws -> Void
  ) throws {
    let watch = memory?()
    let grouping = try GroupingPlan(plan, threads: threads, forced: strategy, watch)
    if case .general = grouping { return try runInRounds(threads: threads, memory: memory, limits, body) }
    let whole: PartialAggregates
    do {
      whole = try aggregateChunks(plan, grouping, threads: threads, watch)
    } catch is MemoryExceeded {
      return try runInRounds(threads: threads, memory: memory, limits, body)
    }
    try GroupStates(whole, layout, threads: threads, limits).forEachBatch(body)
  }

  private func runInRounds(
    threads: Int, memory: (() -> MemoryWatch)?, _ limits: StateLimits, _ body: ([ColumnPage]) throws -> Void
  ) throws {
    let chunks = plan.chunksToRead
    try plan.announceReading()
    let counter = WorkCounter(limit: chunks.count)
    var done = 0
    repeat {
      let (partials, taken, isFull) = try round(chunks, counter, threads: threads, memory?())
      done += taken
      if !isFull { for partial in partials.dropFirst() { partials[0].merge(partial) } }
      for partial in isFull ? partials : Array(partials.prefix(1)) {
        try GroupStates(partial, layout, threads: threads, limits).forEachBatch(body)
      }
    } while done < chunks.count
  }

  /// Has workers take in chunks until there are no more or no more room; each chunk is taken in by one of them, whole.
  private func round(
    _ chunks: [(source: Int, chunk: Int)], _ counter: WorkCounter, threads: Int, _ memory: MemoryWatch?
  ) throws -> (partials: [PartialAggregates], taken: Int, isFull: Bool) {
    let made = Mutex<[PartialAggregates]>([])
    let isFull = Atomic(false)
    let taken = Atomic(0)
    try runWorkers(max(1, min(threads, chunks.count))) { _, cancellation in
      let groups = PartialAggregates(plan)
      made.withLock { $0.append(groups) }
      while !cancellation.isCancelled, !isFull.load(ordering: .relaxed), let next = counter.next() {
        let (number, chunk) = chunks[next]
        try groups.add(plan.sources[number], number: number, chunk: chunk)
        taken.wrappingAdd(1, ordering: .relaxed)
        let rowCount = plan.sources[number].rowCount(ofChunk: chunk)
        plan.note(readRows: rowCount)
        do { try memory?.noteRows(rowCount) } catch { isFull.store(true, ordering: .relaxed) }
      }
    }
    return (made.withLock { $0 }, taken.load(ordering: .relaxed), isFull.load(ordering: .relaxed))
  }
}

/// Columns that the query reads, of all inputs together. Throws as finding and joining them does.
private func inputColumns(
  _ query: TableQuery, _ inputs: [any TableSource]
) throws -> [PartialDescription.InputColumn] {
  do {
    return try query.columnNames.map { name in
      let column = try UnifiedColumn(name, in: inputs)
      return PartialDescription.InputColumn(name: name, type: column.hasNoValues ? nil : column.type)
    }
  } catch let error as UnknownColumn {
    throw query.placed(error)
  }
}
