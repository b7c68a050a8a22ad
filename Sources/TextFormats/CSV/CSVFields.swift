// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// One column's fields of some rows, side by side: what the typed loops read.
///
/// Field `r` is `text[starts[r]..<ends[r]]`, without quotes. Null: `ends[r] == starts[r]`. A quoted empty field, an empty
/// string: `ends[r] + 1 == starts[r]`. Belongs to one thread.
final class CSVFields {
  private(set) var starts: UnsafeMutablePointer<UInt32>
  private(set) var ends: UnsafeMutablePointer<UInt32>
  /// Rows of the last call.
  private(set) var count = 0
  /// Nulls among them.
  private(set) var nullCount = 0

  private var capacity = 0
  /// Rows hidden by ``hide(_:)``.
  private var hidden = 0

  init() {
    starts = .allocate(capacity: 0)
    ends = .allocate(capacity: 0)
  }

  deinit {
    showAll()
    starts.deallocate()
    ends.deallocate()
  }

  /// Makes room for fields that the caller fills in.
  func begin(rowCount: Int, nullCount: Int) {
    reserve(rowCount)
    count = rowCount
    self.nullCount = nullCount
  }

  /// Leaves the first `rows` rows out of sight: a loop goes on behind them.
  func hide(_ rows: Int) {
    starts += rows
    ends += rows
    count -= rows
    hidden += rows
  }

  /// Ends what ``hide(_:)`` did.
  func showAll() {
    starts -= hidden
    ends -= hidden
    count += hidden
    hidden = 0
  }

  private func reserve(_ rowCount: Int) {
    guard rowCount > capacity else { return }
    starts.deallocate()
    ends.deallocate()
    capacity = max(rowCount, 2 * capacity)
    starts = .allocate(capacity: capacity)
    ends = .allocate(capacity: capacity)
  }

  /// Takes out field `field` of each row. `mayHaveQuotes` must be true if any row of the grid has a quote. `nullSpellings` are
  /// those of the column.
  ///
  /// Fields with doubled quotes are written without them behind the text, which may move it: take pointers afterwards.
  func take(
    field: Int, width: Int, of grid: CSVGrid, from chunk: CSVTextChunk, mayHaveQuotes: Bool, nullSpellings: [[UInt8]]
  ) {
    reserve(grid.rowCount)
    count = grid.rowCount
    if mayHaveQuotes {
      takeQuoted(field: field, isLast: field == width - 1, of: grid, from: chunk, nullSpellings)
    } else if field == width - 1 {
      takeLast(field: field, of: grid, from: chunk)
    } else {
      takePlain(field: field, of: grid)
    }
    if !nullSpellings.isEmpty, !mayHaveQuotes { dropSpelledNulls(chunk, nullSpellings) }
  }

  private func takePlain(field: Int, of grid: CSVGrid) {
    var offsets = grid.offsets + field
    var nulls = 0
    for row in 0..<grid.rowCount {
      let start = offsets[0] &+ 1
      let end = offsets[1]
      starts[row] = start
      ends[row] = end
      nulls &+= start == end ? 1 : 0
      offsets += grid.stride
    }
    nullCount = nulls
  }

  private func takeLast(field: Int, of grid: CSVGrid, from chunk: CSVTextChunk) {
    var offsets = grid.offsets + field
    let text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    var nulls = 0
    for row in 0..<grid.rowCount {
      let start = offsets[0] &+ 1
      var end = offsets[1]
      // A row whose surplus fields went ends with a delimiter, before which a CR is text.
      if end > start, text[Int(end) - 1] == UInt8(ascii: "\r"), text[Int(end)] == UInt8(ascii: "\n") { end -= 1 }
      starts[row] = start
      ends[row] = end
      nulls &+= start == end ? 1 : 0
      offsets += grid.stride
    }
    nullCount = nulls
  }

  private func takeQuoted(
    field: Int, isLast: Bool, of grid: CSVGrid, from chunk: CSVTextChunk, _ nullSpellings: [[UInt8]]
  ) {
    let quote = chunk.plain.quote
    var text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    var behind = chunk.length
    nullCount = 0
    for row in 0..<grid.rowCount {
      let offsets = grid.offsets + row * grid.stride + field
      var start = Int(offsets[0] &+ 1)
      var end = Int(offsets[1])
      if isLast, end > start, text[end - 1] == UInt8(ascii: "\r"), text[end] == UInt8(ascii: "\n") { end -= 1 }
      if end > start, text[start] == quote {
        // The splitter saw to it that each quote that opens is closed at the field's end.
        start += 1
        end -= 1
        if hasQuote(quote, text, start, end) {
          chunk.reserve(behind + end - start, keeping: behind)
          text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
          (start, end) = writeSingle(quote, from: start, to: end, behind: &behind, chunk)
        } else if start == end {
          // No null but an empty string.
          end -= 1
        }
      } else if start == end || isSpelledNull(text + start, end - start, nullSpellings) {
        end = start
        nullCount += 1
      }
      starts[row] = UInt32(start)
      ends[row] = UInt32(end)
    }
  }

  private func hasQuote(_ quote: UInt8, _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
    end > start && memchr(text + start, Int32(quote), end - start) != nil
  }

  /// Writes the content with single quotes at `behind`, for which there is room, and says where it lies.
  private func writeSingle(
    _ quote: UInt8, from start: Int, to end: Int, behind: inout Int, _ chunk: CSVTextChunk
  ) -> (Int, Int) {
    let text = chunk.bytes.assumingMemoryBound(to: UInt8.self)
    let from = behind
    var index = start
    while index < end {
      text[behind] = text[index]
      behind += 1
      index += text[index] == quote ? 2 : 1
    }
    return (from, behind)
  }

  private func isSpelledNull(_ field: UnsafePointer<UInt8>, _ length: Int, _ nullSpellings: [[UInt8]]) -> Bool {
    for spelling in nullSpellings where spelling.count == length {
      if spelling.withUnsafeBytes({ $0.elementsEqual(UnsafeRawBufferPointer(start: field, count: length)) }) {
        return true
      }
    }
    return false
  }

  private func dropSpelledNulls(_ chunk: CSVTextChunk, _ nullSpellings: [[UInt8]]) {
    let text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    for row in 0..<count where ends[row] > starts[row] {
      if isSpelledNull(text + Int(starts[row]), Int(ends[row] - starts[row]), nullSpellings) {
        ends[row] = starts[row]
        nullCount += 1
      }
    }
  }
}
