// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Workers

/// Packed keys whose order as numbers is that of the keys: strings' codes are replaced by their ranks.
struct KeyOrder: Sendable {
  private struct Field {
    let shift: UInt64
    let mask: UInt64
    let ranks: [UInt32]
  }

  /// Per word of a packed key, the strings in it.
  private let fields: [[Field]]
  /// Bits used of each word.
  private let usedBits: [Int]

  /// Precondition: keys pack into two words. Throws what reading a dictionary throws.
  init(_ packing: KeyPacking) throws {
    guard let places = packing.places else { preconditionFailure("keys of more than two words") }
    usedBits = places.usedBits
    var fields: [[Field]] = usedBits.map { _ in [] }
    for (key, place) in places.ofKeys.enumerated() {
      guard let ranks = try packing.ranks(key), !ranks.isEmpty else { continue }
      fields[place.word].append(Field(shift: UInt64(place.shift), mask: packing.mask(key), ranks: ranks))
    }
    self.fields = fields
  }

  /// A word of a packed key, in order.
  func ordered(_ key: UInt64, word: Int) -> UInt64 {
    var ordered = key
    for field in fields[word] {
      // A single code has no bits, and its field may lie past the last one.
      if field.mask == 0 { continue }
      let rank = UInt64(field.ranks[Int(key >> field.shift & field.mask)])
      ordered = ordered & ~(field.mask << field.shift) | rank << field.shift
    }
    return ordered
  }

  private struct Pair<Key: FixedWidthInteger & BitwiseCopyable> {
    let key: Key
    let row: UInt32
  }

  /// Bits of a key by which keys are dealt out before each bucket is sorted.
  private static let bucketBits = 11

  /// Positions of keys, given by their words, in ascending order of the keys that they stand for. Precondition: fewer than 2^32 keys, all
  /// different.
  ///
  /// O(n) for dealing out, O(n log(n / buckets)) for sorting buckets in parallel.
  func positions(_ words: [[UInt64]], threads: Int) throws -> [UInt32] {
    let ordered = words.enumerated().map { word, keys in
      fields[word].isEmpty ? keys : keys.map { self.ordered($0, word: word) }
    }
    guard words.count > 1 else {
      return try positions(count: ordered[0].count, bitWidth: usedBits[0], threads: threads) { ordered[0][$0] }
    }
    let lowBits = usedBits[0]
    return try positions(count: ordered[0].count, bitWidth: lowBits + usedBits[1], threads: threads) {
      UInt128(ordered[1][$0]) << UInt128(lowBits) | UInt128(ordered[0][$0])
    }
  }

  @inline(__always)
  private func positions<Key: FixedWidthInteger & BitwiseCopyable & Sendable>(
    count: Int, bitWidth: Int, threads: Int, _ key: (Int) -> Key
  ) throws -> [UInt32] {
    let shift = Key(max(0, bitWidth - Self.bucketBits))
    let bucketCount = 1 << min(bitWidth, Self.bucketBits)
    var starts = [Int](repeating: 0, count: bucketCount + 1)
    for row in 0..<count { starts[Int(key(row) >> shift) + 1] += 1 }
    for bucket in 0..<bucketCount { starts[bucket + 1] += starts[bucket] }
    var next = starts
    let pairs = PairBuffer<Pair<Key>>(count: count)
    for row in 0..<count {
      let key = key(row)
      let bucket = Int(key >> shift)
      pairs.memory[next[bucket]] = Pair(key: key, row: UInt32(row))
      next[bucket] += 1
    }
    let counter = WorkCounter(limit: bucketCount)
    try runWorkers(threads) { [starts] _, _ in
      while let bucket = counter.next() {
        let bounds = starts[bucket]..<starts[bucket + 1]
        if bounds.count < 2 { continue }
        var part = UnsafeMutableBufferPointer(rebasing: UnsafeMutableBufferPointer(pairs)[bounds])
        part.sort { $0.key < $1.key }
      }
    }
    return (0..<count).map { pairs.memory[$0].row }
  }
}

/// Memory of which each worker takes a part of its own.
private final class PairBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let memory: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int) {
    memory = zeroed(count)
    self.count = count
  }

  deinit { memory.deallocate() }
}

extension UnsafeMutableBufferPointer where Element: BitwiseCopyable {
  fileprivate init(_ buffer: PairBuffer<Element>) { self.init(start: buffer.memory, count: buffer.count) }
}

extension KeyPacking {
  /// The bits of a key's code.
  func mask(_ key: Int) -> UInt64 {
    let width = keys[key].bitWidth
    return width == 0 ? 0 : ~0 >> UInt64(64 - width)
  }

  /// The codes of each key of packed keys, given by their words. Precondition: they pack into two.
  func codes(_ words: [[UInt64]]) -> [[UInt64]] {
    guard let places else { preconditionFailure("keys of more than two words") }
    return keys.indices.map { key in
      let mask = mask(key)
      let place = places.ofKeys[key]
      // A single code has no bits, and its field may lie past the last one.
      if mask == 0 { return [UInt64](repeating: 0, count: words[0].count) }
      let shift = UInt64(place.shift)
      return words[place.word].map { $0 >> shift & mask }
    }
  }
}
