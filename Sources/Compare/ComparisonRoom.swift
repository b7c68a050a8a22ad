// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What a comparison of all rows at once may take of memory for what only the data tell: distances of numbers that differ, and keys that
/// repeat or do not pack.
package final class ComparisonRoom: Sendable {
  /// It has no room: nothing was found.
  package struct Exceeded: Error {}

  private let byteCount: Int
  private let held = Atomic(0)

  /// `byteCount`: besides ``ComparisonCost/Data/least``.
  package init(byteCount: Int) { self.byteCount = byteCount }

  /// Throws ``Exceeded`` if there is no room for so much at once.
  func require(_ byteCount: Int) throws(Exceeded) {
    if byteCount > self.byteCount { throw Exceeded() }
  }

  /// Takes room for what was found in a chunk. Throws ``Exceeded``.
  func hold(_ tallies: [ChunkTally]) throws(Exceeded) {
    // Arrays that grow are up to twice as long, all chunks' are joined, and one list is sorted beside its copy.
    let more = tallies.reduce(0) { $0 + 4 * $1.distances.byteCount }
    if more > 0, held.wrappingAdd(more, ordering: .relaxed).newValue > byteCount { throw Exceeded() }
  }

  /// Gives back all that was taken.
  func release() { held.store(0, ordering: .relaxed) }
}
