// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension CSVEvidence.Kinds {
  /// A day written in another order than ISO's, or by a format.
  package static let styledDate = Self(rawValue: 1 << 16)
  /// The same with a time of day.
  package static let styledTimestamp = Self(rawValue: 1 << 17)
  /// The same with time of day and offset.
  package static let styledInstant = Self(rawValue: 1 << 18)
  /// A day that is one only if it comes before the month.
  package static let dayFirst = Self(rawValue: 1 << 19)
  /// A day that is one only if the month comes before it.
  package static let monthFirst = Self(rawValue: 1 << 20)
  /// A day that is another one in each order.
  package static let eitherOrder = Self(rawValue: 1 << 21)
  /// A day whose number is its month's.
  package static let sameDayMonth = Self(rawValue: 1 << 22)
  /// YYYY/MM/DD or YYYY.MM.DD.
  package static let yearFirst = Self(rawValue: 1 << 23)
  /// `/` between the parts of a day.
  package static let slash = Self(rawValue: 1 << 24)
  /// `.` between the parts of a day.
  package static let dot = Self(rawValue: 1 << 25)
  /// `-` between the parts of a day.
  package static let dash = Self(rawValue: 1 << 26)
  /// A number whose comma can only be a decimal mark.
  package static let commaDecimal = Self(rawValue: 1 << 27)
  /// A number whose commas can only group.
  package static let commaGroups = Self(rawValue: 1 << 28)
  /// A number whose comma may be either.
  package static let commaEither = Self(rawValue: 1 << 29)
  /// A number whose points can only group.
  package static let dotGroups = Self(rawValue: 1 << 30)
  /// A number with spaces between groups.
  package static let spaceGroups = Self(rawValue: 1 << 31)
  /// The same with U+00A0.
  package static let wideSpaceGroups = Self(rawValue: 1 << 32)
  /// The same with U+202F.
  package static let narrowSpaceGroups = Self(rawValue: 1 << 33)
  /// A number that is none in the style that the column is read in.
  package static let misfit = Self(rawValue: 1 << 34)
  /// A value that does not match the format given for all columns.
  package static let formatMiss = Self(rawValue: 1 << 35)

  static let styledDates: Self = [.styledDate, .styledTimestamp, .styledInstant]
  static let dayMonthYear: Self = [.dayFirst, .monthFirst, .eitherOrder, .sameDayMonth]
  static let separators: [Self] = [.slash, .dot, .dash]
  static let groups: [Self] = [.commaGroups, .dotGroups, .spaceGroups, .wideSpaceGroups, .narrowSpaceGroups]
  static let spaces: Self = [.spaceGroups, .wideSpaceGroups, .narrowSpaceGroups]
  static let numberMarks: Self = [.commaDecimal, .commaGroups, .commaEither, .dotGroups, .spaces]

  /// True if no style reads all these dates, or all these numbers.
  var styleContradicts: Bool {
    count(of: Self.separators) > 1 || isSuperset(of: [.dayFirst, .monthFirst])
      || (contains(.yearFirst) && !isDisjoint(with: .dayMonthYear))
      || count(of: Self.groups) > 1 || isSuperset(of: [.commaDecimal, .commaGroups])
  }

  /// True if the dates are other ones in each order, with nothing to tell which.
  var hasAmbiguousDates: Bool { contains(.eitherOrder) && isDisjoint(with: [.dayFirst, .monthFirst]) }

  /// True if commas may group or be decimal marks, with nothing to tell which.
  var hasAmbiguousNumbers: Bool {
    contains(.commaEither) && isDisjoint(with: [.commaDecimal, .commaGroups, .dotGroups])
  }

  /// True if a column of such values can be read in two ways, so that it is kept as text.
  var isAmbiguous: Bool { hasAmbiguousDates || hasAmbiguousNumbers }

  private func count(of alternatives: [Self]) -> Int { alternatives.count { !isDisjoint(with: $0) } }
}
