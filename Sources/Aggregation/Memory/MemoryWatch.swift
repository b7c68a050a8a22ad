// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Looks at what the process takes while groups are made, so that they are given up before there is too much.
///
/// What it looks at is the resident memory itself, once a chunk, and not what each part of a group's state says of itself: that counts
/// all there is, at a few microseconds a chunk. Groups are given up at a third of the room: tables double, and what is made of groups at
/// their end stands beside them for a while.
package final class MemoryWatch: Sendable {
  /// What the groups and all that is made of them may take, in bytes.
  package let roomByteCount: Int
  /// What is made of groups behind their aggregation; nil for nothing.
  let later: LaterBytes?
  private let startByteCount: Int
  private let rowLimit: Int
  private let residentByteCount: @Sendable (_ afterTrimming: Bool) -> Int
  private let seenRows = Atomic(0)

  /// Groups at the most this part of the room before results are made of them.
  private static let growth = 3

  /// Watches an aggregation of `rowCount` rows that may take `roomByteCount` more than the process did when that was `startByteCount`.
  ///
  /// There must also be room for `later`. `residentByteCount` tells what the process takes, after freed memory has been given back if so asked.
  package init(
    roomByteCount: Int, above startByteCount: Int, rowCount: Int, later: LaterBytes? = nil,
    residentByteCount: @escaping @Sendable (Bool) -> Int
  ) {
    self.later = later
    self.roomByteCount = roomByteCount
    self.startByteCount = startByteCount
    rowLimit = rowCount
    self.residentByteCount = residentByteCount
  }

  /// True if so many bytes of groups fit, with what is made of them.
  func fits(groups byteCount: Int) -> Bool { byteCount <= roomByteCount / Self.growth }

  /// Notes that groups of so many more rows were made. Throws where groups have become too many.
  /// `doubles`: false of what is kept of rows, not of groups, and grows with them; that may take two thirds.
  package func noteRows(_ count: Int, doubles: Bool = true) throws(MemoryExceeded) {
    let seen = seenRows.wrappingAdd(count, ordering: .relaxed).newValue
    let most = doubles ? roomByteCount / Self.growth : roomByteCount / 3 * 2
    let held = heldByteCount(most: most)
    if held <= most { return }
    throw MemoryExceeded(neededByteCount: Self.growth * whole(held, of: min(seen, rowLimit), rowLimit))
  }

  /// Throws if so many bytes more have no room; `done` of `count` pieces of like size would then be made.
  package func require(_ byteCount: Int, done: Int = 1, of count: Int = 1) throws(MemoryExceeded) {
    let held = heldByteCount(most: roomByteCount - byteCount)
    if held + byteCount <= roomByteCount { return }
    throw MemoryExceeded(neededByteCount: whole(held + byteCount, of: done, count))
  }

  private func whole(_ byteCount: Int, of done: Int, _ count: Int) -> Int {
    let whole = Double(byteCount) * Double(count) / Double(max(1, done))
    return Int(min(whole, 1e17))
  }

  /// More than `most` only if that is so after freed memory has been given back.
  private func heldByteCount(most: Int) -> Int {
    let held = residentByteCount(false) - startByteCount
    return max(0, held <= most ? held : residentByteCount(true) - startByteCount)
  }
}

/// Groups were given up: they, or what is to be made of them, have no room. No diagnosis: whoever watches goes another way.
package struct MemoryExceeded: Error, Equatable {
  /// What all groups would take, as far as can be told by those that were made.
  package let neededByteCount: Int
}
