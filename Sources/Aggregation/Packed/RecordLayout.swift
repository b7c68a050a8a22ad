// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What is kept per group of columns whose values are codes: counts and sums as fields side by side in a few words of 64 bits, so that
/// one or two additions a row serve all of them, and extremes.
///
/// Each field has as many bits as the greatest value times all rows needs: none can overflow into its neighbour, whatever the groups, and
/// records of two workers are joined by adding their words.
struct RecordLayout: Sendable {
  /// Some bits of a record's word.
  struct Field: Sendable {
    let word: Int
    let shift: Int
    let bits: Int

    /// The field's number in a record.
    func value(of record: UnsafePointer<UInt64>) -> UInt64 {
      bits == 0 ? 0 : record[word] >> UInt64(shift) & (~0 >> UInt64(64 - bits))
    }
  }

  /// What is kept of one column.
  struct Column: Sendable {
    /// Position in the plan's values.
    let value: Int
    let coding: ValueCoding
    /// Sum of codes, or of their low 32 bits if there is a field for the high ones.
    var sum: Field?
    var sumOfHighHalves: Field?
    /// Rows without value.
    var nulls: Field?
    let keepsMinimum: Bool
    let keepsMaximum: Bool
  }

  /// Number of rows.
  private(set) var count: Field
  private(set) var columns: [Column]
  /// Words of a record.
  private(set) var width = 0
  /// No more rows than these are taken in.
  let rowLimit: Int

  private struct Request {
    let greatest: UInt128
    let assign: (inout RecordLayout, Field) -> Void
  }

  /// nil if a column's sum has no room in two words. `functions` are those asked of each column.
  init?(_ codings: [(value: Int, coding: ValueCoding, functions: Set<AggregateFunction>)], rowCount: Int) {
    count = Field(word: 0, shift: 0, bits: 0)
    let rows = UInt128(rowCount)
    rowLimit = rowCount
    columns = codings.map {
      Column(
        value: $0.value, coding: $0.coding, keepsMinimum: $0.functions.contains(.min),
        keepsMaximum: $0.functions.contains(.max))
    }
    var requests = [Request(greatest: rows) { $0.count = $1 }]
    for (index, column) in codings.enumerated() {
      if column.coding.isNullable { requests.append(Request(greatest: rows) { $0.columns[index].nulls = $1 }) }
      guard !column.functions.isDisjoint(with: [.sum, .mean]) else { continue }
      let limit = UInt128(column.coding.limit)
      if bitCount(limit * rows) <= 64 {
        requests.append(Request(greatest: limit * rows) { $0.columns[index].sum = $1 })
        continue
      }
      guard bitCount(rows) <= 32 else { return nil }
      requests.append(Request(greatest: 0xFFFF_FFFF * rows) { $0.columns[index].sum = $1 })
      requests.append(Request(greatest: (limit >> 32) * rows) { $0.columns[index].sumOfHighHalves = $1 })
    }
    place(requests)
  }

  /// Widest fields first, each into the first word that has room.
  private mutating func place(_ requests: [Request]) {
    var used: [Int] = []
    for request in requests.sorted(by: { $0.greatest > $1.greatest }) {
      let bits = bitCount(request.greatest)
      let word = used.firstIndex { $0 + bits <= 64 } ?? used.count
      if word == used.count { used.append(0) }
      request.assign(&self, Field(word: word, shift: used[word], bits: bits))
      used[word] += bits
    }
    width = used.count
  }

  /// Bytes that a group takes.
  var byteCount: Int {
    columns.reduce(8 * width) { bytes, column in
      bytes + (column.keepsMinimum ? 8 : 0) + (column.keepsMaximum ? 8 : 0)
    }
  }
}
