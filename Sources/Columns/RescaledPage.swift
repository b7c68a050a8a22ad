// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// The same values in another type that holds all of them: nulls of any type, integers and decimals in a decimal of the
  /// same or a greater scale, narrow ones in a wide one, days as the midnights of local timestamps. A page that is in that form already is returned as it is.
  ///
  /// Precondition: each value, times 10^(difference of the scales), has at most 38 digits, or 18 where `type` is narrow; the
  /// caller knows that from bounds; days are of the years 0001 to 9999. Null slots may hold anything: their products wrap. O(rows).
  package func rescaled(from own: ColumnType, to type: ColumnType) -> ColumnPage {
    if own == type { return self }
    if validity == .allNull { return ColumnPage(nullRows: rowCount, type: type) }
    let factor =
      own == .date && type == .timestamp(isUTC: false) ? microsecondsPerDay : powerOfTen(type.scale - own.scale)
    switch values {
    case .int64(let values) where type.isWide:
      return ColumnPage(values: .int128(values.map { Int128($0) &* factor }), validity: validity)
    case .int64(let values) where factor != 1:
      // A narrow type's scale is at most 18, so the factor fits, as does that of days.
      let narrowFactor = Int64(truncatingIfNeeded: factor)
      return ColumnPage(values: .int64(values.map { $0 &* narrowFactor }), validity: validity)
    case .int128(let values) where factor != 1:
      return ColumnPage(values: .int128(values.map { $0 &* factor }), validity: validity)
    default: return self
    }
  }
}

extension PageStatistics {
  /// Of a page of nulls.
  package init(ofNulls rowCount: Int, type: ColumnType) {
    self.init(
      rowCount: rowCount, nullCount: rowCount, bounds: .none,
      floatRange: type == .float64 ? FloatRange(lowestBit: 0, highestBit: 0, hasNonFinite: false) : nil)
  }

  /// What is known of ``ColumnPage/rescaled(from:to:)``; nil if a bound would need more than 38 digits.
  package func rescaled(from own: ColumnType, to type: ColumnType) -> PageStatistics? {
    guard own != type, case .integer(let minimum, let maximum, let sum) = bounds else { return self }
    let factor =
      own == .date && type == .timestamp(isUTC: false) ? microsecondsPerDay : powerOfTen(type.scale - own.scale)
    let limit = powerOfTen(ColumnType.maximumDecimalPrecision)
    func scaled(_ value: Int128) -> Int128? {
      let (product, overflow) = value.multipliedReportingOverflow(by: factor)
      return overflow ? nil : product
    }
    guard let low = scaled(minimum), let high = scaled(maximum), low > -limit, high < limit else { return nil }
    return PageStatistics(
      rowCount: rowCount, nullCount: nullCount,
      bounds: .integer(minimum: low, maximum: high, sum: sum.flatMap(scaled)), floatRange: floatRange)
  }
}

/// Microseconds from one midnight to the next.
package let microsecondsPerDay: Int128 = 86_400_000_000
