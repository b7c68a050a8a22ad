// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Some rows' delimiters: field `c` of row `r` is the text from `offsets[r * stride + c] + 1` up to `offsets[r * stride + c + 1]`.
struct CSVGrid {
  let offsets: UnsafePointer<UInt32>
  let stride: Int
  let rowCount: Int
}

/// Finds the fields of a chunk's text, a few thousand rows at a time, so that offsets stay in the cache.
///
/// Belongs to one thread; its memory is used again for each chunk.
final class CSVFieldIndex {
  private var offsets: UnsafeMutablePointer<UInt32>
  private var compacted: UnsafeMutablePointer<UInt32>
  private(set) var capacity: Int
  /// Empty lines left out of the chunk last read; always 0 where the table has one column.
  private(set) var blankLines = 0
  /// Quotes seen so far in the chunk being read: at least all of the rows handed out.
  private(set) var quotes: UInt64 = 0

  init(entries: Int, width: Int) {
    capacity = max(entries, 2 * width) + 64
    offsets = .allocate(capacity: capacity + 1)
    compacted = .allocate(capacity: 2 * capacity + 2)
  }

  deinit {
    offsets.deallocate()
    compacted.deallocate()
  }

  /// Hands out the rows of the first `length` bytes of `chunk`, whole records each ending with a newline, piece by piece.
  ///
  /// `body` may move the text (``CSVFields`` writes behind it), but not change it.
  /// Throws ``CSVFault/structure`` where a record has not `width` fields or quotes do not match.
  func forEachGrid(
    of chunk: CSVTextChunk, length: Int, delimiter: UInt8, _ body: (CSVGrid) throws(CSVFault) -> Void
  ) throws(CSVFault) {
    let width = chunk.width
    var state = cs_csv_index_state()
    var bytes = cs_csv_bytes(delimiter: delimiter)
    blankLines = 0
    quotes = 0
    // The entry before the first field; adding one wraps to 0.
    offsets[0] = .max
    var held = 0
    while true {
      let start = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
      var newlines = 0
      let found = cs_csv_index(
        start, length, &bytes, &state, offsets + 1 + held, capacity - held, &newlines)
      quotes = state.quotes
      let total = held + found
      if newlines == 0 {
        if state.position >= length, total == 0 { break }
        throw .structure
      }
      let used: Int
      if isRegular(start, total: total, rows: newlines, width: width) {
        try body(CSVGrid(offsets: offsets, stride: width, rowCount: newlines))
        used = newlines * width
      } else {
        let rows: Int
        (rows, used) = try compact(start, total: total, width: width)
        if rows > 0 { try body(CSVGrid(offsets: compacted, stride: width + 1, rowCount: rows)) }
      }
      held = total - used
      if held >= width { throw .structure }
      offsets.update(from: offsets + used, count: held + 1)
    }
    if state.inside != 0 { throw .structure }
  }

  /// True if each `width`-th entry is a newline; `rows` of them are there in all, so the others are delimiters.
  private func isRegular(_ text: UnsafePointer<UInt8>, total: Int, rows: Int, width: Int) -> Bool {
    guard rows * width <= total else { return false }
    var irregular = false
    var entry = width
    for _ in 0..<rows {
      irregular = irregular || text[Int(offsets[entry])] != UInt8(ascii: "\n")
      entry += width
    }
    return !irregular
  }

  /// Copies the entries of all rows but empty lines, each row led by the entry before it.
  private func compact(_ text: UnsafePointer<UInt8>, total: Int, width: Int) throws(CSVFault) -> (rows: Int, used: Int)
  {
    var rows = 0
    var used = 0
    var entry = 1
    while entry <= total {
      let first = entry
      while entry <= total, text[Int(offsets[entry])] != UInt8(ascii: "\n") { entry += 1 }
      guard entry <= total else { break }
      let count = entry - first + 1
      if count == width {
        (compacted + rows * (width + 1)).update(from: offsets + first - 1, count: width + 1)
        rows += 1
      } else if count == 1, isBlank(text, from: Int(offsets[first - 1] &+ 1), to: Int(offsets[first])) {
        blankLines += 1
      } else {
        throw .structure
      }
      used = entry
      entry += 1
    }
    return (rows, used)
  }

  private func isBlank(_ text: UnsafePointer<UInt8>, from start: Int, to end: Int) -> Bool {
    start == end || (start + 1 == end && text[start] == UInt8(ascii: "\r"))
  }
}
