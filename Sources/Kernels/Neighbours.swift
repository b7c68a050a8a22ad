// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The value of a rank (from 0) in ascending order and the one of the next rank (the same for the last).
///
/// Counts the values by their leading bits between the least and the greatest, keeps those that share the rank's, and so on: each round
/// is a few passes without a branch that depends on a value, and divides what is left by up to 2,048. O(values), at worst times bits / 4.
/// `scratch` has room for all values, `counts` for 2,048 where there are more than 48. Precondition: `rank` is below the number of values.
package func neighbours(
  _ values: UnsafeBufferPointer<Int32>, rank: Int, scratch: UnsafeMutableBufferPointer<Int32>,
  counts: UnsafeMutableBufferPointer<UInt32>
) -> (lower: Int32, upper: Int32) { findNeighbours(values, rank, scratch, counts) }

/// The same for 64 bits.
package func neighbours(
  _ values: UnsafeBufferPointer<Int64>, rank: Int, scratch: UnsafeMutableBufferPointer<Int64>,
  counts: UnsafeMutableBufferPointer<UInt32>
) -> (lower: Int64, upper: Int64) { findNeighbours(values, rank, scratch, counts) }

/// The same for 128 bits.
package func neighbours(
  _ values: UnsafeBufferPointer<Int128>, rank: Int, scratch: UnsafeMutableBufferPointer<Int128>,
  counts: UnsafeMutableBufferPointer<UInt32>
) -> (lower: Int128, upper: Int128) { findNeighbours(values, rank, scratch, counts) }

/// So many are sorted at once.
private let fewValues = 48

@inline(__always)
private func findNeighbours<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ rank: Int, _ scratch: UnsafeMutableBufferPointer<T>,
  _ counts: UnsafeMutableBufferPointer<UInt32>
) -> (T, T) {
  let hasRoom = scratch.count >= values.count && (values.count <= fewValues || counts.count >= 2_048)
  precondition(rank >= 0 && rank < values.count && hasRoom, "a rank below the number of values, and room")
  var source = values
  var rank = rank
  // Known as soon as the two ranks do not share their leading bits.
  var upper: T?
  while source.count > fewValues {
    let (least, greatest) = bounds(source)
    if least == greatest { return (least, upper ?? least) }
    let span = T.Magnitude(truncatingIfNeeded: greatest &- least)
    let digitBits = min(11, max(4, 61 - source.count.leadingZeroBitCount))
    let shift = T.Magnitude(max(0, T.bitWidth - span.leadingZeroBitCount - digitBits))
    counts[...Int(span &>> shift)].update(repeating: 0)
    for i in 0..<source.count { counts[digit(source[i], least, shift)] &+= 1 }
    var bin = 0
    var before = 0
    while before + Int(counts[bin]) <= rank {
      before += Int(counts[bin])
      bin += 1
    }
    if upper == nil, rank + 1 < source.count, rank + 1 == before + Int(counts[bin]) {
      var next = greatest
      for i in 0..<source.count { next = digit(source[i], least, shift) > bin ? min(next, source[i]) : next }
      upper = next
    }
    var kept = 0
    for i in 0..<source.count {
      let value = source[i]
      // No further than the value just read: in later rounds the source is the scratch's own beginning.
      scratch[kept] = value
      kept &+= digit(value, least, shift) == bin ? 1 : 0
    }
    source = UnsafeBufferPointer(rebasing: scratch[..<kept])
    rank -= before
  }
  if source.baseAddress == values.baseAddress { _ = scratch.update(fromContentsOf: source) }
  sortFew(scratch, 0, source.count)
  return (scratch[rank], upper ?? scratch[min(rank + 1, source.count - 1)])
}

@inline(__always)
private func digit<T: FixedWidthInteger>(_ value: T, _ least: T, _ shift: T.Magnitude) -> Int {
  Int(truncatingIfNeeded: T.Magnitude(truncatingIfNeeded: value &- least) &>> shift)
}

@inline(__always)
private func bounds<T: FixedWidthInteger>(_ values: UnsafeBufferPointer<T>) -> (T, T) {
  var least = T.max
  var greatest = T.min
  for i in 0..<values.count {
    least = min(least, values[i])
    greatest = max(greatest, values[i])
  }
  return (least, greatest)
}
