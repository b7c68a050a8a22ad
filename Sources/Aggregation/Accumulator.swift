// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// The rows of one page, by group.
struct GroupedRows {
  /// Group of each row, below `groupCount`.
  let groups: UnsafeBufferPointer<UInt32>
  /// Groups known so far.
  let groupCount: Int
  /// True if the query has no keys: all groups are 0, and kernels over whole pages may be used.
  let isSingleGroup: Bool
  /// The same rows as runs of one group, where those are long enough to be worth it.
  let runs: Runs?

  /// Consecutive rows of one group: run `r` is of group `groups[r]` and ends before row `ends[r]`.
  struct Runs {
    var groups: [UInt32] = []
    var ends: [Int] = []
  }
}

/// Shortest average run for which runs pay.
private let worthwhileRunLength = 8

/// The runs of `groups`, nil where they are short from the start up to any row: rows in random order cost next to nothing.
func findRuns(_ groups: UnsafeBufferPointer<UInt32>) -> GroupedRows.Runs? {
  guard var group = groups.first else { return nil }
  var runs = GroupedRows.Runs()
  for row in 1..<groups.count where groups[row] != group {
    // Sixteen short runs are forgiven, so that a page may begin with some.
    guard runs.ends.count < 16 + row / worthwhileRunLength else { return nil }
    runs.groups.append(group)
    runs.ends.append(row)
    group = groups[row]
  }
  runs.groups.append(group)
  runs.ends.append(groups.count)
  return runs
}

/// Something computed per group from one column. It sees values, group numbers and the number of groups, never keys.
///
/// Adding and merging in any order gives the same result.
protocol Accumulator: AnyObject {
  /// Takes in the rows of a page that has at least one value.
  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows)

  /// Takes in what another one of the same kind has of its own groups: its group `g` is group `groups[g]` here, below `groupCount`.
  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int)
}

extension Array {
  /// Makes the array `count` elements long, if it is shorter. Amortised O(elements added).
  mutating func grow(to count: Int, with element: Element) {
    if self.count < count { append(contentsOf: repeatElement(element, count: count - self.count)) }
  }
}

/// Calls `body` with the page's validity bits, nil where all rows are valid. Precondition: not all are null.
func withValidityBits<R>(_ page: ColumnPage, _ body: (UnsafeBufferPointer<UInt64>?) -> R) -> R {
  switch page.validity {
  case .allValid: body(nil)
  case .allNull: preconditionFailure("a page without values")
  case .bits(let words): words.withUnsafeBufferPointer { body($0) }
  }
}

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

  /// One count per group.
  func counts(groupCount: Int) -> [Int64] {
    var counts = counts
    counts.grow(to: groupCount, with: 0)
    return counts
  }
}
