// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Kernels

/// What the cursors of all runs share.
struct RunWindow {
  let table: SortedRuns
  let form: KeyForm
  let weigher: RowWeigher
  let limits: MergeLimits
}

/// A place in a sorted run: the keys of some rows of one of its chunks are in memory.
final class RunCursor {
  private let shared: RunWindow
  private let chunks: Range<Int>
  private var chunk: Int
  /// Rows of the chunk whose keys are in memory.
  private var window = 0..<0
  /// Within the window, as all rows below.
  private var row = 0
  /// Words of the window's keys, row by row.
  private var words: [UInt64] = []
  /// Of each key column with strings of its own, the window's.
  private var texts: [StringArray?] = []
  /// Of the window's rows.
  private var weights = RowWeights.equal(1)
  /// Where the pieces not taken yet begin, in rows of the chunk.
  private var taken: (chunk: Int, row: Int)

  private var table: SortedRuns { shared.table }
  private var form: KeyForm { shared.form }
  private var rowCount: Int { window.count }

  /// At the run's first row. Throws what reading a page throws. Precondition: there is a chunk.
  init(_ shared: RunWindow, chunks: Range<Int>) throws {
    (self.shared, self.chunks) = (shared, chunks)
    chunk = chunks.lowerBound
    taken = (chunks.lowerBound, 0)
    try load(from: 0)
  }

  /// Begins the key of the next row: runs whose words differ order as these do. 0 where text comes first. Precondition: there is a row.
  var firstWord: UInt64 { form.columns.first?.wordCount ?? 0 > 0 ? words[row * form.stride] : 0 }

  /// Rows of the window that are not passed.
  var rowsLeftInWindow: Int { rowCount - row }

  /// How many of the next `count` rows weigh at most `byteCount`, one at least if `orOne`, and what those weigh. O(log rows).
  func rowsFitting(_ count: Int, in byteCount: Int, orOne: Bool) -> (rowCount: Int, byteCount: Int) {
    let fitting = max(orOne ? 1 : 0, weights.rowsFitting(row..<row + count, in: byteCount))
    return (fitting, weights.weight(of: row..<row + fitting))
  }

  /// True if this run's next row comes before the other's, or is equal and `orEqual` says that it then does.
  func precedes(_ other: RunCursor, orEqual: Bool) -> Bool { precedes(row, other, orEqual: orEqual) }

  /// How many rows of the window come before the other run's next one; at least one, as the next one does. Doubles its steps, then halves.
  func rowsBefore(_ other: RunCursor, orEqual: Bool) -> Int {
    var low = row
    var step = 1
    while low + step < rowCount, precedes(low + step, other, orEqual: orEqual) {
      low += step
      step *= 2
    }
    var high = min(low + step, rowCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if precedes(middle, other, orEqual: orEqual) { low = middle } else { high = middle }
    }
    return low + 1 - row
  }

  /// Goes on; false at the end of the run.
  func advance(by count: Int) throws -> Bool {
    row += count
    guard row == rowCount else { return true }
    var next = window.upperBound
    if next == table.rowCount(ofChunk: chunk) {
      chunk += 1
      next = 0
    }
    guard chunk < chunks.upperBound else {
      (window, row, words, texts, weights) = (0..<0, 0, [], [], .equal(1))
      return false
    }
    try load(from: next)
    return true
  }

  /// The rows passed since the last call.
  func takePieces() -> [RowPiece] {
    var pieces: [RowPiece] = []
    let here = window.lowerBound + row
    for number in taken.chunk..<min(chunk + 1, chunks.upperBound) {
      let end = number == chunk ? here : table.rowCount(ofChunk: number)
      let start = number == taken.chunk ? taken.row : 0
      if end > start { pieces.append(RowPiece(chunk: number, rows: start..<end)) }
    }
    taken = (chunk, here)
    return pieces
  }

  private func precedes(_ row: Int, _ other: RunCursor, orEqual: Bool) -> Bool {
    var own = row * form.stride
    var theirs = other.row * form.stride
    guard !form.isWordsOnly else {
      let end = own + form.stride
      while own < end {
        if words[own] != other.words[theirs] { return words[own] < other.words[theirs] }
        own += 1
        theirs += 1
      }
      return orEqual
    }
    for (index, column) in form.columns.enumerated() {
      for _ in 0..<column.wordCount {
        if words[own] != other.words[theirs] { return words[own] < other.words[theirs] }
        own += 1
        theirs += 1
      }
      guard let strings = texts[index], let others = other.texts[index] else { continue }
      let order = compare(strings, row, others, other.row)
      if order != 0 { return column.column.isDescending ? order > 0 : order < 0 }
    }
    return orEqual
  }

  /// Below zero if the first string's bytes come first, zero if they are equal.
  private func compare(_ a: StringArray, _ rowOfA: Int, _ b: StringArray, _ rowOfB: Int) -> Int {
    a.withUTF8(rowOfA) { left in
      b.withUTF8(rowOfB) { right in
        let common = min(left.count, right.count)
        for index in 0..<common where left[index] != right[index] { return Int(left[index]) - Int(right[index]) }
        return left.count - right.count
      }
    }
  }

  /// Reads the keys of rows of the chunk, from `start` on.
  private func load(from start: Int) throws {
    (words, texts) = ([], [])
    let limits = shared.limits
    let end = table.rowCount(ofChunk: chunk)
    var rows = start..<start + min(end - start, limits.rowsPerWindow)
    weights = try shared.weigher.weights(ofChunk: chunk, rows: rows)
    if !form.isWordsOnly {
      let fitting = max(1, weights.rowsFitting(0..<rows.count, in: limits.textBytesPerWindow))
      rows = start..<start + fitting
    }
    (window, row) = (rows, 0)
    words = [UInt64](repeating: 0, count: rowCount * form.stride)
    var place = 0
    for key in form.columns {
      let whole = try table.page(column: key.column.position, chunk: chunk)
      let page = rows.count == whole.rowCount ? whole : whole.rows(rows)
      if key.hasNulls {
        for row in 0..<rowCount where !page.validity.isValid(row) { words[row * form.stride + place] = 1 }
      }
      if key.isPlainText {
        let plain = page.withPlainStrings(key.dictionary)
        if case .strings(let strings) = plain.values { texts.append(strings) }
      } else {
        texts.append(nil)
        fill(page, key, at: place + (key.hasNulls ? 1 : 0))
      }
      place += key.wordCount
    }
  }

  /// Writes words that order as the values do; nulls, told apart by a word before, all have the same.
  private func fill(_ page: ColumnPage, _ key: KeyForm.Column, at place: Int) {
    if page.validity == .allNull { return }
    let sign: UInt64 = 1 << 63
    func fill<T>(_ values: [T], at place: Int, _ word: (T) -> UInt64) {
      let flip: UInt64 = key.column.isDescending ? .max : 0
      for row in values.indices where page.validity.isValid(row) {
        words[row * form.stride + place] = word(values[row]) ^ flip
      }
    }
    switch page.values {
    case .int64(let values) where key.type.isWide:
      fill(values, at: place) { $0 < 0 ? sign - 1 : sign }
      fill(values, at: place + 1) { UInt64(bitPattern: $0) }
    case .int64(let values): fill(values, at: place) { UInt64(bitPattern: $0) ^ sign }
    case .int128(let values):
      fill(values, at: place) { UInt64(truncatingIfNeeded: $0 >> 64) ^ sign }
      fill(values, at: place + 1) { UInt64(truncatingIfNeeded: $0) }
    case .float64(let values): fill(values, at: place) { UInt64(bitPattern: orderedBits($0)) ^ sign }
    case .codes(let codes):
      let ranks = key.dictionary?.ranks ?? []
      fill(codes, at: place) { UInt64(ranks[Int($0)]) }
    case .strings: preconditionFailure("strings of their own are compared as such")
    }
  }
}
