// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// Which rows of two tables belong together; each row has at most one partner.
final class RowAlignment: Sendable {
  /// Per source row, the row (from 0) of the other table that belongs to it, ``noPartner`` for none.
  let compareRows: [UInt32]
  let compareRowCount: Int
  let pairedCount: Int
  let sourceRows: RowLocator
  let otherRows: RowLocator
  /// Per chunk of the source, the partner of its first row if those of the rows after it follow one another; else nil.
  let straight: [Int?]
  /// Rows whose keys are counted alone.
  let setAside: SetAside?
  /// Keys that several rows have, where that is no error.
  let repeated: RepeatedKeys?
  /// Of each example of `repeated`, its first row in the source, ``noPartner`` for none, and in the other table.
  let firstRepeats: [(source: UInt32, compare: UInt32)]
  /// Bit `row % 64` of word `row / 64` is 1 where a row of the other table has a source row; nil: all have.
  private let paired: [UInt64]?

  /// Takes partners of all source rows, each at most once.
  init(
    compareRows: [UInt32], sourceRows: RowLocator, otherRows: RowLocator, setAside: SetAside? = nil,
    repeated: RepeatedKeys? = nil, firstRepeats: [(source: UInt32, compare: UInt32)] = []
  ) {
    self.compareRows = compareRows
    self.sourceRows = sourceRows
    self.otherRows = otherRows
    self.setAside = setAside
    self.repeated = repeated
    self.firstRepeats = firstRepeats
    compareRowCount = otherRows.rowCount
    pairedCount = compareRows.withUnsafeBufferPointer { rows in
      var count = 0
      for row in 0..<rows.count { count &+= rows[row] == noPartner ? 0 : 1 }
      return count
    }
    paired = pairedCount == otherRows.rowCount ? nil : pairedBits(compareRows, otherRows.rowCount)
    straight = (0..<sourceRows.chunkCount).map { chunk in
      let rows = sourceRows.rows(ofChunk: chunk)
      guard let first = rows.first, compareRows[first] != noPartner else { return nil }
      return areConsecutive(compareRows, rows) ? Int(compareRows[first]) : nil
    }
  }

  /// True if some row of the other table has no source row.
  var hasUnpairedOthers: Bool { paired != nil }

  /// True if a row of the other table has a source row.
  func isPaired(_ row: Int) -> Bool { paired.map { $0[row >> 6] >> UInt64(row & 63) & 1 == 1 } ?? true }

  /// True if the rows of each chunk of the source have partners that follow one another.
  var isStraight: Bool { straight.indices.allSatisfy { straight[$0] != nil || sourceRows.rows(ofChunk: $0).isEmpty } }

  /// True if a row of the other table has neither a source row nor is set aside.
  func isCompareOnly(_ row: Int) -> Bool {
    !isPaired(row) && setAside?.compare.contains(row) != true
  }

  /// True if a source row has neither a partner nor is set aside.
  func isSourceOnly(_ row: Int) -> Bool {
    compareRows[row] == noPartner && setAside?.source.contains(row) != true
  }

  var sourceOnlyCount: Int { sourceRows.rowCount - pairedCount - (setAside?.source.count ?? 0) }
  var compareOnlyCount: Int { compareRowCount - pairedCount - (setAside?.compare.count ?? 0) }
}

private func pairedBits(_ compareRows: [UInt32], _ rowCount: Int) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
  for row in compareRows where row != noPartner { words[Int(row >> 6)] |= 1 << UInt64(row & 63) }
  return words
}

/// True if each of `rows` has the row after that of the row before it.
private func areConsecutive(_ partners: [UInt32], _ rows: Range<Int>) -> Bool {
  partners.withUnsafeBufferPointer { partners in
    let first = partners[rows.lowerBound]
    for start in stride(from: rows.lowerBound, to: rows.upperBound, by: 1_024) {
      var union: UInt32 = 0
      for row in start..<min(rows.upperBound, start + 1_024) {
        union |= partners[row] ^ (first &+ UInt32(truncatingIfNeeded: row &- rows.lowerBound))
      }
      if union != 0 { return false }
    }
    return true
  }
}

/// Finds a table's rows in its chunks.
struct RowLocator: Sendable {
  /// First row of each chunk, then the number of rows.
  let starts: [Int]

  init(_ table: any TableSource) {
    var starts = [0]
    for chunk in 0..<table.chunkCount { starts.append(starts[chunk] + table.rowCount(ofChunk: chunk)) }
    self.starts = starts
  }

  /// Of no rows.
  init() { starts = [0] }

  var chunkCount: Int { starts.count - 1 }
  var rowCount: Int { starts[chunkCount] }

  func rows(ofChunk chunk: Int) -> Range<Int> { starts[chunk]..<starts[chunk + 1] }

  /// The chunk that `row` lies in. O(log chunks).
  func chunk(of row: Int) -> Int {
    var low = 0
    var high = chunkCount - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if starts[middle] <= row { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// Runs `body` for each chunk on up to `threads` threads, in no particular order.
func forEachChunk(_ count: Int, threads: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  guard count > 0 else { return }
  let counter = WorkCounter(limit: count)
  try runWorkers(max(1, min(threads, count))) { _, cancellation in
    while !cancellation.isCancelled, let chunk = counter.next() { try body(chunk) }
  }
}

/// Pairs the rows of two tables by their keys.
///
/// Keys of one integer are looked up as such (``PackedAlignment``); others are numbered (``NumberedKeys``), which also tells of keys that
/// occur twice. Throws ``CompareError``, ``ComparisonRoom/Exceeded``, and what reading a key column throws. Memory: 4 bytes per source row and what these two need.
func alignRows(
  _ source: any TableSource, _ other: any TableSource, keys: [ColumnPairing], duplicates: DuplicatePolicy, threads: Int,
  room: ComparisonRoom? = nil
) throws -> RowAlignment {
  let rows = (source: RowLocator(source), other: RowLocator(other))
  if let packed = try PackedAlignment(
    source, other, keys: keys, sourceRows: rows.source, otherRows: rows.other, threads: threads),
    let partners = try packed.partners()
  {
    return RowAlignment(compareRows: partners, sourceRows: rows.source, otherRows: rows.other)
  }
  try room?.require(NumberedKeys.bytesPerRow(keyCount: keys.count) * (source.rowCount + other.rowCount))
  return try NumberedKeys(
    source, other, keys, sourceRows: rows.source, otherRows: rows.other, threads: threads
  ).alignment(duplicates)
}

/// As ``alignRows(_:_:keys:duplicates:threads:)``; nil if a key occurs twice on a side.
func uniqueAlignment(
  _ source: any TableSource, _ other: any TableSource, _ keys: [ColumnPairing], threads: Int
) throws -> RowAlignment? {
  let rows = (source: RowLocator(source), other: RowLocator(other))
  if let packed = try PackedAlignment(
    source, other, keys: keys, sourceRows: rows.source, otherRows: rows.other, threads: threads)
  {
    return try packed.partners().map {
      RowAlignment(compareRows: $0, sourceRows: rows.source, otherRows: rows.other)
    }
  }
  let numbered = try NumberedKeys(
    source, other, keys, sourceRows: rows.source, otherRows: rows.other, threads: threads)
  return numbered.hasRepeats ? nil : try numbered.alignment(.error)
}

/// Pairs the first row with the first, the second with the second, and so on. O(rows).
func alignPositions(_ source: any TableSource, _ other: any TableSource) -> RowAlignment {
  let otherRows = RowLocator(other)
  let partners = (0..<UInt32(source.rowCount)).map { $0 < otherRows.rowCount ? $0 : noPartner }
  return RowAlignment(compareRows: partners, sourceRows: RowLocator(source), otherRows: otherRows)
}

/// Throws ``CompareError/tooManyRows(file:rowCount:)`` for a table with more rows than partners have numbers.
func refuseTooManyRows(_ tables: [any TableSource]) throws(CompareError) {
  for table in tables where table.rowCount >= Int(UInt32.max) - 1 {
    throw CompareError.tooManyRows(file: table.name, rowCount: table.rowCount)
  }
}
