// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc

/// Memory for many numbers that are read and written in no order by several workers: on huge pages where there is much of it.
final class LargeMemory<Element: ~Copyable>: @unchecked Sendable {
  // Workers write disjoint places, or elements that are atomic, and nobody reads others' before they have ended.
  let start: UnsafeMutablePointer<Element>

  private init(raw: UnsafeMutableRawPointer?, _ count: Int) {
    guard let raw else { preconditionFailure("no memory for \(count) rows") }
    start = raw.bindMemory(to: Element.self, capacity: max(1, count))
  }

  deinit { free(start) }
}

extension LargeMemory where Element: BitwiseCopyable {
  /// Memory for `count` elements, not initialised.
  convenience init(_ count: Int) {
    self.init(raw: cs_fresh_memory(max(1, count) * MemoryLayout<Element>.stride), count)
  }
}

extension LargeMemory where Element: ~Copyable {
  /// Memory of `count` elements of all bits zero. Precondition: `Element` has such a value, and nothing to be destroyed.
  convenience init(zeroed count: Int) {
    self.init(raw: cs_zeroed_memory(max(1, count) * MemoryLayout<Element>.stride), count)
  }
}
