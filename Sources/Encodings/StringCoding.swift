// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
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
///
/// A page in which few strings come again and again gets a dictionary of its own.
func encodeStrings(_ strings: StringArray, policy: EncodingPolicy, into bytes: inout [UInt8]) -> ValuesEncoding {
  if let (entries, codes) = pageDictionary(of: strings) {
    guard case .strings(let lengths, let byteCount) = encodeAll(entries, policy: policy, into: &bytes) else {
      preconditionFailure("strings are encoded as strings")
    }
    let codeEncoding = encodeIntegers(codes, policy: policy, depth: 2, into: &bytes)
    return .stringDictionary(count: entries.count, lengths: lengths, byteCount: byteCount, codes: codeEncoding)
  }
  return encodeAll(strings, policy: policy, into: &bytes)
}

private func encodeAll(_ strings: StringArray, policy: EncodingPolicy, into bytes: inout [UInt8]) -> ValuesEncoding {
  let offsets = strings.offsets
  let lengths = (0..<strings.count).map { offsets[$0 + 1] - offsets[$0] }
  let encoding = encodeIntegers(lengths, policy: policy, depth: 2, into: &bytes)
  bytes.append(contentsOf: strings.bytes)
  return .strings(lengths: encoding, byteCount: strings.bytes.count)
}

/// The distinct strings in order of first row and each row's position among them; nil where a sample says that most are
/// distinct, or there turn out to be too many.
private func pageDictionary(of strings: StringArray) -> (entries: StringArray, codes: [UInt32])? {
  guard strings.count >= 64, strings.bytes.count > strings.count else { return nil }
  func key(_ row: Int) -> UInt128 { strings.withUTF8(row) { wideHash($0) } }
  let step = max(1, strings.count / 512)
  let sampled = stride(from: 0, to: strings.count, by: step)
  let seen = Set(sampled.map(key))
  guard seen.count * 4 < strings.count / step * 3 else { return nil }
  let limit = min(strings.count / 2, IntegerEncoding.maximumDictionaryCount)
  var codeOf: [UInt128: UInt32] = [:]
  var entries = StringArray()
  var codes: [UInt32] = []
  codes.reserveCapacity(strings.count)
  for row in 0..<strings.count {
    let key = key(row)
    if let code = codeOf[key] {
      // Two strings of one 128-bit hash: nobody has seen it, and a dictionary would mix them up.
      let isSame = strings.withUTF8(row) { one in entries.withUTF8(Int(code)) { one.elementsEqual($0) } }
      guard isSame else { return nil }
      codes.append(code)
      continue
    }
    guard entries.count < limit else { return nil }
    codes.append(UInt32(entries.count))
    codeOf[key] = UInt32(entries.count)
    strings.withUTF8(row) { entries.append($0) }
  }
  return (entries, codes)
}

/// Gives each row its string. Throws if a code has none, or all strings together pass the limit of a page.
func lookUp(_ codes: [UInt32], in entries: StringArray) throws(EncodingError) -> StringArray {
  let highest = codes.withUnsafeBufferPointer { cs_maximum_u32($0.baseAddress, $0.count) }
  guard codes.isEmpty || Int(highest) < entries.count else {
    throw EncodingError(.malformed, "code \(highest) in a dictionary of \(entries.count) strings")
  }
  var end = 0
  let offsets = [UInt32](unsafeUninitializedCapacity: codes.count + 1) { offsets, initialized in
    offsets.initializeElement(at: 0, to: 0)
    entries.offsets.withUnsafeBufferPointer { starts in
      for row in codes.indices {
        // Below the count, as was just checked. Past 4 GiB the offsets wrap, and the page is refused below.
        let code = Int(codes[row])
        end &+= Int(starts[code + 1] &- starts[code])
        offsets.initializeElement(at: row + 1, to: UInt32(truncatingIfNeeded: end))
      }
    }
    initialized = codes.count + 1
  }
  guard end <= PageEncoding.maximumRawByteCount else {
    throw EncodingError(.limit, "more than \(PageEncoding.maximumRawByteCount) bytes of strings in a page")
  }
  let bytes = [UInt8](unsafeUninitializedCapacity: end) { buffer, initialized in
    let out = UnsafeMutableRawBufferPointer(buffer)
    entries.bytes.withUnsafeBytes { text in
      entries.offsets.withUnsafeBufferPointer { starts in
        copyStrings(codes, text, starts, into: UnsafeMutableRawBufferPointer(rebasing: out[..<end]))
      }
    }
    initialized = end
  }
  return StringArray(offsets: offsets, bytes: bytes)
}

/// Writes the strings of `codes` one after the other. Precondition: they are as long as `out`.
private func copyStrings(
  _ codes: [UInt32], _ text: UnsafeRawBufferPointer, _ starts: UnsafeBufferPointer<UInt32>,
  into out: UnsafeMutableRawBufferPointer
) {
  var position = 0
  for code in codes {
    let start = Int(starts[Int(code)])
    let length = Int(starts[Int(code) + 1]) - start
    // Short strings are most: 16 bytes are copied at once where both sides have as many; the next string overwrites the surplus.
    if length <= 16, start + 16 <= text.count, position + 16 <= out.count {
      let piece = text.loadUnaligned(fromByteOffset: start, as: SIMD16<UInt8>.self)
      out.storeBytes(of: piece, toByteOffset: position, as: SIMD16<UInt8>.self)
    } else if length > 0 {
      UnsafeMutableRawBufferPointer(rebasing: out[position..<position + length])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: text[start..<start + length]))
    }
    position += length
  }
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
  var end = 0
  var startsInside = false
  let offsets = [UInt32](unsafeUninitializedCapacity: count + 1) { offsets, initialized in
    offsets.initializeElement(at: 0, to: 0)
    initialized = 1
    for length in lengths {
      // A string inside valid text is valid if it starts and ends where characters do.
      if end < byteCount, text[end] & 0xC0 == 0x80 {
        startsInside = true
        break
      }
      end += Int(length)
      guard end <= byteCount else { break }
      offsets.initializeElement(at: initialized, to: UInt32(truncatingIfNeeded: end))
      initialized += 1
    }
  }
  if startsInside { throw EncodingError(.malformed, "a string starts inside a character") }
  guard end == byteCount else {
    throw EncodingError(.malformed, "string lengths of \(end) bytes or more in all for \(byteCount) bytes")
  }
  return (StringArray(offsets: offsets, bytes: Array(text)), used + byteCount)
}
