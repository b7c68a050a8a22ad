// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc

/// Gives each distinct string (by bytes) a dense number in order of first appearance, and keeps one copy of it.
final class StringInterner {
  /// Stands for "not known".
  static let missing = UInt32.max

  private struct Slot {
    var hash: UInt32
    var number: UInt32
  }

  private var offsets: [UInt32] = [0]
  private var bytes: [UInt8] = []
  private var hashes: [UInt64] = []
  private var slots = [Slot](repeating: Slot(hash: 0, number: missing), count: 256)

  /// Starts empty.
  init() {}

  /// Starts with distinct strings, numbered as they stand.
  convenience init(numbering strings: StringArray) {
    self.init()
    for index in 0..<strings.count { _ = strings.withUTF8(index) { number($0) } }
  }

  /// Number of distinct strings.
  var count: Int { hashes.count }

  /// Bytes of all distinct strings.
  var byteCount: Int { bytes.count }

  /// The distinct strings; string `n` has number `n`. Copies nothing until changed.
  var entries: StringArray { StringArray(offsets: offsets, bytes: bytes) }

  /// Number of `text`, which is added if unknown. Precondition: all distinct strings stay under 4 GiB.
  func number(_ text: UnsafeRawBufferPointer) -> UInt32 {
    let hash = Self.hash(text)
    let (slot, known) = find(text, hash: hash)
    if known != Self.missing { return known }
    let number = UInt32(count)
    precondition(bytes.count + text.count <= Int(UInt32.max), "distinct strings of more than 4 GiB")
    bytes.append(contentsOf: text)
    offsets.append(UInt32(bytes.count))
    hashes.append(hash)
    slots[slot] = Slot(hash: UInt32(truncatingIfNeeded: hash), number: number)
    if count * 10 > slots.count * 7 { grow() }
    return number
  }

  /// Number of `text`, ``missing`` if unknown.
  func lookUp(_ text: UnsafeRawBufferPointer) -> UInt32 { find(text, hash: Self.hash(text)).number }

  /// How many of `strings`, which are distinct, are not known, and their bytes.
  func new(in strings: StringArray) -> (count: Int, byteCount: Int) {
    var count = 0
    var byteCount = 0
    for index in 0..<strings.count
    where strings.withUTF8(index, { lookUp($0) }) == Self.missing {
      count += 1
      byteCount += strings.range(index).count
    }
    return (count, byteCount)
  }

  private func find(_ text: UnsafeRawBufferPointer, hash: UInt64) -> (slot: Int, number: UInt32) {
    let mask = slots.count - 1
    let tag = UInt32(truncatingIfNeeded: hash)
    var slot = Int(truncatingIfNeeded: hash >> 32) & mask
    while true {
      let found = slots[slot]
      if found.number == Self.missing { return (slot, Self.missing) }
      if found.hash == tag, equals(Int(found.number), text) { return (slot, found.number) }
      slot = (slot + 1) & mask
    }
  }

  private func equals(_ number: Int, _ text: UnsafeRawBufferPointer) -> Bool {
    let start = Int(offsets[number])
    guard Int(offsets[number + 1]) - start == text.count else { return false }
    guard let address = text.baseAddress, !text.isEmpty else { return true }
    // In range: both sides have text.count bytes, by the guard above.
    return bytes.withUnsafeBytes { memcmp($0.baseAddress! + start, address, text.count) == 0 }
  }

  private func grow() {
    slots = [Slot](repeating: Slot(hash: 0, number: Self.missing), count: slots.count * 2)
    let mask = slots.count - 1
    for (number, hash) in hashes.enumerated() {
      var slot = Int(truncatingIfNeeded: hash >> 32) & mask
      while slots[slot].number != Self.missing { slot = (slot + 1) & mask }
      slots[slot] = Slot(hash: UInt32(truncatingIfNeeded: hash), number: UInt32(number))
    }
  }

  /// Eight bytes at a time, each folded in by a full product; the length is part of it.
  private static func hash(_ text: UnsafeRawBufferPointer) -> UInt64 {
    var state = UInt64(text.count) ^ 0x9E37_79B9_7F4A_7C15
    var position = 0
    while position + 8 <= text.count {
      state = fold(state ^ text.loadUnaligned(fromByteOffset: position, as: UInt64.self))
      position += 8
    }
    var rest: UInt64 = 0
    while position < text.count {
      rest = rest << 8 | UInt64(text[position])
      position += 1
    }
    return fold(fold(state ^ rest))
  }

  @inline(__always)
  private static func fold(_ value: UInt64) -> UInt64 {
    let product = (value ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}
