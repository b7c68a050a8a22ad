// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One value outside a column: for reports, examples and small tests.
public enum Value: Sendable, Hashable {
  /// No value.
  case null
  /// A truth value.
  case bool(Bool)
  /// A whole number.
  case int64(Int64)
  /// `unscaled` divided by 10^scale.
  case decimal(unscaled: Int128, scale: Int)
  /// A double.
  case float64(Double)
  /// A calendar day.
  case date(daysSinceEpoch: Int)
  /// A date and time, local or (`isUTC`) an instant: see ``ColumnType/timestamp(isUTC:)``.
  case timestamp(microsecondsSinceEpoch: Int, isUTC: Bool)
  /// Text.
  case string(String)
}
