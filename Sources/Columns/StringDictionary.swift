// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

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

/// Codes ordered by their strings' bytes (memcmp, then length). O(n log n) comparisons.
private func codesInByteOrder(_ entries: StringArray) -> [UInt32] {
  let offsets = entries.offsets
  return entries.bytes.withUnsafeBytes { bytes in
    (0..<UInt32(entries.count)).sorted { a, b in
      let left = bytes[Int(offsets[Int(a)])..<Int(offsets[Int(a) + 1])]
      let right = bytes[Int(offsets[Int(b)])..<Int(offsets[Int(b) + 1])]
      return left.lexicographicallyPrecedes(right)
    }
  }
}
