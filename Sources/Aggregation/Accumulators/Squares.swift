// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Decides how long 64 bits hold what is added to them.
struct NarrowProof {
  /// No narrow sum is greater in magnitude.
  private(set) var bound: Int128 = 0
  private static let limit = Int128(Int64.max)

  /// What `rowCount` products of values of `bits` bits (see `magnitudeBits`) may add to a sum.
  static func reach(rowCount: Int, bits: Int) -> Int128 { bits > 31 ? .max : Int128(rowCount) << Int128(2 * bits) }

  /// What to do with a page: nil to add it to wide sums; else to narrow ones, true if these must be emptied into the wide ones before.
  ///
  /// Emptying costs a look at each group, which is to be little beside the rows added in between.
  mutating func admit(_ reach: Int128, rowCount: Int, groupCount: Int) -> Bool? {
    let pages = Self.limit / max(1, reach)
    guard pages >= 8, pages * Int128(rowCount) >= 4 * Int128(groupCount) else { return nil }
    let mustEmpty = bound + reach > Self.limit
    bound = mustEmpty ? reach : bound + reach
    return mustEmpty
  }
}

/// Exact sums of squares of columns held as Int64: in 64 bits as long as these hold them, emptied into 192 bits.
final class IntegerSquares: Accumulator {
  private var narrow: [Int64] = []
  private var proof = NarrowProof()
  private var wide: [Int192] = []

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int64(let values) = page.values else { preconditionFailure("integers expected") }
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        let reach = NarrowProof.reach(rowCount: values.count, bits: magnitudeBits(values))
        guard let mustEmpty = proof.admit(reach, rowCount: values.count, groupCount: rows.groupCount) else {
          wide.grow(to: rows.groupCount, with: Int192())
          wide.withUnsafeMutableBufferPointer {
            exactSquares(values, groups: rows.groups, validity: validity, into: $0)
          }
          return
        }
        if mustEmpty { empty() }
        narrow.grow(to: rows.groupCount, with: 0)
        narrow.withUnsafeMutableBufferPointer {
          wrappingSquares(values, groups: rows.groups, validity: validity, into: $0)
        }
      }
    }
  }

  /// Adds squares of some rows to a group's.
  func add(_ total: Int192, group: Int, groupCount: Int) {
    wide.grow(to: groupCount, with: Int192())
    wide[group].add(total)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? IntegerSquares else { preconditionFailure("accumulators of two kinds") }
    wide.grow(to: groupCount, with: Int192())
    for (group, sum) in other.narrow.enumerated() { wide[Int(groups[group])].add(Int128(sum)) }
    for (group, sum) in other.wide.enumerated() { wide[Int(groups[group])].add(sum) }
  }

  /// A group's sum.
  func sum(_ group: Int) -> Int192 {
    var sum = group < wide.count ? wide[group] : Int192()
    if group < narrow.count { sum.add(Int128(narrow[group])) }
    return sum
  }

  private func empty() {
    wide.grow(to: narrow.count, with: Int192())
    for group in narrow.indices {
      wide[group].add(Int128(narrow[group]))
      narrow[group] = 0
    }
  }
}

/// Exact sums of squares of columns held as Int128, in 384 bits.
final class WideSquares: Accumulator {
  private var sums: [Int384] = []

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int128(let values) = page.values else { preconditionFailure("wide integers expected") }
    sums.grow(to: rows.groupCount, with: Int384())
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        sums.withUnsafeMutableBufferPointer { exactSquares(values, groups: rows.groups, validity: validity, into: $0) }
      }
    }
  }

  /// Adds squares of some rows to a group's.
  func add(_ total: Int384, group: Int, groupCount: Int) {
    sums.grow(to: groupCount, with: Int384())
    sums[group].add(total)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? WideSquares else { preconditionFailure("accumulators of two kinds") }
    sums.grow(to: groupCount, with: Int384())
    for (group, sum) in other.sums.enumerated() { sums[Int(groups[group])].add(sum) }
  }

  /// A group's sum.
  func sum(_ group: Int) -> Int384 { group < sums.count ? sums[group] : Int384() }
}
