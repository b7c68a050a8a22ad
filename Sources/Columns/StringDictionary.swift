// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// The distinct strings of a column in order of first row; a code is a position in it.
///
/// Codes are dense from 0, so they can serve as group numbers. Shared by all pages of the column.
public final class StringDictionary: Sendable {
  /// Distinct strings; code `c` stands for `entries[c]`.
  public let entries: StringArray
  private let sorted: Mutex<[UInt32]?>

  /// `ranks`, if known, gives each code's position in byte order; it is computed on first use otherwise.
  public init(entries: StringArray, ranks: [UInt32]? = nil) {
    self.entries = entries
    sorted = Mutex(ranks)
  }

  /// Number of codes.
  public var count: Int { entries.count }

  /// ``ranks`` if they were asked for before. O(1).
  var knownRanks: [UInt32]? { sorted.withLock { $0 } }

  /// For each code, its position in ascending UTF-8 byte order. O(n log n) once, then O(1).
  public var ranks: [UInt32] {
    sorted.withLock { known in
      if let known { return known }
      let order = codesInByteOrder(entries)
      var ranks = [UInt32](repeating: 0, count: entries.count)
      for (rank, code) in order.enumerated() { ranks[Int(code)] = UInt32(rank) }
      known = ranks
      return ranks
    }
  }
}

/// Codes ordered by their strings' bytes (memcmp, then length). O(n log n); most comparisons see the first eight bytes alone.
private func codesInByteOrder(_ entries: StringArray) -> [UInt32] {
  let offsets = entries.offsets
  return entries.bytes.withUnsafeBytes { bytes in
    var keys = (0..<UInt32(entries.count)).map { code in
      (prefix: bigEndianPrefix(bytes, Int(offsets[Int(code)])..<Int(offsets[Int(code) + 1])), code: code)
    }
    keys.sort { a, b in
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      let left = Int(offsets[Int(a.code)])..<Int(offsets[Int(a.code) + 1])
      let right = Int(offsets[Int(b.code)])..<Int(offsets[Int(b.code) + 1])
      let common = min(left.count, right.count)
      // Eight equal bytes, zeros beyond the end included, leave only the rest to compare, then the lengths.
      if common > 8, let base = bytes.baseAddress {
        let order = memcmp(base + left.lowerBound + 8, base + right.lowerBound + 8, common - 8)
        if order != 0 { return order < 0 }
      }
      return left.count < right.count
    }
    return keys.map(\.code)
  }
}

/// The first eight bytes as a number that orders as they do; zeros stand for bytes beyond the end.
private func bigEndianPrefix(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
  if range.count >= 8 {
    return UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt64.self))
  }
  return range.enumerated().reduce(0) { $0 | UInt64(bytes[$1.element]) << UInt64(56 - 8 * $1.offset) }
}
