// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Kernels

/// Which rows of each run belong to which chunk of the merged result: pieces for chunks of `rowsPerChunk` rows, the last one shorter.
///
/// A merge of the runs' keys alone (Knuth, The Art of Computer Programming, volume 3, section 5.4.1), with a search for how many rows of
/// the least run come before the next run's first one. Equal rows come in the order of the runs. Within a chunk the pieces still have to be
/// merged. Memory: the keys of one chunk of each run. O(rows x log runs) at most, less where runs do not interlock.
func mergePlan(of table: SortedRuns, by order: [SortColumn], rowsPerChunk: Int) throws -> [[RowPiece]] {
  let form = try KeyForm(of: table, by: order)
  let cursors = try table.runs.filter { !$0.isEmpty }.map { try RunCursor(table, form, chunks: $0) }
  var heap = Array(cursors.indices)
  heap.sort { cursors[$0].precedes(cursors[$1], orEqual: $0 < $1) }
  var result: [[RowPiece]] = []
  var left = rowsPerChunk
  while let least = heap.first {
    let cursor = cursors[least]
    // Of two children of the heap's top, the lesser one is the next run.
    var next = heap.count > 1 ? heap[1] : nil
    if heap.count > 2, let other = next, cursors[heap[2]].precedes(cursors[other], orEqual: heap[2] < other) {
      next = heap[2]
    }
    let count = min(left, next.map { cursor.rowsBefore(cursors[$0], orEqual: least < $0) } ?? cursor.rowsLeftInChunk)
    let isAtEnd = try !cursor.advance(by: count)
    left -= count
    if left == 0 {
      result.append(cursors.flatMap { $0.takePieces() })
      left = rowsPerChunk
    }
    if isAtEnd { heap[0] = heap[heap.count - 1] }
    if isAtEnd { heap.removeLast() }
    sink(&heap, cursors)
  }
  if left < rowsPerChunk { result.append(cursors.flatMap { $0.takePieces() }) }
  return result
}

/// Moves the heap's top down to where it belongs.
private func sink(_ heap: inout [Int], _ cursors: [RunCursor]) {
  var position = 0
  while true {
    var least = position
    for child in [2 * position + 1, 2 * position + 2] where child < heap.count {
      let (a, b) = (heap[child], heap[least])
      if cursors[a].precedes(cursors[b], orEqual: a < b) { least = child }
    }
    if least == position { return }
    heap.swapAt(position, least)
    position = least
  }
}

/// What keys are compared by: words that order as the values do, or strings where a column has such without codes.
private struct KeyForm {
  /// A key column.
  struct Column {
    let column: SortColumn
    let type: ColumnType
    let hasNulls: Bool
    let isPlainText: Bool
    let dictionary: StringDictionary?
  }

  let columns: [Column]
  /// Words per row.
  let stride: Int
  /// True where words are all there is to compare.
  let isWordsOnly: Bool

  /// Reads footers only.
  init(of table: SortedRuns, by order: [SortColumn]) throws {
    columns = try order.map { column in
      let type = table.schema.fields[column.position].type
      var hasNulls = false
      var isPlainText = false
      for chunk in 0..<table.chunkCount {
        hasNulls = try hasNulls || table.statistics(column: column.position, chunk: chunk).nullCount > 0
        guard type == .string else { continue }
        isPlainText =
          try isPlainText || table.file.pageDescription(column: column.position, chunk: chunk).physicalType == "strings"
      }
      return Column(
        column: column, type: type, hasNulls: hasNulls, isPlainText: isPlainText,
        dictionary: type == .string ? try table.dictionary(column: column.position) : nil)
    }
    stride = columns.reduce(0) { $0 + ($1.hasNulls ? 1 : 0) + ($1.isPlainText ? 0 : $1.type.isWide ? 2 : 1) }
    isWordsOnly = columns.allSatisfy { !$0.isPlainText }
  }
}

/// A place in a sorted run.
private final class RunCursor {
  private let table: SortedRuns
  private let form: KeyForm
  private let chunks: Range<Int>
  private var chunk: Int
  private var row = 0
  private var rowCount = 0
  /// Words of the chunk's keys, row by row.
  private var words: [UInt64] = []
  /// Of each key column with strings of its own, the chunk's.
  private var texts: [StringArray?] = []
  /// Where the pieces not taken yet begin.
  private var taken: (chunk: Int, row: Int)

  init(_ table: SortedRuns, _ form: KeyForm, chunks: Range<Int>) throws {
    (self.table, self.form, self.chunks) = (table, form, chunks)
    chunk = chunks.lowerBound
    taken = (chunks.lowerBound, 0)
    try load()
  }

  var rowsLeftInChunk: Int { rowCount - row }

  /// True if this run's next row comes before the other's, or is equal and `orEqual` says that it then does.
  func precedes(_ other: RunCursor, orEqual: Bool) -> Bool { precedes(row, other, orEqual: orEqual) }

  /// How many rows of this chunk come before the other run's next one; at least one, as the next one does. Doubles its steps, then halves.
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
    chunk += 1
    row = 0
    guard chunk < chunks.upperBound else {
      (rowCount, words, texts) = (0, [], [])
      return false
    }
    try load()
    return true
  }

  /// The rows passed since the last call.
  func takePieces() -> [RowPiece] {
    var pieces: [RowPiece] = []
    for number in taken.chunk..<min(chunk + 1, chunks.upperBound) {
      let end = number == chunk ? row : table.rowCount(ofChunk: number)
      let start = number == taken.chunk ? taken.row : 0
      if end > start { pieces.append(RowPiece(chunk: number, rows: start..<end)) }
    }
    taken = (chunk, row)
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
      for _ in 0..<((column.hasNulls ? 1 : 0) + (column.isPlainText ? 0 : column.type.isWide ? 2 : 1)) {
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

  /// Reads the keys of the chunk.
  private func load() throws {
    rowCount = table.rowCount(ofChunk: chunk)
    words = [UInt64](repeating: 0, count: rowCount * form.stride)
    texts = []
    var place = 0
    for key in form.columns {
      let page = try table.page(column: key.column.position, chunk: chunk)
      if key.hasNulls {
        for row in 0..<rowCount where !page.validity.isValid(row) { words[row * form.stride + place] = 1 }
        place += 1
      }
      if key.isPlainText {
        let plain = page.withPlainStrings(key.dictionary)
        if case .strings(let strings) = plain.values { texts.append(strings) }
      } else {
        texts.append(nil)
        fill(page, key, at: place)
        place += key.type.isWide ? 2 : 1
      }
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
