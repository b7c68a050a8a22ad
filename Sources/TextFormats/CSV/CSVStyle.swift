// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How the values of one column are written.
struct CSVStyle: Equatable, Sendable {
  /// How dates are written, those of timestamps included.
  enum Dates: Equatable, Sendable {
    /// YYYY-MM-DD.
    case iso
    case order(CSVDateOrder, separator: UInt8)
    case format(CSVDateFormat)
  }

  var date = Dates.iso
  var number = CSVNumberStyle()
  /// True if the style of numbers is the user's: others are text then.
  var isNumberGiven = false

  /// Bytes that a value in the plain style takes at most.
  static let room = longest + 48
  /// A field of more bytes has no style.
  static let longest = 512

  var isPlain: Bool { date == .iso && number.isPlain && !isNumberGiven }

  /// True if values of `type` are to be rewritten before they are read.
  func rewrites(_ type: ColumnType) -> Bool {
    switch type {
    case .date, .timestamp: date != .iso
    case .int64, .decimal, .float64: !number.isPlain
    case .bool, .string: false
    }
  }
}

/// In which order day, month and year stand.
enum CSVDateOrder: Equatable, Sendable {
  case dayFirst, monthFirst, yearFirst
  /// Day or month first: only days that are the same in both.
  case same
}

/// What the user says about the style of a column; the rest is found.
struct CSVStyleRules {
  /// How dates are written.
  var format: CSVDateFormat?
  /// How numbers are written.
  var number: CSVNumberStyle?

  /// The style that a column of such values is read in; nil if it is text whatever comes.
  func style(for evidence: CSVEvidence) -> CSVStyle? {
    let kinds = evidence.kinds
    if evidence.isSettledText { return nil }
    var style = CSVStyle(number: number ?? kinds.numberStyle, isNumberGiven: number != nil)
    if let format, !kinds.contains(.formatMiss) {
      style.date = .format(format)
    } else if !kinds.hasAmbiguousDates, let separator = kinds.separator {
      style.date = .order(kinds.order, separator: separator)
    }
    return style
  }
}

extension CSVEvidence.Kinds {
  fileprivate var order: CSVDateOrder {
    if contains(.yearFirst) { return .yearFirst }
    return contains(.dayFirst) ? .dayFirst : contains(.monthFirst) ? .monthFirst : .same
  }

  fileprivate var separator: UInt8? {
    if contains(.slash) { return UInt8(ascii: "/") }
    if contains(.dot) { return UInt8(ascii: ".") }
    return contains(.dash) ? UInt8(ascii: "-") : nil
  }

  fileprivate var numberStyle: CSVNumberStyle {
    if hasAmbiguousNumbers { return CSVNumberStyle() }
    let comma = UInt8(ascii: ",")
    let decimal = isDisjoint(with: [.commaDecimal, .dotGroups]) ? UInt8(ascii: ".") : comma
    if contains(.commaGroups) { return CSVNumberStyle(decimal: decimal, groups: .mark([comma])) }
    if contains(.dotGroups) { return CSVNumberStyle(decimal: decimal, groups: .mark([UInt8(ascii: ".")])) }
    if contains(.spaceGroups) { return CSVNumberStyle(decimal: decimal, groups: .mark([0x20])) }
    if contains(.wideSpaceGroups) { return CSVNumberStyle(decimal: decimal, groups: .mark([0xC2, 0xA0])) }
    if contains(.narrowSpaceGroups) { return CSVNumberStyle(decimal: decimal, groups: .mark([0xE2, 0x80, 0xAF])) }
    return CSVNumberStyle(decimal: decimal)
  }
}
