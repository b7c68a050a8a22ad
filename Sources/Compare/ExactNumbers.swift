// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The integer that is 10^scale times the number `value` prints as (its shortest digits that read back), nil if that is no
/// integer of 128 bits.
///
/// Each double prints as another number, so this keeps unequal doubles unequal. 0 ≤ scale ≤ 38.
func unscaledPrintedNumber(_ value: Double, scale: Int) -> Int128? {
  guard value.isFinite else { return nil }
  var mantissa: Int128 = 0
  var exponent = 0
  var isAfterPoint = false
  var text = value.magnitude.description[...]
  if let mark = text.firstIndex(of: "e") {
    exponent = Int(text[text.index(after: mark)...]) ?? 0
    text = text[..<mark]
  }
  for byte in text.utf8 {
    guard byte != UInt8(ascii: ".") else {
      isAfterPoint = true
      continue
    }
    // At most 17 digits, or a whole number below 2^54 and its ".0".
    mantissa = mantissa * 10 + Int128(byte - UInt8(ascii: "0"))
    if isAfterPoint { exponent -= 1 }
  }
  guard mantissa != 0 else { return 0 }
  while mantissa % 10 == 0 {
    mantissa /= 10
    exponent += 1
  }
  guard 0...38 ~= exponent + scale else { return nil }
  let (unscaled, overflowed) = mantissa.multipliedReportingOverflow(by: powerOfTen(exponent + scale))
  return overflowed ? nil : value < 0 ? -unscaled : unscaled
}

/// True if `value` prints as the number `unscaled` / 10^scale.
@inline(__always)
func printsAs(_ value: Double, _ unscaled: Int128, scale: Int) -> Bool {
  // Different numbers of at most 15 digits have different nearest doubles, and such a double prints as that number.
  if unscaled.magnitude < 1_000_000_000_000_000, scale <= 22 {
    return Double(Int64(truncatingIfNeeded: unscaled)) / exactPowersOfTen[scale] == value
  }
  return unscaledPrintedNumber(value, scale: scale) == unscaled
}

/// 10^0 to 10^22: the powers of ten that doubles hold exactly.
let exactPowersOfTen: [Double] = (0...22).map { (0..<$0).reduce(1.0) { power, _ in power * 10 } }
