// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where a reader stands between two records, and what it has counted.
struct CSVBorder: Equatable, Sendable {
  /// Where the next record begins, in bytes of the text.
  var offset: Int
  /// See ``CSVRecordWalk/nearOnlyBefore``, in bytes of the text; 0 where it lies before ``offset`` and so means nothing.
  var nearOnlyBefore = 0
  /// Rows before it.
  var rows = 0
  /// Lines before it.
  var lines = 0
}

/// What a range of a text's bytes does to a reader that comes into it: ``CSVRangeScan`` finds it, ``CSVCut`` joins it.
///
/// A reader of the whole text comes to the range's first border, which cannot be known from the range alone: a quoted field may reach into
/// it. So the scan follows a reader that begins at one line of the range, and notes borders that it passes. Where the true reader comes to
/// one of these, both go on alike, and what lies between is known. Where it does not, ``CSVCut`` reads on until it does.
package struct CSVScannedRange: Sendable, Equatable {
  /// A border on the way, with what was counted from the first one on.
  struct Mark: Equatable, Sendable {
    var border: CSVBorder
    /// Records before it whose reading may have depended on ``CSVBorder/nearOnlyBefore``.
    var farLooks = 0
  }

  /// How the way through the range ends.
  enum End: Equatable, Sendable {
    /// At the first border that is not in the range.
    case border(Mark)
    /// Not at all: another table begins, or a record is longer than any may be. From there on the text is one piece.
    case stop
  }

  /// The bytes asked for.
  package var bytes: Range<Int>
  /// What the text is.
  var text: CSVTextMark
  /// Where the first record of data begins, and lines before it.
  var dataStart: Int
  var linesBeforeData: Int
  /// Borders on the way, in order; the first one is where it begins. None: no line begins in the range.
  var marks: [Mark] = []
  var end = End.stop

  /// Rows on the way, as far as it is known.
  package var rowCount: Int {
    switch end {
    case .border(let last): last.border.rows
    case .stop: marks.last?.border.rows ?? 0
    }
  }
}

extension CSVScannedRange: CustomStringConvertible {
  private static let version = "2"

  /// One word for ``init(_:)``: numbers divided by commas.
  package var description: String {
    let head = [
      Self.version, "\(bytes.lowerBound)", "\(bytes.upperBound)", "\(text.byteCount)",
      String(text.fingerprint, radix: 16), String(text.version, radix: 16), "\(dataStart)", "\(linesBeforeData)",
    ]
    let last =
      switch end {
      case .border(let mark): [mark]
      case .stop: [Mark]()
      }
    let ways = (marks + last).map { mark in
      let border = mark.border
      return "\(border.offset).\(border.nearOnlyBefore).\(border.rows).\(border.lines).\(mark.farLooks)"
    }
    return (head + [last.isEmpty ? "stop" : "end"] + ways).joined(separator: ",")
  }

  /// As its ``description``; nil for anything else, also where borders do not follow each other in the text, or count more rows or lines than
  /// there are bytes between them: what ``CSVCut`` adds up stays below the text's size.
  package init?(_ description: String) {
    let parts = description.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count >= 9, parts[0] == Self.version, let fingerprint = UInt64(parts[4], radix: 16),
      let version = UInt64(parts[5], radix: 16)
    else { return nil }
    let numbers = [1, 2, 3, 6, 7].compactMap { naturalNumber(parts[$0]) }
    guard numbers.count == 5, numbers[0] <= numbers[1], numbers[1] <= numbers[2], numbers[3] <= numbers[2],
      numbers[4] <= numbers[3], parts[8] == "stop" || parts[8] == "end"
    else { return nil }
    bytes = numbers[0]..<numbers[1]
    text = CSVTextMark(byteCount: numbers[2], fingerprint: fingerprint, version: version)
    (dataStart, linesBeforeData) = (numbers[3], numbers[4])
    var before = CSVBorder(offset: dataStart)
    for part in parts.dropFirst(9) {
      guard let mark = Mark(part), mark.border.mayFollow(before), mark.border.offset <= text.byteCount else {
        return nil
      }
      before = mark.border
      marks.append(mark)
    }
    guard parts[8] == "end" else { return }
    guard let last = marks.popLast() else { return nil }
    end = .border(last)
  }
}

extension CSVScannedRange.Mark {
  fileprivate init?(_ word: Substring) {
    let numbers = word.split(separator: ".", omittingEmptySubsequences: false).map(naturalNumber)
    guard numbers.count == 5, !numbers.contains(nil) else { return nil }
    let known = numbers.compactMap { $0 }
    border = CSVBorder(offset: known[0], nearOnlyBefore: known[1], rows: known[2], lines: known[3])
    farLooks = known[4]
  }
}

extension CSVBorder {
  /// True if a reader may come here from `before`: each row and each line has a byte.
  fileprivate func mayFollow(_ before: CSVBorder) -> Bool {
    let byteCount = offset - before.offset
    return byteCount >= 0 && (0...byteCount).contains(rows - before.rows)
      && (0...byteCount).contains(lines - before.lines)
  }
}
