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

/// Takes rows that differ, part by part, all with the same columns.
protocol DifferingRowsTaking {
  /// Takes the rows of a part. Throws what reading them and keeping them throws.
  func append(_ rows: any TableSource) throws
}

extension DifferingRowsFile: DifferingRowsTaking {}

/// Rows of both sides, of some parts or all.
struct PartSize {
  let sourceRows: Int
  let compareRows: Int
  /// Bytes of both sides' strings that have no codes.
  let textByteCount: Int

  var rowCount: Int { sourceRows + compareRows }
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
  private let rows: (any DifferingRowsTaking)?
  /// Brings the rows of a part into their order; nil where they are in order.
  private let inOrder: ((any TableSource) throws -> any TableSource)?
  /// Distances that memory has no room for.
  private(set) var distances: DistanceFile?
  /// Parts so far.
  private(set) var partCount = 0

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
    _ limits: CompareLimits, threads: Int, rows: (any DifferingRowsTaking)?, textBytesPerRow: Int,
    inOrder: ((any TableSource) throws -> any TableSource)? = nil
  ) {
    (self.rows, self.inOrder) = (rows, inOrder)
    (self.parts, self.source, self.other, self.cost) = (parts, source, other, cost)
    (self.limits, self.threads) = (limits, threads)
    self.textBytesPerRow = textBytesPerRow
  }

  /// Parts rows by their keys. Throws as ``compareWithinMemory(_:_:_:_:threads:wantsRows:)``.
  func addByKeys() throws {
    try part(
      parts.source, parts.compare, sizeOnAverage(source.rowCount, other.rowCount),
      chunkRows: greatestChunkRows(of: [source, other]), level: 0)
  }

  /// Compares rows of both sides, which are some whole parts: at once if they have room, else by parts of these. `textByteCount`: of both sides' strings, all
  /// without codes. Throws as ``compareWithinMemory(_:_:_:_:threads:wantsRows:)``, and `compare-parts.text-too-long`.
  func addParts(_ left: any TableSource, _ right: any TableSource, textByteCount: Int) throws {
    let (budget, _) = try self.budget(chunkRows: 1)
    let size = PartSize(sourceRows: left.rowCount, compareRows: right.rowCount, textByteCount: textByteCount)
    // No chunk is at hand beside these, and no distances of parts before them.
    if hasRoom(size, budget.roomByteCount / 8 * 7) { return try add(left, right, budget) }
    try part(
      parts.keyedRows(left, of: .source), parts.keyedRows(right, of: .compare), size,
      chunkRows: greatestChunkRows(of: [left, right]), level: 1)
  }

  /// Takes range after range of both sides. Throws as ``compareWithinMemory(_:_:_:_:threads:wantsRows:)``.
  func addByPosition() throws {
    let rowCount = max(source.rowCount, other.rowCount)
    var start = 0
    while start < rowCount {
      let (budget, _) = try budget(chunkRows: greatestChunkRows(of: [source, other]))
      let each = max(1, needed(sizeOnAverage(1 << 20, 1 << 20)) >> 20)
      let count = limits.mostRowsAtOnce.map { max(1, $0 / 2) } ?? max(1024, partRoom(budget) / each)
      let range = start..<min(rowCount, start + count)
      try add(parts.rows(range, of: .source), parts.rows(range, of: .compare), budget)
      start = range.upperBound
    }
  }

  /// Parts rows of both sides, and compares part by part; those that have no room by parts of their own.
  private func part(
    _ source: KeyedRows, _ compare: KeyedRows, _ whole: PartSize, chunkRows: Int, level: Int
  ) throws {
    let partCount = wantedPartCount(whole, try budget(chunkRows: chunkRows).0)
    let left = try parted(source, partCount, level, chunkRows: chunkRows)
    let right = try parted(compare, partCount, level, chunkRows: chunkRows)
    for (left, right) in zip(left, right) where left.rowCount + right.rowCount > 0 {
      let (budget, _) = try self.budget(chunkRows: 1)
      let size = PartSize(
        sourceRows: left.rowCount, compareRows: right.rowCount,
        textByteCount: left.textByteCount + right.textByteCount)
      if hasRoom(size, partRoom(budget)) {
        try add(left, right, budget)
        continue
      }
      let share = Double(size.rowCount) / Double(whole.rowCount)
      guard level + 1 < Self.mostLevels, level == 0 || share <= Self.greatestShare else {
        throw noRoom(for: size, name: left.name)
      }
      try part(
        parts.keyedRows(left, of: .source), parts.keyedRows(right, of: .compare), size,
        chunkRows: greatestChunkRows(of: [left, right]), level: level + 1)
    }
  }

  /// For a part that has no room and cannot be parted: its rows are of few keys.
  private func noRoom(for size: PartSize, name: String) -> any Diagnosis {
    if hasTooLongTexts(size) {
      return PartialComparisonError.textTooLong(
        rowCount: size.rowCount, byteCount: size.textByteCount, most: limits.mostTextBytesInOrder, file: name)
    }
    // Of the room, half is for a part.
    return MemoryError(
      comparing: name, wanted: residentByteCount() + CompareBudget.reserveByteCount + 2 * needed(size),
      limit: limits.memory, what: "\(grouped(size.rowCount)) rows, most of them of one key")
  }

  /// Parts one side, in what room there is now: the other side's footer has taken some.
  private func parted(_ rows: KeyedRows, _ partCount: Int, _ level: Int, chunkRows: Int) throws -> [SpilledTable] {
    let (budget, sliceCount) = try budget(chunkRows: chunkRows)
    let parting = Parting(
      partCount: partCount, level: level, threads: budget.threads,
      bufferByteCount: budget.roomByteCount / Self.bufferShare, folder: limits.temporaryFolder)
    return try partedRows(of: rows.sliced(sliceCount), parting) { _ in }
  }

  private func hasRoom(_ size: PartSize, _ roomByteCount: Int) -> Bool {
    if hasTooLongTexts(size) { return false }
    if let most = limits.mostRowsAtOnce { return size.rowCount <= most }
    var needed = needed(size)
    // Rows that are brought into order are in memory.
    if inOrder != nil { needed += (size.rowCount * cost.bytesPerStoredRow + size.textByteCount) * 5 / 4 }
    return needed <= roomByteCount
  }

  /// True if the rows are to be brought into order, for which the strings of a column must have room in one piece.
  private func hasTooLongTexts(_ size: PartSize) -> Bool {
    inOrder != nil && size.textByteCount >= limits.mostTextBytesInOrder
  }

  private func add(_ left: any TableSource, _ right: any TableSource, _ budget: CompareBudget) throws {
    partCount += 1
    let (left, right) = (try inOrder?(left) ?? left, try inOrder?(right) ?? right)
    let found = try parts.add(left, right, threads: budget.threads, wantsRows: rows != nil)
    if let found { try rows?.append(found) }
    let most = limits.mostRowsAtOnce == nil ? budget.roomByteCount / 16 : 400
    if parts.distanceByteCount > most {
      let file = try distances ?? DistanceFile(in: limits.temporaryFolder)
      distances = file
      try parts.spillDistances(to: file)
    }
  }

  private func needed(_ size: PartSize) -> Int {
    cost.byteCount(
      sourceRows: size.sourceRows, compareRows: size.compareRows, textByteCount: size.textByteCount)
  }

  private func sizeOnAverage(_ sourceRows: Int, _ compareRows: Int) -> PartSize {
    PartSize(
      sourceRows: sourceRows, compareRows: compareRows, textByteCount: textBytesPerRow * (sourceRows + compareRows))
  }

  /// What a part may take: distances of parts before it, and the chunks at hand, have the rest.
  private func partRoom(_ budget: CompareBudget) -> Int { budget.roomByteCount / 2 }

  /// As many parts as let one have room, but no more than footers have room for.
  private func wantedPartCount(_ size: PartSize, _ budget: CompareBudget) -> Int {
    if let most = limits.mostRowsAtOnce { return max(2, min(Self.mostParts, 2 * size.rowCount / max(1, most))) }
    // Parts are not all of one size.
    let ofRoom = Double(needed(size)) / Double(partRoom(budget))
    let ofText = inOrder == nil ? 0 : Double(size.textByteCount) / Double(limits.mostTextBytesInOrder)
    let wanted = max(ofRoom, ofText) * 1.15
    // Of each part a chunk is not written yet. A sixth of the room is for the footer.
    let room = Double(budget.roomByteCount)
    let bytesOfAllChunks =
      Double(size.rowCount) * Double(cost.bytesPerStoredRow) * Double((cost.columnCount + 1) * Self.footerBytes)
    let footed = room / 6 * (room / Double(Self.bufferShare)) / max(1, bytesOfAllChunks)
    return max(2, Int(min(wanted.rounded(.up), footed, Double(Self.mostParts))))
  }

  /// The room now, and into how many slices chunks are to be cut for one to have room. Throws `memory.too-small`.
  func budget(chunkRows: Int) throws -> (CompareBudget, sliceCount: Int) {
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
