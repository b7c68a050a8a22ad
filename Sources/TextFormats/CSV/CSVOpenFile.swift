// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// One text being read: its dialect, and the bytes that are read and not yet part of a chunk.
///
/// Belongs to one thread at a time.
final class CSVOpenFile {
  let name: String
  /// Number among the inputs.
  let number: Int
  let sniffing: CSVSniffing
  let header: CSVHeader
  /// What divides chunks of this text.
  let plain: CSVPlainBytes
  /// Decoded text; `cursor..<filled` is not yet part of a chunk.
  private(set) var buffer = CSVTextChunk()
  private(set) var cursor = 0
  private(set) var filled = 0
  /// True once all of the text was read.
  private(set) var isAtEnd = false
  /// Bytes of the text before the cursor, decoded.
  private(set) var byteOffset = 0
  /// Lines before the cursor.
  private(set) var line = 0
  /// Bytes read, before decoding.
  var byteCount: Int { data?.byteCount ?? opening.byteCount }
  /// Lines at the end that are no data.
  private(set) var footer: [String] = []
  /// No record is begun from this byte of the text on.
  var stop = Int.max
  /// True from where another table begins.
  var isPastTable = false
  /// See ``CSVRecordWalk/nearOnlyBefore``; in the buffer.
  var nearOnlyBefore = 0
  /// Records met so far whose reading may depend on that.
  var farLookCount = 0
  /// Up to where in the buffer empty lines have been looked behind.
  var lookedBehindBlanks = 0

  private let opening: CSVOpening
  /// What is read after the header, if it is but a piece of the text.
  private let data: CSVDataReader?
  private let readBytes: Int
  private let footerBytes: Int
  private let footerHint: Int?

  /// False if there is no record in the text, not even a header.
  var hasTable: Bool { sniffing.width > 0 }

  /// Opens `stream` and tells its dialect.
  init(_ stream: CSVStream, number: Int, options: CSVOptions, like first: CSVOpenFile.Example?) throws {
    name = stream.name
    self.number = number
    readBytes = options.limits.readBytes
    opening = try CSVOpening(stream, options: options, like: first, isAlone: options.piece != nil)
    let sniffing = opening.sniffing
    self.sniffing = sniffing
    data = try options.piece.flatMap { try CSVDataReader($0, of: stream, sniffing, options) }
    footerHint = data == nil ? options.dialect.footerLines : 0
    footerBytes = footerByteCount(hint: footerHint, options.limits)
    header = CSVHeader(names: sniffing.names, width: sniffing.width, file: stream.name)
    plain = CSVPlainBytes(sniffing.dialect)
    if let piece = options.piece, data != nil {
      begin(piece)
      return
    }
    buffer.append(opening.text)
    filled = opening.text.count
    isAtEnd = opening.isAtEnd
    pass(upTo: min(sniffing.dataStart, filled), lines: sniffing.linesBeforeData)
    if isAtEnd { endText() }
  }

  private func begin(_ piece: CSVPiece) {
    byteOffset = piece.start
    line = piece.linesBefore
    stop = piece.end
    nearOnlyBefore = max(0, piece.nearOnlyBefore - piece.start)
  }

  /// Where a reader of a piece stands, in bytes of the text: the line end that the last record was given is none of them.
  var placeInText: Int { isAtEnd ? min(byteOffset, data?.knownEnd ?? .max) : byteOffset }

  /// What is known of the first text when another one is opened.
  struct Example {
    let file: String
    let dialect: CSVDialect
    let names: [String]
  }

  /// All text in the buffer, what is passed included.
  var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: buffer.bytes, count: filled) }

  /// Up to here in the buffer records may be taken: what lies behind it may yet turn out to be a footer.
  var decidedEnd: Int { isAtEnd ? filled : max(cursor, filled - footerBytes) }

  /// Where ``stop`` is in the buffer, or would be.
  var stopInBuffer: Int { stop == .max ? .max : stop - byteOffset + cursor }

  /// True if no further record is to be begun.
  var isAtStop: Bool { byteOffset >= stop }

  /// Reads more text; what is kept moves to the buffer's front. Returns by how many bytes.
  ///
  /// Asks for half as many bytes as are kept already, if that is more, so that a long record is not looked at too often. Memory that one
  /// took goes when it is passed.
  func readMore() throws -> Int {
    let shift = cursor
    let kept = filled - cursor
    if shift > 0 {
      buffer.bytes.copyMemory(from: buffer.bytes + cursor, byteCount: kept)
      (cursor, filled) = (0, kept)
      lookedBehindBlanks -= shift
      nearOnlyBefore -= shift
    }
    let toStop = stopInBuffer - filled
    // What lies behind the stop is looked at where that is needed, and not before.
    let wanted = toStop > 0 ? min(max(readBytes, kept / 2), toStop) : max(readBytes, kept / 2)
    buffer.shrink(to: filled + wanted, keeping: filled)
    buffer.reserve(filled + wanted, keeping: filled)
    let end = filled + wanted
    // A source may give less than is asked for: the whole record is looked at again after each reading.
    while filled < end, !isAtEnd {
      let room = UnsafeMutableRawBufferPointer(start: buffer.bytes + filled, count: end - filled)
      let count = try data?.read(into: room) ?? opening.read(room)
      filled += count
      isAtEnd = count == 0
    }
    if isAtEnd {
      footer = data?.footer(before: stop) ?? []
      endText()
    }
    return shift
  }

  /// Everything before `end` in the buffer, with `lines` line ends in it, was dealt with.
  func pass(upTo end: Int, lines: Int) {
    byteOffset += end - cursor
    line += lines
    cursor = end
  }

  /// Takes the footer off and gives the last record its line end.
  private func endText() {
    takeFooterOff()
    guard filled > cursor, sniffing.dialect.isPlain, buffer.text(filled).last != plain.newline else { return }
    buffer.reserve(filled + 1, keeping: filled)
    buffer.bytes.storeBytes(of: plain.newline, toByteOffset: filled, as: UInt8.self)
    filled += 1
  }

  private func takeFooterOff() {
    guard footerBytes > 0, filled > cursor, sniffing.width > 1 || footerHint != nil else { return }
    let found = footerOf(
      UnsafeRawBufferPointer(rebasing: text[max(cursor, filled - footerBytes)...]), dialect: sniffing.dialect,
      width: sniffing.width, lines: footerHint)
    footer = found.lines
    filled -= found.byteCount
  }
}

/// Bytes at a text's end in which lines that are no data are looked for, where `hint` says how many lines those are, if that is known.
func footerByteCount(hint: Int?, _ limits: CSVLimits) -> Int {
  hint == 0 ? 0 : hint == nil ? limits.footerBytes : 1 << 20
}

extension CSVTextChunk {
  fileprivate func text(_ count: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: count) }
}
