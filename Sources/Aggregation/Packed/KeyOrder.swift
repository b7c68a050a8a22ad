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

  private let fields: [Field]
  private let bitWidth: Int

  /// Throws what reading a dictionary throws.
  init(_ packing: KeyPacking) throws {
    bitWidth = packing.bitWidth
    fields = try packing.keys.indices.compactMap { key in
      guard let ranks = try packing.ranks(key), !ranks.isEmpty else { return nil }
      return Field(shift: UInt64(packing.shifts[key]), mask: packing.mask(key), ranks: ranks)
    }
  }

  /// The packed key in order.
  func ordered(_ key: UInt64) -> UInt64 {
    var ordered = key
    for field in fields {
      // A single code has no bits, and its field may lie past the last one.
      if field.mask == 0 { continue }
      let rank = UInt64(field.ranks[Int(key >> field.shift & field.mask)])
      ordered = ordered & ~(field.mask << field.shift) | rank << field.shift
    }
    return ordered
  }

  private struct Pair {
    let key: UInt64
    let row: UInt32
  }

  /// Bits of a key by which keys are dealt out before each bucket is sorted.
  private static let bucketBits = 11

  /// Positions of `keys` in ascending order of the keys that they stand for. Precondition: fewer than 2^32 keys, all different.
  ///
  /// O(n) for dealing out, O(n log(n / buckets)) for sorting buckets in parallel.
  func positions(_ keys: [UInt64], threads: Int) throws -> [UInt32] {
    let shift = UInt64(max(0, bitWidth - Self.bucketBits))
    let bucketCount = 1 << min(bitWidth, Self.bucketBits)
    let ordered = fields.isEmpty ? keys : keys.map { self.ordered($0) }
    var starts = [Int](repeating: 0, count: bucketCount + 1)
    for key in ordered { starts[Int(key >> shift) + 1] += 1 }
    for bucket in 0..<bucketCount { starts[bucket + 1] += starts[bucket] }
    var next = starts
    let pairs = PairBuffer<Pair>(count: keys.count)
    for (row, key) in ordered.enumerated() {
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
    return keys.indices.map { pairs.memory[$0].row }
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

  /// The codes of each key of `packed` keys.
  func codes(_ packed: [UInt64]) -> [[UInt64]] {
    let shifts = shifts
    return keys.indices.map { key in
      let mask = mask(key)
      // A single code has no bits, and its field may lie past the last one.
      if mask == 0 { return [UInt64](repeating: 0, count: packed.count) }
      let shift = UInt64(shifts[key])
      return packed.map { $0 >> shift & mask }
    }
  }
}
