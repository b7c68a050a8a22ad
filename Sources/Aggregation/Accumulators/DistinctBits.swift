// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// The different values of each group as bits, where groups and the range of the values are few enough.
struct DistinctBits {
  /// Most words of bits.
  private let maximumWordCount: Int

  /// The first bit's value divided by 64, rounded down: groups of bits begin at multiples of 64.
  private var firstWord = 0
  private var wordsPerGroup = 0
  private var bits: [UInt64] = []

  /// Takes at most so many bytes.
  init(mostBytes: Int) { maximumWordCount = mostBytes / 8 }

  /// Number of groups that have room.
  var groupCount: Int { wordsPerGroup == 0 ? 0 : bits.count / wordsPerGroup }

  /// Makes room for values in `range` of so many groups; false, and nothing changed, if that takes too much.
  mutating func reserve(_ range: ClosedRange<Int64>, groupCount: Int) -> Bool {
    let first = min(Int(range.lowerBound >> 6), wordsPerGroup == 0 ? .max : firstWord)
    let last = max(Int(range.upperBound >> 6), wordsPerGroup == 0 ? .min : firstWord + wordsPerGroup - 1)
    let groups = max(groupCount, self.groupCount, 1)
    guard last - first < maximumWordCount / groups else { return false }
    if first != firstWord || last - first + 1 != wordsPerGroup { move(to: first, last - first + 1) }
    bits.grow(to: groups * wordsPerGroup, with: 0)
    return true
  }

  /// Sets bits. Precondition: there is room for all of them.
  mutating func insert(
    _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?
  ) {
    let (base, words) = (Int64(firstWord) << 6, wordsPerGroup)
    bits.withUnsafeMutableBufferPointer {
      setBits(values, base: base, groups: groups, validity: validity, wordsPerGroup: words, in: $0)
    }
  }

  /// Takes in another's bits: its group `g` is group `groups[g]` here. False, and nothing changed, if that takes too much room.
  mutating func merge(_ other: DistinctBits, groups: [UInt32], groupCount: Int) -> Bool {
    guard other.wordsPerGroup > 0 else { return true }
    let first = Int64(other.firstWord) << 6
    // In this order nothing overflows up to the greatest integer.
    let last = first + (Int64(other.wordsPerGroup) * 64 - 1)
    guard reserve(first...last, groupCount: groupCount) else { return false }
    let offset = other.firstWord - firstWord
    for group in 0..<other.groupCount {
      let target = Int(groups[group]) * wordsPerGroup + offset
      for word in 0..<other.wordsPerGroup { bits[target + word] |= other.bits[group * other.wordsPerGroup + word] }
    }
    return true
  }

  /// Number of bits set, per group with room.
  func counts() -> [Int64] {
    (0..<groupCount).map { group in
      bits[group * wordsPerGroup..<(group + 1) * wordsPerGroup].reduce(0) { $0 + Int64($1.nonzeroBitCount) }
    }
  }

  /// Runs `body` on all groups and their values, in pieces of some thousand.
  func forEachPiece(_ body: (_ groups: [Int64], _ values: [Int64]) -> Void) {
    var groups: [Int64] = []
    var values: [Int64] = []
    for (index, word) in bits.enumerated() {
      var rest = word
      while rest != 0 {
        groups.append(Int64(index / wordsPerGroup))
        values.append(Int64(firstWord + index % wordsPerGroup) << 6 + Int64(rest.trailingZeroBitCount))
        rest &= rest - 1
      }
      guard groups.count >= 8_192 || index == bits.count - 1 else { continue }
      body(groups, values)
      groups.removeAll(keepingCapacity: true)
      values.removeAll(keepingCapacity: true)
    }
  }

  private mutating func move(to first: Int, _ words: Int) {
    var moved = [UInt64](repeating: 0, count: groupCount * words)
    for group in 0..<groupCount {
      for word in 0..<wordsPerGroup {
        moved[group * words + firstWord - first + word] = bits[group * wordsPerGroup + word]
      }
    }
    (bits, firstWord, wordsPerGroup) = (moved, first, words)
  }
}
