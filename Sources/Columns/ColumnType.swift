// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Logical type of a column: what its values mean, whatever form they are stored in.
///
/// How each is held in memory is told by ``PageValues``.
public enum ColumnType: Sendable, Hashable {
  /// Truth values; held as 0 and 1.
  case bool
  /// Whole numbers from -2^63 to 2^63-1.
  case int64
  /// Exact decimal numbers: an integer divided by 10^scale.
  ///
  /// `precision` (1...38) counts all digits, `scale` (0...38, at most `precision`) those after the point.
  case decimal(precision: Int, scale: Int)
  /// IEEE 754 double-precision numbers, NaN and infinities included.
  case float64
  /// Days since 1970-01-01 in the proleptic Gregorian calendar.
  case date
  /// Microseconds since 1970-01-01T00:00:00 in the proleptic Gregorian calendar, without leap seconds.
  ///
  /// `isUTC` tells instants, counted in UTC, from dates and times that are local to an unknown place. The two do not mix.
  case timestamp(isUTC: Bool)
  /// UTF-8 text.
  case string

  /// Most digits a decimal may have.
  public static let maximumDecimalPrecision = 38

  /// Most digits for which a decimal's scaled integer fits 64 bits.
  public static let maximumNarrowPrecision = 18

  /// True where one value takes 128 bits in memory: decimals of more than 18 digits.
  public var isWide: Bool {
    if case .decimal(let precision, _) = self { return precision > Self.maximumNarrowPrecision }
    return false
  }

  /// True where sums and means make sense.
  public var isNumeric: Bool {
    switch self {
    case .int64, .decimal, .float64: true
    case .bool, .date, .timestamp, .string: false
    }
  }

  /// Digits after the point: a decimal's scale, else 0.
  public var scale: Int {
    if case .decimal(_, let scale) = self { return scale }
    return 0
  }
}

extension ColumnType: CustomStringConvertible {
  /// Name as users write it in `--schema`: `int64`, `decimal(10,2)`.
  public var description: String {
    switch self {
    case .bool: "bool"
    case .int64: "int64"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .float64: "float64"
    case .date: "date"
    case .timestamp(let isUTC): isUTC ? "timestamp_utc" : "timestamp"
    case .string: "string"
    }
  }
}
