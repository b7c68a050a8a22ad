// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare
import TextFormats

extension KeyedRows: PartableRows {
  func partReader(_ parting: Parting) -> (_ chunk: Int) throws -> [(part: Int, pages: [ColumnPage])] {
    { try parts(ofChunk: $0, partCount: parting.partCount, level: parting.level) }
  }
}

/// One comparison by parts.
final class PartedComparison {
  private let parts: ComparisonOfParts
  private let source: any TableSource
  private let other: any TableSource
  private let cost: ComparisonCost
  private let limits: CompareLimits
  private let threads: Int
  /// Bytes of a row's text without codes, on the average of both sides.
  private let textBytesPerRow: Int
  private let rows: DifferingRowsFile?
  private var distances: DistanceFile?
  private var partCount = 0

  /// Parts of parts of parts: each level parts by other bits.
  private static let mostLevels = 6
  private static let mostParts = 1024
  /// What a page takes in the footer, in memory, as written and as read.
  private static let footerBytes = 250
  /// Of the room, the part that rows take which are not written yet.
  private static let bufferShare = 4
  /// A part of which a part has more rows than this share is mostly one key.
  private static let greatestShare = 0.9

  init(
    _ parts: ComparisonOfParts, _ source: any TableSource, _ other: any TableSource, _ cost: ComparisonCost,
    _ limits: CompareLimits, threads: Int, wantsRows: Bool, textByteCount: Int
  ) throws {
    (self.parts, self.source, self.other, self.cost) = (parts, source, other, cost)
    (self.limits, self.threads) = (limits, threads)
    textBytesPerRow = textByteCount / max(1, source.rowCount + other.rowCount)
    rows = wantsRows ? DifferingRowsFile(in: limits.temporaryFolder) : nil
  }

  /// Parts rows by their keys. Throws as ``compareWithinMemory(_:_:_:_:threads:wantsRows:)``.
  func resultByKeys() throws -> FoundComparison {
    try part(parts.source, parts.compare, rowCounts: (source.rowCount, other.rowCount), level: 0)
    return try found()
  }

  /// Takes range after range of both sides. Throws as ``compareWithinMemory(_:_:_:_:threads:wantsRows:)``.
  func resultByPosition() throws -> FoundComparison {
    let rowCount = max(source.rowCount, other.rowCount)
    var start = 0
    while start < rowCount {
      let (budget, _) = try budget(chunkRows: greatestChunkRows(of: [source, other]))
      let each = max(1, needed(sourceRows: 1 << 20, compareRows: 1 << 20) >> 20)
      let count = limits.mostRowsAtOnce.map { max(1, $0 / 2) } ?? max(1024, partRoom(budget) / each)
      let range = start..<min(rowCount, start + count)
      try add(parts.rows(range, of: .source), parts.rows(range, of: .compare), budget)
      start = range.upperBound
    }
    return try found()
  }

  private func found() throws -> FoundComparison {
    let comparison = try parts.finish(distances)
    let sorted = try rows?.inOrder(
      numberColumn: comparison.keys.count, name: "differences between \(source.name) and \(other.name)",
      try budget(chunkRows: 1).0)
    let found = sorted.map { all in
      FoundDifferences(all: all) { try SampledDifferences(of: all, DifferingRowLayout(comparison), size: $0) }
    }
    return FoundComparison(comparison: comparison, rows: found, partCount: partCount)
  }

  /// Parts rows of both sides, and compares part by part; those that have no room by parts of their own.
  private func part(
    _ source: KeyedRows, _ compare: KeyedRows, rowCounts: (source: Int, compare: Int), level: Int
  ) throws {
    let chunkRows = level == 0 ? greatestChunkRows(of: [self.source, other]) : ChunkFileLimits.rowsPerChunk
    let partCount = wantedPartCount(rowCounts, try budget(chunkRows: chunkRows).0)
    let left = try parted(source, partCount, level, chunkRows: chunkRows)
    let right = try parted(compare, partCount, level, chunkRows: chunkRows)
    for (left, right) in zip(left, right) where left.rowCount + right.rowCount > 0 {
      let (budget, _) = try self.budget(chunkRows: 1)
      if hasRoom(left, right, budget) {
        try add(left, right, budget)
        continue
      }
      let share = Double(left.rowCount + right.rowCount) / Double(rowCounts.source + rowCounts.compare)
      guard level + 1 < Self.mostLevels, level == 0 || share <= Self.greatestShare else {
        throw MemoryError(
          comparing: left.name,
          // Of the room, half is for a part.
          wanted: residentByteCount() + CompareBudget.reserveByteCount
            + 2 * needed(sourceRows: left.rowCount, compareRows: right.rowCount),
          limit: limits.memory, what: "\(grouped(left.rowCount + right.rowCount)) rows, most of them of one key")
      }
      try part(
        parts.keyedRows(left), parts.keyedRows(right), rowCounts: (left.rowCount, right.rowCount), level: level + 1)
    }
  }

  /// Parts one side, in what room there is now: the other side's footer has taken some.
  private func parted(_ rows: KeyedRows, _ partCount: Int, _ level: Int, chunkRows: Int) throws -> [SpilledTable] {
    let (budget, sliceCount) = try budget(chunkRows: chunkRows)
    let parting = Parting(
      partCount: partCount, level: level, threads: budget.threads,
      bufferByteCount: budget.roomByteCount / Self.bufferShare, folder: limits.temporaryFolder)
    return try partedRows(of: rows.sliced(sliceCount), parting) { _ in }
  }

  private func hasRoom(_ left: SpilledTable, _ right: SpilledTable, _ budget: CompareBudget) -> Bool {
    if let most = limits.mostRowsAtOnce { return left.rowCount + right.rowCount <= most }
    return needed(sourceRows: left.rowCount, compareRows: right.rowCount) <= partRoom(budget)
  }

  private func add(_ left: any TableSource, _ right: any TableSource, _ budget: CompareBudget) throws {
    partCount += 1
    let found = try parts.add(left, right, threads: budget.threads, wantsRows: rows != nil)
    if let found { try rows?.append(found) }
    let most = limits.mostRowsAtOnce == nil ? budget.roomByteCount / 16 : 400
    if parts.distanceByteCount > most {
      let file = try distances ?? DistanceFile(in: limits.temporaryFolder)
      distances = file
      try parts.spillDistances(to: file)
    }
  }

  private func needed(sourceRows: Int, compareRows: Int) -> Int {
    cost.byteCount(
      sourceRows: sourceRows, compareRows: compareRows, textByteCount: textBytesPerRow * (sourceRows + compareRows))
  }

  /// What a part may take: distances of parts before it, and the chunks at hand, have the rest.
  private func partRoom(_ budget: CompareBudget) -> Int { budget.roomByteCount / 2 }

  /// As many parts as let one have room, but no more than footers have room for.
  private func wantedPartCount(_ rowCounts: (source: Int, compare: Int), _ budget: CompareBudget) -> Int {
    let rowCount = rowCounts.source + rowCounts.compare
    if let most = limits.mostRowsAtOnce { return max(2, min(Self.mostParts, 2 * rowCount / max(1, most))) }
    // Parts are not all of one size.
    let wanted =
      Double(needed(sourceRows: rowCounts.source, compareRows: rowCounts.compare)) * 1.15 / Double(partRoom(budget))
    // Of each part a chunk is not written yet. A sixth of the room is for the footer.
    let room = Double(budget.roomByteCount)
    let bytesOfAllChunks =
      Double(rowCount) * Double(cost.bytesPerStoredRow) * Double((cost.columnCount + 1) * Self.footerBytes)
    let footed = room / 6 * (room / Double(Self.bufferShare)) / max(1, bytesOfAllChunks)
    return max(2, Int(min(wanted.rounded(.up), footed, Double(Self.mostParts))))
  }

  /// The room now, and into how many slices chunks are to be cut for one to have room.
  private func budget(chunkRows: Int) throws -> (CompareBudget, sliceCount: Int) {
    let stored = cost.bytesPerStoredRow + textBytesPerRow
    func workerByteCount(_ sliceCount: Int) -> Int {
      // A slice's rows as parted, with hashes and places; of the chunk a page as stored, read and taken, and what the allocator holds of such.
      chunkRows * (stored + 16) / sliceCount + chunkRows * (64 + 2 * textBytesPerRow)
    }
    let room = limits.memory.byteCount - residentByteCount(afterTrimming: false) - CompareBudget.reserveByteCount
    let sliceCount = [1, 2, 4].first { workerByteCount($0) <= room / 3 } ?? 8
    return (
      try CompareBudget(limits, threads: threads, workerByteCount: workerByteCount(sliceCount), of: source.name),
      sliceCount
    )
  }
}
