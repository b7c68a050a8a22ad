// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// A number's text as a decimal with all its digits; as the nearest double where it is greater or nearer to 0 than decimals of 38
/// digits reach.
///
/// Precondition: `text` is digits, perhaps a point, perhaps an exponent. Throws `query.syntax` for one beyond the doubles, or of more
/// digits.
func number(_ text: String, isNegative: Bool, at position: Int) throws(QuerySyntaxError) -> Value {
  let parts = text.lowercased().split(separator: "e", maxSplits: 1)
  let mantissa = parts[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
  var digits = mantissa.joined().drop { $0 == "0" }
  var scale = mantissa.count > 1 ? mantissa[1].count : 0
  let exponent = parts.count > 1 ? Int(parts[1]) : 0
  guard let exponent, abs(exponent) < 1_000_000 else {
    throw filterError(at: position, "a number beyond all columns' range", nil)
  }
  scale -= exponent
  while scale > 0, digits.last == "0" {
    digits.removeLast()
    scale -= 1
  }
  if digits.isEmpty { return .decimal(unscaled: 0, scale: 0) }
  let writtenDigits = max(digits.count, scale, digits.count - scale)
  if writtenDigits <= ColumnType.maximumDecimalPrecision, let magnitude = Int128(digits) {
    let unscaled = scale < 0 ? magnitude * powerOfTen(-scale) : magnitude
    return .decimal(unscaled: isNegative ? -unscaled : unscaled, scale: max(scale, 0))
  }
  guard let double = Double(text), double.isFinite else {
    throw filterError(at: position, "a number beyond all columns' range", nil)
  }
  guard double >= 1e38 || double < 1e-38 else {
    throw filterError(at: position, "a number of more than 38 digits", "no column holds so many; leave some out")
  }
  return .float64(isNegative ? -double : double)
}

/// `2020-01-31`.
func dateValue(_ text: String) -> Value? { daysSinceEpoch(ofDate: text).map { .date(daysSinceEpoch: $0) } }

/// `2020-01-31 12:00:00`, an instant if an offset follows.
func timestampValue(_ text: String) -> Value? {
  microsecondsSinceEpoch(ofTimestamp: text).map {
    .timestamp(microsecondsSinceEpoch: $0.microseconds, isUTC: $0.hasOffset)
  }
}
