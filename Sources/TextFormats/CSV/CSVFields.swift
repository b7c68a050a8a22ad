// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

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
  /// Quotes that belong to quoted fields, over all calls since ``beginChunk()``; equal to all quotes of the text unless some stray.
  private(set) var accountedQuotes: UInt64 = 0
  private let nullSpellings: [[UInt8]]

  /// `capacity`: most rows of a grid.
  init(capacity: Int, nullSpellings: [String]) {
    starts = .allocate(capacity: capacity)
    ends = .allocate(capacity: capacity)
    self.nullSpellings = nullSpellings.map { Array($0.utf8) }
  }

  deinit {
    starts.deallocate()
    ends.deallocate()
  }

  func beginChunk() { accountedQuotes = 0 }

  /// Takes out field `field` of each row. `mayHaveQuotes` must be true if any row of the grid has a quote.
  ///
  /// Fields with doubled quotes are written without them behind the text, which may move it: take pointers afterwards.
  func take(
    field: Int, width: Int, of grid: CSVGrid, from chunk: CSVTextChunk, mayHaveQuotes: Bool
  ) throws(CSVFault) {
    count = grid.rowCount
    if mayHaveQuotes {
      try takeQuoted(field: field, isLast: field == width - 1, of: grid, from: chunk)
    } else if field == width - 1 {
      takeLast(field: field, of: grid, from: chunk)
    } else {
      takePlain(field: field, of: grid)
    }
    if !nullSpellings.isEmpty, !mayHaveQuotes { dropSpelledNulls(chunk) }
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
      if end > start, text[Int(end) - 1] == UInt8(ascii: "\r") { end -= 1 }
      starts[row] = start
      ends[row] = end
      nulls &+= start == end ? 1 : 0
      offsets += grid.stride
    }
    nullCount = nulls
  }

  private func takeQuoted(field: Int, isLast: Bool, of grid: CSVGrid, from chunk: CSVTextChunk) throws(CSVFault) {
    var text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    var behind = chunk.length
    nullCount = 0
    for row in 0..<grid.rowCount {
      let offsets = grid.offsets + row * grid.stride + field
      var start = Int(offsets[0] &+ 1)
      var end = Int(offsets[1])
      if isLast, end > start, text[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      if end > start, text[start] == UInt8(ascii: "\"") {
        guard end - start >= 2, text[end - 1] == UInt8(ascii: "\"") else { throw .structure }
        start += 1
        end -= 1
        let pairs = try doubledQuotes(text, start, end)
        accountedQuotes += UInt64(2 + 2 * pairs)
        if pairs > 0 {
          chunk.reserve(behind + end - start, keeping: behind)
          text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
          (start, end) = writeSingle(from: start, to: end, behind: &behind, chunk)
        } else if start == end {
          // No null but an empty string.
          end -= 1
        }
      } else if start == end || isSpelledNull(text + start, end - start) {
        end = start
        nullCount += 1
      }
      starts[row] = UInt32(start)
      ends[row] = UInt32(end)
    }
  }

  /// Pairs of quotes within a quoted field's content.
  private func doubledQuotes(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int) throws(CSVFault) -> Int {
    var pairs = 0
    var index = start
    while index < end {
      if text[index] == UInt8(ascii: "\"") {
        guard index + 1 < end, text[index + 1] == UInt8(ascii: "\"") else { throw .structure }
        pairs += 1
        index += 1
      }
      index += 1
    }
    return pairs
  }

  /// Writes the content with single quotes at `behind`, for which there is room, and says where it lies.
  private func writeSingle(from start: Int, to end: Int, behind: inout Int, _ chunk: CSVTextChunk) -> (Int, Int) {
    let text = chunk.bytes.assumingMemoryBound(to: UInt8.self)
    let from = behind
    var index = start
    while index < end {
      text[behind] = text[index]
      behind += 1
      index += text[index] == UInt8(ascii: "\"") ? 2 : 1
    }
    return (from, behind)
  }

  private func isSpelledNull(_ field: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    for spelling in nullSpellings where spelling.count == length {
      if spelling.withUnsafeBytes({ $0.elementsEqual(UnsafeRawBufferPointer(start: field, count: length)) }) {
        return true
      }
    }
    return false
  }

  private func dropSpelledNulls(_ chunk: CSVTextChunk) {
    let text = UnsafePointer(chunk.bytes.assumingMemoryBound(to: UInt8.self))
    for row in 0..<count where ends[row] > starts[row] {
      if isSpelledNull(text + Int(starts[row]), Int(ends[row] - starts[row])) {
        ends[row] = starts[row]
        nullCount += 1
      }
    }
  }
}
