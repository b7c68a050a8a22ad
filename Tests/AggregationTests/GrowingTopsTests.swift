// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

@testable import Aggregation

@Test(arguments: [1, 2, 5, 8, 64])
func growingTopsKeepWhatSlotsOfAllGroupsKeep(_ width: Int) {
  var random = RandomSource(seed: UInt64(width))
  for flip: Int64 in [0, -1] {
    var growing = GrowingTops<Int64>(width: width)
    var (slots, counts) = ([Int64](), [Int]())
    for groupCount in [1, 40, 41, 3_000] {
      let rowCount = Int.random(in: 0...6_000, using: &random)
      let values = (0..<rowCount).map { _ in Int64.random(in: -50...50, using: &random) }
      // Most rows go to few groups.
      let groups = (0..<rowCount).map { _ in
        UInt32.random(in: 0..<UInt32(Bool.random(using: &random) ? groupCount : min(3, groupCount)), using: &random)
      }
      let validity = (0..<(rowCount + 63) / 64).map { _ in random.next() | random.next() }
      slots.grow(to: groupCount * width, with: .min)
      counts.grow(to: groupCount, with: 0)
      for row in 0..<rowCount where validity[row >> 6] >> UInt64(row & 63) & 1 == 1 { counts[Int(groups[row])] += 1 }
      values.withUnsafeBufferPointer { values in
        groups.withUnsafeBufferPointer { groups in
          validity.withUnsafeBufferPointer { validity in
            growing.add(values, flip: flip, groups: groups, validity: validity, groupCount: groupCount)
            slots.withUnsafeMutableBufferPointer {
              keepGreatest(values, flip: flip, groups: groups, validity: validity, width: width, in: $0)
            }
          }
        }
      }
    }
    for group in counts.indices {
      let kept = slots[group * width..<group * width + min(width, counts[group])]
      #expect(Array(growing.values(group)) == Array(kept), "group \(group) of width \(width)")
    }
  }
}

@Test
func growingTopsTakeWhatValuesTake() {
  var growing = GrowingTops<Int64>(width: 64)
  let groups = (0..<200_000).map { UInt32($0 % 100_000) }
  let values = groups.map { Int64($0) }
  groups.withUnsafeBufferPointer { groups in
    values.withUnsafeBufferPointer {
      growing.add($0, flip: 0, groups: groups, validity: nil, groupCount: 100_000)
    }
  }
  #expect(growing.values(99_999).map { $0 } == [99_999, 99_999])
  // Two values a group in blocks of two, and the blocks of one that were left; not 64 slots a group.
  #expect(growing.slotCount <= 4 * 100_000)
}
