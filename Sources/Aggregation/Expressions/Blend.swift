// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A result that is put together from others, some rows of each.
struct Blend {
  private var values: PageValues
  private var valid: [UInt64]
  private var failures: [UInt64]?
  private let rowCount: Int
  /// Per row, which of `texts` it is of: strings are copied once, at the end.
  private var picks: [UInt32] = []
  private var texts: [ExpressionVector] = []
  private let textByteLimit: Int

  /// Nothing but nulls at first. Precondition: all that is taken is held like `pattern`.
  init(like pattern: ExpressionVector, _ rowCount: Int, textByteLimit: Int) {
    self.rowCount = rowCount
    self.textByteLimit = textByteLimit
    valid = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    switch pattern.values {
    case .int64: values = .int64([Int64](repeating: 0, count: rowCount))
    case .int128: values = .int128([Int128](repeating: 0, count: rowCount))
    case .float64: values = .float64([Double](repeating: 0, count: rowCount))
    case .codes, .strings:
      values = .codes([])
      picks = [UInt32](repeating: 0, count: rowCount)
    }
  }

  /// These rows fail as well.
  mutating func fail(_ rows: [UInt64]) {
    if rows.contains(where: { $0 != 0 }) { failures = joinedBits(failures, rows) }
  }

  /// Rows `rows` are those of `other`, with their nulls and failures.
  mutating func take(_ other: ExpressionVector, where rows: [UInt64]) {
    let otherValid = other.expandedValidBits(rowCount)
    for index in valid.indices { valid[index] = valid[index] & ~rows[index] | rows[index] & otherValid[index] }
    if let failed = other.failureBits(rowCount) { fail(zip(rows, failed).map { $0 & $1 }) }
    switch (values, other.values) {
    case (.int64(var own), .int64(let theirs)):
      values = .int64([])
      copy(theirs, other.isSame, rows, into: &own)
      values = .int64(own)
    case (.int128(var own), .int128(let theirs)):
      values = .int128([])
      copy(theirs, other.isSame, rows, into: &own)
      values = .int128(own)
    case (.float64(var own), .float64(let theirs)):
      values = .float64([])
      copy(theirs, other.isSame, rows, into: &own)
      values = .float64(own)
    default:
      texts.append(other)
      forEachBit(rows) { picks[$0] = UInt32(texts.count - 1) }
    }
  }

  private func copy<Element>(_ theirs: [Element], _ isSame: Bool, _ rows: [UInt64], into own: inout [Element]) {
    forEachBit(rows) { own[$0] = theirs[isSame ? 0 : $0] }
  }

  private func forEachBit(_ words: [UInt64], _ body: (Int) -> Void) {
    for (index, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        body(index &* 64 &+ rest.trailingZeroBitCount)
        rest &= rest &- 1
      }
    }
  }

  /// What has been taken; rows from the one on whose text has no room have failed. O(rows + bytes of texts).
  var result: ExpressionVector {
    var result = ExpressionVector(
      values: values, validity: rowCount == 0 ? .allValid : Validity(words: valid, rowCount: rowCount),
      failures: failures)
    guard case .codes = values else { return result }
    let sources = texts.map { $0.isSame ? $0.expanded(to: rowCount) : $0 }
    var strings = StringArray(reservingStrings: rowCount)
    var failed = [UInt64](repeating: 0, count: valid.count)
    var hasRoom = true
    for row in 0..<rowCount {
      guard valid[row >> 6] >> UInt64(row & 63) & 1 == 1 else {
        strings.append(utf8: [])
        continue
      }
      sources[Int(picks[row])].withTexts { text in
        hasRoom = hasRoom && strings.bytes.count + text(row).count <= textByteLimit
        if hasRoom { strings.append(text(row)) }
      }
      if !hasRoom {
        strings.append(utf8: [])
        failed[row >> 6] |= 1 << UInt64(row & 63)
      }
    }
    if !hasRoom { result.failures = joinedBits(failures, failed) }
    result.values = .strings(strings)
    return result
  }
}
