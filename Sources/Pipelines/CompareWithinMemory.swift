// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Compare

/// What a comparison may take.
public struct CompareLimits: Sendable {
  /// Most resident memory of the whole process; nil where nothing was said.
  public let given: MemoryLimit?
  /// That, or what the machine had free.
  public let memory: MemoryLimit
  /// Where rows go that have no room; nil for `$TMPDIR`, else `/tmp`.
  public var temporaryFolder: String?
  /// Rows of both sides that are compared at once at most, whatever the memory: for tests.
  var mostRowsAtOnce: Int?
  /// What more of these than `mostRowsAtOnce` may take at once besides what they take at least, whatever the memory: for tests.
  var spareBytes: Int?
  /// Bytes of both sides' strings without codes that are brought into order at once at most: those of a column are in one piece then, of less than
  /// 4 GiB; less for tests.
  var mostTextBytesInOrder = 1 << 31

  /// With as much memory as the machine has free, if nothing is said.
  public init(memory: MemoryLimit? = nil, temporaryFolder: String? = nil) {
    given = memory
    self.memory = memory ?? .ofFreeMemory()
    self.temporaryFolder = temporaryFolder
  }
}

/// A comparison, and the rows that differ as ``DifferingRows`` gives them, where they were asked for.
struct FoundComparison {
  let comparison: Comparison
  let rows: FoundDifferences?
  /// Parts that rows were compared in; 1 where all were at once.
  let partCount: Int
}

/// The rows that differ, and samples of them as ``DifferingRows`` takes them.
struct FoundDifferences {
  let all: any TableSource
  let sample: (_ size: Int) throws -> any TableSource
}

/// Compares two tables within a limit of memory. What is found is what ``Compare/compare(_:_:_:threads:)`` finds, whatever the limit.
///
/// All at once where row counts and schemas tell that there is room for it; where that is so at best, until what differs, or repeats, turns out to
/// take too much. Else the rows of both sides are parted by the hash of
/// their keys into temporary chunk files, and parts compared one by one (grace partitioning, as ``aggregate(_:_:within:ignoringStatistics:meter:)``);
/// rows that are paired by their positions are compared range by range, from where they are. Every temporary page has a checksum that is
/// checked when it is read.
///
/// Throws as `compare` does, and also `memory.too-small` where dictionaries and the program leave no room, one key has most of the rows, or
/// keys are to be found in tables that do not fit; and a storage error of the temporary folder.
func compareWithinMemory(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, _ limits: CompareLimits,
  threads: Int, wantsRows: Bool
) throws -> FoundComparison {
  let cost = try ComparisonCost(source, other, request, writesRows: wantsRows, .worst)
  let size = try CompareSize(source, other, cost, limits)
  if let found = try foundAtOnce(source, other, request, cost, size, limits, threads: threads, wantsRows: wantsRows) {
    return found
  }
  if request.rows == .proposedKeys {
    throw MemoryError(findingKeysIn: source.name, wanted: size.wantedByteCount, limit: limits.memory)
  }
  let parts = try ComparisonOfParts(
    source, other, request, entryLimit: ChunkFileLimits.dictionaryEntries, byteLimit: ChunkFileLimits.dictionaryBytes)
  let rows = wantsRows ? DifferingRowsFile(in: limits.temporaryFolder) : nil
  let comparing = PartedComparison(
    parts, source, other, cost, limits, threads: threads, rows: rows,
    textBytesPerRow: size.textByteCount / max(1, source.rowCount + other.rowCount))
  try request.rows == .positions ? comparing.addByPosition() : comparing.addByKeys()
  return try foundComparison(
    try parts.finish(comparing.distances), rows, try comparing.budget(chunkRows: 1).0, partCount: comparing.partCount)
}

/// A comparison of all parts, and the rows that differ, if they were kept, in the tables' order. Throws what reading and writing temporary files throws.
func foundComparison(
  _ comparison: Comparison, _ rows: DifferingRowsFile?, _ budget: @autoclosure () throws -> CompareBudget,
  partCount: Int
) throws -> FoundComparison {
  let found = try rows.map { rows in
    let name = "differences between \(comparison.sourceName) and \(comparison.compareName)"
    let all = try rows.inOrder(numberColumn: comparison.keys.count, name: name, try budget())
    return FoundDifferences(all: all) { try SampledDifferences(of: all, DifferingRowLayout(comparison), size: $0) }
  }
  return FoundComparison(comparison: comparison, rows: found, partCount: partCount)
}

/// Compares all rows at once; nil where that has no room, be it found on the way.
private func foundAtOnce(
  _ source: any TableSource, _ other: any TableSource, _ request: CompareRequest, _ worst: ComparisonCost,
  _ size: CompareSize, _ limits: CompareLimits, threads: Int, wantsRows: Bool
) throws -> FoundComparison? {
  var room: ComparisonRoom?
  if !size.isAllAtOnce {
    // Many keys are tried where they are to be found, and what all of these take at least is not known.
    if request.rows == .proposedKeys || limits.mostRowsAtOnce != nil && limits.spareBytes == nil { return nil }
    let least = try ComparisonCost(source, other, request, writesRows: false, .least)
    let spare = limits.memory.byteCount - size.wantedByteCount(of: least, source, other)
    guard spare >= 0 else { return nil }
    room = ComparisonRoom(byteCount: limits.spareBytes ?? spare)
  }
  do {
    let comparison = try compare(source, other, request, threads: threads, room: room)
    guard wantsRows else { return FoundComparison(comparison: comparison, rows: nil, partCount: 1) }
    if !size.isAllAtOnce {
      let rowCount = comparison.differentRowCount + comparison.sourceOnlyRowCount + comparison.compareOnlyRowCount
      let textBytes = 2 * size.textByteCount / max(1, source.rowCount + other.rowCount)
      let held = residentByteCount() + CompareBudget.reserveByteCount
      if held + rowCount * (worst.bytesPerDifferingRow + textBytes) > limits.memory.byteCount { return nil }
    }
    let rows = FoundDifferences(all: DifferingRows(comparison, source, other)) {
      DifferingRows(comparison, source, other, sampleSize: $0)
    }
    return FoundComparison(comparison: comparison, rows: rows, partCount: 1)
  } catch is ComparisonRoom.Exceeded {
    return nil
  }
}

/// What two tables take to be compared at once, and whether there is room.
struct CompareSize {
  let isAllAtOnce: Bool
  /// Of the whole process.
  let wantedByteCount: Int
  /// Of both sides' strings that have no codes, about.
  let textByteCount: Int
  /// What the process takes besides.
  private let held: Int

  /// Of the whole process, by another cost.
  func wantedByteCount(of cost: ComparisonCost, _ source: any TableSource, _ other: any TableSource) -> Int {
    held + cost.byteCount(sourceRows: source.rowCount, compareRows: other.rowCount, textByteCount: textByteCount)
  }

  /// Reads footers, loads dictionaries, and reads pages of text where footers do not tell how long it is.
  init(
    _ source: any TableSource, _ other: any TableSource, _ cost: ComparisonCost, _ limits: CompareLimits
  ) throws {
    var dictionaries = 0
    var text = 0
    for (table, columns) in [(source, cost.sourceTextColumns), (other, cost.compareTextColumns)] {
      for column in columns {
        if let dictionary = try table.dictionary(column: column) {
          // One for both sides, with a code for each of the first.
          dictionaries += dictionary.entries.bytes.count + 24 * dictionary.count
        }
        text += try uncodedByteCount(of: table, column: column)
      }
    }
    textByteCount = text
    let needed = cost.byteCount(sourceRows: source.rowCount, compareRows: other.rowCount, textByteCount: text)
    held = residentByteCount(afterTrimming: false) + dictionaries + CompareBudget.reserveByteCount
    wantedByteCount = held + needed
    let rowCount = source.rowCount + other.rowCount
    isAllAtOnce = limits.mostRowsAtOnce.map { rowCount <= $0 } ?? (wantedByteCount <= limits.memory.byteCount)
  }
}

/// Bytes of a string column's text, but for strings with codes of the table's dictionary.
private func uncodedByteCount(of table: any TableSource, column: Int) throws -> Int {
  if try table.holdsOnlyCodes(column: column) { return 0 }
  return try (0..<table.chunkCount).reduce(0) { sum, chunk in
    let stored = try storedPage(of: table, column: column, chunk: chunk)
    if stored?.physicalType == "none" || stored?.physicalType == "codes" { return sum }
    // A page with a dictionary of its own has few bytes for much text.
    if let stored, !stored.encodingShape.hasPrefix("dictionary") { return sum + stored.rawByteCount }
    return sum + (try table.page(column: column, chunk: chunk).byteCount)
  }
}

/// How much room there is at one time, and for how many threads.
struct CompareBudget {
  let roomByteCount: Int
  let threads: Int

  /// For what is not counted: footers, buffers, what the allocator holds back.
  static let reserveByteCount = 12 << 20

  /// Measures. `workerByteCount`: what a thread takes for the chunk at hand. Throws `memory.too-small`, in `name`.
  init(_ limits: CompareLimits, threads: Int, workerByteCount: Int, of name: String) throws {
    let held = residentByteCount()
    roomByteCount = limits.memory.byteCount - held - Self.reserveByteCount
    // Some is for rows that are not written yet.
    let wanted = max(8 << 20, workerByteCount * 3 / 2)
    guard roomByteCount >= wanted else {
      throw MemoryError(
        comparing: name, wanted: held + Self.reserveByteCount + wanted,
        limit: limits.memory, what: "dictionaries, the program and a chunk at hand for the most part")
    }
    self.threads = max(1, min(threads, roomByteCount / 3 / max(1, workerByteCount)))
  }
}
