// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// The distinct strings of one column of one chunk, in order of first row.
///
/// Open addressing with linear probing, at most half full. Starts with a few hundred bytes: a table may have very many
/// columns, and each worker one of these for each. Belongs to one thread; memory is used again for each chunk.
final class CSVLocalDictionary {
  /// Distinct strings.
  private(set) var count = 0
  /// Bytes of all distinct strings, one after the other.
  private var bytes: UnsafeMutableRawPointer
  private var byteCapacity = 56
  /// String `i` is at `offsets[i]..<offsets[i + 1]` of `bytes`.
  private var offsets: UnsafeMutablePointer<UInt32>
  private var capacity = 8
  /// The high half of each string's hash.
  private var tags: UnsafeMutablePointer<UInt32>
  /// Position + 1 in the low half, the hash's high half in the high one; 0 is free. A hash's place is told by its first bits.
  private var slots: UnsafeMutablePointer<UInt64>
  private var slotBits = 4
  private let seed = StringHashSeed.ofProcess

  /// Strings are read in words of eight bytes, the last one past its end.
  private static let padding = 8
  private static let tagMask: UInt64 = 0xFFFF_FFFF_0000_0000
  /// From so many slots on (128 kB) looking up waits for memory, unless it is asked for ahead.
  private static let slotBitsOutOfCache = 14
  private static let rowsAhead = 32
  /// A buffer above this is not kept for strings that hardly need it.
  private static let largeByteCapacity = 2 << 20

  init() {
    bytes = Self.allocate(byteCapacity)
    offsets = .allocate(capacity: capacity + 1)
    offsets[0] = 0
    tags = .allocate(capacity: capacity)
    slots = .allocate(capacity: 1 << slotBits)
    slots.initialize(repeating: 0, count: 1 << slotBits)
  }

  deinit {
    bytes.deallocate()
    offsets.deallocate()
    tags.deallocate()
    slots.deallocate()
  }

  /// Memory that is not touched: of large buffers, what no string needs takes none.
  private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: byteCount + padding, alignment: 8)
    // What is read past a string must be something, though nothing depends on it.
    bytes.storeBytes(of: 0, as: UInt64.self)
    return bytes
  }

  /// Bytes of all strings.
  var byteCount: Int { Int(offsets[count]) }

  /// String `index`; 8 bytes past its end may be read.
  func string(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes + Int(offsets[index]), count: Int(offsets[index + 1] - offsets[index]))
  }

  /// The high half of the hash of string `index`.
  func tag(_ index: Int) -> UInt32 { tags[index] }

  /// Forgets all strings. Memory that long ones took is given back where it was hardly used since.
  func removeAll() {
    if byteCapacity > Self.largeByteCapacity, byteCount < byteCapacity / 4 {
      bytes.deallocate()
      byteCapacity = byteCount
      bytes = Self.allocate(byteCapacity)
    }
    count = 0
    offsets[0] = 0
    slots.update(repeating: 0, count: 1 << slotBits)
  }

  /// Writes position + 1 of each field's string to `codes`, 0 for nulls. Returns the first row that is not UTF-8, or all rows.
  func number(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, into codes: UnsafeMutablePointer<UInt32>) -> Int {
    if slotBits >= Self.slotBitsOutOfCache { return numberAhead(text, fields, into: codes) }
    let starts = fields.starts
    let ends = fields.ends
    var previous = (start: 0, length: -1, code: UInt32(0))
    for row in 0..<fields.count {
      let start = Int(starts[row])
      let end = Int(ends[row])
      if start == end {
        codes[row] = 0
        continue
      }
      let length = max(0, end &- start)
      if length == previous.length, equalStrings(text + start, text + previous.start, length) {
        codes[row] = previous.code
        continue
      }
      let string = UnsafeRawPointer(text + start)
      guard let code = code(of: string, length, hashOfString(string, length, seed)) else { return row }
      codes[row] = code
      previous = (start, length, code)
    }
    return fields.count
  }

  /// Does what ``number(_:_:into:)`` does, for many strings: a block of rows is hashed first, and what they will be compared with
  /// is on its way from memory while others are.
  private func numberAhead(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, into codes: UnsafeMutablePointer<UInt32>)
    -> Int
  {
    let starts = fields.starts
    let ends = fields.ends
    return withUnsafeTemporaryAllocation(of: (hash: UInt64, entry: UInt32).self, capacity: Self.rowsAhead) { ahead in
      var first = 0
      while first < fields.count {
        let rows = min(Self.rowsAhead, fields.count &- first)
        // A table that grows meanwhile only makes this fetch in vain.
        let shift = UInt64(64 &- slotBits)
        for index in 0..<rows {
          let start = Int(starts[first &+ index])
          let hash = hashOfString(text + start, max(0, Int(ends[first &+ index]) &- start), seed)
          ahead[index].hash = hash
          cs_prefetch(slots + Int(truncatingIfNeeded: hash &>> shift))
        }
        for index in 0..<rows {
          let slot = slots[Int(truncatingIfNeeded: ahead[index].hash &>> shift)]
          let isLikely = slot != 0 && (slot ^ ahead[index].hash) & Self.tagMask == 0
          // Entry 0 stands for none: it is fetched in vain.
          ahead[index].entry = isLikely ? UInt32(truncatingIfNeeded: slot) &- 1 : 0
          cs_prefetch(offsets + Int(ahead[index].entry))
        }
        for index in 0..<rows { cs_prefetch(bytes + Int(offsets[Int(ahead[index].entry)])) }
        for index in 0..<rows {
          let row = first &+ index
          let start = Int(starts[row])
          let end = Int(ends[row])
          if start == end {
            codes[row] = 0
            continue
          }
          guard let code = code(of: UnsafeRawPointer(text + start), max(0, end &- start), ahead[index].hash) else {
            return row
          }
          codes[row] = code
        }
        first &+= rows
      }
      return fields.count
    }
  }

  @inline(__always)
  private func code(of string: UnsafeRawPointer, _ length: Int, _ hash: UInt64) -> UInt32? {
    let mask = (1 &<< slotBits) &- 1
    var slot = Int(truncatingIfNeeded: hash &>> UInt64(64 &- slotBits))
    while slots[slot] != 0 {
      if (slots[slot] ^ hash) & Self.tagMask == 0 {
        let index = Int(slots[slot] & 0xFFFF_FFFF) &- 1
        let from = offsets[index]
        if Int(offsets[index &+ 1] &- from) == length, equalStrings(bytes + Int(from), string, length) {
          return UInt32(truncatingIfNeeded: index &+ 1)
        }
      }
      slot = (slot &+ 1) & mask
    }
    return add(string, length, hash, slot: slot)
  }

  @inline(never)
  private func add(_ string: UnsafeRawPointer, _ length: Int, _ hash: UInt64, slot: Int) -> UInt32? {
    if firstInvalidUTF8(UnsafeRawBufferPointer(start: string, count: length)) != nil { return nil }
    let from = byteCount
    if count == capacity { growEntries() }
    if from + length > byteCapacity { growBytes(from + length) }
    (bytes + from).copyMemory(from: string, byteCount: length)
    // In bounds: the padding follows the capacity.
    bytes.storeBytes(of: 0, toByteOffset: from + length, as: UInt64.self)
    tags[count] = UInt32(truncatingIfNeeded: hash >> 32)
    count += 1
    offsets[count] = UInt32(from + length)
    slots[slot] = hash & Self.tagMask | UInt64(count)
    if count * 2 > 1 << slotBits { growSlots() }
    return UInt32(count)
  }

  private func growEntries() {
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2 + 1)
    larger.update(from: offsets, count: count + 1)
    offsets.deallocate()
    offsets = larger
    let moreTags = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
    moreTags.update(from: tags, count: count)
    tags.deallocate()
    tags = moreTags
    capacity *= 2
  }

  private func growBytes(_ wanted: Int) {
    let larger = max(wanted, byteCapacity * 2)
    let moved = Self.allocate(larger)
    moved.copyMemory(from: bytes, byteCount: byteCount)
    bytes.deallocate()
    bytes = moved
    byteCapacity = larger
  }

  private func growSlots() {
    let smaller = UnsafeMutableBufferPointer(start: slots, count: 1 << slotBits)
    slotBits += 1
    slots = .allocate(capacity: 1 << slotBits)
    slots.initialize(repeating: 0, count: 1 << slotBits)
    let mask = (1 << slotBits) - 1
    for entry in smaller where entry != 0 {
      var slot = Int(truncatingIfNeeded: entry &>> UInt64(64 - slotBits))
      while slots[slot] != 0 { slot = (slot + 1) & mask }
      slots[slot] = entry
    }
    smaller.deallocate()
  }
}
