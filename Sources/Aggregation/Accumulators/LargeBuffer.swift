// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Memory for numbers that are written in no order: on huge pages where there is much, so that the processor finds each place quickly and the
/// system hands it out at once.
///
/// @unchecked Sendable: who shares it sees to it that no two threads use the same elements.
final class LargeBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The elements, not initialised.
  let elements: UnsafeMutableBufferPointer<Element>

  private static var hugePageBytes: Int { 1 << 21 }

  /// Memory for `count` elements.
  init(count: Int) {
    let byteCount = max(1, count * MemoryLayout<Element>.stride)
    let isLarge = byteCount >= 2 * Self.hugePageBytes
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: byteCount, alignment: isLarge ? Self.hugePageBytes : MemoryLayout<Element>.alignment)
    // Advice only: where it is not taken, pages are small.
    if isLarge { madvise(memory, byteCount, MADV_HUGEPAGE) }
    elements = UnsafeMutableBufferPointer(start: memory.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit { UnsafeMutableRawPointer(elements.baseAddress)?.deallocate() }
}
