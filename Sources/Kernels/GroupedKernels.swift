// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Accumulators indexed by group number. In all of them `groups[i]` is the group of row `i`, below the accumulators' count: callers
// prove that once per page, nothing is checked per row. `validity`, where it is not nil, has a bit per row (row `i`: bit `i % 64` of
// word `i / 64`), and rows whose bit is 0 take no part whatever their slots hold.

/// Adds 1 to each row's group.
public func countRows(groups: UnsafeBufferPointer<UInt32>, into counts: UnsafeMutableBufferPointer<Int64>) {
  for i in 0..<groups.count { counts[Int(groups[i])] &+= 1 }
}

/// Adds 1 to the group of each row that is not valid.
public func countNulls(
  groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>,
  into counts: UnsafeMutableBufferPointer<Int64>
) {
  for i in 0..<groups.count { counts[Int(groups[i])] &+= 1 &+ validMask(validity, i) }
}

/// Adds each value to its group's sum, modulo 2^64: the caller has proved that no sum leaves 64 bits (see ``magnitudeBits(_:)``).
public func wrappingSums(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int64>
) {
  if let validity {
    for i in 0..<groups.count { sums[Int(groups[i])] &+= values[i] & validMask(validity, i) }
  } else {
    for i in 0..<groups.count { sums[Int(groups[i])] &+= values[i] }
  }
}

/// Adds the values of each run of rows to its group's sum, modulo 2^64 as in `wrappingSums(_:groups:validity:into:)`.
///
/// Run `r` is of group `runGroups[r]` and ends before row `runEnds[r]`. No slower for long runs than a plain sum, where adding to one
/// place in memory row by row would wait for the addition before.
public func wrappingSums(
  _ values: UnsafeBufferPointer<Int64>, runGroups: UnsafeBufferPointer<UInt32>, runEnds: UnsafeBufferPointer<Int>,
  into sums: UnsafeMutableBufferPointer<Int64>
) {
  var row = 0
  for run in 0..<runEnds.count {
    var sum: Int64 = 0
    for i in row..<runEnds[run] { sum &+= values[i] }
    row = runEnds[run]
    sums[Int(runGroups[run])] &+= sum
  }
}

/// Adds the length of each run to its group's count.
public func countRows(
  runGroups: UnsafeBufferPointer<UInt32>, runEnds: UnsafeBufferPointer<Int>,
  into counts: UnsafeMutableBufferPointer<Int64>
) {
  var row = 0
  for run in 0..<runEnds.count {
    counts[Int(runGroups[run])] &+= Int64(runEnds[run] &- row)
    row = runEnds[run]
  }
}

/// Adds each value to its group's sum of 128 bits, which 2^63 rows cannot overflow.
public func exactSums(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int128>
) {
  if let validity {
    for i in 0..<groups.count { sums[Int(groups[i])] &+= Int128(values[i] & validMask(validity, i)) }
  } else {
    for i in 0..<groups.count { sums[Int(groups[i])] &+= Int128(values[i]) }
  }
}

/// Adds each value to its group's sum of 192 bits, which 2^63 rows cannot overflow.
public func exactSums(
  _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int192>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    sums[Int(groups[i])].add(values[i])
  }
}

/// Lowers each group's minimum to the smallest of its values.
public func minima(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into minima: UnsafeMutableBufferPointer<Int64>
) { lower(values, groups, validity, minima) }

/// Lowers each group's minimum to the smallest of its values.
public func minima(
  _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into minima: UnsafeMutableBufferPointer<Int128>
) { lower(values, groups, validity, minima) }

/// Raises each group's maximum to the greatest of its values.
public func maxima(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into maxima: UnsafeMutableBufferPointer<Int64>
) { raise(values, groups, validity, maxima) }

/// Raises each group's maximum to the greatest of its values.
public func maxima(
  _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into maxima: UnsafeMutableBufferPointer<Int128>
) { raise(values, groups, validity, maxima) }

@inline(__always)
private func lower<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ groups: UnsafeBufferPointer<UInt32>, _ validity: UnsafeBufferPointer<UInt64>?,
  _ minima: UnsafeMutableBufferPointer<T>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let group = Int(groups[i])
    minima[group] = min(minima[group], values[i])
  }
}

@inline(__always)
private func raise<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ groups: UnsafeBufferPointer<UInt32>, _ validity: UnsafeBufferPointer<UInt64>?,
  _ maxima: UnsafeMutableBufferPointer<T>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let group = Int(groups[i])
    maxima[group] = max(maxima[group], values[i])
  }
}
