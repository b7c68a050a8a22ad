// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first bytes of a text, decoded, and what they show.
final class CSVOpening {
  private(set) var sniffing: CSVSniffing
  /// Gives what follows ``text``, decoded.
  private(set) var read: CSVStream.Read
  private(set) var isAtEnd = false
  /// Bytes read, before decoding; counts on with `read`.
  var byteCount: Int { counter.value }

  private let sample = CSVTextChunk()
  private let counter: Counter

  private final class Counter {
    var value = 0
  }

  /// The text read so far, decoded.
  var text: UnsafeRawBufferPointer { sample.text }

  /// Reads as much of `stream` as tells its dialect.
  init(_ stream: CSVStream, options: CSVOptions, like first: CSVOpenFile.Example?) throws {
    let counter = Counter()
    self.counter = counter
    let raw = try stream.open()
    read = { buffer in
      let count = try raw(buffer)
      counter.value += count
      return count
    }
    sniffing = CSVSniffing(
      dialect: CSVDialect(), findings: [], names: nil, width: 0, dataStart: 0, linesBeforeData: 0)
    try readSample(options.limits)
    let encoding = try decode(hint: options.dialect.encoding, limits: options.limits, file: stream.name)
    var hints = options.dialect
    hints.encoding = encoding.name
    if let first, let same = alike(first, encoding: encoding.name) {
      sniffing = same
    } else {
      sniffing = try sniffDialect(text, isWhole: isAtEnd, hints: hints, file: stream.name)
    }
    sniffing.dialect.encoding = encoding.name
    if encoding.name != "UTF-8" || options.dialect.encoding != nil || encoding.isCloseCall {
      sniffing.findings.insert(
        CSVFinding(
          name: "encoding", value: encoding.name, reason: encoding.reason, isCloseCall: encoding.isCloseCall), at: 0)
    }
  }

  /// Reads until there are enough bytes and a few lines, or the end.
  private func readSample(_ limits: CSVLimits) throws {
    var wanted = limits.dialectBytes
    while !isAtEnd {
      sample.reserve(wanted, keeping: sample.length)
      while sample.length < wanted, !isAtEnd {
        let room = UnsafeMutableRawBufferPointer(start: sample.bytes + sample.length, count: wanted - sample.length)
        let count = try read(room)
        sample.length += count
        isAtEnd = count == 0
      }
      if wanted >= limits.recordBytes || hasSomeLines { return }
      wanted = min(wanted * 2, limits.recordBytes)
    }
  }

  /// Three line ends are enough; an LF is one in all encodings that have it as a byte.
  private var hasSomeLines: Bool {
    var lines = 0
    for byte in text where byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
      lines += 1
      // CR LF counts twice.
      if lines == 6 { return true }
    }
    return false
  }

  private func decode(hint: String?, limits: CSVLimits, file: String) throws
    -> (name: String, reason: String, isCloseCall: Bool)
  {
    var encoding =
      hint.map { (name: $0.uppercased(), reason: "as asked", isCloseCall: false) }
      ?? detectEncoding(text, isWhole: isAtEnd)
    if ["UTF-8", "UTF8", "US-ASCII", "ASCII"].contains(encoding.name) {
      encoding.name = "UTF-8"
      return encoding
    }
    let decoder = try CSVDecoder(read, first: Array(text), encoding: encoding.name, file: file)
    sample.length = 0
    isAtEnd = false
    read = decoder.read
    try readSample(limits)
    return encoding
  }

  /// The sniffing of a text whose first record, in the first text's dialect, has the first text's names; nil if it has not.
  private func alike(_ first: CSVOpenFile.Example, encoding: String) -> CSVSniffing? {
    guard first.dialect.headerRows == 1, first.dialect.preambleLines == 0 else { return nil }
    let start = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var walk = CSVRecordWalk(text, dialect: first.dialect, width: first.names.count, from: start, isWhole: isAtEnd)
    guard let record = walk.next(), record.fields.count == first.names.count else { return nil }
    let names = record.fields.map { String(decoding: walk.content($0), as: UTF8.self) }
    guard names.sorted() == first.names.sorted() else { return nil }
    return CSVSniffing(
      dialect: first.dialect,
      findings: [],
      names: names, width: names.count, dataStart: record.end, linesBeforeData: record.lineCount)
  }
}
