// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What one cell says about where names end and data begin. Wider than column types: `12.3.2020` and `1.234,5` are no text here.
enum CSVCellKind: UInt8 {
  case empty
  /// A usual word for "no value".
  case missing
  /// A whole or decimal number, codes such as `007` included.
  case number
  /// A day in any order of its parts.
  case date
  case bool
  /// Anything else made of digits: times, amounts, percentages.
  case figure
  case text

  /// Kinds that names rarely are.
  static let typed: [CSVCellKind] = [.number, .date, .bool, .figure]

  /// Kind of a cell's content, without quotes.
  init(_ content: UnsafeRawBufferPointer) {
    var bytes = content[...]
    while let last = bytes.last, last == 32 || last == 9 { bytes = bytes.dropLast() }
    while let first = bytes.first, first == 32 || first == 9 { bytes = bytes.dropFirst() }
    if bytes.isEmpty {
      self = .empty
      return
    }
    let cell = UnsafeRawBufferPointer(rebasing: bytes)
    if cell.count <= 7, Self.isMissing(cell) {
      self = .missing
      return
    }
    let kinds = classify(field: cell).kinds
    if !kinds.isDisjoint(with: [.text]) {
      self = Self.isDate(cell) ? .date : CSVCellShape(cell).isFigure && Self.isMostlyDigits(cell) ? .figure : .text
    } else if kinds.contains(.bool) {
      self = .bool
    } else {
      self = kinds.contains(.date) ? .date : .number
    }
  }

  private static let missingWords: [[UInt8]] = [
    "na", "n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "\\n", "missing", "#n/a",
  ].map { Array($0.utf8) }

  private static func isMissing(_ cell: UnsafeRawBufferPointer) -> Bool {
    // Digits are most of what is asked about.
    if isDigit(cell[0]) { return false }
    return missingWords.contains { word in
      word.count == cell.count && word.indices.allSatisfy { word[$0] == lowercased(cell[$0]) }
    }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// Two or more digits for each letter: `x1` and `Q1` are names.
  private static func isMostlyDigits(_ cell: UnsafeRawBufferPointer) -> Bool {
    let digits = cell.count(where: isDigit)
    let letters = cell.count { $0 | 0x20 >= 97 && $0 | 0x20 <= 122 }
    return digits >= 2 * letters && digits * 2 >= cell.count - 3
  }

  /// Three numbers of at most four digits with the same separator between them.
  private static func isDate(_ cell: UnsafeRawBufferPointer) -> Bool {
    guard cell.count >= 6, cell.count <= 10, let separator = cell.first(where: { !isDigit($0) }),
      separator == UInt8(ascii: "/") || separator == UInt8(ascii: ".") || separator == UInt8(ascii: "-")
    else { return false }
    let parts = cell.split(separator: separator, omittingEmptySubsequences: false)
    return parts.count == 3 && parts.allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(isDigit) }
  }
}
