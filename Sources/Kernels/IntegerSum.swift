// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Sum of `values`, which cannot overflow. Empty: 0.
public func exactSum(_ values: [Int64]) -> Int128 { values.withUnsafeBufferPointer { exactSum($0) } }

/// Sum of `values`, nil if it does not fit 64 bits. What partial sums do on the way does not matter. Empty: 0.
public func checkedSum(_ values: [Int64]) -> Int64? { Int64(exactly: exactSum(values)) }

/// Sum of `values`, which cannot overflow. Empty: 0.
///
/// Each value, made unsigned by adding 2^63, is split into halves of 32 bits that are summed apart in 64 bits: a block of 2^31
/// values cannot overflow those, and the loop has no carries, so that it vectorises.
public func exactSum(_ values: UnsafeBufferPointer<Int64>) -> Int128 {
  let blockLength = 1 << 31
  var total: Int128 = 0
  var first = 0
  while first < values.count {
    let count = min(blockLength, values.count - first)
    var low: UInt64 = 0
    var high: UInt64 = 0
    for i in first..<first + count {
      let shifted = UInt64(bitPattern: values[i]) ^ (1 << 63)
      low &+= shifted & 0xFFFF_FFFF
      high &+= shifted &>> 32
    }
    total += Int128(high) << 32 + Int128(low) - Int128(count) << 63
    first += count
  }
  return total
}

/// Sum of the values whose bit in `validity` (row `i`: bit `i % 64` of word `i / 64`) is 1.
public func exactSum(_ values: UnsafeBufferPointer<Int64>, validity: UnsafeBufferPointer<UInt64>) -> Int128 {
  precondition(validity.count * 64 >= values.count, "fewer validity bits than values")
  var total: Int128 = 0
  for i in 0..<values.count { total += Int128(values[i] & validMask(validity, i)) }
  return total
}

/// Number of rows whose bit is 1, of the first `rowCount`; later bits may be anything.
public func countValid(_ validity: UnsafeBufferPointer<UInt64>, rowCount: Int) -> Int {
  precondition(validity.count * 64 >= rowCount, "fewer validity bits than rows")
  var count = cs_count_bits(validity.baseAddress, rowCount / 64)
  let rest = rowCount % 64
  if rest > 0 { count += (validity[rowCount / 64] & (1 << UInt64(rest) - 1)).nonzeroBitCount }
  return count
}

/// The smallest `b` such that every value lies in -2^b ..< 2^b: 0...63. Empty: 0.
public func magnitudeBits(_ values: UnsafeBufferPointer<Int64>) -> Int {
  var union: UInt64 = 0
  for i in 0..<values.count {
    let value = UInt64(bitPattern: values[i])
    // The highest bit that differs from its neighbour below is where the repeated sign bits end.
    union |= value ^ (value &+ value)
  }
  return max(0, 63 - union.leadingZeroBitCount)
}

/// All ones where row `i` is valid, else zero.
@inline(__always)
func validMask(_ validity: UnsafeBufferPointer<UInt64>, _ i: Int) -> Int64 {
  0 &- Int64(truncatingIfNeeded: validity[i &>> 6] &>> UInt64(truncatingIfNeeded: i & 63) & 1)
}
