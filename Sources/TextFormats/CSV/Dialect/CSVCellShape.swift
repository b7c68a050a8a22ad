// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How well a piece of text would do as one cell, told from its characters alone: the type score of a dialect is the mean of these.
///
/// Quick rather than exact: a piece that still holds delimiters or quotes was probably cut wrongly, whatever else it is.
struct CSVCellShape {
  /// 0…1.
  var score: Float
  /// How much the score counts: an empty cell fits every dialect.
  var weight: Float = 1
  /// True for what looks like a number, date or time in any country's notation.
  var isFigure = false

  /// A field in quotes that close where they should.
  static let quoted = CSVCellShape(score: 1)

  init(score: Float, weight: Float = 1, isFigure: Bool = false) {
    self.score = score
    self.weight = weight
    self.isFigure = isFigure
  }

  /// An unquoted cell.
  init(_ cell: UnsafeRawBufferPointer) {
    var classes: Classes = []
    var digits = 0
    var letters = 0
    var commas = 0
    var spacedCommas = 0
    var index = 0
    for byte in cell {
      index += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), 0x80...0xFF: letters += 1
      case UInt8(ascii: " "): classes.insert(.space)
      case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "%"), UInt8(ascii: "$"):
        classes.insert(.number)
      case UInt8(ascii: ":"), UInt8(ascii: "/"): classes.insert(.time)
      case UInt8(ascii: ","):
        commas += 1
        if index < cell.count, cell[index] == UInt8(ascii: " ") { spacedCommas += 1 }
      case UInt8(ascii: ";"), UInt8(ascii: "|"), 0...31: classes.insert(.delimiter)
      case UInt8(ascii: "\""): classes.insert(.quote)
      default: classes.insert(.other)
      }
    }
    if digits == 0, letters == 0, classes.isSubset(of: .space), commas == 0 {
      self.init(score: 0.6, weight: 0.25)
    } else if classes.contains(.quote), cell[0] == UInt8(ascii: "\"") {
      self.init(score: 0.1)
    } else if classes.contains(.delimiter) {
      self.init(score: 0.3)
    } else if classes.contains(.quote) {
      self.init(score: 0.6)
    } else if cell.count > 1, cell[0] == UInt8(ascii: "'"), cell[cell.count - 1] == UInt8(ascii: "'") {
      self.init(score: 0.4)
    } else if digits > 0, letters <= 3, !classes.contains(.other), commas == 0 || !classes.contains(.time) {
      self.init(score: 1, isFigure: true)
    } else if commas > 0 {
      self.init(score: commas == spacedCommas ? 0.75 : 0.4)
    } else {
      self.init(score: classes.contains(.other) ? 0.8 : 0.85)
    }
  }

  private struct Classes: OptionSet {
    let rawValue: UInt8
    static let space = Classes(rawValue: 1)
    static let number = Classes(rawValue: 2)
    static let time = Classes(rawValue: 4)
    static let delimiter = Classes(rawValue: 8)
    static let quote = Classes(rawValue: 16)
    static let other = Classes(rawValue: 32)
  }
}
