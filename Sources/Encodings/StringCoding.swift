// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Smallest and greatest of the strings in valid rows by memcmp, as rows; nil if there are none. O(bytes).
func extremeRows(_ strings: StringArray, _ validity: Validity) -> (lowest: Int, highest: Int)? {
  strings.bytes.withUnsafeBytes { bytes in
    var result: (lowest: Int, highest: Int)?
    for row in 0..<strings.count where validity.isValid(row) {
      guard let known = result else {
        result = (row, row)
        continue
      }
      if compareBytes(bytes, strings.range(row), strings.range(known.lowest)) < 0 {
        result?.lowest = row
      } else if compareBytes(bytes, strings.range(row), strings.range(known.highest)) > 0 {
        result?.highest = row
      }
    }
    return result
  }
}

/// Negative, zero or positive as the first range's bytes come before, equal or after the second's. Precondition: both
/// ranges lie in `bytes`.
@inline(__always)
func compareBytes(_ bytes: UnsafeRawBufferPointer, _ left: Range<Int>, _ right: Range<Int>) -> Int {
  let common = min(left.count, right.count)
  if common > 0, let base = bytes.baseAddress {
    let order = memcmp(base + left.lowerBound, base + right.lowerBound, common)
    if order != 0 { return Int(order) }
  }
  return left.count - right.count
}

/// Appends lengths and bytes of `strings`; null slots count as empty.
func encodeStrings(_ strings: StringArray, into bytes: inout [UInt8]) -> ValuesEncoding {
  let offsets = strings.offsets
  let lengths = (0..<strings.count).map { offsets[$0 + 1] - offsets[$0] }
  let encoding = lengths.withUnsafeBufferPointer { encodeIntegers($0, summary: summarize($0), into: &bytes) }
  bytes.append(contentsOf: strings.bytes)
  return .strings(lengths: encoding, byteCount: strings.bytes.count)
}

/// Reads strings; throws unless the lengths add up to `byteCount` and each string is valid UTF-8.
func decodeStrings(
  lengths encoding: IntegerEncoding, byteCount: Int, from bytes: UnsafeRawBufferPointer, count: Int
) throws(EncodingError) -> (StringArray, Int) {
  let (lengths, used): ([UInt32], Int) = try decodeIntegers(encoding, from: bytes, count: count)
  guard byteCount <= bytes.count - used else {
    throw EncodingError(.truncated, "\(byteCount) bytes of strings in \(bytes.count - used) bytes")
  }
  let text = UnsafeRawBufferPointer(rebasing: bytes[used..<used + byteCount])
  guard firstInvalidUTF8(text) == nil else { throw EncodingError(.malformed, "strings are not valid UTF-8") }
  var offsets: [UInt32] = []
  offsets.reserveCapacity(count + 1)
  offsets.append(0)
  var end = 0
  for length in lengths {
    // A string inside valid text is valid if it starts and ends where characters do.
    if end < byteCount, text[end] & 0xC0 == 0x80 {
      throw EncodingError(.malformed, "a string starts inside a character")
    }
    end += Int(length)
    guard end <= byteCount else { break }
    offsets.append(UInt32(end))
  }
  guard end == byteCount else {
    throw EncodingError(.malformed, "string lengths of \(end) bytes or more in all for \(byteCount) bytes")
  }
  return (StringArray(offsets: offsets, bytes: Array(text)), used + byteCount)
}
