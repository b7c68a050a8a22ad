// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Joins the scans of all ranges of a text, in any order, into pieces: one for each range that a record begins in, at least one in all.
///
/// Exact: a border is one that a reader of the whole text comes to. Where a scan followed another way than the true one, or a quoted field
/// reaches far into its range, the text is read on from the last border that is known until both meet, which mostly takes some KiB. From
/// where another table begins, or a record is too long, the rest is one piece.
package struct CSVCut {
  /// A piece, and its rows if they are known.
  package struct Cut: Sendable {
    package let piece: CSVPiece
    package let rowCount: Int?
  }

  private let scans: [CSVScannedRange]
  private let options: CSVOptions
  private let stream: () throws -> CSVStream

  /// `options` are those that the scans were given; `stream` is called if the text must be looked at. Throws `csv.scans` where bytes of the
  /// text were not scanned, or twice in different ranges, and `csv.changed`. Precondition: there is a scan.
  package init(
    _ scans: [CSVScannedRange], file: String, options: CSVOptions, stream: @escaping () throws -> CSVStream
  ) throws {
    var inOrder: [CSVScannedRange] = []
    for scan in scans.sorted(by: {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    })
    where inOrder.last != scan {
      guard
        (scan.text, scan.dataStart, scan.linesBeforeData)
          == (scans[0].text, scans[0].dataStart, scans[0].linesBeforeData)
      else {
        throw CSVError(
          "csv.changed", "scans saw two different texts, or were given different options", at: Place(file: file),
          advice: "scan it again, with the same options for every range")
      }
      if !scan.bytes.isEmpty { inOrder.append(scan) }
    }
    var end = 0
    for bytes in inOrder.map(\.bytes) + [scans[0].text.byteCount..<scans[0].text.byteCount] {
      guard bytes.lowerBound == end else {
        let (what, where_) = bytes.lowerBound > end ? ("not scanned", end) : ("scanned twice", bytes.lowerBound)
        throw CSVError(
          "csv.scans", "bytes from \(where_) on were \(what)", at: Place(file: file, byteOffset: where_),
          advice: "the ranges of all scans must follow each other, from 0 to \(scans[0].text.byteCount)")
      }
      end = bytes.upperBound
    }
    self.scans = inOrder.isEmpty ? [scans[0]] : inOrder
    self.options = options
    self.stream = stream
  }

  /// The pieces, in order. Throws what reading the text throws.
  package func pieces() throws -> [Cut] {
    let text = scans[0].text
    var place = CSVBorder(offset: scans[0].dataStart, lines: scans[0].linesBeforeData)
    var starts: [CSVBorder] = []
    var isOpen = false
    for scan in scans where place.offset < scan.bytes.upperBound {
      let start = place
      let goesOn = try pass(scan, &place)
      if place != start || !goesOn { starts.append(start) }
      isOpen = !goesOn
      // Behind its data a text has but notes.
      if isOpen || place.offset < scan.bytes.upperBound { break }
    }
    if starts.isEmpty { starts = [place] }
    return starts.indices.map { index in
      let (start, next) = (starts[index], index + 1 < starts.count ? starts[index + 1] : place)
      let isLast = index + 1 == starts.count
      var piece = CSVPiece(start: start.offset, end: isLast ? text.byteCount : next.offset, text: text)
      (piece.rowsBefore, piece.linesBefore) = (start.rows, start.lines)
      piece.nearOnlyBefore = start.nearOnlyBefore
      return Cut(piece: piece, rowCount: isLast && isOpen ? nil : next.rows - start.rows)
    }
  }

  /// Moves `place`, a true border before the range's end, to the first one behind it; false if it is not known where that is.
  private func pass(_ scan: CSVScannedRange, _ place: inout CSVBorder) throws -> Bool {
    var marks = scan.marks[...]
    marks = marks.drop { $0.border.offset < place.offset }
    if let mark = marks.first, let end = meeting(mark, of: scan, at: place) { return follow(end, &place) }
    var piece = CSVPiece(start: place.offset, end: scan.bytes.upperBound, text: scan.text)
    (piece.rowsBefore, piece.linesBefore, piece.nearOnlyBefore) = (place.rows, place.lines, place.nearOnlyBefore)
    let trajectory = try CSVTrajectory(piece, of: try stream(), options: options)
    while true {
      marks = marks.drop { $0.border.offset <= trajectory.border.offset }
      let stop = marks.first?.border.offset ?? scan.bytes.upperBound
      switch try trajectory.advance(to: stop) {
      case .cannotGoOn: return false
      case .goesOn: continue
      case .atStop: break
      }
      place = trajectory.border
      if let mark = marks.first, let end = meeting(mark, of: scan, at: place) { return follow(end, &place) }
      if place.offset < stop || place.offset >= scan.bytes.upperBound { return true }
    }
  }

  /// What becomes of a reader at a meeting with a scan.
  private enum Meeting {
    case goesOn(CSVBorder)
    case stops
  }

  private func follow(_ meeting: Meeting, _ place: inout CSVBorder) -> Bool {
    guard case .goesOn(let border) = meeting else { return false }
    place = border
    return true
  }

  /// Where a reader at `place` comes to, if it is at `mark` and goes on as the scan did; else nil.
  private func meeting(_ mark: CSVScannedRange.Mark, of scan: CSVScannedRange, at place: CSVBorder) -> Meeting? {
    guard mark.border.offset == place.offset else { return nil }
    let isSame = mark.border.nearOnlyBefore == place.nearOnlyBefore
    guard case .border(let last) = scan.end else { return isSame ? .stops : nil }
    guard isSame || last.farLooks == mark.farLooks else { return nil }
    var border = last.border
    // Where nothing depended on it, it is what it was.
    let near = isSame && last.farLooks > mark.farLooks ? border.nearOnlyBefore : place.nearOnlyBefore
    border.nearOnlyBefore = near > border.offset ? near : 0
    border.rows += place.rows - mark.border.rows
    border.lines += place.lines - mark.border.lines
    return .goesOn(border)
  }
}
