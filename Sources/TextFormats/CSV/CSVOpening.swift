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

  /// Reads as much of `stream` as tells its dialect. `isAlone`: nothing is read on from there.
  init(_ stream: CSVStream, options: CSVOptions, like first: CSVOpenFile.Example?, isAlone: Bool = false) throws {
    let counter = Counter()
    self.counter = counter
    let raw = try isAlone ? rangesOf(stream).open(0..<options.limits.dialectBytes) : stream.open()
    read = { buffer in
      let count = try raw(buffer)
      counter.value += count
      return count
    }
    sniffing = CSVSniffing(
      dialect: CSVDialect(), findings: [], names: nil, width: 0, dataStart: 0, linesBeforeData: 0)
    try readSample(options.limits.dialectBytes)
    let hints = options.dialect.stated(by: text)
    let encoding = try decode(hint: hints.encoding, limits: options.limits, file: stream.name)
    if let first, let same = alike(first) {
      sniffing = same
      return
    }
    var wanted = options.limits.dialectBytes
    while true {
      let found = try sniffDialect(
        text, isWhole: isAtEnd, hints: hints, encoding: encoding, file: stream.name)
      if let found {
        if let quote = found.dialect.quote, found.dialect.delimiter.contains(quote) {
          throw CSVError(
            "csv.delimiter", "the quote would be the delimiter too", at: Place(file: stream.name),
            advice: "say what divides fields with --delimiter")
        }
        sniffing = found
        sniffing.dialect.encoding = encoding.name
        return
      }
      // Its first records take more.
      wanted *= 2
      guard wanted <= 2 * max(options.limits.recordBytes, CSVSniffing.mostSampleBytes) else {
        throw CSVError(
          "csv.record-too-long", "the first record has more than \(options.limits.recordBytes) bytes",
          at: Place(file: stream.name, line: 1, byteOffset: 0), advice: "is this a CSV?")
      }
      try readSample(wanted)
    }
  }

  /// Reads until there are `wanted` bytes, or the end.
  private func readSample(_ wanted: Int) throws {
    sample.reserve(wanted, keeping: sample.length)
    while sample.length < wanted, !isAtEnd {
      let room = UnsafeMutableRawBufferPointer(start: sample.bytes + sample.length, count: wanted - sample.length)
      let count = try read(room)
      sample.length += count
      isAtEnd = count == 0
    }
  }

  /// Goes on with the text as UTF-8.
  private func decode(hint: String?, limits: CSVLimits, file: String) throws -> CSVEncodingGuess {
    var encoding =
      hint.map { CSVEncodingGuess(name: $0.uppercased(), reason: "as asked") }
      ?? detectEncoding(text, isWhole: isAtEnd)
    if ["UTF-8", "UTF8", "US-ASCII", "ASCII"].contains(encoding.name) {
      encoding.name = "UTF-8"
      return encoding
    }
    let decoder = try CSVDecoder(read, first: Array(text), encoding: encoding.name, file: file)
    sample.length = 0
    isAtEnd = false
    read = decoder.read
    try readSample(limits.dialectBytes)
    return encoding
  }

  /// The sniffing of a text whose first record, in the first text's dialect, has the first text's names; nil if it has not.
  private func alike(_ first: CSVOpenFile.Example) -> CSVSniffing? {
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
