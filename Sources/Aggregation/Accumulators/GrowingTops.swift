// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// The greatest integers of each group, best first, in blocks that double with the values really kept: 1, 2, 4 … of them. The plain twin is
/// `keepGreatest`, which has all slots of all groups from the start.
///
/// Blocks lie in slabs that never move, so that growing copies no more than a block; those that were left are used again. Memory: less than
/// twice the values kept, what blocks that were left make of it (at most as much again), and 16 bytes a group.
struct GrowingTops<Number: PlainNumber> {
  private struct Group {
    /// Position of the block's first slot over all slabs.
    var start = 0
    /// Values kept.
    var count: UInt32 = 0
    /// Slots of the block: 0, or a power of two.
    var capacity: UInt32 = 0
  }

  private let width: Int
  private var groups: [Group] = []
  private var slabs = TopSlabs<Number>()
  /// Blocks that were left, by the exponent of their size.
  private var free: [[Int]] = Array(repeating: [], count: 17)

  /// `width` values a group at the most. Precondition: 1 to 65,536.
  init(width: Int) {
    precondition(width > 0 && width <= slabSlots, "a block fits a slab")
    self.width = width
  }

  var groupCount: Int { groups.count }

  /// Slots that there are, of all slabs.
  var slotCount: Int { slabs.slotCount }

  /// The values of a group, best first.
  func values(_ group: Int) -> UnsafeBufferPointer<Number> {
    guard group < groups.count, groups[group].count > 0 else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(start: slabs[groups[group].start], count: Int(groups[group].count))
  }

  /// Takes in values, each xor `flip`, of groups below `groupCount`, where `validity` has a 1. O(rows, and for each that stays its place).
  mutating func add(
    _ values: UnsafeBufferPointer<Number>, flip: Number, groups numbers: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, groupCount: Int
  ) {
    groups.grow(to: groupCount, with: Group())
    for row in 0..<numbers.count {
      if let validity, validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { continue }
      let value = values[row] ^ flip
      let number = Int(numbers[row])
      var group = groups[number]
      if group.count == group.capacity, Int(group.count) < width {
        grow(&group)
        groups[number] = group
      }
      let block = slabs[group.start]
      var slot = Int(group.count)
      if slot == width {
        if value <= block[slot - 1] { continue }
        slot -= 1
      } else {
        groups[number].count += 1
      }
      // In range: below the block's capacity, which has room for one more value, or the last one's place.
      while slot > 0, block[slot - 1] < value {
        block[slot] = block[slot - 1]
        slot -= 1
      }
      block[slot] = value
    }
  }

  /// Moves a group to a block of twice the size, 1 at first.
  private mutating func grow(_ group: inout Group) {
    let exponent = group.capacity == 0 ? 0 : group.capacity.trailingZeroBitCount + 1
    let start = free[exponent].popLast() ?? slabs.allocate(1 << exponent)
    if group.capacity > 0 {
      slabs[start].update(from: slabs[group.start], count: Int(group.count))
      free[exponent - 1].append(group.start)
    }
    (group.start, group.capacity) = (start, 1 << UInt32(exponent))
  }
}

/// Slots of a slab, a power of two: no block of a smaller power lies in two.
private let slabSlots = 1 << 16

/// Slots for integers in slabs of one size.
private final class TopSlabs<Number: PlainNumber> {
  private var slabs: [UnsafeMutablePointer<Number>] = []
  private var used = slabSlots

  deinit { for slab in slabs { slab.deallocate() } }

  var slotCount: Int { slabs.count * slabSlots }

  /// The slot at a position, and those behind it in its block.
  subscript(position: Int) -> UnsafeMutablePointer<Number> {
    slabs[position / slabSlots] + position % slabSlots
  }

  /// The position of so many slots, a power of two, that nobody uses.
  func allocate(_ count: Int) -> Int {
    // Aligned to its size, so that it ends with its slab at the latest.
    var first = (used + count - 1) / count * count
    if first + count > slabSlots {
      let slab = UnsafeMutablePointer<Number>.allocate(capacity: slabSlots)
      slab.initialize(repeating: 0, count: slabSlots)
      slabs.append(slab)
      first = 0
    }
    used = first + count
    return (slabs.count - 1) * slabSlots + first
  }
}
