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

/// Codes ordered by their strings' bytes (memcmp, then length). O(n log n) comparisons, most of them of the first eight bytes alone.
private func codesInByteOrder(_ entries: StringArray) -> [UInt32] {
  let offsets = entries.offsets
  return entries.bytes.withUnsafeBytes { bytes in
    var keyed = (0..<entries.count).map { code in
      (prefix: bigEndianPrefix(bytes, entries.range(code)), code: UInt32(code))
    }
    keyed.sort { a, b in
      if a.prefix != b.prefix { return a.prefix < b.prefix }
      let left = Int(offsets[Int(a.code)])..<Int(offsets[Int(a.code) + 1])
      let right = Int(offsets[Int(b.code)])..<Int(offsets[Int(b.code) + 1])
      // In range: offsets ascend and end with the bytes' count.
      let order = bytes.baseAddress.map {
        memcmp($0 + left.lowerBound, $0 + right.lowerBound, min(left.count, right.count))
      }
      return order == 0 || order == nil ? left.count < right.count : (order ?? 0) < 0
    }
    return keyed.map(\.code)
  }
}

/// The first eight bytes as a number that orders as they do; shorter strings are padded with zeros.
private func bigEndianPrefix(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64 {
  var prefix: UInt64 = 0
  for position in 0..<8 {
    prefix = prefix << 8 | UInt64(position < range.count ? bytes[range.lowerBound + position] : 0)
  }
  return prefix
}
