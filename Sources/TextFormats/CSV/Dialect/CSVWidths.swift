// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How wide a table is, from the number of fields of each of its records: the width that best explains them, and how well it does.
///
/// Records before the first and after the last of that width (titles, footnotes, another table) count less against it than those
/// between them.
struct CSVWidths {
  /// Fields of a record.
  private(set) var width = 1
  /// Records of that width.
  private(set) var fits = 0
  /// Index of the first of them.
  private(set) var first = 0
  /// Records from the first to the last of them.
  private(set) var region = 0
  /// Records looked at.
  let records: Int
  /// 0…1: the pattern score.
  private(set) var pattern: Double = 0.05

  /// Share of the records between the first and the last of that width that have it.
  var share: Double { region == 0 ? 0 : Double(fits) / Double(region) }

  /// From the field counts of records that are neither blank nor comments. Linear but for the number of different widths.
  init(_ widths: [Int]) {
    records = widths.count
    var seen: [Int: (count: Int, first: Int, last: Int)] = [:]
    for (index, width) in widths.enumerated() {
      seen[width, default: (0, index, index)].count += 1
      seen[width]?.last = index
    }
    if let ones = seen[1] { (fits, first, region) = (ones.count, ones.first, ones.last - ones.first + 1) }
    // In order, so that ties do not depend on hashing; the widest wins them.
    for (candidate, found) in seen.sorted(by: { $0.key > $1.key }) where candidate > 1 {
      let length = found.last - found.first + 1
      let share = Double(found.count) / Double(length)
      var score = share * (0.4 + 0.6 * Double(length) / Double(records)) * (1 - 1 / Double(candidate + 1))
      score *= 1 - 0.2 * Double(found.first) / Double(records)
      if candidate == widths[0] { score *= 1.2 }
      if found.count == 1, records > 2 { score *= 0.3 }
      if score > pattern {
        (width, fits, first, region, pattern) = (candidate, found.count, found.first, length, score)
      }
    }
  }
}
