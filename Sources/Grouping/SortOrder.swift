// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Row order by several columns, worked out on integers: each column becomes offsets or ranks, these are packed side by side into
/// 64-bit words, and the rows are sorted by counting, eleven bits at a time from the last. Stable. O(rows x bits of the packed keys / 11).
package struct SortOrder {
  private let rowCount: Int
  /// Packed keys, most significant word first, and the bits used in each.
  private var words: [(keys: [UInt64], bits: Int)] = []

  package init(rowCount: Int) { self.rowCount = rowCount }

  /// Adds a column, less significant than those before it. Nulls are last in either direction, NaN is the greatest number.
  ///
  /// `dictionary` is needed for codes. Precondition: the page has as many rows as all others.
  package mutating func append(_ page: ColumnPage, dictionary: StringDictionary?, descending: Bool = false) {
    let validity = page.validity
    if validity != .allValid { append(bits: 1) { validity.isValid($0) ? 0 : 1 } }
    switch page.values {
    case .int64(let values): append(values, validity, descending)
    case .float64(let values): append(values.map(orderedBits), validity, descending)
    case .int128(let values): append(values, validity, descending)
    case .codes(let codes):
      let ranks = dictionary?.ranks ?? []
      append(codes.enumerated().map { validity.isValid($0) ? Int64(ranks[Int($1)]) : 0 }, validity, descending)
    case .strings:
      // Equal strings must get equal ranks: they are numbered first.
      let numbering = KeyNumbering(types: [.string])
      var numbers: [UInt32] = []
      numbering.number([ColumnPage(values: page.values)], dictionaries: [nil], into: &numbers)
      let ranks = numbering.keys().dictionaries[0]?.ranks ?? []
      append(numbers.map { Int64(ranks[Int($0)]) }, validity, descending)
    }
  }

  /// Rows in order.
  package func sortedRows() -> [UInt32] {
    var rows = Array(0..<UInt32(rowCount))
    guard rowCount > 1 else { return rows }
    var moved = rows
    for word in words.reversed() {
      for shift in stride(from: 0, to: word.bits, by: digitBits)
      where sortByDigit(word.keys, shift: UInt64(shift), rows, into: &moved) {
        swap(&rows, &moved)
      }
    }
    return rows
  }

  private mutating func append(_ values: [Int64], _ validity: Validity, _ descending: Bool) {
    let valid = values.indices.lazy.filter { validity.isValid($0) }
    guard let first = valid.first else { return }
    var least = values[first]
    var greatest = least
    for row in valid {
      least = min(least, values[row])
      greatest = max(greatest, values[row])
    }
    // Differences modulo 2^64 are right as unsigned numbers.
    append(bits: 64 - (greatest &- least).leadingZeroBitCount) { row in
      guard validity.isValid(row) else { return 0 }
      return UInt64(bitPattern: descending ? greatest &- values[row] : values[row] &- least)
    }
  }

  private mutating func append(_ values: [Int128], _ validity: Validity, _ descending: Bool) {
    let valid = values.indices.lazy.filter { validity.isValid($0) }
    guard let first = valid.first else { return }
    var least = values[first]
    var greatest = least
    for row in valid {
      least = min(least, values[row])
      greatest = max(greatest, values[row])
    }
    let bits = 128 - (greatest &- least).leadingZeroBitCount
    for shift in bits > 64 ? [64, 0] : [0] {
      append(bits: min(64, bits - shift)) { row in
        guard validity.isValid(row) else { return 0 }
        let offset = UInt128(truncatingIfNeeded: descending ? greatest &- values[row] : values[row] &- least)
        return UInt64(truncatingIfNeeded: offset >> UInt128(shift))
      }
    }
  }

  /// Adds `bits` lower bits to the packed keys; `key` gives those of a row.
  private mutating func append(bits: Int, _ key: (Int) -> UInt64) {
    if bits == 0 { return }
    guard let last = words.indices.last, words[last].bits + bits <= 64 else {
      words.append(((0..<rowCount).map(key), bits))
      return
    }
    for row in 0..<rowCount { words[last].keys[row] = words[last].keys[row] << UInt64(bits) | key(row) }
    words[last].bits += bits
  }
}

/// Bits sorted by at a time: 2,048 counters stay in the first-level cache.
private let digitBits = 11

/// One stable counting sort by the digit at `shift`. False, and nothing moved, if all rows have the same digit there.
private func sortByDigit(_ keys: [UInt64], shift: UInt64, _ rows: [UInt32], into moved: inout [UInt32]) -> Bool {
  let mask = UInt64(1) << UInt64(digitBits) - 1
  var starts = [Int](repeating: 0, count: Int(mask) + 2)
  return keys.withUnsafeBufferPointer { keys in
    for key in keys { starts[Int(key >> shift & mask) + 1] += 1 }
    if starts[Int(keys[0] >> shift & mask) + 1] == keys.count { return false }
    for digit in 1..<starts.count { starts[digit] += starts[digit - 1] }
    moved.withUnsafeMutableBufferPointer { moved in
      starts.withUnsafeMutableBufferPointer { starts in
        for row in rows {
          let digit = Int(keys[Int(row)] >> shift & mask)
          moved[starts[digit]] = row
          starts[digit] += 1
        }
      }
    }
    return true
  }
}
