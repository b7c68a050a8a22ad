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
  /// Where the rows stand among all rows of all inputs.
  let places: RowPlaces

  /// Consecutive rows of one group: run `r` is of group `groups[r]` and ends before row `ends[r]`.
  struct Runs {
    var groups: [UInt32] = []
    var ends: [Int] = []
  }
}

/// Where rows stand among all rows of all inputs, so that first and last do not depend on who sees them when.
struct RowPlaces {
  /// Place of the chunk's first row: the chunk's number, counted over all inputs, times 2^32.
  let firstPlace: Int64
  /// Rows of the chunk that these are; nil: row `i` is row `i` of the chunk.
  let rows: [UInt32]?

  /// Of a chunk's rows, or some of them.
  init(chunk: Int, rows: [UInt32]? = nil) {
    firstPlace = Int64(chunk) << 32
    self.rows = rows
  }

  /// Of rows in order, before which there are `first`: places among these alone.
  init(first: Int) {
    firstPlace = Int64(first)
    rows = nil
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
