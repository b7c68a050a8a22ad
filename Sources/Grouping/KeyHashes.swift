// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// An odd number without pattern: 2^64 divided by the golden ratio (Knuth, The Art of Computer Programming, volume 3, section 6.4).
private let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

/// What stands for null, for NaN whatever its bits, and for the start of a string.
private enum Mark {
  static let null: UInt64 = 0x6E75_6C6C
  static let nan: UInt64 = 0x6E61_6E21
}

@inline(__always)
private func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
  let product = (hash ^ word) &* multiplier
  return product ^ product >> 29
}

/// Mixes the values of a key's page into the rows' hashes: equal keys have equal hashes, however they are stored, NaNs are one, and -0.0
/// is 0.0. Codes go by themselves: all pages must have one dictionary. O(rows), and O(bytes) of strings.
///
/// Precondition: `hashes` has an element for each row.
package func mixHashes(of page: ColumnPage, into hashes: inout [UInt64]) {
  precondition(hashes.count == page.rowCount, "a hash for each row")
  switch page.values {
  case .int64(let values): mix(page.validity, into: &hashes) { mixed($0, UInt64(bitPattern: values[$1])) }
  case .int128(let values):
    mix(page.validity, into: &hashes) { hash, row in
      let value = values[row]
      let low = mixed(hash, UInt64(truncatingIfNeeded: value))
      // One value has one hash, be it stored in 64 bits or in 128.
      return value == Int128(Int64(truncatingIfNeeded: value))
        ? low : mixed(low, UInt64(truncatingIfNeeded: value >> 64))
    }
  case .float64(let values):
    mix(page.validity, into: &hashes) { hash, row in
      let value = values[row]
      return mixed(hash, value.isNaN ? Mark.nan : value == 0 ? 0 : value.bitPattern)
    }
  case .codes(let codes): mix(page.validity, into: &hashes) { mixed($0, UInt64(codes[$1])) }
  case .strings(let strings):
    mix(page.validity, into: &hashes) { hash, row in strings.withUTF8(row) { mixed(hash, bytes: $0) } }
  }
}

private func mix(_ validity: Validity, into hashes: inout [UInt64], _ hash: (UInt64, Int) -> UInt64) {
  if validity == .allValid {
    for row in hashes.indices { hashes[row] = hash(hashes[row], row) }
  } else {
    for row in hashes.indices {
      hashes[row] = validity.isValid(row) ? hash(hashes[row], row) : mixed(hashes[row], Mark.null)
    }
  }
}

private func mixed(_ hash: UInt64, bytes: UnsafeRawBufferPointer) -> UInt64 {
  var hash = mixed(hash, UInt64(bytes.count))
  var index = 0
  while index + 8 <= bytes.count {
    hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    index += 8
  }
  var rest: UInt64 = 0
  while index < bytes.count {
    rest = rest << 8 | UInt64(bytes[index])
    index += 1
  }
  return mixed(hash, rest)
}

/// Which of `partCount` parts a row of hash `hash` belongs to; every `level` parts anew, whatever the levels before did.
package func part(of hash: UInt64, partCount: Int, level: Int) -> Int {
  let own = mixed(mixed(hash, UInt64(level) &* 0xD6E8_FEB8_6659_FD93), multiplier)
  return Int(((own >> 32) &* UInt64(partCount)) >> 32)
}

/// Rows in order of part, and where each part starts: a counting sort, which keeps the order within a part. O(rows + parts).
package func rowsByPart(_ hashes: [UInt64], partCount: Int, level: Int) -> (order: [UInt32], starts: [Int]) {
  var starts = [Int](repeating: 0, count: partCount + 1)
  let parts = hashes.map { UInt32(truncatingIfNeeded: part(of: $0, partCount: partCount, level: level)) }
  for part in parts { starts[Int(part) + 1] += 1 }
  for part in 0..<partCount { starts[part + 1] += starts[part] }
  var next = starts
  var order = [UInt32](repeating: 0, count: hashes.count)
  for (row, part) in parts.enumerated() {
    order[next[Int(part)]] = UInt32(row)
    next[Int(part)] += 1
  }
  return (order, starts)
}
