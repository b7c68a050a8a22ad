// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// Decodes a page as it is stored: values of its physical type, zero in null slots. For ``PhysicalType/none`` throws.
///
/// Checked here: lengths, runs, UTF-8, validity bits, the number of nulls, that codes are below `codeLimit` and that integers
/// lie within `bounds`, null slots included. Precondition: `encoding` was parsed for `rowCount` rows, and `bytes` has exactly
/// ``PageEncoding/byteCount(rowCount:)`` bytes.
package func decodePage(
  _ encoding: PageEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int, nullCount: Int, codeLimit: Int,
  bounds: PageStatistics.Bounds
) throws(EncodingError) -> ColumnPage {
  let (values, used) = try decodeValues(encoding, from: bytes, rowCount: rowCount)
  let validity = try decodeValidity(
    encoding.validity, from: UnsafeRawBufferPointer(rebasing: bytes[used...]), rowCount: rowCount)
  let found = validity.nullCount(ofRows: rowCount)
  guard found == nullCount else {
    throw EncodingError(.malformed, "\(found) nulls where the footer has \(nullCount)")
  }
  try checkRange(values, encoding, codeLimit: codeLimit, bounds: bounds)
  guard case .bits(let words) = validity else { return ColumnPage(values: values, validity: validity) }
  return ColumnPage(values: try zeroingNulls(consume values, words), validity: validity)
}

private func decodeValues(
  _ encoding: PageEncoding, from bytes: UnsafeRawBufferPointer, rowCount: Int
) throws(EncodingError) -> (PageValues, Int) {
  switch encoding.values {
  case .none: throw EncodingError(.malformed, "no values to decode")
  case .integers(let tree):
    switch encoding.physical {
    case .int128:
      let (values, used): ([Int128], Int) = try decodeIntegers(tree, from: bytes, count: rowCount)
      return (.int128(values), used)
    case .codes:
      let (values, used): ([UInt32], Int) = try decodeIntegers(tree, from: bytes, count: rowCount)
      return (.codes(values), used)
    default:
      let (values, used): ([Int64], Int) = try decodeIntegers(tree, from: bytes, count: rowCount)
      return (.int64(values), used)
    }
  case .floatBits(let tree):
    let (values, used) = try decodeFloatBits(tree, from: bytes, count: rowCount)
    return (.float64(values), used)
  case .decimalFloats(let decimals):
    let (values, used) = try decodeDecimalFloats(decimals, from: bytes, count: rowCount)
    return (.float64(values), used)
  case .strings(let lengths, let byteCount):
    let (strings, used) = try decodeStrings(lengths: lengths, byteCount: byteCount, from: bytes, count: rowCount)
    return (.strings(strings), used)
  case .stringDictionary(let count, let lengths, let byteCount, let codes):
    let (strings, used) = try decodeStrings(lengths: lengths, byteCount: byteCount, from: bytes, count: count)
    let (rows, codeBytes): ([UInt32], Int) = try decodeIntegers(
      codes, from: UnsafeRawBufferPointer(rebasing: bytes[used...]), count: rowCount)
    return (.strings(try lookUp(rows, in: strings)), used + codeBytes)
  }
}

private func decodeFloatBits(
  _ tree: IntegerEncoding, from bytes: UnsafeRawBufferPointer, count: Int
) throws(EncodingError) -> ([Double], Int) {
  var used = 0
  var failure: EncodingError?
  let values = [Double](unsafeUninitializedCapacity: count) { buffer, initialized in
    do throws(EncodingError) {
      // Doubles and 64-bit integers have one size and alignment, and no bits without meaning.
      let integers = UnsafeMutableRawBufferPointer(buffer).bindMemory(to: Int64.self)
      used = try decodeIntegers(tree, from: bytes, into: UnsafeMutableBufferPointer(rebasing: integers[..<count]))
      initialized = count
    } catch {
      failure = error
    }
  }
  if let failure { throw failure }
  return (values, used)
}

private func checkRange(
  _ values: PageValues, _ encoding: PageEncoding, codeLimit: Int, bounds: PageStatistics.Bounds
) throws(EncodingError) {
  switch values {
  case .codes(let codes):
    let highest = codes.withUnsafeBufferPointer { cs_maximum_u32($0.baseAddress, $0.count) }
    guard integerLimits(isCodes: true, codeLimit: codeLimit, bounds: bounds)?.contains(Int128(highest)) == true else {
      throw EncodingError(.malformed, "code \(highest) in a dictionary of \(codeLimit) strings")
    }
  case .int64(let values):
    var minimum: Int64 = 0
    var maximum: Int64 = 0
    values.withUnsafeBufferPointer { cs_bounds_i64($0.baseAddress, $0.count, &minimum, &maximum) }
    try check(Int128(minimum), Int128(maximum), against: bounds)
  case .int128(let values):
    var minimum = Int128.max
    var maximum = Int128.min
    values.withUnsafeBufferPointer { values in
      for value in values {
        minimum = min(minimum, value)
        maximum = max(maximum, value)
      }
    }
    try check(minimum, maximum, against: bounds)
  case .float64, .strings: break
  }
}

private func check(
  _ minimum: Int128, _ maximum: Int128, against bounds: PageStatistics.Bounds
) throws(EncodingError) {
  guard let limits = integerLimits(isCodes: false, codeLimit: 0, bounds: bounds) else {
    throw EncodingError(.malformed, "integers without bounds")
  }
  guard minimum >= limits.lowerBound, maximum <= limits.upperBound else {
    throw EncodingError(
      .malformed,
      "values \(minimum)...\(maximum) outside their bounds \(limits.lowerBound)...\(limits.upperBound)")
  }
}

/// What integers a sound page has, null slots included; nil where none are possible. Precondition: bounds are in order.
func integerLimits(isCodes: Bool, codeLimit: Int, bounds: PageStatistics.Bounds) -> ClosedRange<Int128>? {
  if isCodes { return codeLimit > 0 ? 0...Int128(codeLimit - 1) : nil }
  guard case .integer(let minimum, let maximum, _) = bounds else { return nil }
  return minimum...maximum
}

/// Takes `values` over, so that their memory is changed in place.
private func zeroingNulls(_ values: consuming PageValues, _ words: [UInt64]) throws(EncodingError) -> PageValues {
  switch consume values {
  case .int64(var values):
    values.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) }
    return .int64(values)
  case .int128(var values):
    values.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) }
    return .int128(values)
  case .float64(var values):
    values.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) }
    return .float64(values)
  case .codes(var values):
    values.withUnsafeMutableBufferPointer { fillNulls($0, words, with: 0) }
    return .codes(values)
  case .strings(let strings):
    for row in 0..<strings.count where words[row >> 6] >> UInt64(row & 63) & 1 == 0 && !strings.range(row).isEmpty {
      throw EncodingError(.malformed, "row \(row) is null but has bytes")
    }
    return .strings(strings)
  }
}
