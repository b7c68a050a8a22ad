// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Dense codes for doubles: every NaN is one key, and -0.0 equals 0.0.
final class FloatKeyCoder: KeyCoder {
  private var interner = DenseInterner()
  private var patterns: [UInt64] = []

  var codeLimit: Int { interner.table.count }
  var isDense: Bool { true }

  func encode(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    fillPatterns(page, rows)
    patterns.withUnsafeBufferPointer {
      interner.encode($0, page.validity, firstRow: rows.lowerBound, into: codes)
    }
    return true
  }

  func lookUp(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    fillPatterns(page, rows)
    patterns.withUnsafeBufferPointer {
      interner.lookUp($0, page.validity, firstRow: rows.lowerBound, into: codes)
    }
  }

  func decode(_ codes: [UInt32]) -> (page: ColumnPage, dictionary: StringDictionary?) {
    let keys = interner.table.keys()
    let decoded = decodedSlots(codes, nullCode: interner.nullCode, empty: 0.0) { Double(bitPattern: keys[$0]) }
    return (ColumnPage(values: .float64(decoded.slots), validity: decoded.validity), nil)
  }

  private func fillPatterns(_ page: ColumnPage, _ rows: Range<Int>) {
    guard case .float64(let values) = page.values else { preconditionFailure("a float64 key column has other values") }
    patterns.removeAll(keepingCapacity: true)
    for value in values[rows] {
      // Adding 0.0 turns -0.0 into 0.0.
      patterns.append(value.isNaN ? Double.nan.bitPattern : (value + 0.0).bitPattern)
    }
  }
}
