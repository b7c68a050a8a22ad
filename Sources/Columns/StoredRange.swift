// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnType {
  /// 0001-01-01 to 9999-12-31 in days since 1970-01-01.
  package static let dates: ClosedRange<Int64> = -719_162...2_932_896

  /// 0001-01-01T00:00:00 to 9999-12-31T23:59:59.999999 in microseconds since 1970-01-01T00:00:00.
  package static let timestamps: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

  /// Smallest and greatest integer that a value may be held as, of decimals at the type's scale; nil for doubles and strings. O(1).
  package var storedRange: ClosedRange<Int128>? {
    switch self {
    case .bool: return 0...1
    case .int64: return Int128(Int64.min)...Int128(Int64.max)
    case .date: return Int128(Self.dates.lowerBound)...Int128(Self.dates.upperBound)
    case .timestamp: return Int128(Self.timestamps.lowerBound)...Int128(Self.timestamps.upperBound)
    case .decimal(let precision, _):
      let limit = powerOfTen(precision) - 1
      return -limit...limit
    case .float64, .string: return nil
    }
  }
}
