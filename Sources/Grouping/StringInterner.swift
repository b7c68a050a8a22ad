// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Glibc

/// Gives each distinct string (by bytes) a dense number in order of first appearance, and keeps one copy of it.
package final class StringInterner {
  /// Stands for "not known".
  package static let missing = UInt32.max

  private var offsets: [UInt32] = [0]
  private var bytes: [UInt8] = []
  private var hashes: [UInt64] = []
  /// Number in the low half, the low half of the hash in the high one; all ones is free. A hash's place is told by its first bits.
  private var slots = [UInt64](repeating: .max, count: 256)
  private var slotBits = 8
  private let seed = StringHashSeed.ofProcess

  /// Strings looked up at once: while one is compared, what the others are compared with is on its way from memory.
  private static let stringsAhead = 64

  /// Starts empty.
  package init() {}

  /// Starts with distinct strings, numbered as they stand.
  convenience init(numbering strings: StringArray) {
    self.init()
    for index in 0..<strings.count { _ = strings.withUTF8(index) { number($0) } }
  }

  /// Number of distinct strings.
  package var count: Int { hashes.count }

  /// Bytes of all distinct strings.
  package var byteCount: Int { bytes.count }

  /// The distinct strings; string `n` has number `n`. Copies nothing until changed.
  package var entries: StringArray { StringArray(offsets: offsets, bytes: bytes) }

  /// Number of `text`, which is added if unknown. Precondition: all distinct strings stay under 4 GiB.
  package func number(_ text: UnsafeRawBufferPointer) -> UInt32 {
    let hash = hash(text)
    let known = withTable { $0.number(of: text, hash) }
    return known == Self.missing ? add(text, hash) : known
  }

  /// Number of `text`, ``missing`` if unknown.
  package func lookUp(_ text: UnsafeRawBufferPointer) -> UInt32 {
    let hash = hash(text)
    return withTable { $0.number(of: text, hash) }
  }

  /// Numbers of the strings of `rows`, ``missing`` for rows without value; those not known are added. Precondition: as there.
  ///
  /// As fast as memory answers: cache misses of ``stringsAhead`` strings overlap.
  package func number(
    _ strings: StringArray, _ validity: Validity, rows: Range<Int>, into numbers: UnsafeMutableBufferPointer<UInt32>
  ) {
    findBlocks(strings, rows, into: numbers) { all, first, hashes, numbers in
      for index in numbers.indices {
        if !validity.isValid(first + index) {
          numbers[index] = Self.missing
        } else if numbers[index] == Self.missing {
          // Added meanwhile, perhaps, for a row of the block before this one.
          let text = UnsafeRawBufferPointer(rebasing: all[strings.range(first + index)])
          let known = withTable { $0.number(of: text, hashes[index]) }
          numbers[index] = known == Self.missing ? add(text, hashes[index]) : known
        }
      }
    }
  }

  /// Numbers of the strings of `rows`, ``missing`` for those not known and for rows without value. Cost: as ``number(_:_:rows:into:)``.
  func lookUp(
    _ strings: StringArray, _ validity: Validity, rows: Range<Int>, into numbers: UnsafeMutableBufferPointer<UInt32>
  ) {
    findBlocks(strings, rows, into: numbers) { _, first, _, numbers in
      for index in numbers.indices where !validity.isValid(first + index) { numbers[index] = Self.missing }
    }
  }

  /// How many of `strings`, which are distinct, are not known, and their bytes.
  func new(in strings: StringArray) -> (count: Int, byteCount: Int) {
    var numbers = [UInt32](repeating: 0, count: strings.count)
    numbers.withUnsafeMutableBufferPointer { lookUp(strings, .allValid, rows: 0..<strings.count, into: $0) }
    var new = (count: 0, byteCount: 0)
    for (index, number) in numbers.enumerated() where number == Self.missing {
      new.count += 1
      new.byteCount += strings.range(index).count
    }
    return new
  }

  /// Looks up the strings of `rows` block by block, and runs `body` after each: with all bytes, the block's first row, its hashes and its
  /// numbers.
  private func findBlocks(
    _ strings: StringArray, _ rows: Range<Int>, into numbers: UnsafeMutableBufferPointer<UInt32>,
    _ body: (UnsafeRawBufferPointer, Int, UnsafeMutablePointer<UInt64>, UnsafeMutableBufferPointer<UInt32>) -> Void
  ) {
    strings.bytes.withUnsafeBytes { all in
      withUnsafeTemporaryAllocation(of: UInt64.self, capacity: Self.stringsAhead) { hashes in
        guard let hashes = hashes.baseAddress else { return }
        for start in stride(from: 0, to: rows.count, by: Self.stringsAhead) {
          let block = UnsafeMutableBufferPointer(
            rebasing: numbers[start..<min(rows.count, start + Self.stringsAhead)])
          find(strings, all, first: rows.lowerBound + start, hashes, into: block)
          body(all, rows.lowerBound + start, hashes, block)
        }
      }
    }
  }

  /// Hashes a block of strings from `first` on, whose bytes are among `all`, and looks them up.
  private func find(
    _ strings: StringArray, _ all: UnsafeRawBufferPointer, first: Int, _ hashes: UnsafeMutablePointer<UInt64>,
    into numbers: UnsafeMutableBufferPointer<UInt32>
  ) {
    strings.offsets.withUnsafeBufferPointer { offsets in
      withTable { table in
        for index in 0..<numbers.count {
          let start = Int(offsets[first &+ index])
          let hash = hash(all, start, Int(offsets[first &+ index &+ 1]) &- start)
          hashes[index] = hash
          table.prefetchSlot(hash)
        }
        for index in 0..<numbers.count { table.prefetchOffset(hashes[index]) }
        for index in 0..<numbers.count { table.prefetchString(hashes[index]) }
        for index in 0..<numbers.count {
          let text = Int(offsets[first &+ index])..<Int(offsets[first &+ index &+ 1])
          numbers[index] = table.number(of: UnsafeRawBufferPointer(rebasing: all[text]), hashes[index])
        }
      }
    }
  }

  /// The table while it is only read.
  private struct Table {
    let slots: UnsafeBufferPointer<UInt64>
    let offsets: UnsafeBufferPointer<UInt32>
    let bytes: UnsafeRawBufferPointer
    let shift: UInt64

    @inline(__always)
    func number(of text: UnsafeRawBufferPointer, _ hash: UInt64) -> UInt32 {
      let mask = slots.count &- 1
      var slot = Int(truncatingIfNeeded: hash &>> shift)
      while slots[slot] != .max {
        let number = UInt32(truncatingIfNeeded: slots[slot])
        if slots[slot] &>> 32 == hash & 0xFFFF_FFFF, equals(Int(number), text) { return number }
        slot = (slot &+ 1) & mask
      }
      return StringInterner.missing
    }

    @inline(__always)
    private func equals(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
      let start = Int(offsets[number])
      guard Int(offsets[number &+ 1]) &- start == text.count else { return false }
      guard let address = text.baseAddress, !text.isEmpty else { return true }
      // In range: both sides have text.count bytes, by the guard above.
      return memcmp(bytes.baseAddress! + start, address, text.count) == 0
    }

    @inline(__always)
    func prefetchSlot(_ hash: UInt64) { cs_prefetch(slots.baseAddress! + Int(truncatingIfNeeded: hash &>> shift)) }

    /// What is in the first slot of `hash`, if it may be the one looked for.
    @inline(__always)
    private func firstNumber(_ hash: UInt64) -> Int? {
      let slot = slots[Int(truncatingIfNeeded: hash &>> shift)]
      return slot != .max && slot &>> 32 == hash & 0xFFFF_FFFF ? Int(UInt32(truncatingIfNeeded: slot)) : nil
    }

    @inline(__always)
    func prefetchOffset(_ hash: UInt64) {
      if let number = firstNumber(hash) { cs_prefetch(offsets.baseAddress! + number) }
    }

    @inline(__always)
    func prefetchString(_ hash: UInt64) {
      if let number = firstNumber(hash), !bytes.isEmpty { cs_prefetch(bytes.baseAddress! + Int(offsets[number])) }
    }
  }

  @inline(__always)
  private func withTable<R>(_ body: (Table) -> R) -> R {
    slots.withUnsafeBufferPointer { slots in
      offsets.withUnsafeBufferPointer { offsets in
        bytes.withUnsafeBytes { bytes in
          body(Table(slots: slots, offsets: offsets, bytes: bytes, shift: UInt64(64 &- slotBits)))
        }
      }
    }
  }

  /// Adds a string that is not known.
  private func add(_ text: UnsafeRawBufferPointer, _ hash: UInt64) -> UInt32 {
    let number = UInt32(count)
    precondition(bytes.count + text.count <= Int(UInt32.max), "distinct strings of more than 4 GiB")
    bytes.append(contentsOf: text)
    offsets.append(UInt32(bytes.count))
    hashes.append(hash)
    if count * 10 > slots.count * 7 {
      slotBits += 1
      slots = [UInt64](repeating: .max, count: 1 << slotBits)
      for (number, hash) in hashes.enumerated() { place(UInt32(number), hash) }
    } else {
      place(number, hash)
    }
    return number
  }

  private func place(_ number: UInt32, _ hash: UInt64) {
    let mask = slots.count - 1
    var slot = Int(truncatingIfNeeded: hash >> UInt64(64 - slotBits))
    while slots[slot] != .max { slot = (slot + 1) & mask }
    slots[slot] = hash << 32 | UInt64(number)
  }

  private func hash(_ text: UnsafeRawBufferPointer) -> UInt64 { hash(text, 0, text.count) }

  /// Hash of `count` bytes of `all` from `start` on. Of fewer than eight at its very end a copy is hashed, behind which more may be read.
  @inline(__always)
  private func hash(_ all: UnsafeRawBufferPointer, _ start: Int, _ count: Int) -> UInt64 {
    if let address = all.baseAddress, count >= 8 || start &+ 8 <= all.count {
      return hashOfString(address + start, count, seed)
    }
    var padded: UInt64 = 0
    withUnsafeMutableBytes(of: &padded) {
      $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[start..<start + count]))
    }
    return withUnsafeBytes(of: &padded) { hashOfString($0.baseAddress!, count, seed) }
  }
}
