// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Where a part of a chunk's text comes from.
struct CSVOrigin {
  /// Where the part begins in the chunk's text.
  var textOffset: Int
  /// Number of the file among the inputs.
  var file: Int
  /// Name of the file.
  var name: String
  /// Where the part begins in the file.
  var byteOffset: Int
  /// Lines of the file before the part.
  var line: Int
}

/// A record whose text in a chunk is not what the file has: repaired, put into the plain form, or left out.
struct CSVRewrite {
  /// Where its text is in the chunk; empty where it was left out.
  var text: Range<Int>
  /// What the file has, in ``CSVTextChunk/raw``; nothing is kept of what was left out.
  var raw: Range<Int>
  /// Bytes of what the file has.
  var byteCount: Int
  /// The part of the chunk it belongs to.
  var part: Int
  /// Where it begins in the file.
  var byteOffset: Int
  /// Lines of the file before it.
  var line: Int
  /// Line ends in what the file has.
  var lineCount: Int
  /// How it breaks the form, and where that shows first, from its start.
  var anomalies: CSVRecordWalk.Anomalies = []
  var anomalyOffset = 0
}

/// Some whole records of text, in memory that is used again and again by one worker.
///
/// Belongs to one thread at a time.
final class CSVTextChunk {
  /// Bytes that may be read past the text's end: kernels load eight at a time.
  static let padding = 64
  /// A buffer above this is not kept for text that hardly needs it.
  private static let largeCapacity = 2 << 20

  private(set) var bytes: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// Bytes of text; every record in it ends with a newline.
  var length = 0
  /// Newlines outside quotes: at least as many as there are rows.
  var recordCount = 0
  /// What divides the text: it is in the plain form.
  var plain = CSVPlainBytes()
  /// Parts by file; the first begins at 0.
  var origins: [CSVOrigin] = []
  /// Records that are not as the file has them, in order.
  var rewrites: [CSVRewrite] = []
  /// What the file has for them.
  var raw: [UInt8] = []
  /// For each table column, its position in a record of this text.
  var fieldOfColumn: [Int] = []
  /// Fields of a record.
  var width = 0
  /// True for text after the table: none of its records is data of it.
  var isPastTable = false
  /// What was left out of the text on the way.
  var leftOut = CSVLeftOut()

  init() {
    capacity = 1 << 16
    bytes = .allocate(byteCount: capacity + Self.padding, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.padding)
  }

  deinit { bytes.deallocate() }

  /// The text.
  var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: length) }

  /// True if the record at `start`, of which nothing is in the text, is no empty line: the file has `\N` there. O(log rewrites).
  func isNullRow(at start: Int) -> Bool {
    var low = 0
    var high = rewrites.count
    while low < high {
      let middle = (low + high) / 2
      if rewrites[middle].text.upperBound > start { high = middle } else { low = middle + 1 }
    }
    guard low < rewrites.count, rewrites[low].text.lowerBound == start else { return false }
    let raw = rewrites[low].raw
    return self.raw[raw].contains(UInt8(ascii: "\\"))
  }

  /// Forgets the text and all that was said of it; memory that a single long record took beyond `byteCount` is given back.
  func removeAll(keepingAtMost byteCount: Int) {
    if capacity > byteCount { reallocate(byteCount, keeping: 0) }
    if raw.capacity > byteCount { raw = [] }
    length = 0
    recordCount = 0
    origins.removeAll(keepingCapacity: true)
    rewrites.removeAll(keepingCapacity: true)
    raw.removeAll(keepingCapacity: true)
    isPastTable = false
    leftOut = CSVLeftOut()
  }

  /// Records that are neither empty lines nor nothing but spaces, unless the table has one column. O(text), and slow where there are such.
  var rowCount: Int {
    let start = UnsafePointer(bytes.assumingMemoryBound(to: UInt8.self))
    guard width > 1, cs_csv_may_have_empty_lines(start, length, plain.newline) != 0 else { return recordCount }
    var walk = CSVRecordWalk(text, dialect: plain.dialect)
    var count = 0
    while let record = walk.next() { count += walk.isEmptyLine(record) && !isNullRow(at: record.start) ? 0 : 1 }
    return count
  }

  /// Makes room for `wanted` bytes and keeps the first `kept`. Pointers into the text end their life.
  func reserve(_ wanted: Int, keeping kept: Int) {
    guard wanted > capacity else { return }
    reallocate(max(wanted, capacity + capacity / 2), keeping: kept)
  }

  /// Gives back what is not needed for `wanted` bytes, if that is most of a large buffer, and keeps the first `kept`. Pointers into the
  /// text end their life.
  func shrink(to wanted: Int, keeping kept: Int) {
    if capacity > Self.largeCapacity, wanted < capacity / 4 { reallocate(wanted, keeping: kept) }
  }

  private func reallocate(_ newCapacity: Int, keeping kept: Int) {
    let moved = UnsafeMutableRawPointer.allocate(byteCount: newCapacity + Self.padding, alignment: 64)
    moved.copyMemory(from: bytes, byteCount: kept)
    (moved + newCapacity).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
    bytes.deallocate()
    bytes = moved
    capacity = newCapacity
  }

  /// Adds text at the end.
  func append(_ more: UnsafeRawBufferPointer) {
    guard let start = more.baseAddress else { return }
    reserve(length + more.count, keeping: length)
    (bytes + length).copyMemory(from: start, byteCount: more.count)
    length += more.count
  }

  func swap(with other: CSVTextChunk) {
    Swift.swap(&bytes, &other.bytes)
    Swift.swap(&capacity, &other.capacity)
    Swift.swap(&length, &other.length)
    Swift.swap(&recordCount, &other.recordCount)
    Swift.swap(&plain, &other.plain)
    Swift.swap(&origins, &other.origins)
    Swift.swap(&rewrites, &other.rewrites)
    Swift.swap(&raw, &other.raw)
    Swift.swap(&fieldOfColumn, &other.fieldOfColumn)
    Swift.swap(&width, &other.width)
    Swift.swap(&isPastTable, &other.isPastTable)
    Swift.swap(&leftOut, &other.leftOut)
  }
}

/// What is no data and was left out of a text.
struct CSVLeftOut: Equatable {
  var blankLines = 0
  var comments = 0
  /// Headers repeated after an empty line.
  var repeatedHeaders = 0

  static func += (a: inout CSVLeftOut, b: CSVLeftOut) {
    a.blankLines += b.blankLines
    a.comments += b.comments
    a.repeatedHeaders += b.repeatedHeaders
  }
}
