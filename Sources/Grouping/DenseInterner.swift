// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Dense codes for 64-bit patterns and null, in order of first appearance.
struct DenseInterner {
  let table = NumberTable(keyBits: 64)
  private(set) var nullCode: UInt32?

  /// Codes of `keys`, whose first lies at row `firstRow` of the page that `validity` is of.
  mutating func encode(
    _ keys: UnsafeBufferPointer<UInt64>, _ validity: Validity, firstRow: Int,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    table.reserve(keys.count + 1)
    if case .allValid = validity {
      table.number(keys, into: codes)
      return
    }
    for i in 0..<keys.count {
      if validity.isValid(firstRow + i) {
        codes[i] = table.findOrAdd(keys[i])
      } else {
        codes[i] = nullCode ?? table.reserveNumber()
        nullCode = codes[i]
      }
    }
  }

  /// As `encode`; unknown ones get ``NumberTable/missing``.
  func lookUp(
    _ keys: UnsafeBufferPointer<UInt64>, _ validity: Validity, firstRow: Int,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    for i in 0..<keys.count {
      let valid = validity.isValid(firstRow + i)
      codes[i] = valid ? table.find(keys[i]) : nullCode ?? NumberTable.missing
    }
  }
}
