// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

// Casts between kinds, value by value: to and from text, from doubles to whole numbers.

extension ExpressionRun {
  func converted(
    _ inputs: [ExpressionVector], from: ColumnType, to type: ColumnType, _ count: Int
  ) -> ExpressionVector {
    let input = inputs[0]
    if type == .bool, case .int64(let values) = input.values {
      return strict(inputs, count, .int64(values.map { $0 == 0 ? 0 : 1 }))
    }
    let page = ColumnPage(
      values: input.values, validity: input.isSame && input.validity != .allNull ? .allValid : input.validity)
    var failed: Set<Int> = []
    let values = (0..<count).map { row -> Value in
      let value = page.value(at: input.slot(row), type: from, dictionary: input.dictionary)
      if value == .null { return .null }
      let converted = convertedValue(value, to: type)
      if converted == nil { failed.insert(row) }
      return converted ?? .null
    }
    return strict(inputs, count, ColumnPage(boxed: values, type: type).values, mayFail: !failed.isEmpty) {
      failed.contains($0)
    }
  }
}

/// The value in another type, nil where it has none there: a text of another form, a number too great.
func convertedValue(_ value: Value, to type: ColumnType) -> Value? {
  switch (value, type) {
  case (_, .string): return .string(plainText(of: value))
  case (.float64(let number), .int64):
    guard case .decimal(let unscaled, _)? = decimal(number, scale: 0) else { return nil }
    return Int64(exactly: unscaled).map { .int64($0) }
  case (.float64(let number), .decimal(let precision, let scale)):
    return decimal(number, scale: scale).flatMap { bounded($0, precision) }
  case (.float64(let number), .bool): return .bool(number != 0)
  case (.bool(let flag), .int64): return .int64(flag ? 1 : 0)
  case (.string(let text), _): return readValue(text, as: type)
  default: return nil
  }
}

private func readValue(_ text: String, as type: ColumnType) -> Value? {
  switch type {
  case .bool: return ["true": Value.bool(true), "false": .bool(false)][text.lowercased()]
  case .int64:
    guard let numeral = Numeral(text), case .decimal(let unscaled, _)? = rounded(numeral, scale: 0) else { return nil }
    return Int64(exactly: unscaled).map { .int64($0) }
  case .decimal(let precision, let scale):
    return Numeral(text).flatMap { rounded($0, scale: scale) }.flatMap { bounded($0, precision) }
  case .float64:
    if let numeral = Numeral(text) { return .float64(numeral.nearestDouble) }
    return ["nan": Value.float64(.nan), "inf": .float64(.infinity), "-inf": .float64(-.infinity)][text.lowercased()]
  case .date: return dateValue(text)
  case .timestamp(let isUTC):
    guard case .timestamp(let moment, isUTC)? = timestampValue(text) else {
      guard !isUTC, case .date(let days)? = dateValue(text) else { return nil }
      return .timestamp(microsecondsSinceEpoch: days * DatePart.microsecondsOfDay, isUTC: false)
    }
    return .timestamp(microsecondsSinceEpoch: moment, isUTC: isUTC)
  case .string: return .string(text)
  }
}

/// The number rounded half away from zero to so many digits behind the point; nil beyond 38 digits.
private func rounded(_ numeral: Numeral, scale: Int) -> Value? {
  let floor = numeral.place(atScale: scale)
  guard floor.floor != .min, floor.floor != .max else { return nil }
  if floor.isExact { return .decimal(unscaled: floor.floor, scale: scale) }
  // A digit more tells whether it is past the half; further ones only which side of an exact half it is on.
  let finer = numeral.magnitude.place(atScale: scale + 1)
  guard finer.floor != .max, finer.floor != .min else { return nil }
  let magnitude = quotient(finer.floor, 10, .halfAway)
  return .decimal(unscaled: numeral.isNegative ? -magnitude : magnitude, scale: scale)
}

/// The double, every digit of it, rounded half away from zero to so many digits behind the point; nil if it is not finite or has more than
/// 38 digits then.
private func decimal(_ number: Double, scale: Int) -> Value? {
  guard number.isFinite else { return nil }
  if number == 0 { return .decimal(unscaled: 0, scale: scale) }
  let significand = UInt128(number.significandBitPattern | (number.isNormal ? 1 << 52 : 0))
  let shift = number.isNormal ? Int(number.exponent) - 52 : -1074
  // At most 53 + 127 bits.
  let (high, low) = significand.multipliedFullWidth(by: powerOfTen(scale).magnitude)
  guard let magnitude = shifted(high, low, by: shift), magnitude < powerOfTen(38).magnitude else { return nil }
  let unscaled = Int128(magnitude)
  return .decimal(unscaled: number < 0 ? -unscaled : unscaled, scale: scale)
}

/// A number of 256 bits times 2^shift, rounded half up; nil beyond 128 bits.
private func shifted(_ high: UInt128, _ low: UInt128, by shift: Int) -> UInt128? {
  if shift >= 0 {
    guard high == 0, shift < 128, low.leadingZeroBitCount >= shift else { return nil }
    return low << UInt128(shift)
  }
  let bits = -shift
  if bits > 255 { return 0 }
  let half = bits - 1
  let roundsUp = (half < 128 ? low >> UInt128(half) : high >> UInt128(half - 128)) & 1
  if bits >= 128 { return (bits == 128 ? high : high >> UInt128(bits - 128)) + roundsUp }
  guard high >> UInt128(bits) == 0 else { return nil }
  let (sum, overflow) = (low >> UInt128(bits) | high << UInt128(128 - bits)).addingReportingOverflow(roundsUp)
  return overflow ? nil : sum
}

/// The same, nil if it has more digits.
private func bounded(_ value: Value, _ precision: Int) -> Value? {
  guard case .decimal(let unscaled, _) = value, unscaled.magnitude < powerOfTen(precision).magnitude else { return nil }
  return value
}
