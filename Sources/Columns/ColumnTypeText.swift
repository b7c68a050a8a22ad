// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnType: LosslessStringConvertible {
  /// Reads what ``description`` writes; nil for anything else. All spellings are ``spellings``.
  public init?(_ description: String) {
    switch description {
    case "bool": self = .bool
    case "int64": self = .int64
    case "float64": self = .float64
    case "date": self = .date
    case "timestamp": self = .timestamp(isUTC: false)
    case "timestamp_utc": self = .timestamp(isUTC: true)
    case "string": self = .string
    default:
      guard description.hasPrefix("decimal("), description.hasSuffix(")") else { return nil }
      let parts = description.dropFirst(8).dropLast().split(separator: ",", omittingEmptySubsequences: false)
      guard parts.count == 2, let precision = Self.digitCount(parts[0]), let scale = Self.digitCount(parts[1]),
        (1...Self.maximumDecimalPrecision).contains(precision), scale <= precision
      else { return nil }
      self = .decimal(precision: precision, scale: scale)
    }
  }

  /// How types are written, for messages: precision and scale are P and S.
  public static let spellings = "bool, int64, decimal(P,S), float64, date, timestamp, timestamp_utc, string"

  /// One or two digits, spaces around them allowed.
  private static func digitCount(_ text: Substring) -> Int? {
    let digits = text.drop { $0 == " " }
    guard (1...2).contains(digits.count), digits.allSatisfy({ ("0"..."9").contains($0) }) else { return nil }
    return Int(digits)
  }
}
