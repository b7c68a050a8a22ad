// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Exact sums of columns held as Int64: in 64 bits while it is proved that they fit, in 128 bits after that.
///
/// The proof is the pages' own: each adds at most rows x 2^(bits of its values) to any sum.
final class IntegerSums: Accumulator {
  private var narrow: [Int64] = []
  /// No narrow sum is greater in magnitude.
  private var bound: Int128 = 0
  /// In use, instead of `narrow`, if not nil.
  private var wide: [Int128]?

  /// Nothing added yet.
  init() { bounds = nil }

  /// Least and greatest of all sums, where some groups that were summed are not among them.
  let bounds: ClosedRange<Int64>?

  /// Complete sums, all of which fit 64 bits.
  init(narrow sums: [Int64], bounds: ClosedRange<Int64>? = nil) {
    narrow = sums
    bound = Int128(Int64.max)
    self.bounds = bounds
  }

  /// Complete sums.
  init(wide sums: [Int128]) {
    wide = sums
    bounds = nil
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int64(let values) = page.values else { preconditionFailure("integers expected") }
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        if rows.isSingleGroup {
          let sum = validity.map { exactSum(values, validity: $0) } ?? exactSum(values)
          withWide(rows.groupCount) { $0[0] += sum }
          return
        }
        if wide == nil {
          let reach = Int128(values.count) << Int128(magnitudeBits(values))
          if bound + reach <= Int128(Int64.max) {
            bound += reach
            narrow.grow(to: rows.groupCount, with: 0)
            narrow.withUnsafeMutableBufferPointer { addNarrow(values, validity, rows, $0) }
            return
          }
        }
        withWide(rows.groupCount) { exactSums(values, groups: rows.groups, validity: validity, into: $0) }
      }
    }
  }

  /// Adds the sum of some rows to the first group's. Precondition: each row is a 64-bit integer.
  func add(total: Int128) { withWide(1) { $0[0] += total } }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? IntegerSums else { preconditionFailure("accumulators of two kinds") }
    if wide == nil, other.wide == nil, bound + other.bound <= Int128(Int64.max) {
      bound += other.bound
      narrow.grow(to: groupCount, with: 0)
      for (group, sum) in other.narrow.enumerated() { narrow[Int(groups[group])] += sum }
      return
    }
    withWide(groupCount) { sums in
      for (group, sum) in other.narrow.enumerated() { sums[Int(groups[group])] += Int128(sum) }
      for (group, sum) in (other.wide ?? []).enumerated() { sums[Int(groups[group])] += sum }
    }
  }

  /// True if all sums are held in 64 bits.
  var isNarrow: Bool { wide == nil }

  /// One sum per group, if all fit 64 bits for sure.
  func narrowSums(groupCount: Int) -> [Int64]? {
    guard wide == nil else { return nil }
    narrow.grow(to: groupCount, with: 0)
    return narrow
  }

  /// One sum per group.
  func sums(groupCount: Int) -> [Int192] {
    (0..<groupCount).map { group in
      var sum = Int192()
      if let wide {
        if group < wide.count { sum.add(wide[group]) }
      } else if group < narrow.count {
        sum.add(Int128(narrow[group]))
      }
      return sum
    }
  }

  /// One sum per group, in 128 bits.
  func sums128(groupCount: Int) -> [Int128] {
    var sums = wide ?? narrow.map { Int128($0) }
    sums.grow(to: groupCount, with: 0)
    return sums
  }

  /// Adds sums of some rows of these groups. Precondition: they are sums of 64-bit integers, all together of less than 2^63 rows.
  func add(totals: [Int128], groups: [UInt32], groupCount: Int) {
    withWide(groupCount) { sums in for (row, total) in totals.enumerated() { sums[Int(groups[row])] += total } }
  }

  private func addNarrow(
    _ values: UnsafeBufferPointer<Int64>, _ validity: UnsafeBufferPointer<UInt64>?, _ rows: GroupedRows,
    _ sums: UnsafeMutableBufferPointer<Int64>
  ) {
    guard validity == nil, let runs = rows.runs else {
      return wrappingSums(values, groups: rows.groups, validity: validity, into: sums)
    }
    runs.groups.withUnsafeBufferPointer { groups in
      runs.ends.withUnsafeBufferPointer { wrappingSums(values, runGroups: groups, runEnds: $0, into: sums) }
    }
  }

  private func withWide(_ groupCount: Int, _ body: (UnsafeMutableBufferPointer<Int128>) -> Void) {
    var sums = wide ?? narrow.map { Int128($0) }
    // Let go of the other reference, so that nothing is copied.
    wide = nil
    narrow = []
    sums.grow(to: groupCount, with: 0)
    sums.withUnsafeMutableBufferPointer { body($0) }
    wide = sums
  }
}

/// Exact sums of columns held as Int128, in 192 bits: no order of additions overflows.
final class WideSums: Accumulator {
  private var sums: [Int192] = []

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int128(let values) = page.values else { preconditionFailure("wide integers expected") }
    sums.grow(to: rows.groupCount, with: Int192())
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        sums.withUnsafeMutableBufferPointer { exactSums(values, groups: rows.groups, validity: validity, into: $0) }
      }
    }
  }

  /// Adds the sum of some rows to the first group's.
  func add(total: Int128) {
    sums.grow(to: 1, with: Int192())
    sums[0].add(total)
  }

  /// Adds the sum of some rows to a group's.
  func add(_ total: Int192, group: Int, groupCount: Int) {
    sums.grow(to: groupCount, with: Int192())
    sums[group].add(total)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? WideSums else { preconditionFailure("accumulators of two kinds") }
    sums.grow(to: groupCount, with: Int192())
    for (group, sum) in other.sums.enumerated() { sums[Int(groups[group])].add(sum) }
  }

  /// One sum per group.
  func sums(groupCount: Int) -> [Int192] {
    var sums = sums
    sums.grow(to: groupCount, with: Int192())
    return sums
  }
}
