// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Some records of a text, one after the other: what one task of many reads.
///
/// Found by ``CSVCut``. It says all that its records' reading depends on besides the text's first bytes, so that whoever reads it reads what
/// a reader of the whole text would, and names the same places.
public struct CSVPiece: Sendable, Equatable {
  /// Where its first record begins, in bytes of the text.
  package var start: Int
  /// Where the record after its last one begins; the text's size in the last piece.
  package var end: Int
  /// Rows before it.
  package var rowsBefore = 0
  /// Lines before it.
  package var linesBefore = 0
  /// See ``CSVRecordWalk/nearOnlyBefore``; in bytes of the text.
  var nearOnlyBefore = 0
  /// What the text was when it was scanned.
  var text: CSVTextMark

  /// As its ``description``; nil for anything else, also where more rows or lines are before it than there are bytes.
  public init?(_ description: String) {
    let parts = description.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 9, parts[0] == Self.version else { return nil }
    let numbers = parts[1...6].map(naturalNumber)
    guard !numbers.contains(nil), let fingerprint = UInt64(parts[7], radix: 16),
      let version = UInt64(parts[8], radix: 16)
    else { return nil }
    let known = numbers.compactMap { $0 }
    guard known[0] <= known[1], known[1] <= known[5], known[2] <= known[0], known[3] <= known[0] else { return nil }
    (start, end, rowsBefore, linesBefore, nearOnlyBefore) = (known[0], known[1], known[2], known[3], known[4])
    text = CSVTextMark(byteCount: known[5], fingerprint: fingerprint, version: version)
  }

  /// What is read of the text, and the record that its end may lie in: its bytes, and the one before them, which must end a line.
  package var bytesRead: Range<Int> { max(0, start - 1)..<end }

  init(start: Int, end: Int, text: CSVTextMark) {
    self.start = start
    self.end = end
    self.text = text
  }

  private static let version = "2"
}

extension CSVPiece: CustomStringConvertible {
  /// One word of digits and hyphens. Nobody but this type knows what they mean.
  public var description: String {
    let numbers = [start, end, rowsBefore, linesBefore, nearOnlyBefore, text.byteCount].map(String.init)
    let marks = [text.fingerprint, text.version].map { String($0, radix: 16) }
    return ([Self.version] + numbers + marks).joined(separator: "-")
  }
}

/// What tells that a text is still the same, and read in the same way.
struct CSVTextMark: Sendable, Equatable {
  /// Its size.
  var byteCount: Int
  /// Of what its first bytes and the options say about how it is divided.
  var fingerprint: UInt64
  /// Of ``CSVByteRanges/version``.
  var version: UInt64

  init(byteCount: Int, fingerprint: UInt64, version: UInt64) {
    (self.byteCount, self.fingerprint, self.version) = (byteCount, fingerprint, version)
  }

  /// Of a text that begins as `sniffing` says.
  init(_ text: CSVByteRanges, _ sniffing: CSVSniffing, _ options: CSVOptions) {
    byteCount = text.byteCount
    version = lastingHash([text.version])
    let dialect = sniffing.dialect
    let parts: [String] = [
      dialect.encoding, dialect.escape.rawValue, dialect.lineEnd.rawValue, "\(dialect.delimiter)", "\(dialect.comment)",
      dialect.quote.map { "\($0)" } ?? "none", "\(dialect.skipsSpaces) \(dialect.joinsDelimiters)",
      "\(sniffing.width) \(sniffing.dataStart) \(sniffing.linesBeforeData) \(options.dialect.footerLines ?? -1)",
    ]
    fingerprint = lastingHash(parts + (sniffing.names ?? []))
  }
}

/// FNV-1a, 64 bits (Fowler, Noll, Vo), of texts: kept in words that outlive the process, so that no seeded hash will do.
func lastingHash(_ parts: [String]) -> UInt64 {
  parts.reduce(0xcbf2_9ce4_8422_2325) { hash, part in
    (Array(part.utf8) + [0]).reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

/// A number from 0 to 2^62 - 1 in decimal digits, so that two of them can be added; nil for anything else.
func naturalNumber(_ text: some StringProtocol) -> Int? {
  guard text.utf8.allSatisfy({ isDigit($0) }), let number = Int(text), number < 1 << 62 else { return nil }
  return number
}

extension CSVError {
  /// A text that is not the one that was cut.
  init(replaced file: String) {
    self.init(
      "csv.changed", "the file was changed or replaced since it was cut", at: Place(file: file),
      advice: "cut it again; copies of a file on several machines must have the same time of change")
  }
}
