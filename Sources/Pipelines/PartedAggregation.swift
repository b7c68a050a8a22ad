// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import Workers

/// One aggregation by parts.
struct PartedAggregation: Sendable {
  private let query: AggregateQuery
  private let rows: QueryRows
  /// Columns that are read of the inputs, or worked out.
  private let columnCount: Int
  private let limits: AggregationLimits
  private let meter: AggregationMeter

  /// Parts of parts of parts: each level parts by other bits.
  private static let mostLevels = 6
  private static let mostParts = 1024
  /// What a page takes in the footer, in memory, as written and as read.
  private static let footerBytes = 250
  /// Runs merged at once: a chunk of the result takes rows of one chunk of each, which is decoded whole for them.
  private static let mostRuns = 64
  /// Parts of fewer rows are grouped in one table; of more, keys that pack into a word need no table of strings.
  private static let leastPartitionedRows = 1 << 14
  /// A part of which a part has more rows than this share is mostly one group.
  private static let greatestShare = 0.9

  init(
    _ query: AggregateQuery, _ rows: QueryRows, _ costs: StageCosts, _ limits: AggregationLimits,
    _ meter: AggregationMeter
  ) {
    columnCount = query.columnNames.count + costs.operationCount
    self.query = query
    self.rows = rows
    self.limits = limits
    self.meter = meter
  }

  /// All groups, in order. `needed`: bytes that they would take in memory.
  func result(needing needed: Int) throws -> any TableSource {
    guard rows.hasKeys else { throw tooSmall(needed) }
    let keyNames = query.keys.map(\.column)
    let runs = try GroupedRuns(
      rows, keys: keyNames, columnCount: keyNames.count + query.aggregates.count, in: limits.temporaryFolder)
    meter.report?.start(.partingRows, totalRowCount: rows.rowCount)
    let parts = try part(rows, level: 0, needing: needed)
    meter.report?.start(.groupingParts, totalRowCount: parts.reduce(0) { $0 + $1.rowCount })
    try meter.step("group parts") { try add(parts, level: 0, to: runs) }
    meter.note(spilledByteCount: runs.byteCount)
    return try meter.step("merge parts") { try merged(runs) }
  }

  private func part(_ rows: QueryRows, level: Int, needing needed: Int) throws -> [SpilledTable] {
    let budget = try budget(chunkRows: rows.greatestChunkRows)
    let parting = Parting(
      partCount: partCount(rows, needing: needed, budget), level: level, threads: budget.threads,
      bufferByteCount: budget.roomByteCount / 3, folder: limits.temporaryFolder)
    return try meter.step("part rows") {
      try partedRows(of: rows, parting) { meter.note(partCount: parting.partCount, spilledByteCount: $0) }
        .filter { $0.rowCount > 0 }
    }
  }

  /// As many parts as let one for each thread have room, but no more than footers have room for.
  private func partCount(_ rows: QueryRows, needing needed: Int, _ budget: AggregationBudget) -> Int {
    let (room, rowCount) = (Double(budget.roomByteCount), Double(rows.rowCount))
    // Where there is little room, what was needed is mostly what does not grow with rows: rows that are a group each need no more than this.
    let most = rowCount * Double(2 * (48 + 24 * query.keys.count + 48 * query.aggregates.count))
    let wanted = min(Double(needed), most) * Double(budget.threads) / room
    let rowBytes = rows.schema.fields.indices.reduce(0) { sum, column in
      let type = rows.schema.fields[column].type
      return sum + (type == .string ? rows.dictionaries[column] == nil ? 24 : 4 : type.isWide ? 16 : 8)
    }
    // A third of the room is for rows that are not written yet: of each part, a chunk. A sixth is for the footer.
    let bytesOfAllChunks = rowCount * Double(rowBytes) * Double(rows.schema.fields.count * Self.footerBytes)
    let footed = room / 6 * (room / 3) / max(1, bytesOfAllChunks)
    return max(4, Int(min(wanted.rounded(.up), footed, Double(Self.mostParts))))
  }

  /// Aggregates parts, as many at once as there are threads; those that have no room beside others then alone, and those that have none
  /// at all by parts of their own.
  private func add(_ parts: [SpilledTable], level: Int, to runs: GroupedRuns) throws {
    let budget = try budget(chunkRows: ChunkFileLimits.rowsPerChunk)
    let postponed = Mutex<[Int]>([])
    let counter = WorkCounter(limit: parts.count)
    try runWorkers(max(1, min(budget.threads, parts.count))) { _, cancellation in
      while !cancellation.isCancelled, let number = counter.next() {
        if try add(parts[number], to: runs, budget) != nil { postponed.withLock { $0.append(number) } }
      }
    }
    for number in postponed.withLock({ $0.sorted() }) {
      let part = parts[number]
      guard let exceeded = try add(part, to: runs, self.budget(chunkRows: ChunkFileLimits.rowsPerChunk)) else {
        continue
      }
      let rows = try QueryRows(
        partQuery, [part], usesStatistics: true, entryLimit: ChunkFileLimits.dictionaryEntries,
        byteLimit: ChunkFileLimits.dictionaryBytes)
      let finer = try self.part(rows, level: level + 1, needing: exceeded.neededByteCount)
      let greatest = finer.reduce(0) { max($0, $1.rowCount) }
      guard level + 1 < Self.mostLevels, Double(greatest) <= Self.greatestShare * Double(part.rowCount) else {
        throw tooSmall(exceeded.neededByteCount)
      }
      try add(finer, level: level + 1, to: runs)
    }
  }

  /// The query over rows that the condition has taken already.
  private var partQuery: AggregateQuery {
    var query = query
    query.filter = nil
    return query
  }

  /// Aggregates a part; returns what it needs if it has no room.
  private func add(_ part: SpilledTable, to runs: GroupedRuns, _ budget: AggregationBudget) throws -> MemoryExceeded? {
    do {
      let result = try aggregate(
        [part], partQuery, threads: 1, strategy: part.rowCount >= Self.leastPartitionedRows ? .partitioned : nil,
        memory: budget.watch(rowCount: part.rowCount), counts: meter.counts)
      try runs.append(result)
      meter.report?.note(rows: part.rowCount)
      return nil
    } catch let exceeded as MemoryExceeded {
      return exceeded
    }
  }

  /// How often each group is written until so many runs are one.
  private func passCount(runCount: Int, runsAtOnce: Int) -> Int {
    var (left, count) = (runCount, 1)
    while left > Self.mostRuns {
      left = (left + runsAtOnce - 1) / runsAtOnce
      count += 1
    }
    return count
  }

  private func budget(chunkRows: Int) throws -> AggregationBudget {
    try AggregationBudget(limits, columnCount: columnCount, chunkRows: chunkRows, of: rows.name)
  }

  private func tooSmall(_ needed: Int) -> MemoryError {
    MemoryError(
      aggregating: rows.name, wanted: limits.memory.byteCount + needed, limit: limits.memory,
      what: "one group that has most of the rows")
  }

  /// Merges the parts' results into one temporary chunk file.
  private func merged(_ runs: GroupedRuns) throws -> any TableSource {
    guard var sorted = try runs.finish() else {
      // With a limit of 0 rows alone: parts have rows, and rows have groups.
      guard let empty = runs.empty else { preconditionFailure("rows that have no room, and no part") }
      return empty
    }
    let budget = try budget(chunkRows: resultChunkRows)
    let order = rows.order.map { SortColumn(position: $0.column, isDescending: $0.isDescending) }
    // Three words a key at most, and the row's weight.
    let runsAtOnce = RunLayout.runsAtOnce(of: sorted.runs.count, most: Self.mostRuns)
    let windowBytes = budget.roomByteCount / 3 / runsAtOnce
    let chunkBytes = min(chunkByteBudget, budget.roomByteCount / 8 / budget.threads)
    let merging = MergeLimits(
      rowsPerChunk: resultChunkRows, bytesPerChunk: chunkBytes,
      rowsPerWindow: max(64, windowBytes / (24 * order.count + 8)), textBytesPerWindow: windowBytes)
    var writing = ChunkWriting(threads: budget.threads)
    writing.compression = .none
    writing.order = order
    writing.keepsCodes = true
    writing.temporaryFolder = limits.temporaryFolder
    writing.rowsPerChunk = GroupedRuns.rowsPerChunk
    var pass = 0
    let groupCount = sorted.rowCount
    let report = meter.report
    report?.start(
      .mergingParts, totalRowCount: groupCount * passCount(runCount: sorted.runs.count, runsAtOnce: runsAtOnce))
    func countPass() {
      let before = pass * groupCount
      if let report { writing.progress = { rowCount, _ in report.note(allRows: before + rowCount) } }
      pass += 1
    }
    while sorted.runs.count > Self.mostRuns {
      countPass()
      sorted = try sorted.mergingNeighbours(runsAtOnce, merging, writing)
      meter.note(
        spilledByteCount: try sorted.schema.fields.indices.reduce(0) {
          try $0 + sorted.file.storedByteCount(column: $1)
        })
    }
    countPass()
    writing.rowsPerChunk = resultChunkRows
    let plan = try mergePlan(of: sorted, by: order, merging)
    let file = try TemporaryFile(in: limits.temporaryFolder)
    _ = try writeChunks(of: sorted, plan, to: file, writing)
    meter.note(spilledByteCount: file.byteCount)
    let whole = SpilledTable(
      try ChunkFile(try file.reading()),
      dictionaries: try sorted.schema.fields.indices.map { try sorted.dictionary(column: $0) },
      name: "result")
    guard let limit = query.limit, limit < whole.rowCount else { return whole }
    return FirstRows(of: whole, limit: limit)
  }
}
