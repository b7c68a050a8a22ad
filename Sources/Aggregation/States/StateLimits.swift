// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where rows and batches of states end, so that no column of a batch outgrows memory.
package struct StateLimits: Sendable {
  /// Most groups of a batch.
  var groupsPerBatch: Int
  /// Most values of one list in one row: at least the 64 of the longest `top` that is kept as such, which is never cut.
  var valuesPerRow: Int
  /// Most bytes of one list of strings in one row, which has one string at least.
  var bytesPerRow: Int
  /// Values of lists after which a batch ends.
  var valuesPerBatch: Int
  /// Bytes of strings, alone and in lists, after which a batch ends.
  var bytesPerBatch: Int

  /// What is written; the format tells the limits of a row.
  package static let standard = StateLimits(
    groupsPerBatch: 16_384, valuesPerRow: 65_536, bytesPerRow: 64 << 20, valuesPerBatch: 262_144,
    bytesPerBatch: 256 << 20)
}

extension RaggedValues {
  /// Values of a group.
  func count(_ group: Int) -> Int { starts[group + 1] - starts[group] }

  /// Those of a group's values from `start` on that one row has room for: at least one, if there is one. O(values) of strings, else O(1).
  func piece(from start: Int, of group: Int, _ limits: StateLimits) -> Range<Int> {
    let end = min(start + limits.valuesPerRow, starts[group + 1])
    // Of numbers, so many have at most 1 MiB.
    guard isOfStrings else { return start..<end }
    var next = start
    var byteCount = 0
    while next < end {
      byteCount += byteCountInList(next)
      if byteCount > limits.bytesPerRow, next > start { break }
      next += 1
    }
    return start..<next
  }

  /// What values have in a list: of strings with their lengths, of numbers, whose number is bounded as it is, 0.
  func byteCountInLists(_ range: Range<Int>) -> Int {
    isOfStrings ? range.reduce(0) { $0 + byteCountInList($1) } : 0
  }

  private var isOfStrings: Bool {
    switch values {
    case .codes, .strings: true
    case .int64, .int128, .float64: false
    }
  }

  private func byteCountInList(_ index: Int) -> Int {
    switch values {
    case .codes(let codes): 4 + (dictionary?.entries.range(Int(codes[index])).count ?? 0)
    case .strings(let strings): 4 + strings.range(index).count
    case .int64, .int128, .float64: 0
    }
  }
}
