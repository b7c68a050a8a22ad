// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Synchronization
import Workers

/// Keys of any types and widths as dense numbers, equal for equal keys of either table.
struct NumberedKeys {
  private let source: any TableSource
  private let other: any TableSource
  private let keys: [ColumnPairing]
  private let sourceRows: RowLocator
  private let otherRows: RowLocator
  /// Per row, the number of its key.
  private let sourceNumbers: [UInt32]
  private let otherNumbers: [UInt32]
  private let sourceScan: RepeatScan
  private let otherScan: RepeatScan
  private let keyCount: Int

  /// What a row of either side takes at most, but for the text of its keys.
  static func bytesPerRow(keyCount: Int) -> Int { 64 + 24 * keyCount }

  /// Numbers the other table's keys first: where no key occurs twice there, a key's number is its row. Throws what reading throws.
  /// Memory: the keys, and 4 bytes a row.
  init(
    _ source: any TableSource, _ other: any TableSource, _ keys: [ColumnPairing], sourceRows: RowLocator,
    otherRows: RowLocator, threads: Int
  ) throws {
    (self.source, self.other, self.keys, self.sourceRows, self.otherRows) = (source, other, keys, sourceRows, otherRows)
    let forms = keys.map(KeyForm.init)
    let numbering = SharedKeyNumbering(
      types: forms.flatMap(\.types), expectedKeys: max(sourceRows.rowCount, otherRows.rowCount))
    otherNumbers = try numberKeys(
      of: other, rows: otherRows, columns: keys.map(\.comparePosition), forms, numbering, threads)
    sourceNumbers = try numberKeys(
      of: source, rows: sourceRows, columns: keys.map(\.sourcePosition), forms, numbering, threads)
    keyCount = numbering.count
    sourceScan = RepeatScan(sourceNumbers, keyCount: keyCount)
    otherScan = RepeatScan(otherNumbers, keyCount: keyCount)
  }

  /// Pairs rows of equal keys; keys that several rows of a side have, as `policy` says. Throws ``CompareError/duplicateKeys(_:text:)``.
  func alignment(_ policy: DuplicatePolicy) throws -> RowAlignment {
    if !hasRepeats {
      let limit = UInt32(otherRows.rowCount)
      return RowAlignment(
        compareRows: sourceNumbers.map { $0 < limit ? $0 : noPartner }, sourceRows: sourceRows, otherRows: otherRows)
    }
    if policy == .error {
      throw try duplicateKeyError([
        (.source, source, keys.map(\.sourcePosition), sourceScan, sourceNumbers),
        (.compare, other, keys.map(\.comparePosition), otherScan, otherNumbers),
      ])
    }
    let aside =
      policy == .count
      ? SetAside(source: RowBits(sourceNumbers, where: isRepeated), compare: RowBits(otherNumbers, where: isRepeated))
      : nil
    let (repeated, firstRows) = try repeatedKeys(policy)
    return RowAlignment(
      compareRows: partnersInOrder(aside), sourceRows: sourceRows, otherRows: otherRows, setAside: aside,
      repeated: repeated, firstRepeats: firstRows)
  }

  /// True if a key occurs twice on a side.
  var hasRepeats: Bool { sourceScan.repeatedCount + otherScan.repeatedCount > 0 }

  private func isRepeated(_ number: UInt32) -> Bool {
    sourceScan.isRepeated(number) || otherScan.isRepeated(number)
  }

  /// The n-th source row of a key gets the n-th of the other table.
  private func partnersInOrder(_ aside: SetAside?) -> [UInt32] {
    // Where each key's rows begin among the other table's rows in order of their numbers.
    var next = [UInt32](repeating: 0, count: keyCount + 1)
    for number in otherNumbers { next[Int(number) + 1] += 1 }
    for number in 0..<keyCount { next[number + 1] += next[number] }
    let starts = next
    var rows = [UInt32](repeating: 0, count: otherNumbers.count)
    for (row, number) in otherNumbers.enumerated() {
      rows[Int(next[Int(number)])] = UInt32(row)
      next[Int(number)] += 1
    }
    next = starts
    return sourceNumbers.enumerated().map { row, number in
      guard aside?.source.contains(row) != true, next[Int(number)] < starts[Int(number) + 1] else { return noPartner }
      next[Int(number)] += 1
      return rows[Int(next[Int(number)]) - 1]
    }
  }

  /// What is told of keys that several rows have, and the first rows of its examples.
  private func repeatedKeys(
    _ policy: DuplicatePolicy
  ) throws -> (RepeatedKeys, firstRows: [(source: UInt32, compare: UInt32)]) {
    let (sourceCounts, sourceFirst) = counts(sourceNumbers)
    let (otherCounts, otherFirst) = counts(otherNumbers)
    let repeated = (0..<keyCount).filter { isRepeated(UInt32($0)) }
    let unequal = repeated.filter { sourceCounts[$0] != otherCounts[$0] }
    let sourceCells = CellReader(source)
    let otherCells = CellReader(other)
    // By first row, the source's before those of the other table alone.
    let order = (unequal.isEmpty ? repeated : unequal).sorted { a, b in
      (sourceFirst[a], otherFirst[a]) < (sourceFirst[b], otherFirst[b])
    }
    let shown = order.prefix(RepeatedKeys.exampleLimit)
    let examples = try shown.map { number in
      let first = sourceFirst[number]
      let key = try keys.map { key in
        first == noPartner
          ? try otherCells.value(row: Int(otherFirst[number]), column: key.comparePosition)
          : try sourceCells.value(row: Int(first), column: key.sourcePosition)
      }
      return RepeatedKeys.Example(
        key: key, sourceRowCount: Int(sourceCounts[number]), compareRowCount: Int(otherCounts[number]))
    }
    let repeatedKeys = RepeatedKeys(
      policy: policy, keyCount: repeated.count, unequalKeyCount: unequal.count,
      sourceRowCount: repeated.reduce(0) { $0 + Int(sourceCounts[$1]) },
      compareRowCount: repeated.reduce(0) { $0 + Int(otherCounts[$1]) }, examples: examples)
    return (repeatedKeys, shown.map { (sourceFirst[$0], otherFirst[$0]) })
  }

  /// Per number, its rows and the first of them.
  private func counts(_ numbers: [UInt32]) -> (counts: [UInt32], first: [UInt32]) {
    var counts = [UInt32](repeating: 0, count: keyCount)
    var first = [UInt32](repeating: noPartner, count: keyCount)
    for (row, number) in numbers.enumerated() {
      if counts[Int(number)] == 0 { first[Int(number)] = UInt32(row) }
      counts[Int(number)] += 1
    }
    return (counts, first)
  }
}

/// Rows of both tables that are counted alone.
struct SetAside: Sendable {
  let source: RowBits
  let compare: RowBits
}

/// A set of rows.
struct RowBits: Sendable {
  private var words: [UInt64]
  private(set) var count = 0

  /// The rows for whose number `isIn` holds.
  init(_ numbers: [UInt32], where isIn: (UInt32) -> Bool) {
    words = [UInt64](repeating: 0, count: (numbers.count + 63) / 64)
    for (row, number) in numbers.enumerated() where isIn(number) {
      words[row >> 6] |= 1 << UInt64(row & 63)
      count += 1
    }
  }

  func contains(_ row: Int) -> Bool { words[row >> 6] >> UInt64(row & 63) & 1 == 1 }
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
  try table.willRead(columns: columns, chunks: Array(0..<rows.chunkCount))
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
