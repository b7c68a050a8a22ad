// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What the values of one column showed so far; joining is commutative, so parts can be looked at in any order.
package struct CSVEvidence: Equatable, Sendable {
  /// Kinds of values seen.
  package struct Kinds: OptionSet, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// true, false and their casings.
    package static let bool = Kinds(rawValue: 1)
    /// A whole number within 64 bits.
    package static let integer = Kinds(rawValue: 2)
    /// A whole number beyond 64 bits.
    package static let bigInteger = Kinds(rawValue: 4)
    /// A number with a decimal point.
    package static let point = Kinds(rawValue: 8)
    /// A minus before a number, or any sign before an exponent.
    package static let sign = Kinds(rawValue: 16)
    /// A number with an exponent.
    package static let exponent = Kinds(rawValue: 32)
    /// NaN or infinity.
    package static let nonFinite = Kinds(rawValue: 64)
    /// Digits that a number would not give back: `007`, `+5`.
    package static let code = Kinds(rawValue: 128)
    /// A valid YYYY-MM-DD.
    package static let date = Kinds(rawValue: 256)
    /// Anything else.
    package static let text = Kinds(rawValue: 512)
    /// `""`: an empty string, where null is the bare empty field.
    package static let emptyString = Kinds(rawValue: 1024)
    /// A number whose nearest double does not show its digits.
    package static let unsafeAsFloat = Kinds(rawValue: 2048)
    /// A number of more than 15 digits, not yet checked for ``unsafeAsFloat``.
    package static let uncheckedAsFloat = Kinds(rawValue: 4096)
    /// A valid date and time without offset.
    package static let timestamp = Kinds(rawValue: 8192)
    /// A valid date and time with an offset.
    package static let instant = Kinds(rawValue: 16_384)

    static let number: Kinds = [.integer, .bigInteger, .point, .exponent, .nonFinite]
    /// What a change of the style of numbers makes void: the same text may then write another number.
    static let styledReading: Kinds = [.number, .sign, .unsafeAsFloat, .uncheckedAsFloat, .misfit]
    static let alwaysText: Kinds = [.code, .text, .emptyString]
    /// Kinds of which two different ones in a column make it text.
    static let families: [Kinds] = [
      .bool, [.date, .timestamp], .instant, [.number, .numberMarks], [.styledDate, .styledTimestamp], .styledInstant,
    ]
  }

  /// Kinds of values seen.
  package var kinds: Kinds
  /// Most digits before a decimal point or in a whole number.
  package var integerDigits: Int
  /// Most digits after a decimal point.
  package var fractionDigits: Int

  /// Nothing but nulls, unless said otherwise.
  package init(_ kinds: Kinds = [], integerDigits: Int = 0, fractionDigits: Int = 0) {
    self.kinds = kinds
    self.integerDigits = integerDigits
    self.fractionDigits = fractionDigits
  }

  /// Takes in what other values showed.
  package mutating func join(_ other: CSVEvidence) {
    kinds.formUnion(other.kinds)
    integerDigits = max(integerDigits, other.integerDigits)
    fractionDigits = max(fractionDigits, other.fractionDigits)
  }

  /// Both together.
  package func joined(_ other: CSVEvidence) -> CSVEvidence {
    var result = self
    result.join(other)
    return result
  }

  /// True when no further value can make the column anything but text.
  package var isSettledText: Bool {
    !kinds.isDisjoint(with: .alwaysText) || families > 1 || kinds.styleContradicts
  }

  /// True where values can be read in two ways, and nothing says which: the column is kept as text.
  package var isAmbiguous: Bool { !isSettledText && kinds.isAmbiguous }

  private var families: Int { Kinds.families.count { !kinds.isDisjoint(with: $0) } }

  /// The narrowest type that keeps every value; nil if there are only nulls. Unchecked numbers count as safe.
  package var type: ColumnType? {
    if isSettledText || kinds.isAmbiguous || kinds.contains(.misfit) { return .string }
    if kinds.contains(.bool) { return .bool }
    if !kinds.isDisjoint(with: [.instant, .styledInstant]) { return .timestamp(isUTC: true) }
    // A date among timestamps is its midnight.
    if !kinds.isDisjoint(with: [.timestamp, .styledTimestamp]) { return .timestamp(isUTC: false) }
    if !kinds.isDisjoint(with: [.date, .styledDate]) { return .date }
    if !kinds.isDisjoint(with: [.exponent, .nonFinite]) {
      if kinds.contains(.unsafeAsFloat) { return .string }
      // Without any point or sign, "12E34" is more likely an identifier.
      if kinds.contains(.exponent), kinds.isDisjoint(with: [.point, .sign]) { return .string }
      return .float64
    }
    if !kinds.isDisjoint(with: [.point, .bigInteger]) {
      let digits = integerDigits + fractionDigits
      if digits <= ColumnType.maximumDecimalPrecision {
        return .decimal(precision: max(1, digits), scale: fractionDigits)
      }
      return kinds.contains(.point) && kinds.isDisjoint(with: [.bigInteger, .unsafeAsFloat]) ? .float64 : .string
    }
    return kinds.contains(.integer) ? .int64 : nil
  }

  /// True when the type depends on numbers of more than 15 digits that nobody has checked yet.
  package var needsFloatCheck: Bool {
    kinds.contains(.uncheckedAsFloat) && !kinds.contains(.unsafeAsFloat) && type == .float64
  }
}
