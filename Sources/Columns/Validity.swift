// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Which rows of a page have a value.
public enum Validity: Sendable, Equatable {
  /// Every row has a value.
  case allValid
  /// No row has a value.
  case allNull
  /// Bit `row % 64` of word `row / 64` is 1 where the row has a value; bits past the last row are 0.
  case bits([UInt64])

  /// Chooses the shortest form for `words`, laid out as in ``bits(_:)``, over `rowCount` rows. O(rows / 64).
  public init(words: [UInt64], rowCount: Int) {
    let valid = words.reduce(0) { $0 + $1.nonzeroBitCount }
    if valid == rowCount {
      self = .allValid
    } else if valid == 0 {
      self = .allNull
    } else {
      self = .bits(words)
    }
  }

  /// True where `row` has a value. O(1).
  @inlinable
  public func isValid(_ row: Int) -> Bool {
    switch self {
    case .allValid: true
    case .allNull: false
    case .bits(let words): words[row >> 6] >> UInt64(row & 63) & 1 == 1
    }
  }

  /// Rows without a value, of `rowCount` rows in all. O(rows / 64).
  public func nullCount(ofRows rowCount: Int) -> Int {
    switch self {
    case .allValid: 0
    case .allNull: rowCount
    case .bits(let words): rowCount - words.reduce(0) { $0 + $1.nonzeroBitCount }
    }
  }
}
