// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Which values each group has, as bits: a value is its distance from a base. Groups and validity as in GroupedKernels.

/// Least and greatest of the valid values, nil if there are none.
package func validRange(
  _ values: UnsafeBufferPointer<Int64>, validity: UnsafeBufferPointer<UInt64>?
) -> ClosedRange<Int64>? {
  var least = Int64.max
  var greatest = Int64.min
  if let validity {
    for i in 0..<values.count {
      let mask = validMask(validity, i)
      // Where the mask is 0: the end of the order that changes nothing.
      least = min(least, values[i] & mask | Int64.max & ~mask)
      greatest = max(greatest, values[i] & mask | Int64.min & ~mask)
    }
  } else {
    for i in 0..<values.count {
      least = min(least, values[i])
      greatest = max(greatest, values[i])
    }
  }
  return least <= greatest ? least...greatest : nil
}

/// Sets the bit of each value in its group's `wordsPerGroup` words. Precondition: valid values lie less than 64 x `wordsPerGroup` above `base`.
package func setBits(
  _ values: UnsafeBufferPointer<Int64>, base: Int64, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, wordsPerGroup: Int, in bits: UnsafeMutableBufferPointer<UInt64>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let offset = Int(truncatingIfNeeded: values[i] &- base)
    bits[Int(groups[i]) &* wordsPerGroup &+ offset &>> 6] |= 1 &<< UInt64(truncatingIfNeeded: offset & 63)
  }
}
