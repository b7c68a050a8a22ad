// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// Stands for "no row of the other table".
let noPartner = UInt32.max

/// Finds each source row's partner by keys packed into one integer: an array with a slot for each key that there may be, where these are
/// few; a set of bits with ranks, where they are some tens of times the rows; else by merging or hashing (``joinedPartners(_:_:_:threads:)``).
struct PackedAlignment {
  private let keys: PackedKeys
  private let keyLimit: UInt64
  private let source: any TableSource
  private let other: any TableSource
  private let sourceRows: RowLocator
  private let otherRows: RowLocator
  private let threads: Int

  /// nil where keys do not pack. Throws what reading a footer, or a column whose values are far apart, throws.
  init?(
    _ source: any TableSource, _ other: any TableSource, keys: [ColumnPairing], sourceRows: RowLocator,
    otherRows: RowLocator, threads: Int
  ) throws {
    guard var packed = try PackedKeys(keys, source, other) else { return nil }
    try packed.condense(source, other, until: Self.rankedKeyLimit(otherRows.rowCount), threads: threads)
    guard let limit = packed.keyLimit else { return nil }
    (self.keys, keyLimit) = (packed, limit)
    (self.source, self.other, self.sourceRows, self.otherRows) = (source, other, sourceRows, otherRows)
    self.threads = threads
  }

  /// Most keys of a slot each: 16 bytes a row.
  private static func directKeyLimit(_ rowCount: Int) -> UInt64 { UInt64(rowCount) * 4 + 4_096 }

  /// Most keys of a bit each: 12 bytes a row.
  private static func rankedKeyLimit(_ rowCount: Int) -> UInt64 {
    min(UInt64(rowCount) * 64 + 65_536, UInt64(UInt32.max) - 1)
  }

  /// Each source row's partner, ``noPartner`` for none; nil if a key occurs twice on a side. Throws what reading a key column throws.
  func partners() throws -> [UInt32]? {
    let pairings = keys.pairings
    try source.willRead(columns: pairings.map(\.sourcePosition), chunks: Array(0..<source.chunkCount))
    try other.willRead(columns: pairings.map(\.comparePosition), chunks: Array(0..<other.chunkCount))
    if keyLimit <= Self.directKeyLimit(otherRows.rowCount) { return try directPartners() }
    if keyLimit <= Self.rankedKeyLimit(otherRows.rowCount) { return try rankedPartners() }
    let sourceKeys: [UInt64] = try packed(source, .source, sourceRows)
    let otherKeys: [UInt64] = try packed(other, .compare, otherRows)
    return try joinedPartners(sourceKeys, otherKeys, threads: threads)
  }

  private func directPartners() throws -> [UInt32]? {
    let slots = RowSlots(count: Int(keyLimit))
    let rows = otherRows
    try forEachChunk(other.chunkCount, threads: threads) { [self] chunk in
      try withKeys(other, .compare, chunk) { packed, count in
        let first = rows.starts[chunk]
        for row in 0..<count { slots.put(first &+ row, at: Int(packed[row])) }
      }
    }
    // Of two rows with one key, one has lost its slot.
    guard slots.usedCount == otherRows.rowCount else { return nil }
    return try probe(slots) { Int($0) }
  }

  private func rankedPartners() throws -> [UInt32]? {
    let packed: [UInt32] = try packed(other, .compare, otherRows)
    let known = RankedBits(limit: Int(keyLimit))
    try forEachStretch(packed.count, threads: threads) { rows in
      packed.withUnsafeBufferPointer { packed in
        for row in rows { known.insert(Int(packed[row])) }
      }
    }
    guard known.finish() == otherRows.rowCount else { return nil }
    let slots = RowSlots(count: otherRows.rowCount)
    try forEachStretch(packed.count, threads: threads) { rows in
      packed.withUnsafeBufferPointer { packed in
        for row in rows { slots.put(row, at: known.rank(Int(packed[row]))) }
      }
    }
    return try probe(slots) { known.rank(Int($0)) }
  }

  /// Looks up every source row; `slot` gives a key's slot, -1 for none. nil if a key occurs twice in the source.
  private func probe(_ slots: RowSlots, _ slot: @escaping @Sendable (UInt32) -> Int) throws -> [UInt32]? {
    let rows = sourceRows
    if try keys.haveEqualPages(source, other) { return Array(0..<UInt32(rows.rowCount)) }
    let order = AscendingChunks(count: rows.chunkCount)
    var expectsOrder = true
    if rows.chunkCount > 0 {
      try withKeys(source, .source, 0) { packed, count in expectsOrder = order.note(packed, count, chunk: 0) }
    }
    // Rows in key order are no two of one key; of others, the keys are noted.
    let seen = expectsOrder ? nil : RankedBits(limit: Int(keyLimit))
    let partners = try [UInt32](filling: rows.rowCount) { partners in
      try forEachChunk(source.chunkCount, threads: threads) { [self] chunk in
        try withKeys(source, .source, chunk) { packed, count in
          let out = partners.start + rows.starts[chunk]
          for row in 0..<count {
            let slot = slot(packed[row])
            out[row] = slot < 0 ? noPartner : slots.row(at: slot)
          }
          if let seen {
            for row in 0..<count { seen.insert(Int(packed[row])) }
          } else {
            order.note(packed, count, chunk: chunk)
          }
        }
      }
    }
    if seen == nil, order.isAscending { return partners }
    return try isUnique(seen) ? partners : nil
  }

  /// True if no key occurs twice in the source, whose keys `seen` has; nil: they are still to be read.
  private func isUnique(_ seen: RankedBits?) throws -> Bool {
    if let seen { return seen.finish() == sourceRows.rowCount }
    let seen = RankedBits(limit: Int(keyLimit))
    try forEachChunk(source.chunkCount, threads: threads) { [self] chunk in
      try withKeys(source, .source, chunk) { packed, count in
        for row in 0..<count { seen.insert(Int(packed[row])) }
      }
    }
    return try isUnique(seen)
  }

  /// Runs `body` with the packed keys of one chunk.
  private func withKeys(
    _ table: any TableSource, _ side: ComparedSide, _ chunk: Int, _ body: (UnsafePointer<UInt32>, Int) -> Void
  ) throws {
    let count = table.rowCount(ofChunk: chunk)
    try withUnsafeTemporaryAllocation(of: UInt32.self, capacity: max(1, count)) { packed in
      guard let start = packed.baseAddress else { return }
      try keys.pack(table, side, chunk: chunk, into: start)
      body(UnsafePointer(start), count)
    }
  }

  /// The packed keys of all rows.
  private func packed<T: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable>(
    _ table: any TableSource, _ side: ComparedSide, _ rows: RowLocator
  ) throws -> [T] {
    try [T](filling: rows.rowCount) { all in
      try forEachChunk(rows.chunkCount, threads: threads) { [self] chunk in
        try keys.pack(table, side, chunk: chunk, into: all.start + rows.starts[chunk])
      }
    }
  }
}

/// The first and last key of each chunk, and whether keys rise in it.
private final class AscendingChunks: Sendable {
  private let chunks: Mutex<[(first: UInt32, last: UInt32, isAscending: Bool)?]>

  init(count: Int) { chunks = Mutex(Array(repeating: nil, count: count)) }

  /// True if keys rise in this chunk.
  @discardableResult
  func note(_ keys: UnsafePointer<UInt32>, _ count: Int, chunk: Int) -> Bool {
    guard count > 0 else { return true }
    let isAscending = isStrictlyAscending(UnsafeBufferPointer(start: keys, count: count))
    chunks.withLock { $0[chunk] = (keys[0], keys[count - 1], isAscending) }
    return isAscending
  }

  /// True if keys rise from each row to the next over all chunks.
  var isAscending: Bool {
    chunks.withLock { chunks in
      let known = chunks.compactMap { $0 }
      return known.allSatisfy(\.isAscending) && zip(known, known.dropFirst()).allSatisfy { $0.last < $1.first }
    }
  }
}
