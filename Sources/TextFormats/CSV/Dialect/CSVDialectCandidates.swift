// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Which dialects are worth trying on a text, from the bytes that occur in it.
struct CSVDialectCandidates {
  /// What the candidates are tried on: the first part of the sample, with some lines in it.
  let window: UnsafeRawBufferPointer
  let isWhole: Bool
  private var counts = [Int](repeating: 0, count: 256)
  /// Per byte, how often a space follows it.
  private var spaced = [Int](repeating: 0, count: 256)
  private var quotesAtStarts = 0
  /// True where a backslash stands before a byte that it might take its meaning.
  private(set) var hasEscapes = false
  private var lines = 0
  private var firstLine: Range<Int>

  private static let windowBytes = 16 << 10
  private static let windowLines = 12

  /// Delimiters by falling likelihood.
  private static let delimiters: [UInt8] = [
    UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "|"), 1, 31, UInt8(ascii: "~"),
    UInt8(ascii: "^"), UInt8(ascii: " "), UInt8(ascii: ":"),
  ]

  /// `text` starts after any byte order mark. Linear.
  init(_ text: UnsafeRawBufferPointer, isWhole: Bool) {
    var end = 0
    var firstEnd: Int?
    var previous = UInt8(ascii: "\n")
    while end < text.count, end < Self.windowBytes || lines < Self.windowLines {
      let byte = text[end]
      counts[Int(byte)] += 1
      if byte == 10 || byte == 13 {
        lines += 1
        if firstEnd == nil, end > 0 { firstEnd = end }
      }
      if byte == UInt8(ascii: " ") { spaced[Int(previous)] += 1 }
      if byte == UInt8(ascii: "'"), !Self.isWordByte(previous) { quotesAtStarts += 1 }
      if previous == UInt8(ascii: "\\"), Self.isEscaped(byte) { hasEscapes = true }
      previous = byte
      end += 1
    }
    window = UnsafeRawBufferPointer(rebasing: text[..<end])
    self.isWhole = isWhole && end == text.count
    firstLine = 0..<(firstEnd ?? end)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte > 127 || isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isEscaped(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "N") || delimiters.contains(byte)
  }

  /// How often `byte` occurs.
  func count(_ byte: UInt8) -> Int { counts[Int(byte)] }

  /// Delimiters that stand in the first line, or in a fair part of the lines.
  var likelyDelimiters: [UInt8] {
    Self.delimiters.filter { byte in
      guard count(byte) > 0 else { return false }
      return count(byte) * 4 >= lines || window[firstLine].contains(byte)
    }
  }

  /// True if spaces follow nearly each `delimiter`, so that leaving them out must be tried.
  func isSpaced(_ delimiter: UInt8) -> Bool {
    delimiter != UInt8(ascii: " ") && spaced[Int(delimiter)] * 10 >= count(delimiter) * 7 && count(delimiter) > 0
  }

  /// What may quote besides double quotes; nothing at all is tried where there are some, as they may be inches.
  var otherQuotes: [UInt8?] {
    var quotes: [UInt8?] = []
    if quotesAtStarts >= 2 || (quotesAtStarts == 1 && lines < 4) { quotes.append(UInt8(ascii: "'")) }
    if count(UInt8(ascii: "\"")) > 0 { quotes.append(nil) }
    return quotes
  }
}
