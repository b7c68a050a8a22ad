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
  private(set) var capacity: Int
  private let evening: CSVRowEvening
  /// Quotes seen so far in the chunk being read: at least all of the rows handed out.
  private(set) var quotes: UInt64 = 0

  init(entries: Int, width: Int, isStrict: Bool) {
    capacity = max(entries, 2 * width) + 64
    offsets = .allocate(capacity: capacity + 1)
    evening = CSVRowEvening(width: width, capacity: 2 * capacity + 2, isStrict: isStrict)
  }

  deinit { offsets.deallocate() }

  /// What was found uneven in the chunk last read.
  var unevenness: CSVUnevenness { evening.found }

  /// Hands out the rows of the first `length` bytes of `chunk`, whole records each ending with a newline, piece by piece, but those
  /// of `excluded`, which are numbers of records in ascending order.
  ///
  /// `body` may move the text (``CSVFields`` writes behind it), but not change it. Precondition: the quotes are in form.
  func forEachGrid(
    of chunk: CSVTextChunk, length: Int, excluding excluded: [Int], _ body: (CSVGrid) -> Void
  ) {
    var state = cs_csv_index_state()
    var bytes = cs_csv_bytes(chunk.plain)
    quotes = 0
    evening.begin(chunk, excluding: excluded)
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
        if state.position >= length { break }
        // A record of more fields than there is room for.
        grow(keeping: total + 1)
        held = total
        continue
      }
      let used: Int
      if evening.mayPass(rows: newlines),
        isRegular(start, total: total, rows: newlines, width: chunk.width, chunk.plain.newline)
      {
        body(CSVGrid(offsets: offsets, stride: chunk.width, rowCount: newlines))
        evening.passed(rows: newlines)
        used = newlines * chunk.width
      } else {
        used = evening.even(offsets, total: total, body)
      }
      held = total - used
      offsets.update(from: offsets + used, count: held + 1)
    }
  }

  private func grow(keeping count: Int) {
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: 2 * capacity + 1)
    larger.update(from: offsets, count: count)
    offsets.deallocate()
    offsets = larger
    capacity *= 2
  }

  /// True if each `width`-th entry is a newline; `rows` of them are there in all, so the others are delimiters.
  private func isRegular(
    _ text: UnsafePointer<UInt8>, total: Int, rows: Int, width: Int, _ newline: UInt8
  ) -> Bool {
    guard rows * width <= total else { return false }
    var irregular = false
    var entry = width
    for _ in 0..<rows {
      irregular = irregular || text[Int(offsets[entry])] != newline
      entry += width
    }
    return !irregular
  }
}
