// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A set of integers below a limit, in which each has a rank: how many smaller ones are in the set. 8 bytes for 32 integers.
///
/// Filled by ``insert(_:)`` from several threads at once, then closed by ``finish()``, and only read afterwards.
final class RankedBits: Sendable {
  // A cell has the bits of 32 integers low and, once the set is closed, the rank of its first one high: one access finds both.
  private let cells: AtomicWords
  private let cellCount: Int

  /// An empty set of integers below `limit`. Precondition: fewer than 2^32 will be in it.
  init(limit: Int) {
    cellCount = limit / 32 + 1
    cells = AtomicWords(count: cellCount)
  }

  /// Precondition: below the limit.
  @inline(__always)
  func insert(_ value: Int) {
    let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: value & 31)
    // Of keys that repeat most bits are there already: reading costs less than locking the line.
    if cells[value &>> 5] & bit == 0 { cells.formOr(bit, at: value &>> 5) }
  }

  /// Counts, and returns how many integers are in the set. To be called once, when all threads that insert have ended.
  func finish() -> Int {
    var before: UInt64 = 0
    for cell in 0..<cellCount {
      let bits = cells[cell]
      cells.formOr(before &<< 32, at: cell)
      before &+= UInt64(bits.nonzeroBitCount)
    }
    return Int(before)
  }

  /// Rank of an integer, -1 if it is not in the set. Precondition: below the limit, and the set is finished.
  @inline(__always)
  func rank(_ value: Int) -> Int {
    let cell = cells[value &>> 5]
    let bit = UInt64(1) &<< UInt64(truncatingIfNeeded: value & 31)
    if cell & bit == 0 { return -1 }
    return Int(truncatingIfNeeded: cell &>> 32) &+ (cell & (bit &- 1)).nonzeroBitCount
  }
}
