// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Greatest, smallest and first values per group. Groups and validity as in GroupedKernels.

/// Keeps each group's `width` greatest values, greatest first: group `g` has the slots from `g * width`.
///
/// Slots start as the least integer, and a value as small as that changes nothing: who asks how many slots are in use counts values.
/// `flip` is 0, or -1 for the smallest values, which are then kept as their complements (that turns the order round). Cost: a
/// comparison with the last slot, and up to `width` moves for a value that stays.
package func keepGreatest(
  _ values: UnsafeBufferPointer<Int64>, flip: Int64, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, width: Int, in slots: UnsafeMutableBufferPointer<Int64>
) { keep(values, flip, groups, validity, width, slots) }

/// The same for 128 bits.
package func keepGreatest(
  _ values: UnsafeBufferPointer<Int128>, flip: Int128, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, width: Int, in slots: UnsafeMutableBufferPointer<Int128>
) { keep(values, flip, groups, validity, width, slots) }

@inline(__always)
private func keep<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ flip: T, _ groups: UnsafeBufferPointer<UInt32>,
  _ validity: UnsafeBufferPointer<UInt64>?, _ width: Int, _ slots: UnsafeMutableBufferPointer<T>
) {
  precondition(width > 0, "at least one slot a group")
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let value = values[i] ^ flip
    let first = Int(groups[i]) &* width
    if value <= slots[first &+ width &- 1] { continue }
    insert(value, first, width, slots)
  }
}

/// Puts a value that is greater than the last one in its place among a group's slots, and drops the last one.
@inline(__always)
private func insert<T: FixedWidthInteger>(
  _ value: T, _ first: Int, _ width: Int, _ slots: UnsafeMutableBufferPointer<T>
) {
  var slot = first &+ width &- 1
  while slot > first, slots[slot &- 1] < value {
    slots[slot] = slots[slot &- 1]
    slot &-= 1
  }
  slots[slot] = value
}

/// Keeps the value of each group's first row: the one of the least place.
///
/// Row `i` has place `firstPlace` + `rows[i]` (`i` where there are none), xor `flip`: 0, or -1 to keep the last row instead.
/// `places` start as the greatest integer. Places of rows differ.
package func keepFirst(
  _ values: UnsafeBufferPointer<Int64>, firstPlace: Int64, rows: UnsafeBufferPointer<UInt32>?, flip: Int64,
  groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  places: UnsafeMutableBufferPointer<Int64>, in kept: UnsafeMutableBufferPointer<Int64>
) { keepByPlace(values, firstPlace, rows, flip, groups, validity, places, kept) }

/// The same for 128 bits.
package func keepFirst(
  _ values: UnsafeBufferPointer<Int128>, firstPlace: Int64, rows: UnsafeBufferPointer<UInt32>?, flip: Int64,
  groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  places: UnsafeMutableBufferPointer<Int64>, in kept: UnsafeMutableBufferPointer<Int128>
) { keepByPlace(values, firstPlace, rows, flip, groups, validity, places, kept) }

@inline(__always)
private func keepByPlace<T: FixedWidthInteger>(
  _ values: UnsafeBufferPointer<T>, _ firstPlace: Int64, _ rows: UnsafeBufferPointer<UInt32>?, _ flip: Int64,
  _ groups: UnsafeBufferPointer<UInt32>, _ validity: UnsafeBufferPointer<UInt64>?,
  _ places: UnsafeMutableBufferPointer<Int64>, _ kept: UnsafeMutableBufferPointer<T>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let row = rows.map { Int64($0[i]) } ?? Int64(i)
    let place = (firstPlace &+ row) ^ flip
    let group = Int(groups[i])
    if place < places[group] {
      places[group] = place
      kept[group] = values[i]
    }
  }
}
