// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A text any bytes of which can be had.
package struct CSVByteRanges: Sendable {
  /// Its size.
  package let byteCount: Int
  /// Another one for another state of the text, the same for whoever reads this one; empty where nothing but its bytes tells.
  package let version: String
  /// Starts to read at a range's first byte. What follows the range can be read as well, though it may cost more.
  package let open: @Sendable (Range<Int>) throws -> CSVStream.Read

  /// `open` must give the same bytes each time.
  package init(
    byteCount: Int, version: String = "", open: @escaping @Sendable (Range<Int>) throws -> CSVStream.Read
  ) {
    self.byteCount = byteCount
    self.version = version
    self.open = open
  }
}

/// The bytes of `stream`. Throws `csv.no-pieces` where it can only be read from its start.
func rangesOf(_ stream: CSVStream) throws -> CSVByteRanges {
  if let ranges = stream.ranges { return ranges }
  throw CSVError(noPieces: stream.name, "it is a stream, or compressed")
}

extension CSVError {
  /// A text that pieces cannot be read of; `reason` says why.
  package init(noPieces file: String, _ reason: String) {
    self.init(
      "csv.no-pieces", "no piece of this can be read by itself: \(reason)", at: Place(file: file),
      advice: "read it as a whole, in one task: --piece whole")
  }
}

/// The data of a text from a byte on, up to the notes at its end. Belongs to one thread.
///
/// The notes are looked for when reading comes near them, in the text's last bytes alone.
final class CSVDataReader {
  /// Bytes of the text that are asked for.
  let byteCount: Int
  private let ranges: CSVByteRanges
  private let read: CSVStream.Read
  private let sniffing: CSVSniffing
  private let options: CSVOptions
  private var position: Int
  private var notes: (lines: [String], start: Int)?

  /// Starts at `piece`. Throws `csv.changed` if the text is not the one that was cut, and `csv.no-pieces`.
  convenience init(_ piece: CSVPiece, of stream: CSVStream, _ sniffing: CSVSniffing, _ options: CSVOptions) throws {
    let ranges = try rangesOf(stream)
    if let reason = reasonAgainstPieces(sniffing) { throw CSVError(noPieces: stream.name, reason) }
    let mark = CSVTextMark(ranges, sniffing, options)
    guard (piece.text.byteCount, piece.text.version) == (mark.byteCount, mark.version) else {
      throw CSVError(replaced: stream.name)
    }
    guard piece.text == mark else {
      throw CSVError(
        "csv.changed", "the text does not begin as it did when it was cut, or other options are given",
        at: Place(file: stream.name), advice: "give the options about CSVs that 'csv scan' was given")
    }
    try self.init(ranges, piece.bytesRead, sniffing, options, byteCount: piece.end - piece.start)
    let followsLineEnd = try piece.start == 0 || passLineEnd()
    guard piece.start == sniffing.dataStart || (piece.start > sniffing.dataStart && followsLineEnd) else {
      throw CSVError(
        "csv.changed", "no record begins where the piece does", at: Place(file: stream.name, byteOffset: piece.start),
        advice: "give pieces as 'csv cut' prints them")
    }
  }

  /// Starts at `bytes.lowerBound`, to be read about as far as `bytes` reach.
  convenience init(
    _ ranges: CSVByteRanges, _ bytes: Range<Int>, _ sniffing: CSVSniffing, _ options: CSVOptions
  ) throws {
    try self.init(ranges, bytes, sniffing, options, byteCount: bytes.count)
  }

  private init(
    _ ranges: CSVByteRanges, _ bytes: Range<Int>, _ sniffing: CSVSniffing, _ options: CSVOptions, byteCount: Int
  ) throws {
    self.ranges = ranges
    self.sniffing = sniffing
    self.options = options
    self.byteCount = byteCount
    position = bytes.lowerBound
    read = try ranges.open(bytes)
  }

  /// Reads one byte; true if a record may end with it.
  private func passLineEnd() throws -> Bool {
    var byte: UInt8 = 0
    let count = try withUnsafeMutableBytes(of: &byte) { try read($0) }
    position += count
    guard count == 1 else { return false }
    return switch sniffing.dialect.lineEnd {
    case .lf: byte == UInt8(ascii: "\n")
    case .cr: byte == UInt8(ascii: "\r")
    case .mixed: byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }
  }

  /// Where notes may begin at the earliest.
  private var firstNote: Int {
    let most = footerByteCount(hint: options.dialect.footerLines, options.limits)
    return max(sniffing.dataStart, ranges.byteCount - most)
  }

  /// Where the data end, if reading has come near it.
  var knownEnd: Int? { notes?.start }

  /// Where the data end.
  func dataEnd() throws -> Int {
    if let notes { return notes.start }
    let found = try findNotes()
    notes = found
    return found.start
  }

  private func findNotes() throws -> (lines: [String], start: Int) {
    let start = firstNote
    let hint = options.dialect.footerLines
    guard hint != 0, start < ranges.byteCount, sniffing.width > 1 || hint != nil else { return ([], ranges.byteCount) }
    let read = try ranges.open(start..<ranges.byteCount)
    var filled = 0
    let tail = try [UInt8](unsafeUninitializedCapacity: ranges.byteCount - start) { buffer, count in
      while filled < buffer.count {
        let got = try read(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...]))
        if got == 0 { break }
        filled += got
      }
      count = filled
    }
    let found = tail.withUnsafeBytes { footerOf($0, dialect: sniffing.dialect, width: sniffing.width, lines: hint) }
    return (found.lines, ranges.byteCount - found.byteCount)
  }

  /// The next bytes of data; 0 at their end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let end = position + buffer.count > firstNote ? try dataEnd() : ranges.byteCount
    let count = max(0, min(buffer.count, end - position))
    guard count > 0 else { return 0 }
    let got = try read(UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
    position += got
    return got
  }

  /// The notes at the end of the text, if what stops before `stop` ends there: one of all pieces tells them.
  func footer(before stop: Int) -> [String] { stop >= ranges.byteCount ? notes?.lines ?? [] : [] }
}

/// Why pieces of a text that begins so cannot be read by themselves; nil if they can.
func reasonAgainstPieces(_ sniffing: CSVSniffing) -> String? {
  if sniffing.width == 0 { return "it has no record" }
  guard sniffing.dialect.encoding == "UTF-8" else {
    return "its encoding is \(sniffing.dialect.encoding), of which not every byte is known to begin a character"
  }
  return nil
}
