// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension IntegerSums: StateKeeping {
  /// Of columns held in 64 bits decimals without fraction; of wide ones, whose sums these are where records held them, bytes.
  ///
  /// 38 digits hold each: of at most 2^63 - 1 values, none beyond 2^63, the sum stays below 2^126, which is less than 10^38.
  func states(_ request: StateRequest) -> StateSource {
    let sums = sums128(groupCount: request.groupCount)
    if request.type.isWide {
      return .flat { [bytesPage($0) { appendInteger(words(of: sums[$0]), to: &$1) }] }
    }
    return .flat { groups in [ColumnPage(values: .int128(groups.map { sums[Int($0)] }))] }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    guard case .int128(let sums) = pages[0].values else { preconditionFailure("wide decimals expected") }
    for (row, sum) in sums.enumerated() where sum.magnitude > rows.counts[row].magnitude.multipliedBy2To63 {
      throw StateFault(row: row, summary: "\(sum) is no sum of \(rows.counts[row]) values of 64 bits")
    }
    add(totals: sums, groups: rows.groups, groupCount: rows.groupCount)
    return []
  }
}

extension UInt64 {
  /// 2^63 times this, as 128 bits.
  fileprivate var multipliedBy2To63: UInt128 { UInt128(self) << 63 }
}

private func words(of value: Int128) -> [UInt64] {
  [UInt64(truncatingIfNeeded: value), UInt64(truncatingIfNeeded: value >> 64)]
}

extension WideSums: StateKeeping {
  /// Bytes, of 192 bits at the most.
  func states(_ request: StateRequest) -> StateSource {
    let sums = sums(groupCount: request.groupCount)
    return .flat { [bytesPage($0) { appendInteger(sums[$0].words, to: &$1) }] }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try forEachState(pages[0]) { row, bytes in
      guard let words = integerWords(bytes, count: 3) else { throw notAnInteger(row, bits: 192) }
      add(Int192(words: words), group: Int(rows.groups[row]), groupCount: rows.groupCount)
    }
    return []
  }
}

extension IntegerSquares: StateKeeping {
  /// Bytes, of 192 bits at the most.
  func states(_ request: StateRequest) -> StateSource {
    .flat { [bytesPage($0) { appendInteger(self.sum($0).words, to: &$1) }] }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try forEachState(pages[0]) { row, bytes in
      guard let words = integerWords(bytes, count: 3) else { throw notAnInteger(row, bits: 192) }
      let sum = Int192(words: words)
      if sum.isNegative { throw StateFault(row: row, summary: "a sum of squares below 0") }
      add(sum, group: Int(rows.groups[row]), groupCount: rows.groupCount)
    }
    return []
  }
}

extension WideSquares: StateKeeping {
  /// Bytes, of 384 bits at the most.
  func states(_ request: StateRequest) -> StateSource {
    .flat { [bytesPage($0) { appendInteger(self.sum($0).words, to: &$1) }] }
  }

  func add(states pages: [ColumnPage], _ rows: StateRows) throws -> [Int] {
    try forEachState(pages[0]) { row, bytes in
      guard let words = integerWords(bytes, count: 6) else { throw notAnInteger(row, bits: 384) }
      let sum = Int384(words: words)
      if sum.isNegative { throw StateFault(row: row, summary: "a sum of squares below 0") }
      add(sum, group: Int(rows.groups[row]), groupCount: rows.groupCount)
    }
    return []
  }
}

/// The fault of a row whose bytes are no integer.
func notAnInteger(_ row: Int, bits: Int) -> StateFault {
  StateFault(row: row, summary: "bytes that are no integer of up to \(bits) bits")
}
