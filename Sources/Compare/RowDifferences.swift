// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// In how many columns each row differs: as bits of a number, each bit of 64 rows in a word, so that adding a column is a few operations
/// for 64 rows, and a row takes as many bits as the greatest count.
struct RowDifferences {
  private let rows: RowLocator
  /// `planes[p][chunk][word]` has bit `p` of the counts of 64 rows.
  private var planes: [[[UInt64]]] = []

  init(_ rows: RowLocator) { self.rows = rows }

  /// Counts one more for the rows of each chunk whose bits are 1. O(rows / 64), less often more.
  mutating func add(_ differs: [[UInt64]]) {
    for (chunk, words) in differs.enumerated() {
      for (index, word) in words.enumerated() {
        var carry = word
        var plane = 0
        while carry != 0 {
          if plane == planes.count {
            planes.append(differs.map { [UInt64](repeating: 0, count: $0.count) })
          }
          let before = planes[plane][chunk][index]
          planes[plane][chunk][index] = before ^ carry
          carry &= before
          plane += 1
        }
      }
    }
  }

  /// Per chunk, the bits of rows that differ in some column.
  var differing: [[UInt64]] {
    (0..<rows.chunkCount).map { chunk in
      let wordCount = (rows.rows(ofChunk: chunk).count + 63) / 64
      return (0..<wordCount).map { word in planes.reduce(0) { $0 | $1[chunk][word] } }
    }
  }

  /// Rows that differ in some column. O(rows / 64).
  var count: Int { differing.reduce(0) { $1.reduce($0) { $0 + $1.nonzeroBitCount } } }

  /// The rows that differ in the most columns, at most `limit`: most columns first, then by row.
  func most(_ limit: Int) -> [(row: Int, columnCount: Int)] {
    var found: [(row: Int, columnCount: Int)] = []
    guard limit > 0 else { return found }
    for (chunk, words) in differing.enumerated() {
      for (index, word) in words.enumerated() where word != 0 {
        for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 {
          let count = planes.indices.reduce(0) {
            $0 | Int(planes[$1][chunk][index] >> UInt64(bit) & 1) << $1
          }
          // Rows come in order: one of an equal count goes behind those that are there.
          if found.count == limit, count <= found[limit - 1].columnCount { continue }
          if found.count == limit { found.removeLast() }
          let place = found.firstIndex { $0.columnCount < count } ?? found.count
          found.insert((rows.starts[chunk] + index * 64 + bit, count), at: place)
        }
      }
    }
    return found
  }
}
