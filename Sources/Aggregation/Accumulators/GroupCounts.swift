// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Rows per group, or nulls per group.
struct GroupCounts {
  private(set) var counts: [Int64]

  /// `counts` of the first groups, 0 of all others.
  init(_ counts: [Int64] = []) { self.counts = counts }

  /// Counts every row.
  mutating func add(_ rows: GroupedRows) {
    counts.grow(to: rows.groupCount, with: 0)
    if rows.isSingleGroup {
      counts[0] += Int64(rows.groups.count)
      return
    }
    counts.withUnsafeMutableBufferPointer { counts in
      guard let runs = rows.runs else { return countRows(groups: rows.groups, into: counts) }
      runs.groups.withUnsafeBufferPointer { groups in
        runs.ends.withUnsafeBufferPointer { countRows(runGroups: groups, runEnds: $0, into: counts) }
      }
    }
  }

  /// Adds to the first group's count.
  mutating func add(count: Int) {
    counts.grow(to: 1, with: 0)
    counts[0] += Int64(count)
  }

  /// Adds to a group's count. Precondition: no group's leaves 63 bits.
  mutating func add(count: Int64, group: Int, groupCount: Int) {
    counts.grow(to: groupCount, with: 0)
    counts[group] += count
  }

  /// Counts the rows of `page` that are null; costs nothing where there are none.
  mutating func addNulls(of page: ColumnPage, _ rows: GroupedRows) {
    switch page.validity {
    case .allValid: return
    case .allNull: add(rows)
    case .bits(let words):
      counts.grow(to: rows.groupCount, with: 0)
      words.withUnsafeBufferPointer { words in
        counts.withUnsafeMutableBufferPointer { countNulls(groups: rows.groups, validity: words, into: $0) }
      }
    }
  }

  /// Adds another's counts: its group `g` is group `groups[g]` here.
  mutating func merge(_ other: GroupCounts, groups: [UInt32], groupCount: Int) {
    counts.grow(to: groupCount, with: 0)
    for (group, count) in other.counts.enumerated() { counts[Int(groups[group])] += count }
  }

  /// One group's count.
  func count(_ group: Int) -> Int64 { group < counts.count ? counts[group] : 0 }

  /// One count per group.
  func counts(groupCount: Int) -> [Int64] {
    var counts = counts
    counts.grow(to: groupCount, with: 0)
    return counts
  }
}
