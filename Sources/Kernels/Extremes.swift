// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Smallest of `values`, nil if there are none.
public func minimum(_ values: [Int64]) -> Int64? {
  guard !values.isEmpty else { return nil }
  var smallest = Int64.max
  for value in values { smallest = min(smallest, value) }
  return smallest
}

/// Greatest of `values`, nil if there are none.
public func maximum(_ values: [Int64]) -> Int64? {
  guard !values.isEmpty else { return nil }
  var greatest = Int64.min
  for value in values { greatest = max(greatest, value) }
  return greatest
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
