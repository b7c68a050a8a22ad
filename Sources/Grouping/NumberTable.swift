// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Gives each distinct 64-bit key a dense number, 0, 1, 2, … in order of first appearance.
///
/// Keys of at most ``directBitLimit`` bits index an array; others go into an open-addressing hash table with linear probing. There, the
/// key after the last one found is tried first: rows that come in the order of rows before them are numbered without hashing.
final class NumberTable {
  /// Stands for "no number": a free slot, or a key that was not found.
  static let missing = UInt32.max
  /// Widest key for which an array of 2^bits numbers (4 MiB at most) replaces the hash table.
  static let directBitLimit = 20

  /// Number of distinct keys (and of numbers taken by ``reserveNumber()``).
  private(set) var count = 0

  private struct Slot {
    var key: UInt64
    var number: UInt32
  }

  // Exactly one of the two is allocated; both live until deinit or growth.
  private var direct: UnsafeMutableBufferPointer<UInt32>
  private var slots: UnsafeMutableBufferPointer<Slot>
  private let expectedKeys: Int
  /// Key of each number, where keys are hashed; the reserved number's is 0. Room for 70 % of the slots.
  private var keyOfNumber: UnsafeMutableBufferPointer<UInt64>
  /// The number taken by ``reserveNumber()``, ``missing`` if none was.
  private var reserved = NumberTable.missing
  /// A hash's top bits are the slot: the shift that leaves them.
  private var hashShift = 0
  /// Number of the key last seen by ``number(_:into:)``.
  private var lastFound = NumberTable.missing
  /// Keeps the reads of ``touchSlots(of:)`` from being left out.
  private var touched: UInt32 = 0
  /// Up to here, slots (16 bytes each) stay in the second-level cache.
  private static let cachedSlotCount = 1 << 15

  /// Keys must be below 2^keyBits. Once there are a 32nd of `expectedKeys`, room is made for all of them (at most 2^24) in one go.
  init(keyBits: Int, expectedKeys: Int = 0) {
    direct = UnsafeMutableBufferPointer(start: nil, count: 0)
    self.expectedKeys = min(expectedKeys, 1 << 24)
    slots = UnsafeMutableBufferPointer(start: nil, count: 0)
    keyOfNumber = UnsafeMutableBufferPointer(start: nil, count: 0)
    if keyBits <= Self.directBitLimit {
      direct = .allocate(capacity: 1 << keyBits)
      direct.initialize(repeating: Self.missing)
    } else {
      allocateSlots(bits: 10)
    }
  }

  deinit {
    direct.deallocate()
    slots.deallocate()
    keyOfNumber.deallocate()
  }

  /// Numbers `keys`; unknown ones are added. `numbers` has room for all.
  func number(_ keys: UnsafeBufferPointer<UInt64>, into numbers: UnsafeMutableBufferPointer<UInt32>) {
    if slots.baseAddress == nil {
      var next = UInt32(count)
      let direct = direct
      for i in 0..<keys.count {
        // In range: keys are below 2^keyBits, the array's length.
        let key = Int(truncatingIfNeeded: keys[i])
        var number = direct[key]
        if number == Self.missing {
          number = next
          direct[key] = next
          next += 1
        }
        numbers[i] = number
      }
      count = Int(next)
      return
    }
    if keys.isEmpty { return }
    reserve(keys.count)
    let expected = numberInOrder(keys, into: numbers)
    if expected == keys.count { return }
    let rest = UnsafeBufferPointer(rebasing: keys[expected...])
    if slots.count > Self.cachedSlotCount { touchSlots(of: rest) }
    for i in 0..<rest.count { numbers[expected + i] = findOrAdd(rest[i]) }
    lastFound = numbers[keys.count - 1]
  }

  /// Numbers keys as long as each is the one after the key before it, and returns how many are.
  private func numberInOrder(
    _ keys: UnsafeBufferPointer<UInt64>, into numbers: UnsafeMutableBufferPointer<UInt32>
  ) -> Int {
    let known = UnsafeBufferPointer(rebasing: keyOfNumber[..<count])
    // `missing` plus 1 is 0: the first key is tried first.
    var next = Int(lastFound &+ 1)
    for i in 0..<keys.count {
      guard next < known.count, known[next] == keys[i], next != Int(reserved) else {
        return i
      }
      numbers[i] = UInt32(next)
      next += 1
    }
    lastFound = UInt32(next - 1)
    return keys.count
  }

  /// Reads each key's slot, one independent of the other, so that the cache misses of a block of keys overlap.
  private func touchSlots(of keys: UnsafeBufferPointer<UInt64>) {
    var union: UInt32 = 0
    for key in keys { union |= slots[Self.slot(of: key, hashShift)].number }
    touched = union
  }

  /// As ``number(_:into:)``, but unknown keys get ``missing`` and are not added.
  func lookUp(_ keys: UnsafeBufferPointer<UInt64>, into numbers: UnsafeMutableBufferPointer<UInt32>) {
    if slots.baseAddress == nil {
      for i in 0..<keys.count { numbers[i] = direct[Int(truncatingIfNeeded: keys[i])] }
    } else {
      for i in 0..<keys.count { numbers[i] = find(keys[i]) }
    }
  }

  /// Number of one key, added if unknown. Precondition: ``reserve(_:)`` made room, and the table hashes (more than 20 bits).
  @inline(__always)
  func findOrAdd(_ key: UInt64) -> UInt32 {
    let slots = slots
    let mask = slots.count - 1
    var slot = Self.slot(of: key, hashShift)
    while true {
      let found = slots[slot]
      if found.number == Self.missing {
        let number = UInt32(count)
        slots[slot] = Slot(key: key, number: number)
        keyOfNumber[Int(number)] = key
        count += 1
        return number
      }
      if found.key == key { return found.number }
      slot = (slot + 1) & mask
    }
  }

  /// Number of one key, ``missing`` if unknown. Precondition: the table hashes (more than 20 bits).
  @inline(__always)
  func find(_ key: UInt64) -> UInt32 {
    let slots = slots
    let mask = slots.count - 1
    var slot = Self.slot(of: key, hashShift)
    while true {
      let found = slots[slot]
      if found.number == Self.missing || found.key == key { return found.number }
      slot = (slot + 1) & mask
    }
  }

  /// Takes the next number for something that is no key (null), once. Precondition: as for ``findOrAdd(_:)``.
  func reserveNumber() -> UInt32 {
    precondition(reserved == Self.missing, "one number is reserved")
    reserved = UInt32(count)
    keyOfNumber[count] = 0
    count += 1
    return reserved
  }

  /// Makes room for `added` more keys: the table is never more than 70 % full. Amortised O(added).
  func reserve(_ added: Int) {
    precondition(count + added < Int(UInt32.max), "more than 4 G distinct keys")
    guard slots.baseAddress != nil, (count + added) * 10 > slots.count * 7 else { return }
    let old = slots
    var bits = old.count.trailingZeroBitCount + 1
    let wanted = max(count + added, count > expectedKeys / 32 ? expectedKeys : 0)
    while wanted * 10 > (1 << bits) * 7 { bits += 1 }
    allocateSlots(bits: bits)
    let mask = slots.count - 1
    for kept in old where kept.number != Self.missing {
      var slot = Self.slot(of: kept.key, hashShift)
      while slots[slot].number != Self.missing { slot = (slot + 1) & mask }
      slots[slot] = kept
    }
    old.deallocate()
  }

  /// Key of each number, 0 for the reserved one. O(numbers); for keys that index an array, O(2^bits).
  func keys() -> [UInt64] {
    if slots.baseAddress != nil { return Array(keyOfNumber[..<count]) }
    var keys = [UInt64](repeating: 0, count: count)
    keys.withUnsafeMutableBufferPointer { keys in
      for (key, number) in direct.enumerated() where number != Self.missing { keys[Int(number)] = UInt64(key) }
    }
    return keys
  }

  private func allocateSlots(bits: Int) {
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: Slot(key: 0, number: Self.missing))
    hashShift = Int.bitWidth - bits
    let known = keyOfNumber
    keyOfNumber = .allocate(capacity: slots.count * 7 / 10 + 1)
    _ = keyOfNumber.initialize(from: known[..<count])
    known.deallocate()
  }

  /// Both halves of a full product, folded and multiplied again: every bit of the key reaches the top bits, which are the slot.
  @inline(__always)
  private static func slot(of key: UInt64, _ hashShift: Int) -> Int {
    let product = (key ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    let hash = (product.high ^ product.low) &* 0x9FB2_1C65_1E98_DF25
    return Int(truncatingIfNeeded: hash &>> UInt64(truncatingIfNeeded: hashShift))
  }
}
