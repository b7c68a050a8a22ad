// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Cuts texts into chunks of whole records.
///
/// Sequential: workers call ``next(into:)`` under a lock. Where chunks end follows from the bytes alone, never from the sizes
/// of reads or from threads: as many records as fit both limits, at least one. A chunk begins outside quotes, so the
/// quote state inside it is exactly the parity of its quotes.
final class CSVSplitter {
  /// Names and delimiter of the first file that is not empty; nil while all were empty.
  private(set) var header: CSVHeader?
  /// What the headers of all files opened so far gave reason to say.
  private(set) var warnings: [String] = []
  /// Name and bytes of each file read to its end.
  private(set) var finished: [(name: String, byteCount: Int)] = []

  private let streams: [CSVStream]
  private let options: CSVOptions
  private var opened = 0
  private var read: CSVStream.Read?
  /// Read, and not yet part of a chunk: its first `carryCount` bytes.
  private var carry = CSVTextChunk()
  private var carryCount = 0
  /// The open file's part that the next chunk begins with.
  private var origin = CSVOrigin(textOffset: 0, file: 0, name: "", byteOffset: 0, line: 0)
  /// Bytes read of the open file.
  private var byteCount = 0
  private var fieldOfColumn: [Int] = []
  private var rowsLeft: Int

  /// Opens the first file that has any bytes, and reads its header.
  init(_ streams: [CSVStream], options: CSVOptions) throws {
    self.streams = streams
    self.options = options
    rowsLeft = options.rowLimit ?? Int.max
    try openNext()
  }

  /// Fills `chunk` with the next records; false at the end of all files.
  func next(into chunk: CSVTextChunk) throws -> Bool {
    chunk.length = 0
    chunk.origins.removeAll(keepingCapacity: true)
    guard rowsLeft > 0, header != nil else { return false }
    chunk.width = fieldOfColumn.count
    var filling = Filling(
      recordLimit: min(options.limits.recordsPerChunk, rowsLeft),
      byteLimit: options.limits.bytesPerChunk(columns: fieldOfColumn.count))
    while read != nil {
      if chunk.length == 0 { chunk.fieldOfColumn = fieldOfColumn }
      guard chunk.fieldOfColumn == fieldOfColumn else { break }
      let ended = try fill(chunk, &filling)
      if !ended { break }
      try openNext()
    }
    guard filling.state.last_end > 0 else { return false }
    chunk.length = filling.state.last_end
    chunk.recordCount = filling.state.records
    if options.rowLimit != nil { rowsLeft -= rowCount(in: chunk) }
    return true
  }

  /// How far the chunk being filled has come.
  private struct Filling {
    let recordLimit: Int
    let byteLimit: Int
    var state = cs_csv_split_state()
  }

  /// Adds text of the open file to `chunk`; true if the file came to its end, false if the chunk is full.
  private func fill(_ chunk: CSVTextChunk, _ filling: inout Filling) throws -> Bool {
    var origin = origin
    origin.textOffset = chunk.length
    let linesBefore = filling.state.lines_at_end
    chunk.origins.append(origin)
    chunk.reserve(chunk.length + carryCount, keeping: chunk.length)
    (chunk.bytes + chunk.length).copyMemory(from: carry.bytes, byteCount: carryCount)
    chunk.length += carryCount
    carryCount = 0
    let ended = try scanToEnd(chunk, &filling)
    let end = filling.state.last_end
    // Nothing of this file fitted: it belongs to the next chunk as a whole.
    if end <= origin.textOffset { chunk.origins.removeLast() }
    keepRest(of: chunk, from: max(end, origin.textOffset))
    chunk.length = max(end, origin.textOffset)
    self.origin.byteOffset += max(0, end - origin.textOffset)
    self.origin.line += filling.state.lines_at_end - linesBefore
    return ended
  }

  /// Reads and scans until a limit is met (false) or the file has ended (true).
  private func scanToEnd(_ chunk: CSVTextChunk, _ filling: inout Filling) throws -> Bool {
    while true {
      if scan(chunk, &filling) { return false }
      if try readMore(into: chunk) { continue }
      // The file ends here; all of it was looked at.
      if filling.state.inside != 0 {
        // What is wrong before it is to be found first: the records before it go out as a chunk of their own.
        if filling.state.last_end > 0 { return false }
        throw endless(chunk, from: 0, code: "csv.open-quote")
      }
      if chunk.length == filling.state.last_end || chunk.length == chunk.origins[chunk.origins.count - 1].textOffset {
        return true
      }
      chunk.reserve(chunk.length + 1, keeping: chunk.length)
      chunk.bytes.storeBytes(of: UInt8(ascii: "\n"), toByteOffset: chunk.length, as: UInt8.self)
      chunk.length += 1
      if scan(chunk, &filling) && filling.state.last_end < chunk.length { return false }
      return true
    }
  }

  /// True if the chunk is full.
  private func scan(_ chunk: CSVTextChunk, _ filling: inout Filling) -> Bool {
    let text = chunk.bytes.assumingMemoryBound(to: UInt8.self)
    let delimiter = header?.delimiter ?? UInt8(ascii: ",")
    splitByParity(
      text, min(chunk.length, filling.byteLimit), delimiter: delimiter, filling.recordLimit, &filling.state)
    if filling.state.records >= filling.recordLimit { return true }
    guard chunk.length > filling.byteLimit else { return false }
    if filling.state.last_end > 0 { return true }
    // The first record is longer than the limit: it comes alone.
    splitByParity(text, chunk.length, delimiter: delimiter, 1, &filling.state)
    return filling.state.records > 0
  }

  /// False at the file's end.
  private func readMore(into chunk: CSVTextChunk) throws -> Bool {
    guard let read else { return false }
    if chunk.length > options.limits.recordBytes + options.limits.readBytes {
      throw endless(chunk, from: 0, code: "csv.record-too-long")
    }
    chunk.reserve(chunk.length + options.limits.readBytes, keeping: chunk.length)
    let count = try read(
      UnsafeMutableRawBufferPointer(start: chunk.bytes + chunk.length, count: options.limits.readBytes))
    chunk.length += count
    byteCount += count
    return count > 0
  }

  private func keepRest(of chunk: CSVTextChunk, from end: Int) {
    carryCount = chunk.length - end
    carry.reserve(carryCount, keeping: 0)
    carry.bytes.copyMemory(from: chunk.bytes + end, byteCount: carryCount)
  }

  /// The error for a record at `start` that does not end where it may.
  private func endless(_ chunk: CSVTextChunk, from start: Int, code: String) -> CSVError {
    let origin = chunk.origins[chunk.origins.count - 1]
    let from = max(start, origin.textOffset)
    let rest = UnsafeRawBufferPointer(start: chunk.bytes + from, count: chunk.length - from)
    var walk = CSVRecordWalk(rest, delimiter: header?.delimiter ?? UInt8(ascii: ","))
    let linesBefore = UnsafeRawBufferPointer(start: chunk.bytes + origin.textOffset, count: from - origin.textOffset)
      .reduce(origin.line) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    let place = { (offset: Int) in
      Place(
        file: origin.name,
        line: linesBefore + 1 + rest[..<offset].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) },
        byteOffset: origin.byteOffset + from - origin.textOffset + offset)
    }
    if let problem = walk.next()?.problem { return CSVError(problem, at: place(problem.offset)) }
    return CSVError(
      code, "a record of more than \(options.limits.recordBytes) bytes", at: place(0),
      advice: "is this a CSV? A quote may be missing")
  }

  private func rowCount(in chunk: CSVTextChunk) -> Int {
    guard chunk.width > 1 else { return chunk.recordCount }
    var walk = CSVRecordWalk(chunk.text, delimiter: header?.delimiter ?? UInt8(ascii: ","))
    var count = 0
    while let record = walk.next() { count += record.isBlank ? 0 : 1 }
    return count
  }
}

extension CSVSplitter {
  /// Opens the next file that has any bytes and reads its header; `read` is nil when there is none.
  private func openNext() throws {
    if read != nil { finished.append((streams[opened - 1].name, byteCount)) }
    read = nil
    while read == nil, opened < streams.count {
      let stream = streams[opened]
      opened += 1
      byteCount = 0
      read = try stream.open()
      try readHeader(of: stream.name)
      if read == nil { finished.append((stream.name, byteCount)) }
    }
  }

  /// Reads the header into the carry's front and takes it off.
  private func readHeader(of name: String) throws {
    let front = CSVTextChunk()
    origin = CSVOrigin(textOffset: 0, file: opened - 1, name: name, byteOffset: 0, line: 0)
    front.origins = [origin]
    // Enough for the first records too, to tell the delimiter from.
    while front.length < min(64 << 10, options.limits.recordBytes), try readMore(into: front) {}
    try refuseBinary(front.text, name: name)
    var start = front.text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while start < front.length, front.text[start] == UInt8(ascii: "\n") || front.text[start...].starts(with: [13, 10]) {
      origin.line += front.text[start] == UInt8(ascii: "\n") ? 1 : 0
      start += 1
    }
    guard start < front.length else {
      read = nil
      return
    }
    var state = cs_csv_split_state()
    repeat {
      let text = front.bytes.assumingMemoryBound(to: UInt8.self) + start
      splitByParity(text, front.length - start, delimiter: options.delimiter ?? UInt8(ascii: ","), 1, &state)
    } while try state.records == 0 && readMore(into: front)
    if state.inside != 0 && state.records == 0 { throw endless(front, from: start, code: "csv.open-quote") }
    let end = state.records > 0 ? start + state.last_end : front.length
    let record = UnsafeRawBufferPointer(rebasing: front.text[start..<end])
    let sample = UnsafeRawBufferPointer(rebasing: front.text[end...].prefix(64 << 10))
    let found = try CSVHeader(
      record: record, sample: sample, file: name, delimiter: options.delimiter ?? header?.delimiter)
    warnings += found.warnings
    try accept(found, name: name)
    origin.byteOffset = end
    origin.line += state.records > 0 ? state.lines_at_end : 1
    keepRest(of: front, from: end)
  }

  private func refuseBinary(_ text: UnsafeRawBufferPointer, name: String) throws {
    guard let place = text.prefix(4096).firstIndex(of: 0) else { return }
    throw CSVError(
      "csv.binary", "a zero byte: this is no CSV in UTF-8", at: Place(file: name, byteOffset: place),
      advice: "if it is UTF-16 text, convert it first, for example with iconv -f utf-16 -t utf-8")
  }

  /// The first header sets the table's columns; the others must have the same ones, in any order.
  private func accept(_ found: CSVHeader, name: String) throws {
    guard let header else {
      header = found
      fieldOfColumn = Array(found.names.indices)
      return
    }
    if found.names == header.names {
      fieldOfColumn = Array(found.names.indices)
      return
    }
    let first = finished.first?.name ?? streams[0].name
    let positions = Dictionary(uniqueKeysWithValues: found.names.enumerated().map { ($1, $0) })
    if let missing = header.names.first(where: { positions[$0] == nil }) {
      throw CSVError(
        "csv.columns-differ", "no column \"\(missing)\", which \(first) has",
        at: Place(file: name, line: 1, column: missing),
        advice: "files read together must have the same columns, in any order")
    }
    let known = Set(header.names)
    if let extra = found.names.first(where: { !known.contains($0) }) {
      throw CSVError(
        "csv.columns-differ", "a column \"\(extra)\", which \(first) lacks",
        at: Place(file: name, line: 1, column: extra),
        advice: "files read together must have the same columns, in any order")
    }
    fieldOfColumn = header.names.map { positions[$0] ?? 0 }
  }
}
