// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What a task finds out about its range of a text.
package enum CSVScan: Sendable, Equatable {
  case range(CSVScannedRange)
  /// Pieces of the text cannot be read by themselves, for the reason given.
  case whole(reason: String)
}

/// Scans the bytes `bytes` of `stream`: what they do to a reader that comes into them.
///
/// Read are the text's first bytes, which tell its dialect, the range and what its last record takes behind it; of the last range also the
/// bytes in which a footer may be. The range is cut at the text's end. At about the speed of the scan for record ends: nothing is parsed.
/// Throws a `CSVError` where the text is none that can be read, and whatever the stream throws. Precondition: ``CSVStream/ranges`` are there.
package func scanRange(_ bytes: Range<Int>, of stream: CSVStream, options: CSVOptions) throws -> CSVScan {
  try checkDialect(options.dialect)
  let ranges = try rangesOf(stream)
  let sniffing = try CSVOpening(stream, options: options, like: nil, isAlone: true).sniffing
  if let reason = reasonAgainstPieces(sniffing) { return .whole(reason: reason) }
  var found = CSVScannedRange(
    bytes: bytes.clamped(to: 0..<ranges.byteCount),
    text: CSVTextMark(ranges, sniffing, options), dataStart: sniffing.dataStart,
    linesBeforeData: sniffing.linesBeforeData)
  let scan = CSVRangeScan(stream: stream, ranges: ranges, sniffing: sniffing, options: options)
  if let start = try scan.firstBorder(in: found.bytes) { try scan.follow(from: start, in: &found) }
  return .range(found)
}

private struct CSVRangeScan {
  let stream: CSVStream
  let ranges: CSVByteRanges
  let sniffing: CSVSniffing
  let options: CSVOptions

  /// Borders noted at the beginning, one after the other.
  private static let firstMarks = 8
  /// The first distance at which borders are noted after that; it grows fourfold.
  private static let firstDistance = 64 << 10
  /// Bytes in which a first border is looked for at first.
  private static let window = 64 << 10

  /// Where the scan begins: where the data do, or at the beginning of a line of the range. Nil if there is none.
  func firstBorder(in bytes: Range<Int>) throws -> Int? {
    guard bytes.upperBound > sniffing.dataStart else { return nil }
    if bytes.lowerBound <= sniffing.dataStart { return sniffing.dataStart }
    // The byte before tells if a line begins with the first one.
    let start = bytes.lowerBound - 1
    // Asked for is the window alone: what comes behind it is asked for when it is followed.
    let first = start..<min(start + Self.window, bytes.upperBound)
    let reader = try CSVDataReader(ranges, first, sniffing, options)
    let text = CSVTextChunk()
    while true {
      let wanted = min(max(Self.window, 2 * text.length), bytes.upperBound - start)
      text.reserve(wanted, keeping: text.length)
      while text.length < wanted {
        let room = UnsafeMutableRawBufferPointer(start: text.bytes + text.length, count: wanted - text.length)
        let count = try reader.read(into: room)
        if count == 0 { return CSVFirstBorder(text.text, sniffing).find().map { start + $0 } }
        text.length += count
      }
      if let offset = CSVFirstBorder(text.text, sniffing).find() { return start + offset }
      if wanted == bytes.upperBound - start { return nil }
    }
  }

  /// Goes on from `start` to the first border behind the range.
  func follow(from start: Int, in found: inout CSVScannedRange) throws {
    let piece = CSVPiece(start: start, end: found.bytes.upperBound, text: found.text)
    let trajectory = try CSVTrajectory(piece, of: stream, options: options)
    found.marks = [CSVScannedRange.Mark(border: trajectory.border)]
    var distance = Self.firstDistance
    while true {
      let isNear = found.marks.count < Self.firstMarks
      let outcome = try trajectory.advance(
        to: found.bytes.upperBound, recordLimit: isNear ? 1 : .max,
        byteLimit: min(distance, CSVTrajectory.mostBytesAtOnce))
      let mark = CSVScannedRange.Mark(border: trajectory.border, farLooks: trajectory.farLookCount)
      switch outcome {
      case .cannotGoOn: return
      case .atStop:
        found.end = .border(mark)
        return
      case .goesOn: break
      }
      if isNear {
        found.marks.append(mark)
      } else if mark.border.offset - start >= distance {
        found.marks.append(mark)
        distance *= 4
      }
    }
  }
}
