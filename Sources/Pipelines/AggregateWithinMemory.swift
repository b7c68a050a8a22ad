// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns

/// What an aggregation may take.
public struct AggregationLimits: Sendable {
  /// Most resident memory of the whole process.
  public var memory: MemoryLimit
  /// Where rows go that have no room; nil for `$TMPDIR`, else `/tmp`.
  public var temporaryFolder: String?
  /// Threads.
  public var threads: Int
  /// What watches an aggregation of so many rows, instead of the process's memory: for tests.
  var watching: (@Sendable (_ rowCount: Int) -> MemoryWatch)?

  /// True: nothing is watched, and nothing spilled.
  var isUnlimited: Bool { memory == .unlimited && watching == nil }

  /// With `memory` as what the machine has free, if nothing is said.
  public init(memory: MemoryLimit = .ofFreeMemory(), temporaryFolder: String? = nil, threads: Int) {
    (self.memory, self.temporaryFolder, self.threads) = (memory, temporaryFolder, threads)
  }
}

/// Groups and aggregates tables within a limit of memory. The result is that of ``Aggregation/aggregate(_:_:threads:ignoringStatistics:)``
/// to the byte, whatever the limit; where it has no room in memory, it lies in a nameless temporary file.
///
/// First as ever, in memory, while what the process takes is watched. If that grows too large, the rows that the query takes are parted by
/// the hash of their keys into a temporary chunk file, so that groups of one part have room (grace partitioning: Kitsuregawa, Tanaka and
/// Moto-oka, "Application of hash to data base machine and its architecture", 1983); parts are aggregated one by one, or several at once,
/// and parted again where they still have no room; their results, each in order, are merged. Every temporary page has a checksum that is
/// checked when it is read.
///
/// Throws as `aggregate` does, and also `memory.too-small` where dictionaries and the program leave no room, or one group alone has none
/// (the median of so many values), and a storage error of the temporary folder. `meter` is told what was done.
public func aggregate(
  _ sources: [any TableSource], _ query: AggregateQuery, within limits: AggregationLimits,
  ignoringStatistics: Bool = false, meter: AggregationMeter = AggregationMeter()
) throws -> any TableSource {
  try aggregate(
    sources, query, StageCosts(), within: limits, ignoringStatistics: ignoringStatistics, meter: meter)
}

/// The same for a query of expressions: the result is that of ``Aggregation/aggregate(_:_:threads:ignoringStatistics:)`` of such a query.
///
/// What is made of the groups (`having`, expressions over aggregates, another order) is made at once where there is room for it, else a chunk
/// at a time, and sorted outside of memory. Throws also `memory.too-small` for `distinct` rows of `top` and `bottom` that have no room.
public func aggregate(
  _ sources: [any TableSource], _ query: TableQuery, within limits: AggregationLimits,
  ignoringStatistics: Bool = false, meter: AggregationMeter = AggregationMeter()
) throws -> any TableSource {
  let stages = try QueryStages(query)
  let first = try FirstStage(stages, sources, threads: limits.threads)
  // What else is made of groups is made a chunk at a time if need be.
  let costs = StageCosts(later: stages.isDistinctLater ? stages.laterBytes : nil, operationCount: first.operationCount)
  var groups = try aggregate(
    first.sources, first.query, costs, within: limits, ignoringStatistics: ignoringStatistics, meter: meter)
  if stages.isDone { return (groups as? Table)?.renamed(stages.names) ?? ShownColumns(of: groups, names: stages.names) }
  return try meter.step("make of groups") {
    try SecondStageWithinMemory(stages, limits, meter).result(
      of: &groups, inputName: sources.first?.name ?? "the input")
  }
}

/// What expressions take beside the groups.
struct StageCosts {
  /// What is made of groups behind their aggregation and cannot be made a chunk at a time; nil for nothing.
  var later: LaterBytes?
  /// Operations that computed columns are made of: a slot per row of a chunk each.
  var operationCount = 0
}

private func aggregate(
  _ sources: [any TableSource], _ query: AggregateQuery, _ costs: StageCosts, within limits: AggregationLimits,
  ignoringStatistics: Bool, meter: AggregationMeter
) throws -> any TableSource {
  let budget = try AggregationBudget(
    limits, columnCount: query.columnNames.count + costs.operationCount, chunkRows: greatestChunkRows(of: sources),
    of: sources.first?.name ?? "the input")
  let rowCount = sources.reduce(0) { $0 + $1.rowCount }
  meter.report?.start(.readingRows, totalRowCount: rowCount)
  do {
    return try meter.step("group in memory") {
      try aggregate(
        sources, query, threads: budget.threads, ignoringStatistics: ignoringStatistics, strategy: nil,
        memory: limits.isUnlimited ? nil : budget.watch(rowCount: rowCount, later: costs.later), counts: meter.counts)
    }
  } catch let exceeded as MemoryExceeded {
    let rows = try QueryRows(
      query, sources, usesStatistics: !ignoringStatistics, entryLimit: ChunkFileLimits.dictionaryEntries,
      byteLimit: ChunkFileLimits.dictionaryBytes, counts: meter.counts)
    // What was taken until then is read again.
    meter.counts.forgetRows()
    return try PartedAggregation(query, rows, costs, limits, meter).result(needing: exceeded.neededByteCount)
  }
}

/// Rows of the longest chunk, at least 1.
func greatestChunkRows(of tables: [any TableSource]) -> Int {
  tables.reduce(1) { most, table in (0..<table.chunkCount).reduce(most) { max($0, table.rowCount(ofChunk: $1)) } }
}

/// How much room there is at one time, and for how many threads.
struct AggregationBudget {
  /// What is left of the limit.
  let roomByteCount: Int
  /// What the process took when the room was measured.
  private let startByteCount: Int
  private let watching: (@Sendable (Int) -> MemoryWatch)?
  let threads: Int

  /// For what is not counted: footers, buffers, what the allocator holds back.
  private static let reserveByteCount = 12 << 20
  /// Below this, next to nothing can be held.
  private static let leastByteCount = 8 << 20

  /// Measures. As many threads as have room for chunks of `chunkRows` rows. Throws `memory.too-small`, in `name`.
  /// `columnCount`: columns that are read, or worked out.
  init(_ limits: AggregationLimits, columnCount: Int, chunkRows: Int, of name: String) throws {
    // Giving freed memory back costs more than a small query.
    let held = residentByteCount(afterTrimming: false)
    startByteCount = held > limits.memory.byteCount / 8 ? residentByteCount() : held
    watching = limits.watching
    roomByteCount = limits.memory.byteCount - startByteCount - Self.reserveByteCount
    guard roomByteCount >= Self.leastByteCount else {
      throw MemoryError(
        aggregating: name,
        wanted: startByteCount + Self.reserveByteCount + Self.leastByteCount, limit: limits.memory,
        what: "dictionaries and the program for the most part")
    }
    // A chunk's pages as read, as taken and as parted.
    let workerBytes = chunkRows * 8 * (3 + columnCount)
    threads = max(1, min(limits.threads, roomByteCount / 3 / workerBytes))
  }

  /// Watches an aggregation of so many rows that has all the room, or shares it with others.
  /// There must also be room for `later` behind it.
  func watch(rowCount: Int, later: LaterBytes? = nil) -> MemoryWatch {
    if let watching { return watching(rowCount) }
    return MemoryWatch(
      roomByteCount: roomByteCount, above: startByteCount, rowCount: rowCount, later: later
    ) {
      residentByteCount(afterTrimming: $0)
    }
  }
}
