// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// Smallest of `values`, nil if there are none.
public func minimum(_ values: [Int64]) -> Int64? {
  values.isEmpty ? nil : values.withUnsafeBufferPointer { extremes($0, validity: nil).least }
}

/// Greatest of `values`, nil if there are none.
public func maximum(_ values: [Int64]) -> Int64? {
  values.isEmpty ? nil : values.withUnsafeBufferPointer { extremes($0, validity: nil).greatest }
}

/// Smallest of `values`, nil if there are none. NaN is the greatest value of all, -0.0 equals 0.0 and is returned as 0.0.
public func minimum(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  var smallest = Int64.max
  for value in values { smallest = min(smallest, orderedBits(value)) }
  return doubleOfOrderedBits(smallest)
}

/// Greatest of `values`, nil if there are none. NaN is the greatest value of all, -0.0 equals 0.0 and is returned as 0.0.
public func maximum(_ values: [Double]) -> Double? {
  guard !values.isEmpty else { return nil }
  var greatest = Int64.min
  for value in values { greatest = max(greatest, orderedBits(value)) }
  return doubleOfOrderedBits(greatest)
}

/// Least and greatest of the values that are valid (bits as in the grouped kernels; nil: all); `Int64.max` and `Int64.min` where there are none.
/// Cost: 0.1 to 0.3 ns a value.
package func extremes(
  _ values: UnsafeBufferPointer<Int64>, validity: UnsafeBufferPointer<UInt64>?
) -> (least: Int64, greatest: Int64) {
  var (least, greatest) = (Int64.max, Int64.min)
  if let validity {
    precondition(validity.count * 64 >= values.count, "fewer bits than rows")
    cs_selected_bounds_i64(values.baseAddress, validity.baseAddress, values.count, &least, &greatest)
  } else {
    cs_bounds_i64(values.baseAddress, values.count, &least, &greatest)
  }
  return (least, greatest)
}

/// The same of wide integers.
package func extremes(
  _ values: UnsafeBufferPointer<Int128>, validity: UnsafeBufferPointer<UInt64>?
) -> (least: Int128, greatest: Int128) {
  var (least, greatest) = (Int128.max, Int128.min)
  for i in 0..<values.count {
    if let validity, validMask(validity, i) == 0 { continue }
    least = min(least, values[i])
    greatest = max(greatest, values[i])
  }
  return (least, greatest)
}

/// ``orderedBits(_:)`` of each of `values`, in the place of what `bits` held. O(values).
package func orderedBits(_ values: [Double], into bits: inout [Int64]) {
  if bits.count != values.count { bits = [Int64](repeating: 0, count: values.count) }
  cs_ordered_bits_f64(values, values.count, &bits)
}

/// An integer that orders as the doubles do: -infinity first, -0.0 equal to 0.0, every NaN equal and last.
@inlinable
public func orderedBits(_ value: Double) -> Int64 {
  // Adding 0.0 turns -0.0 into 0.0. Negative doubles order against their bits: all but the sign are flipped.
  let bits = Int64(bitPattern: (value.isNaN ? Double.nan : value + 0.0).bitPattern)
  return bits ^ (bits &>> 63 & Int64.max)
}

/// The double that ``orderedBits(_:)`` made `bits` of.
@inlinable
public func doubleOfOrderedBits(_ bits: Int64) -> Double {
  Double(bitPattern: UInt64(bitPattern: bits ^ (bits &>> 63 & Int64.max)))
}
