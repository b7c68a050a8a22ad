// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// The least or greatest code of each group, as the greatest of keys that fall or rise with codes; key 0 is no value. Keys take as few
/// bytes as they fit.
struct KeptCodes {
  private enum Memory {
    case bytes(UnsafeMutablePointer<UInt8>)
    case shorts(UnsafeMutablePointer<UInt16>)
    case words(UnsafeMutablePointer<UInt32>)
    case longs(UnsafeMutablePointer<UInt64>)
  }

  private let extreme: Extreme
  private let coding: ValueCoding
  private let memory: Memory
  private let slotCount: Int

  /// `slotCount` groups without values. The memory is the caller's to ``free()``.
  init(_ extreme: Extreme, _ coding: ValueCoding, slotCount: Int) {
    self.extreme = extreme
    self.coding = coding
    self.slotCount = slotCount
    switch coding.limit {
    case ..<255: memory = .bytes(zeroed(slotCount))
    case ..<65_535: memory = .shorts(zeroed(slotCount))
    case ..<UInt64(UInt32.max): memory = .words(zeroed(slotCount))
    default: memory = .longs(zeroed(slotCount))
    }
  }

  func free() {
    switch memory {
    case .bytes(let kept): kept.deallocate()
    case .shorts(let kept): kept.deallocate()
    case .words(let kept): kept.deallocate()
    case .longs(let kept): kept.deallocate()
    }
  }

  /// Greatest key: that of the extreme's best code.
  private var top: UInt64 { coding.limit + 1 }

  /// Takes in `count` rows; `keys` is overwritten.
  func add(_ codes: BlockColumn, groups: UnsafePointer<UInt32>, count: Int, keys: BlockColumn) {
    let keepsZero: Int32 = coding.isNullable ? 1 : 0
    guard coding.isNarrow else {
      switch extreme {
      case .maximum: cs_rising_u64(codes.wide, count, coding.isNullable ? 0 : 1, keys.wide)
      case .minimum: cs_falling_u64(codes.wide, count, top, keepsZero, keys.wide)
      }
      if case .longs(let kept) = memory { cs_raise_u64(kept, groups, keys.wide, count) }
      return
    }
    switch extreme {
    case .maximum: cs_rising_u32(codes.narrow, count, coding.isNullable ? 0 : 1, keys.narrow)
    case .minimum: cs_falling_u32(codes.narrow, count, UInt32(top), keepsZero, keys.narrow)
    }
    switch memory {
    case .bytes(let kept): cs_raise_u8(kept, groups, keys.narrow, count)
    case .shorts(let kept): cs_raise_u16(kept, groups, keys.narrow, count)
    case .words(let kept): cs_raise_u32(kept, groups, keys.narrow, count)
    case .longs: preconditionFailure("narrow codes have narrow keys")
    }
  }

  /// Takes in slots `from`, as many as `slots`, of the same or another's of the same kind.
  func join(_ other: KeptCodes, slots: Range<Int>, from: Int) {
    let (first, count) = (slots.lowerBound, slots.count)
    switch (memory, other.memory) {
    case (.bytes(let own), .bytes(let theirs)): cs_greater_u8(own + first, theirs + from, count)
    case (.shorts(let own), .shorts(let theirs)): cs_greater_u16(own + first, theirs + from, count)
    case (.words(let own), .words(let theirs)): cs_greater_u32(own + first, theirs + from, count)
    case (.longs(let own), .longs(let theirs)): cs_greater_u64(own + first, theirs + from, count)
    default: preconditionFailure("extremes of two kinds")
    }
  }

  /// Makes the first `count` slots groups without values.
  func clear(count: Int) {
    switch memory {
    case .bytes(let kept): kept.update(repeating: 0, count: count)
    case .shorts(let kept): kept.update(repeating: 0, count: count)
    case .words(let kept): kept.update(repeating: 0, count: count)
    case .longs(let kept): kept.update(repeating: 0, count: count)
    }
  }

  private func key(_ slot: Int) -> UInt64 {
    switch memory {
    case .bytes(let kept): UInt64(kept[slot])
    case .shorts(let kept): UInt64(kept[slot])
    case .words(let kept): UInt64(kept[slot])
    case .longs(let kept): kept[slot]
    }
  }

  /// True if a value was taken in for the group.
  func hasValue(_ slot: Int) -> Bool { key(slot) != 0 }

  /// The extreme value of a group; 0 for one without.
  func value(_ slot: Int) -> Int64 {
    let key = key(slot)
    if key == 0 { return 0 }
    let code =
      switch extreme {
      case .maximum: coding.isNullable ? key : key - 1
      case .minimum: top - key
      }
    return Int64(coding.base + Int128(code))
  }
}

/// Memory for `count` elements, all bits 0: fresh from the system where it is much, and so not written twice.
func zeroed<Element: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<Element> {
  let byteCount = max(1, count) * MemoryLayout<Element>.stride
  guard let memory = cs_zeroed_memory(byteCount) else { preconditionFailure("no memory for \(byteCount) bytes") }
  return memory.bindMemory(to: Element.self, capacity: max(1, count))
}
