// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Words that several threads may change at once, all 0 at first.
struct AtomicWords: @unchecked Sendable {
  // All access is atomic.
  private let memory: LargeMemory<Atomic<UInt64>>
  private let words: UnsafeMutablePointer<Atomic<UInt64>>

  init(count: Int) {
    // All bits zero are an atomic integer 0, which has nothing to be destroyed.
    memory = LargeMemory(zeroed: count)
    words = memory.start
  }

  /// Precondition: there is such a word.
  @inline(__always)
  subscript(word: Int) -> UInt64 { words[word].load(ordering: .relaxed) }

  /// Precondition: there is such a word.
  @inline(__always)
  func formOr(_ bits: UInt64, at word: Int) { words[word].bitwiseOr(bits, ordering: .relaxed) }
}

/// A row number for each of many slots, filled by several threads at once.
final class RowSlots: @unchecked Sendable {
  // Slots are atomic; of two rows for one slot, one stays. They hold the row's number plus 1.
  private let memory: LargeMemory<Atomic<UInt32>>
  private let slots: UnsafeMutablePointer<Atomic<UInt32>>
  private let count: Int

  /// All empty.
  init(count: Int) {
    self.count = count
    // All bits zero are an atomic integer 0, which has nothing to be destroyed.
    memory = LargeMemory(zeroed: count)
    slots = memory.start
  }

  /// Precondition: the slot is one of them, and the row below 2^32 - 2.
  @inline(__always)
  func put(_ row: Int, at slot: Int) { slots[slot].store(UInt32(truncatingIfNeeded: row &+ 1), ordering: .relaxed) }

  /// ``noPartner`` where nothing was put. Precondition: the slot is one of them.
  @inline(__always)
  func row(at slot: Int) -> UInt32 { slots[slot].load(ordering: .relaxed) &- 1 }

  /// Slots that hold a row. O(slots).
  var usedCount: Int {
    var used = 0
    for slot in 0..<count { used &+= row(at: slot) == noPartner ? 0 : 1 }
    return used
  }
}

/// Memory that several workers fill, each at places of its own.
struct SharedMemory<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Workers write disjoint places, and nobody reads before they have ended.
  let start: UnsafeMutablePointer<Element>
}

extension Array where Element: BitwiseCopyable & Sendable {
  /// An array of `count` elements, all of which `fill` writes. Throws what it throws.
  init(filling count: Int, _ fill: (SharedMemory<Element>) throws -> Void) throws {
    try self.init(unsafeUninitializedCapacity: Swift.max(1, count)) { memory, filled in
      guard let start = memory.baseAddress else { return }
      try fill(SharedMemory(start: start))
      filled = count
    }
  }
}

/// Runs `body` for stretches of 0..<count on up to `threads` threads.
func forEachStretch(_ count: Int, threads: Int, _ body: @escaping @Sendable (Range<Int>) throws -> Void) throws {
  let length = 1 << 16
  try forEachChunk((count + length - 1) / length, threads: threads) { stretch in
    try body(stretch * length..<min(count, (stretch + 1) * length))
  }
}

/// True if each key is greater than the one before it. O(keys), without a branch for each.
func isStrictlyAscending<T: FixedWidthInteger>(_ keys: UnsafeBufferPointer<T>) -> Bool {
  var falls = 0
  var row = 1
  while row < keys.count {
    let end = min(keys.count, row + 1_024)
    while row < end {
      falls &+= keys[row] > keys[row &- 1] ? 0 : 1
      row &+= 1
    }
    if falls > 0 { return false }
  }
  return true
}
