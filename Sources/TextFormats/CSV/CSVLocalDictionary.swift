// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Hash of a string's bytes. Reads up to 8 bytes past the end.
///
/// Products of two 64-bit words folded by xor, as in the wyhash family (Wang Yi, 2019). Not keyed: never stored, never part of a result.
@inline(__always)
func hashOfString(_ bytes: UnsafeRawPointer, _ count: Int) -> UInt64 {
  let first: UInt64 = 0xA076_1D64_78BD_642F
  let second: UInt64 = 0xE703_7ED1_A0B4_28DB
  if count <= 8 {
    let word = bytes.loadUnaligned(as: UInt64.self) & (count == 0 ? 0 : UInt64.max &>> UInt64(64 &- 8 &* count))
    return foldedProduct(word ^ first, UInt64(truncatingIfNeeded: count) ^ second)
  }
  var state = UInt64(truncatingIfNeeded: count) ^ second
  var index = 0
  while index &+ 16 < count {
    state = foldedProduct(
      bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ first,
      bytes.loadUnaligned(fromByteOffset: index &+ 8, as: UInt64.self) ^ state)
    index &+= 16
  }
  // The last 16 bytes (of 9 to 15, the first 8 and the last 8): nothing past the end may take part.
  let nextToLast = bytes.loadUnaligned(fromByteOffset: max(0, count &- 16), as: UInt64.self)
  let last = bytes.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
  return foldedProduct(nextToLast ^ first, last ^ state)
}

@inline(__always)
private func foldedProduct(_ a: UInt64, _ b: UInt64) -> UInt64 {
  let (high, low) = a.multipliedFullWidth(by: b)
  return high ^ low
}

/// True if the two strings of `count` bytes are equal. Reads up to 8 bytes past both ends.
@inline(__always)
func equalStrings(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
  var index = 0
  while index &+ 8 <= count {
    if a.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      != b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
    {
      return false
    }
    index &+= 8
  }
  let left = count &- index
  if left == 0 { return true }
  let difference =
    a.loadUnaligned(fromByteOffset: index, as: UInt64.self) ^ b.loadUnaligned(fromByteOffset: index, as: UInt64.self)
  return difference &<< UInt64(64 &- 8 &* left) == 0
}

/// The distinct strings of one column of one chunk, in order of first row.
///
/// Open addressing with linear probing, at most half full. Belongs to one thread; memory is used again for each chunk.
final class CSVLocalDictionary {
  /// Distinct strings.
  private(set) var count = 0
  /// Bytes of all distinct strings, one after the other.
  private(set) var bytes: UnsafeMutableRawPointer
  /// String `i` is at `offsets[i]..<offsets[i + 1]` of `bytes`.
  private(set) var offsets: UnsafeMutablePointer<UInt32>
  /// ``hashOfString(_:_:)`` of each.
  private(set) var hashes: UnsafeMutablePointer<UInt64>
  /// For each string, the position + 1 of the one that followed it last; 0: none. Texts often repeat a sequence.
  private var followers: UnsafeMutablePointer<UInt32>
  /// Right guesses less wrong ones, from some credit on; below zero nothing is guessed in this chunk any more.
  private var guessBalance = 512
  private var byteCapacity = 1 << 12
  private var capacity = 256
  /// Position + 1 in the low half, the hash's high half in the high one; 0 is free.
  private var slots: UnsafeMutablePointer<UInt64>
  private var slotCount = 512

  init() {
    bytes = .allocate(byteCount: byteCapacity + CSVTextChunk.padding, alignment: 16)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: byteCapacity + CSVTextChunk.padding)
    offsets = .allocate(capacity: capacity + 1)
    offsets[0] = 0
    hashes = .allocate(capacity: capacity)
    followers = .allocate(capacity: capacity)
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: 0, count: slotCount)
  }

  deinit {
    bytes.deallocate()
    offsets.deallocate()
    hashes.deallocate()
    followers.deallocate()
    slots.deallocate()
  }

  /// Bytes of all strings.
  var byteCount: Int { Int(offsets[count]) }

  /// String `index`.
  func string(_ index: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: bytes + Int(offsets[index]), count: Int(offsets[index + 1] - offsets[index]))
  }

  func removeAll() {
    count = 0
    guessBalance = 512
    offsets[0] = 0
    slots.update(repeating: 0, count: slotCount)
  }

  /// Writes position + 1 of each field's string to `codes`, 0 for nulls. Returns the first row that is not UTF-8, or all rows.
  func number(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, into codes: UnsafeMutablePointer<UInt32>) -> Int {
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
      if guessBalance >= 0, let guess = follower(of: previous.code) {
        if isString(guess, UnsafeRawPointer(text + start), length) {
          codes[row] = guess
          previous = (start, length, guess)
          guessBalance = min(guessBalance &+ 1, 4096)
          continue
        }
        guessBalance &-= 1
      }
      guard let code = code(of: UnsafeRawPointer(text + start), length) else { return row }
      if guessBalance >= 0, previous.code != 0 { followers[Int(previous.code) &- 1] = code }
      codes[row] = code
      previous = (start, length, code)
    }
    return fields.count
  }

  @inline(__always)
  private func follower(of code: UInt32) -> UInt32? {
    if code == 0 { return nil }
    let follower = followers[Int(code) &- 1]
    return follower == 0 ? nil : follower
  }

  @inline(__always)
  private func isString(_ code: UInt32, _ string: UnsafeRawPointer, _ length: Int) -> Bool {
    let from = offsets[Int(code) &- 1]
    return Int(offsets[Int(code)] &- from) == length && equalStrings(bytes + Int(from), string, length)
  }

  @inline(__always)
  private func code(of string: UnsafeRawPointer, _ length: Int) -> UInt32? {
    let hash = hashOfString(string, length)
    let tag = hash & 0xFFFF_FFFF_0000_0000
    let mask = slotCount &- 1
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      if slots[slot] & 0xFFFF_FFFF_0000_0000 == tag {
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
    hashes[count] = hash
    followers[count] = 0
    count += 1
    offsets[count] = UInt32(from + length)
    slots[slot] = hash & 0xFFFF_FFFF_0000_0000 | UInt64(count)
    if count * 2 > slotCount { growSlots() }
    return UInt32(count)
  }

  private func growEntries() {
    let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2 + 1)
    larger.update(from: offsets, count: count + 1)
    offsets.deallocate()
    offsets = larger
    let largerHashes = UnsafeMutablePointer<UInt64>.allocate(capacity: capacity * 2)
    largerHashes.update(from: hashes, count: count)
    hashes.deallocate()
    hashes = largerHashes
    let largerFollowers = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
    largerFollowers.update(from: followers, count: count)
    followers.deallocate()
    followers = largerFollowers
    capacity *= 2
  }

  private func growBytes(_ wanted: Int) {
    let larger = max(wanted, byteCapacity * 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger + CSVTextChunk.padding, alignment: 16)
    moved.copyMemory(from: bytes, byteCount: byteCount)
    (moved + larger).initializeMemory(as: UInt8.self, repeating: 0, count: CSVTextChunk.padding)
    bytes.deallocate()
    bytes = moved
    byteCapacity = larger
  }

  private func growSlots() {
    slots.deallocate()
    slotCount *= 2
    slots = .allocate(capacity: slotCount)
    slots.initialize(repeating: 0, count: slotCount)
    for index in 0..<count {
      var slot = Int(truncatingIfNeeded: hashes[index]) & (slotCount - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slotCount - 1) }
      slots[slot] = hashes[index] & 0xFFFF_FFFF_0000_0000 | UInt64(index + 1)
    }
  }
}
