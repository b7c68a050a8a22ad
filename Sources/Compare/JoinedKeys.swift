// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// For each of the source's keys, the row of the other table with the same key, ``noPartner`` for none; nil if a key occurs twice on a side.
///
/// Keys in ascending order on both sides are merged. Others are parted by their hash, so that a part's table stays in the cache, and
/// parts are joined side by side. Memory: 12 bytes a row of either side, and the tables at work.
func joinedPartners(_ source: [UInt64], _ other: [UInt64], threads: Int) throws -> [UInt32]? {
  let areAscending =
    source.withUnsafeBufferPointer { isStrictlyAscending($0) }
    && other.withUnsafeBufferPointer { isStrictlyAscending($0) }
  if areAscending { return try mergedPartners(source, other, threads: threads) }
  return try hashedPartners(source, other, threads: threads)
}

/// Precondition: both ascend. O(rows).
func mergedPartners(_ source: [UInt64], _ other: [UInt64], threads: Int) throws -> [UInt32] {
  try [UInt32](filling: source.count) { partners in
    try forEachStretch(source.count, threads: threads) { rows in
      source.withUnsafeBufferPointer { source in
        other.withUnsafeBufferPointer { other in
          var next = firstIndex(notBelow: source[rows.lowerBound], in: other)
          for row in rows {
            while next < other.count, other[next] < source[row] { next &+= 1 }
            let isFound = next < other.count && other[next] == source[row]
            partners.start[row] = isFound ? UInt32(truncatingIfNeeded: next) : noPartner
          }
        }
      }
    }
  }
}

/// O(log keys).
private func firstIndex(notBelow key: UInt64, in keys: UnsafeBufferPointer<UInt64>) -> Int {
  var low = 0
  var high = keys.count
  while low < high {
    let middle = (low + high) / 2
    if keys[middle] < key { low = middle + 1 } else { high = middle }
  }
  return low
}

/// Parts both sides, then joins part by part.
func hashedPartners(_ source: [UInt64], _ other: [UInt64], threads: Int) throws -> [UInt32]? {
  // Some 16,384 rows of both sides in a part: its table takes half a megabyte.
  let rowCount = source.count + other.count
  let bits = max(0, min(12, Int.bitWidth - (rowCount >> 14).leadingZeroBitCount))
  let sourceParts = try PartedKeys(source, bits: bits, threads: threads)
  let otherParts = try PartedKeys(other, bits: bits, threads: threads)
  let hasRepeats = Atomic(false)
  let partners = try [UInt32](filling: source.count) { partners in
    try forEachChunk(1 << bits, threads: threads) { part in
      if hasRepeats.load(ordering: .relaxed) { return }
      let isSound = joinPart(sourceParts, otherParts, part) { row, partner in partners.start[Int(row)] = partner }
      if !isSound { hasRepeats.store(true, ordering: .relaxed) }
    }
    // What repeated keys left out is not looked at, but must be there.
    if hasRepeats.load(ordering: .relaxed) { partners.start.initialize(repeating: noPartner, count: source.count) }
  }
  return hasRepeats.load(ordering: .relaxed) ? nil : partners
}

/// False if a key occurs twice on a side.
private func joinPart(
  _ source: PartedKeys, _ other: PartedKeys, _ part: Int, _ found: (_ row: UInt32, _ partner: UInt32) -> Void
) -> Bool {
  let build = other.range(part)
  let probe = source.range(part)
  // At most half full with the keys of both sides.
  let slotBits = max(1, Int.bitWidth - (2 * (build.count + probe.count)).leadingZeroBitCount)
  var table = PartTable(bits: slotBits)
  defer { table.deallocate() }
  for index in build where !table.insert(other.keys[index], row: other.rows[index]) { return false }
  for index in probe {
    guard let partner = table.match(source.keys[index]) else { return false }
    found(source.rows[index], partner)
  }
  return true
}

/// Keys of one part and their rows, open addressing with linear probing.
private struct PartTable {
  private struct Slot {
    var key: UInt64
    var row: UInt32
    /// 0 empty, 1 a key of the other table, 2 one that the source has had too, or alone.
    var state: UInt32
  }

  private let slots: UnsafeMutableBufferPointer<Slot>
  private let shift: UInt64

  init(bits: Int) {
    slots = .allocate(capacity: 1 << bits)
    slots.initialize(repeating: Slot(key: 0, row: noPartner, state: 0))
    shift = UInt64(64 - bits)
  }

  func deallocate() { slots.deallocate() }

  /// False if the key is there already. Precondition: there is an empty slot.
  @inline(__always)
  mutating func insert(_ key: UInt64, row: UInt32) -> Bool {
    let slot = find(key)
    if slots[slot].state != 0 { return false }
    slots[slot] = Slot(key: key, row: row, state: 1)
    return true
  }

  /// The row of the key, ``noPartner`` if it has none; nil if it was asked for before. Precondition: there is an empty slot.
  @inline(__always)
  mutating func match(_ key: UInt64) -> UInt32? {
    let slot = find(key)
    if slots[slot].state == 2 { return nil }
    slots[slot].key = key
    slots[slot].state = 2
    return slots[slot].row
  }

  @inline(__always)
  private func find(_ key: UInt64) -> Int {
    // The top bits of the first product chose the part: others choose the slot.
    var slot = Int(truncatingIfNeeded: (mixed(key) &* 0x9FB2_1C65_1E98_DF25) &>> shift)
    while slots[slot].state != 0, slots[slot].key != key { slot = (slot &+ 1) & (slots.count &- 1) }
    return slot
  }
}

/// A number whose top bits depend on all bits of the key.
@inline(__always)
private func mixed(_ key: UInt64) -> UInt64 {
  let product = (key ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
  return product.high ^ product.low
}

/// Keys and their rows, those of a part one after the other.
private struct PartedKeys: Sendable {
  let keys: [UInt64]
  let rows: [UInt32]
  /// Where each part starts, and the number of keys.
  private let starts: [Int]

  func range(_ part: Int) -> Range<Int> { starts[part]..<starts[part + 1] }

  /// Two passes over the keys: counts, then places.
  init(_ all: [UInt64], bits: Int, threads: Int) throws {
    let partCount = 1 << bits
    let length = 1 << 16
    let stretchCount = (all.count + length - 1) / length
    let shift = UInt64(64 - bits)
    @Sendable func part(_ key: UInt64) -> Int { bits == 0 ? 0 : Int(truncatingIfNeeded: mixed(key) &>> shift) }
    // Per stretch and part: how many, then where the next goes.
    var places = try [UInt32](filling: stretchCount * partCount) { places in
      try forEachStretch(all.count, threads: threads) { rows in
        let counts = places.start + rows.lowerBound / length * partCount
        counts.initialize(repeating: 0, count: partCount)
        all.withUnsafeBufferPointer { all in for row in rows { counts[part(all[row])] &+= 1 } }
      }
    }
    var starts: [Int] = []
    var next = 0
    for part in 0..<partCount {
      starts.append(next)
      for stretch in 0..<stretchCount {
        let count = Int(places[stretch * partCount + part])
        places[stretch * partCount + part] = UInt32(next)
        next += count
      }
    }
    self.starts = starts + [next]
    let firsts = places
    var placedRows: [UInt32] = []
    keys = try [UInt64](filling: all.count) { keys in
      placedRows = try [UInt32](filling: all.count) { places in
        try forEachStretch(all.count, threads: threads) { rows in
          let first = rows.lowerBound / length * partCount
          var next = Array(firsts[first..<first + partCount])
          all.withUnsafeBufferPointer { all in
            for row in rows {
              let part = part(all[row])
              let place = Int(next[part])
              next[part] &+= 1
              keys.start[place] = all[row]
              places.start[place] = UInt32(truncatingIfNeeded: row)
            }
          }
        }
      }
    }
    rows = placedRows
  }
}
