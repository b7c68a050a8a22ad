// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Rows of a page that a condition takes.
enum Selection {
  case none
  case all
  /// Those whose bit (row `i`: bit `i % 64` of word `i / 64`) is 1; bits past the last row are 0.
  case some([UInt64])

  /// Rows taken of `rowCount`. O(rows / 64).
  func count(ofRows rowCount: Int) -> Int {
    switch self {
    case .none: 0
    case .all: rowCount
    case .some(let words): words.withUnsafeBufferPointer { countValid($0, rowCount: rowCount) }
    }
  }

  /// Runs `body` with the bits of the rows from `first` on, a multiple of 64; nil where all are taken. Precondition: some are.
  func withBits<R>(from first: Int, _ body: (UnsafePointer<UInt64>?) throws -> R) rethrows -> R {
    guard case .some(let words) = self else { return try body(nil) }
    // In range: there are bits for all rows.
    return try words.withUnsafeBufferPointer { try body($0.baseAddress! + first / 64) }
  }

  /// The same rows told in the shortest way. O(rows / 64).
  func simplified(ofRows rowCount: Int) -> Selection {
    guard case .some(let words) = self else { return self }
    // Both mostly end at the first words.
    if words.allSatisfy({ $0 == 0 }) { return .none }
    guard words.prefix(rowCount / 64).allSatisfy({ $0 == ~0 }) else { return self }
    return count(ofRows: rowCount) == rowCount ? .all : self
  }

  /// Rows that both take.
  func intersected(with other: Selection) -> Selection {
    switch (self, other) {
    case (.none, _), (_, .none): .none
    case (.all, let rest), (let rest, .all): rest
    case (.some(let a), .some(let b)): .some(zip(a, b).map { $0 & $1 })
    }
  }

  /// Rows that either takes.
  func joined(with other: Selection) -> Selection {
    switch (self, other) {
    case (.all, _), (_, .all): .all
    case (.none, let rest), (let rest, .none): rest
    case (.some(let a), .some(let b)): .some(zip(a, b).map { $0 | $1 })
    }
  }

  /// Rows of `rowCount` that this takes and `other` does not.
  func subtracting(_ other: Selection, ofRows rowCount: Int) -> Selection {
    switch (self, other) {
    case (.none, _), (_, .all): .none
    case (_, .none): self
    case (.all, .some(let b)): .some(zip(allBits(rowCount), b).map { $0 & ~$1 })
    case (.some(let a), .some(let b)): .some(zip(a, b).map { $0 & ~$1 })
    }
  }

  /// Row numbers, ascending. O(rows).
  func rows(ofRows rowCount: Int) -> [UInt32] {
    switch self {
    case .none: return []
    case .all: return Array(0..<UInt32(rowCount))
    case .some(let words):
      let taken = count(ofRows: rowCount)
      return [UInt32](unsafeUninitializedCapacity: taken) { rows, count in
        for (index, word) in words.enumerated() {
          var rest = word
          while rest != 0 {
            // In range: one element for each bit, all of which were just counted.
            rows.initializeElement(at: count, to: UInt32(truncatingIfNeeded: index &* 64 &+ rest.trailingZeroBitCount))
            count &+= 1
            rest &= rest &- 1
          }
        }
      }
    }
  }

  /// Rows with a value, of `rowCount`. Validity that somebody's own table gives may have bits past its last row.
  init(_ validity: Validity, rowCount: Int) {
    switch validity {
    case .allValid: self = .all
    case .allNull: self = .none
    case .bits(let words): self = .some(clearedPastTheEnd(words, rowCount: rowCount))
    }
  }

  /// Rows without a value, of `rowCount`.
  init(nullsOf validity: Validity, rowCount: Int) {
    switch validity {
    case .allValid: self = .none
    case .allNull: self = .all
    case .bits(let words): self = .some(clearedPastTheEnd(words.map { ~$0 }, rowCount: rowCount))
    }
  }

  /// Rows as validity: of values that a page has in these rows.
  var validity: Validity {
    switch self {
    case .none: .allNull
    case .all: .allValid
    case .some(let words): .bits(words)
    }
  }
}

/// Sets the bits of `rows`. O(rows / 64).
func setBits(_ words: inout [UInt64], _ rows: Range<Int>) {
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = min(rows.upperBound, (row | 63) + 1)
    words[row >> 6] |= (~0 >> UInt64(64 - (end - row))) << UInt64(row & 63)
    row = end
  }
}

/// Number of bits set in `rows`. O(rows / 64).
func countBits(_ words: [UInt64], _ rows: Range<Int>) -> Int {
  var count = 0
  var row = rows.lowerBound
  while row < rows.upperBound {
    let end = min(rows.upperBound, (row | 63) + 1)
    count += (words[row >> 6] & (~0 >> UInt64(64 - (end - row))) << UInt64(row & 63)).nonzeroBitCount
    row = end
  }
  return count
}

/// The words with 0 for what is no row in the last one; not copied where it is so already. Precondition: there are no words past that.
private func clearedPastTheEnd(_ words: [UInt64], rowCount: Int) -> [UInt64] {
  let rest = UInt64(rowCount % 64)
  guard rest != 0, words[rowCount / 64] >> rest != 0 else { return words }
  var words = words
  words[rowCount / 64] &= 1 << rest - 1
  return words
}
