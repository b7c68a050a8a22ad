// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

// Questions answered on integers that are still bit-packed, in blocks of 1,024 (layout: `cs_bit_packing.h`): nothing decoded is
// written to memory. An offset is what is packed. `bytes` must hold all of `count` offsets of `bitWidth` (0...64) bits; bit masks
// have row `i` at bit `i % 64` of word `i / 64`. The greatest of all offsets, in rows asked for or not, comes with each answer: it
// is how a caller finds that a page breaks its bounds.

/// Exact sum and greatest of all offsets; 0 for none. Cost: some 0.06 ns a value up to 27 bits, 0.2 beyond.
package func packedSum(
  _ bytes: UnsafeRawBufferPointer, count: Int, bitWidth: Int
) -> (sum: Int128, greatest: UInt64) {
  checkSize(bytes, count, bitWidth)
  var total = cs_packed_total()
  cs_packed_sum(start(of: bytes), count, UInt32(bitWidth), &total)
  return (Int128(total.high) << 32 + Int128(total.low), total.greatest)
}

/// As `packedSum(_:count:bitWidth:)`, summing the rows of `selected` alone.
package func packedSum(
  _ bytes: UnsafeRawBufferPointer, count: Int, bitWidth: Int, selected: UnsafeBufferPointer<UInt64>
) -> (sum: Int128, greatest: UInt64) {
  checkSize(bytes, count, bitWidth)
  precondition(selected.count * 64 >= count, "fewer bits than rows")
  guard let words = selected.baseAddress else { return (0, 0) }
  var total = cs_packed_total()
  cs_packed_sum_selected(start(of: bytes), count, UInt32(bitWidth), words, &total)
  return (Int128(total.high) << 32 + Int128(total.low), total.greatest)
}

/// Least and greatest of all offsets; nil if there are none. Decodes a few thousand at a time, which stay in the cache. Cost: some 0.3 ns a value.
package func packedExtremes(
  _ bytes: UnsafeRawBufferPointer, count: Int, bitWidth: Int
) -> ClosedRange<UInt64>? {
  checkSize(bytes, count, bitWidth)
  guard count > 0 else { return nil }
  // Offsets plus this order as signed integers.
  let middle = UInt64(1) << 63
  var (least, greatest) = (Int64.max, Int64.min)
  let blockRows = 4096
  withUnsafeTemporaryAllocation(of: Int64.self, capacity: blockRows) { block in
    for first in stride(from: 0, to: count, by: blockRows) {
      let rows = min(blockRows, count - first)
      let packed = start(of: bytes) + cs_packed_byte_count(first, UInt32(bitWidth))
      cs_unpack_i64(packed, rows, UInt32(bitWidth), middle, block.baseAddress)
      let bounds = extremes(UnsafeBufferPointer(rebasing: block[..<rows]), validity: nil)
      least = min(least, bounds.least)
      greatest = max(greatest, bounds.greatest)
    }
  }
  return (UInt64(bitPattern: least) &- middle)...(UInt64(bitPattern: greatest) &- middle)
}

/// Sets the bits of rows whose offset lies in `range` and clears all others, those past the last row too. Returns the greatest
/// offset.
///
/// With one end at 0 or at the greatest possible offset that is `<`, `<=`, `>` or `>=`, with both the same it is `=`.
package func packedInRange(
  _ bytes: UnsafeRawBufferPointer, count: Int, bitWidth: Int, range: ClosedRange<UInt64>,
  into words: UnsafeMutableBufferPointer<UInt64>
) -> UInt64 {
  checkSize(bytes, count, bitWidth)
  precondition(words.count * 64 >= count, "fewer bits than rows")
  return cs_packed_in_range(
    start(of: bytes), count, UInt32(bitWidth), range.lowerBound, range.upperBound, words.baseAddress)
}

/// Sets the bits of rows whose value lies in `range` and clears all others.
package func integersInRange(
  _ values: UnsafeBufferPointer<Int64>, range: ClosedRange<Int64>, into words: UnsafeMutableBufferPointer<UInt64>
) {
  precondition(words.count * 64 >= values.count, "fewer bits than rows")
  cs_in_range_i64(values.baseAddress, values.count, range.lowerBound, range.upperBound, words.baseAddress)
}

/// Sets the bits of rows whose offset has a 1 in `flags` and clears all others. False if an offset has no flag: then `words` are written in
/// part, and mean nothing. Precondition: offsets have at most 32 bits.
package func packedLookUp(
  _ bytes: UnsafeRawBufferPointer, count: Int, bitWidth: Int, flags: UnsafeBufferPointer<UInt8>,
  into words: UnsafeMutableBufferPointer<UInt64>
) -> Bool {
  checkSize(bytes, count, bitWidth)
  precondition(words.count * 64 >= count && bitWidth <= 32, "fewer bits than rows, or wide codes")
  switch bitWidth {
  case ...8: return lookUp(bytes, count, bitWidth, flags, words) { cs_unpack_u8($0, $1, UInt32(bitWidth), $2) }
  case ...16: return lookUp(bytes, count, bitWidth, flags, words) { cs_unpack_u16($0, $1, UInt32(bitWidth), $2) }
  default: return lookUp(bytes, count, bitWidth, flags, words) { cs_unpack_u32($0, $1, UInt32(bitWidth), 0, $2) }
  }
}

/// Sets the bits of rows whose code has a 1 in `flags` and clears all others. Precondition: each code has a flag.
package func lookUp<Code: UnsignedInteger & FixedWidthInteger>(
  _ codes: UnsafeBufferPointer<Code>, flags: UnsafeBufferPointer<UInt8>,
  into words: UnsafeMutableBufferPointer<UInt64>
) {
  for first in stride(from: 0, to: codes.count, by: 64) {
    var word: UInt64 = 0
    for i in 0..<min(64, codes.count - first) {
      word |= UInt64(flags[Int(truncatingIfNeeded: codes[first + i])] & 1) &<< UInt64(i)
    }
    words[first / 64] = word
  }
}

/// Block by block, in memory that stays in the first-level cache.
private func lookUp<Code: UnsignedInteger & FixedWidthInteger>(
  _ bytes: UnsafeRawBufferPointer, _ count: Int, _ bitWidth: Int, _ flags: UnsafeBufferPointer<UInt8>,
  _ words: UnsafeMutableBufferPointer<UInt64>,
  unpack: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Code>) -> Void
) -> Bool {
  // Where every offset of so many bits has a flag, none needs to be looked at.
  let isProved = bitWidth < 32 && 1 << bitWidth <= flags.count
  return withUnsafeTemporaryAllocation(of: Code.self, capacity: 1024) { block in
    guard let codes = block.baseAddress else { return false }
    for first in stride(from: 0, to: count, by: 1024) {
      let length = min(1024, count - first)
      unpack(start(of: bytes) + first / 1024 * 128 * bitWidth, length, codes)
      let read = UnsafeBufferPointer(rebasing: block[..<length])
      if !isProved, let greatest = read.max(), Int(greatest) >= flags.count { return false }
      lookUp(read, flags: flags, into: UnsafeMutableBufferPointer(rebasing: words[(first / 64)...]))
    }
    return true
  }
}

private func checkSize(_ bytes: UnsafeRawBufferPointer, _ count: Int, _ bitWidth: Int) {
  precondition((0...64).contains(bitWidth), "a width of \(bitWidth) bits")
  precondition(bytes.count >= cs_packed_byte_count(count, UInt32(bitWidth)), "fewer bytes than \(count) offsets take")
}

/// Where the bytes are; of no bytes, anywhere: they are not read.
private func start(of bytes: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
  bytes.assumingMemoryBound(to: UInt8.self).baseAddress ?? UnsafePointer(bitPattern: 64)!
}
