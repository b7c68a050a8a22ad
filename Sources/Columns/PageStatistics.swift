// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What is known of a page's values without decoding it. Nulls are not values; NaN takes no part in bounds.
public struct PageStatistics: Sendable, Equatable {
  /// Smallest and greatest value, and sums where they are exact.
  public enum Bounds: Sendable, Equatable {
    /// No values, or none that compare (all null, all NaN).
    case none
    /// bool, int64, date, timestamp, decimal (scaled by the column's scale); `sum` is the exact sum, nil if it left 128 bits.
    case integer(minimum: Int128, maximum: Int128, sum: Int128?)
    /// float64 (zeros compare as equal, and -0.0 is reported as 0.0).
    case float(minimum: Double, maximum: Double)
    /// Bytes in memcmp order; where `exact` is false they were cut: `minimum` is then a lower bound and `maximum` an upper one.
    case string(minimum: [UInt8], maximum: [UInt8], exact: Bool)
  }

  /// What exact summation of doubles needs to know: every finite value is a multiple of 2^lowestBit and smaller in
  /// magnitude than 2^highestBit.
  public struct FloatRange: Sendable, Equatable {
    /// Exponent of the lowest bit set in any finite value.
    public var lowestBit: Int
    /// One more than the exponent of the highest bit set in any finite value.
    public var highestBit: Int
    /// True if any value is NaN or infinite.
    public var hasNonFinite: Bool

    /// Pairs the two exponents; zeros only: both 0.
    public init(lowestBit: Int, highestBit: Int, hasNonFinite: Bool) {
      self.lowestBit = lowestBit
      self.highestBit = highestBit
      self.hasNonFinite = hasNonFinite
    }
  }

  /// Rows of the page.
  public let rowCount: Int
  /// Rows without a value.
  public let nullCount: Int
  /// Smallest and greatest value.
  public let bounds: Bounds
  /// Exponents of a float64 page, nil for other types.
  public let floatRange: FloatRange?

  /// Gathers what a writer or reader knows.
  public init(rowCount: Int, nullCount: Int, bounds: Bounds, floatRange: FloatRange? = nil) {
    self.rowCount = rowCount
    self.nullCount = nullCount
    self.bounds = bounds
    self.floatRange = floatRange
  }
}
