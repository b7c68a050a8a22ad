// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Dense codes for 128-bit integers: each half is numbered, then the pair of numbers.
final class WideKeyCoder: KeyCoder {
  private let lowHalves = NumberTable(keyBits: 64)
  private let highHalves = NumberTable(keyBits: 64)
  private var pairs = DenseInterner()
  private var halfPatterns: [UInt64] = []
  private var halfNumbers: [UInt32] = []
  private var pairPatterns: [UInt64] = []

  var codeLimit: Int { pairs.table.count }
  var isDense: Bool { true }

  func encode(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) -> Bool {
    fillPairs(page, rows) { $0.number($1, into: $2) }
    pairPatterns.withUnsafeBufferPointer {
      pairs.encode($0, page.validity, firstRow: rows.lowerBound, into: codes)
    }
    return true
  }

  func lookUp(
    _ page: ColumnPage, _ dictionary: StringDictionary?, rows: Range<Int>,
    into codes: UnsafeMutableBufferPointer<UInt32>
  ) {
    // A missing half makes a pair that was never added: numbers stay below `missing`.
    fillPairs(page, rows) { $0.lookUp($1, into: $2) }
    pairPatterns.withUnsafeBufferPointer {
      pairs.lookUp($0, page.validity, firstRow: rows.lowerBound, into: codes)
    }
  }

  func decode(_ codes: [UInt32]) -> (page: ColumnPage, dictionary: StringDictionary?) {
    let keys = pairs.table.keys()
    let low = lowHalves.keys()
    let high = highHalves.keys()
    let decoded = decodedSlots(codes, nullCode: pairs.nullCode, empty: Int128(0)) { code in
      let pair = keys[code]
      let bits = UInt128(high[Int(pair >> 32)]) << 64 | UInt128(low[Int(pair & 0xFFFF_FFFF)])
      return Int128(truncatingIfNeeded: bits)
    }
    return (ColumnPage(values: .int128(decoded.slots), validity: decoded.validity), nil)
  }

  private func fillPairs(
    _ page: ColumnPage, _ rows: Range<Int>,
    _ number: (NumberTable, UnsafeBufferPointer<UInt64>, UnsafeMutableBufferPointer<UInt32>) -> Void
  ) {
    guard case .int128(let values) = page.values else { preconditionFailure("a wide key column has other values") }
    pairPatterns = [UInt64](repeating: 0, count: rows.count)
    halfNumbers = [UInt32](repeating: 0, count: rows.count)
    for (table, shift) in [(lowHalves, 0), (highHalves, 32)] {
      halfPatterns.removeAll(keepingCapacity: true)
      for value in values[rows] { halfPatterns.append(UInt64(truncatingIfNeeded: value >> Int128(shift * 2))) }
      halfPatterns.withUnsafeBufferPointer { patterns in
        halfNumbers.withUnsafeMutableBufferPointer { number(table, patterns, $0) }
      }
      for i in 0..<rows.count { pairPatterns[i] |= UInt64(halfNumbers[i]) << UInt64(shift) }
    }
  }
}
