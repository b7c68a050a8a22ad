// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How dates, or dates and times, are written: a subset of what strptime takes.
///
/// `%Y` four digits, `%y` two (1969 to 2068), `%m` `%d` `%H` `%M` `%S` one or two (two where another number is next to them), `%e`
/// as `%d` with a space before it or not, `%b` `%B` English names in any case, `%f` one to six digits, `%z` `Z`, `±HH`, `±HHMM`,
/// `±HH:MM`, `%F` `%Y-%m-%d`, `%T` `%H:%M:%S`, `%%`. Anything else stands for itself.
public struct CSVDateFormat: Equatable, Sendable, CustomStringConvertible {
  /// A text that is no format.
  public enum Malformed: Error, Equatable {
    /// A specifier that does not exist here.
    case unknown(String)
    /// A specifier for what another one says already.
    case repeated(String)
    /// Year, month or day is missing.
    case noDay
  }

  enum Item: Equatable, Sendable {
    case literal(UInt8)
    case year, shortYear, month, day, paddedDay, shortMonthName, monthName, hour, minute, second, fraction, offset

    var isNumber: Bool {
      switch self {
      case .literal, .shortMonthName, .monthName, .offset: false
      default: true
      }
    }

    /// What it says; two of the same are one too many.
    var part: Character? {
      switch self {
      case .literal: nil
      case .year, .shortYear: "Y"
      case .month, .shortMonthName, .monthName: "m"
      case .day, .paddedDay: "d"
      case .hour: "H"
      case .minute: "M"
      case .second: "S"
      case .fraction: "f"
      case .offset: "z"
      }
    }
  }

  /// As it was given.
  public let description: String
  let items: [Item]
  /// For each item: true if a number must have all its digits because another is next to it.
  let isExact: [Bool]
  let hasTime: Bool
  let hasOffset: Bool

  /// Takes in a format such as `%d/%m/%Y`.
  public init(_ text: String) throws(Malformed) {
    var items: [Item] = []
    var isPercent = false
    for character in text {
      if !isPercent {
        if character == "%" { isPercent = true } else { items += character.utf8.map { .literal($0) } }
        continue
      }
      isPercent = false
      guard let meaning = Self.meanings[character] else { throw .unknown("%\(character)") }
      for part in meaning.compactMap(\.part) where items.contains(where: { $0.part == part }) {
        throw .repeated("%\(character)")
      }
      items += meaning
    }
    if isPercent { throw .unknown("%") }
    let parts = Set(items.compactMap(\.part))
    guard parts.isSuperset(of: "Ymd") else { throw .noDay }
    description = text
    self.items = items
    isExact = items.indices.map { index in
      (index > 0 && items[index - 1].isNumber) || (index + 1 < items.count && items[index + 1].isNumber)
    }
    hasTime = !parts.isDisjoint(with: "HMSf")
    hasOffset = parts.contains("z")
  }

  private static let meanings: [Character: [Item]] = [
    "Y": [.year], "y": [.shortYear], "m": [.month], "d": [.day], "e": [.paddedDay], "b": [.shortMonthName],
    "B": [.monthName], "H": [.hour], "M": [.minute], "S": [.second], "f": [.fraction], "z": [.offset],
    "T": [.hour, .literal(UInt8(ascii: ":")), .minute, .literal(UInt8(ascii: ":")), .second],
    "F": [.year, .literal(UInt8(ascii: "-")), .month, .literal(UInt8(ascii: "-")), .day],
    "%": [.literal(UInt8(ascii: "%"))],
  ]

  /// The type of a column of such values.
  public var type: ColumnType { hasOffset ? .timestamp(isUTC: true) : hasTime ? .timestamp(isUTC: false) : .date }

  /// What such a value shows.
  var kind: CSVEvidence.Kinds { hasOffset ? .styledInstant : hasTime ? .styledTimestamp : .styledDate }

  /// True if a column of type `type` can be written so.
  public func gives(_ type: ColumnType) -> Bool {
    self.type == type || (self.type == .date && type == .timestamp(isUTC: false))
  }
}
