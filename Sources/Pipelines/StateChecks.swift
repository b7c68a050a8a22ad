// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Encodings

// Checks of what streams of states say, so that what changed on the way is told: `Formats/PartialAggregate`, "Checks". They guard against mistakes, not
// against intent.

extension PartialDescription {
  /// Name of the metadata's own check.
  static let checkKey = prefix + "check"

  /// The check of all of it, as 16 hexadecimal digits.
  var checkText: String {
    let digits = String(hash(metadata), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// XXH3 of entries in the order of their names, which are without prefix.
private func hash(_ entries: [(key: String, value: String)]) -> UInt64 {
  var bytes: [UInt8] = []
  for (key, value) in entries.sorted(by: { $0.key < $1.key }) {
    bytes += [UInt8](key.utf8.dropFirst(PartialDescription.prefix.utf8.count)) + [0] + [UInt8](value.utf8) + [0]
  }
  return checksum(bytes)
}

/// The checks of a query's rows of states.
struct RowChecks {
  /// What the check of each row begins with.
  private let start: UInt64

  /// Of states of this query. Types of inputs have no part in it: an engine may give streams of files of which one has no value in a column, and so no
  /// type, the description of another.
  init(_ description: PartialDescription) {
    start = hash(description.metadata.filter { !$0.key.hasPrefix(PartialDescription.prefix + "column.") })
  }

  /// The check of each row of a batch: values count, not how they are stored. O(rows x columns + bytes). Precondition: there is a column, and strings are
  /// plain ones.
  func checks(_ pages: [ColumnPage]) -> [Int64] {
    var checks = [UInt64](repeating: start, count: pages[0].rowCount)
    for page in pages { mix(page, into: &checks) }
    return checks.map { Int64(bitPattern: $0) }
  }
}

/// Takes a column into the checks of its rows.
private func mix(_ page: ColumnPage, into checks: inout [UInt64]) {
  switch page.values {
  case .int64(let all): mix(page.validity, into: &checks) { mixed($0, number: Int128(all[$1])) }
  case .int128(let all): mix(page.validity, into: &checks) { mixed($0, number: all[$1]) }
  case .float64(let all):
    mix(page.validity, into: &checks) { check, row in
      // Engines may take one NaN, and one zero, for another.
      let value = all[row].isNaN ? Double.nan : all[row] + 0.0
      return mixed(check, number: Int128(Int64(bitPattern: value.bitPattern)))
    }
  case .strings(let all): mix(page.validity, into: &checks) { mixed($0, all.withUTF8($1) { checksum($0) }) }
  case .codes: preconditionFailure("plain strings expected")
  }
}

private func mix(_ validity: Validity, into checks: inout [UInt64], _ mixed: (UInt64, Int) -> UInt64) {
  for row in checks.indices {
    checks[row] =
      validity.isValid(row) ? mixed(checks[row], row) : withUnsafeBytes(of: checks[row].littleEndian) { checksum($0) }
  }
}

private func mixed(_ check: UInt64, number: Int128) -> UInt64 {
  withUnsafeBytes(of: (check.littleEndian, number.low.littleEndian, number.high.littleEndian)) { checksum($0) }
}

private func mixed(_ check: UInt64, _ hash: UInt64) -> UInt64 {
  withUnsafeBytes(of: (check.littleEndian, hash.littleEndian)) { checksum($0) }
}

extension Int128 {
  fileprivate var low: UInt64 { UInt64(truncatingIfNeeded: self) }
  fileprivate var high: UInt64 { UInt64(truncatingIfNeeded: self >> 64) }
}
