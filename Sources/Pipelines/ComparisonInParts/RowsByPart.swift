// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Brings rows together that go to the same part: a counting sort, whose table is used again for each chunk.
struct RowsByPart {
  /// By part: how many rows it has, then where its next row goes.
  private var places: [Int]

  init(partCount: Int) { places = Array(repeating: 0, count: partCount) }

  /// All rows, those of one part after those of the part before, in their order; and where each part's rows are among them, of parts that have some.
  ///
  /// `parts` has each row's part. Precondition: all are less than the number of parts. O(rows + parts).
  mutating func order(_ parts: [Int64]) -> (rows: [UInt32], runs: [Range<Int>]) {
    for place in places.indices { places[place] = 0 }
    for part in parts { places[Int(part)] += 1 }
    var runs: [Range<Int>] = []
    var end = 0
    for part in places.indices where places[part] > 0 {
      let count = places[part]
      runs.append(end..<end + count)
      places[part] = end
      end += count
    }
    var rows = [UInt32](repeating: 0, count: parts.count)
    for (row, part) in parts.enumerated() {
      rows[places[Int(part)]] = UInt32(row)
      places[Int(part)] += 1
    }
    return (rows, runs)
  }
}
