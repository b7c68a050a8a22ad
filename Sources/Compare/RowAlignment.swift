// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Synchronization
import Workers

/// Which rows of two tables belong together: rows of equal keys, each key occurring at most once on a side.
final class RowAlignment: Sendable {
  /// Per source row, the row (from 0) of the other table with the same key; numbers of `compareRowCount` and more: none.
  let compareRows: [UInt32]
  let compareRowCount: Int
  /// Bit `row % 64` of word `row / 64` is 1 where a row of the other table has a source row.
  let paired: [UInt64]
  let pairedCount: Int
  let sourceRows: RowLocator
  let otherRows: RowLocator

  init(
    compareRows: [UInt32], paired: [UInt64], pairedCount: Int, sourceRows: RowLocator, otherRows: RowLocator
  ) {
    self.compareRows = compareRows
    self.paired = paired
    self.pairedCount = pairedCount
    self.sourceRows = sourceRows
    self.otherRows = otherRows
    compareRowCount = otherRows.rowCount
  }

  /// True if a row of the other table has a source row.
  func isPaired(_ row: Int) -> Bool { paired[row >> 6] >> UInt64(row & 63) & 1 == 1 }
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
/// Keys of the other table are numbered first: as no key occurs twice there, a key's number is its row. Then the source's keys get
/// the numbers of equal keys, or new ones. Throws ``CompareError/duplicateKeys(_:text:)``. Memory: 4 bytes per row and the keys.
func alignRows(
  _ source: any TableSource, _ other: any TableSource, keys: [ColumnPairing], threads: Int
) throws -> RowAlignment {
  let sourceRows = RowLocator(source)
  let otherRows = RowLocator(other)
  for (table, rows) in [(source, sourceRows), (other, otherRows)] where rows.rowCount >= Int(UInt32.max) - 1 {
    throw CompareError.tooManyRows(file: table.name, rowCount: rows.rowCount)
  }
  let forms = keys.map(KeyForm.init)
  let numbering = SharedKeyNumbering(
    types: forms.flatMap(\.types), expectedKeys: max(sourceRows.rowCount, otherRows.rowCount))
  let compareNumbers = try numberKeys(
    of: other, rows: otherRows, columns: keys.map(\.comparePosition), forms, numbering, threads)
  let sourceNumbers = try numberKeys(
    of: source, rows: sourceRows, columns: keys.map(\.sourcePosition), forms, numbering, threads)
  let keyCount = numbering.count
  let sourceScan = RepeatScan(sourceNumbers, keyCount: keyCount)
  let compareScan = RepeatScan(compareNumbers, keyCount: keyCount)
  if sourceScan.repeatedCount + compareScan.repeatedCount > 0 {
    throw try duplicateKeyError([
      (.source, source, keys.map(\.sourcePosition), sourceScan, sourceNumbers),
      (.compare, other, keys.map(\.comparePosition), compareScan, compareNumbers),
    ])
  }
  var paired = Array(sourceScan.seen.prefix((otherRows.rowCount + 63) / 64))
  // Numbers past the other table's rows are keys of the source alone; they may share its last word.
  if otherRows.rowCount % 64 != 0, !paired.isEmpty {
    paired[paired.count - 1] &= 1 << UInt64(otherRows.rowCount % 64) - 1
  }
  return RowAlignment(
    compareRows: sourceNumbers, paired: paired, pairedCount: paired.reduce(0) { $0 + $1.nonzeroBitCount },
    sourceRows: sourceRows, otherRows: otherRows)
}

/// One key numbering for workers that take turns.
private final class SharedKeyNumbering: @unchecked Sendable {
  // Used inside a turnstile, which lets one worker through at a time, and between runs of workers.
  private let numbering: KeyNumbering
  var count: Int { numbering.count }

  init(types: [ColumnType], expectedKeys: Int) { numbering = KeyNumbering(types: types, expectedKeys: expectedKeys) }

  func number(_ pages: [ColumnPage], _ dictionaries: [StringDictionary?], into numbers: inout [UInt32]) {
    numbering.number(pages, dictionaries: dictionaries, into: &numbers)
  }
}

/// Numbers all keys of a table in row order; pages are read and converted by several workers.
private func numberKeys(
  of table: any TableSource, rows: RowLocator, columns: [Int], _ forms: [KeyForm], _ numbering: SharedKeyNumbering,
  _ threads: Int
) throws -> [UInt32] {
  let numbers = Mutex<[UInt32]>([])
  numbers.withLock { $0.reserveCapacity(rows.rowCount) }
  let counter = WorkCounter(limit: rows.chunkCount)
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  try runWorkers(max(1, min(threads, rows.chunkCount)), cancellation: cancellation) { _, cancellation in
    var chunkNumbers: [UInt32] = []
    while !cancellation.isCancelled, let chunk = counter.next() {
      var pages: [ColumnPage] = []
      var dictionaries: [StringDictionary?] = []
      for (column, form) in zip(columns, forms) {
        let page = try table.page(column: column, chunk: chunk)
        let dictionary = try table.dictionary(column: column)
        let formed = form.pages(page, type: table.schema.fields[column].type, dictionary: dictionary)
        pages += formed
        dictionaries += formed.map { _ in dictionary }
      }
      turnstile.pass(ticket: chunk) {
        numbering.number(pages, dictionaries, into: &chunkNumbers)
        numbers.withLock { $0.append(contentsOf: chunkNumbers) }
      }
    }
  }
  return numbers.withLock { $0 }
}
