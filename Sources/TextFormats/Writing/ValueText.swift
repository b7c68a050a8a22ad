// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// How a value looks as text wherever Colonnade prints one: in CSV cells, tables, reports and messages.

/// Adds a whole number in plain decimal digits.
public func appendText(of value: Int64, to bytes: inout [UInt8]) {
  append(atMost: maximumIntegerTextLength, to: &bytes) { DigitPairs.shared.write(value, to: $0) }
}

/// Adds a decimal with exactly `scale` digits after the point; neither point nor digits for scale 0.
///
/// `-5` with scale 2 is `-0.05`. Precondition: 0 ≤ scale ≤ 38.
public func appendText(ofDecimal unscaled: Int128, scale: Int, to bytes: inout [UInt8]) {
  precondition(0...ColumnType.maximumDecimalPrecision ~= scale, "a scale of 0...38")
  append(atMost: maximumDecimalTextLength, to: &bytes) {
    DigitPairs.shared.writeDecimal(unscaled, scale: scale, to: $0)
  }
}

/// Adds a day as `YYYY-MM-DD` of the proleptic Gregorian calendar.
///
/// Years past 9999 take more digits, without a sign; years before 0 have a minus sign. Any number of days is fine.
public func appendText(ofDate daysSinceEpoch: Int, to bytes: inout [UInt8]) {
  append(atMost: maximumDateTextLength, to: &bytes) { DigitPairs.shared.writeDate(Int64(daysSinceEpoch), to: $0) }
}

/// Adds a timestamp as ISO 8601: `2020-03-28T14:05:09`, a fraction (`.5`) only where it is not zero, `Z` at the end if `isUTC`.
///
/// Years outside 0…9999 are written as days' are. Any number of microseconds is fine.
public func appendText(ofTimestamp microsecondsSinceEpoch: Int, isUTC: Bool, to bytes: inout [UInt8]) {
  append(atMost: maximumTimestampTextLength, to: &bytes) {
    DigitPairs.shared.writeTimestamp(Int64(microsecondsSinceEpoch), isUTC: isUTC, to: $0)
  }
}

/// Adds the shortest digits that read back to the same double, as Swift prints it (`1.0`, `1e-05`); `NaN`, `inf`, `-inf`.
public func appendText(of value: Double, to bytes: inout [UInt8]) {
  if value.isFinite {
    append(atMost: maximumDoubleTextLength, to: &bytes) { DigitPairs.shared.writeFinite(value, to: $0) }
  } else {
    bytes.append(contentsOf: (value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf").utf8)
  }
}

/// Adds `true` or `false`.
public func appendText(of value: Bool, to bytes: inout [UInt8]) {
  bytes.append(contentsOf: (value ? "true" : "false").utf8)
}

/// Adds any value as above; strings as they are, nothing for null.
public func appendText(of value: Value, to bytes: inout [UInt8]) {
  switch value {
  case .null: break
  case .bool(let value): appendText(of: value, to: &bytes)
  case .int64(let value): appendText(of: value, to: &bytes)
  case .decimal(let unscaled, let scale): appendText(ofDecimal: unscaled, scale: scale, to: &bytes)
  case .float64(let value): appendText(of: value, to: &bytes)
  case .date(let days): appendText(ofDate: days, to: &bytes)
  case .timestamp(let microseconds, let isUTC): appendText(ofTimestamp: microseconds, isUTC: isUTC, to: &bytes)
  case .string(let value): bytes.append(contentsOf: value.utf8)
  }
}

/// Text of a value, as it would stand unquoted in a CSV; empty for null.
public func plainText(of value: Value) -> String {
  if case .string(let string) = value { return string }
  var bytes: [UInt8] = []
  appendText(of: value, to: &bytes)
  return String(decoding: bytes, as: UTF8.self)
}

private func append(
  atMost count: Int, to bytes: inout [UInt8], _ write: (UnsafeMutablePointer<UInt8>) -> Int
) {
  withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { scratch in
    guard let start = scratch.baseAddress else { return }
    let written = write(start)
    bytes.append(contentsOf: UnsafeBufferPointer(start: start, count: written))
  }
}
