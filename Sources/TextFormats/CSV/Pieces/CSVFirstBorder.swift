// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Finds a line of a text's middle at which a record most likely begins.
///
/// Only a guess, from which a scan starts: what is made of it does not depend on its being right. A line is right if the records from there
/// on are in form and as wide as the table; lines within a quoted field rarely are.
struct CSVFirstBorder {
  private let text: UnsafeRawBufferPointer
  private let sniffing: CSVSniffing

  /// Records that are looked at from each line on.
  private static let mostRecords = 8
  /// Lines that are looked at.
  private static let mostLines = 256

  /// `text` begins one byte before the first one that may begin a record; it may be cut.
  init(_ text: UnsafeRawBufferPointer, _ sniffing: CSVSniffing) {
    self.text = text
    self.sniffing = sniffing
  }

  /// Its offset in the text; nil if no line begins there.
  func find() -> Int? {
    var best: (offset: Int, share: Double)?
    var lines = 0
    for offset in 1..<max(1, text.count) where beginsLine(offset) {
      let share = share(from: offset)
      if share == 1 { return offset }
      if best == nil || share > best!.share { best = (offset, share) }
      lines += 1
      if lines == Self.mostLines { break }
    }
    return best?.offset
  }

  /// True if the line end before `offset` might end a record.
  private func beginsLine(_ offset: Int) -> Bool {
    let before = text[offset - 1]
    switch sniffing.dialect.lineEnd {
    case .lf: return before == UInt8(ascii: "\n")
    case .cr: return before == UInt8(ascii: "\r")
    case .mixed:
      return before == UInt8(ascii: "\n") || (before == UInt8(ascii: "\r") && text[offset] != UInt8(ascii: "\n"))
    }
  }

  /// Share of the next records that are in form and as wide as the table; 0 if none can be read.
  private func share(from offset: Int) -> Double {
    var walk = CSVRecordWalk(
      text, dialect: sniffing.dialect, width: sniffing.width, from: offset, isWhole: false, nearOnlyBefore: .max)
    var (right, all) = (0, 0)
    while all < Self.mostRecords, let record = walk.next() {
      if record.isComment || record.isBlank { continue }
      all += 1
      right += record.fields.count == sniffing.width && record.anomalies.isEmpty ? 1 : 0
    }
    return all == 0 ? 0 : Double(right) / Double(all)
  }
}
