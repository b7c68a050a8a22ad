// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Which end of the order is kept.
enum Extreme: Sendable {
  case minimum
  case maximum
}

/// Numbers whose extremes kernels find.
protocol ExtremeNumber: FixedWidthInteger, Sendable {
  /// Moves each group's `kept` to the extreme of it and the group's values.
  static func keep(
    _ extreme: Extreme, of values: UnsafeBufferPointer<Self>, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, in kept: UnsafeMutableBufferPointer<Self>)
  /// Least and greatest of valid `values`; the order's other ends where there are none.
  static func bounds(
    _ values: UnsafeBufferPointer<Self>, validity: UnsafeBufferPointer<UInt64>?
  ) -> (least: Self, greatest: Self)
}

extension Int64: ExtremeNumber {
  static func bounds(
    _ values: UnsafeBufferPointer<Int64>, validity: UnsafeBufferPointer<UInt64>?
  ) -> (least: Int64, greatest: Int64) { extremes(values, validity: validity) }

  static func keep(
    _ extreme: Extreme, of values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, in kept: UnsafeMutableBufferPointer<Int64>
  ) {
    switch extreme {
    case .minimum: minima(values, groups: groups, validity: validity, into: kept)
    case .maximum: maxima(values, groups: groups, validity: validity, into: kept)
    }
  }
}

extension Int128: ExtremeNumber {
  static func bounds(
    _ values: UnsafeBufferPointer<Int128>, validity: UnsafeBufferPointer<UInt64>?
  ) -> (least: Int128, greatest: Int128) { extremes(values, validity: validity) }

  static func keep(
    _ extreme: Extreme, of values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>,
    validity: UnsafeBufferPointer<UInt64>?, in kept: UnsafeMutableBufferPointer<Int128>
  ) {
    switch extreme {
    case .minimum: minima(values, groups: groups, validity: validity, into: kept)
    case .maximum: maxima(values, groups: groups, validity: validity, into: kept)
    }
  }
}

/// The least or greatest number of each group.
struct GroupExtremes<Number: ExtremeNumber> {
  let extreme: Extreme
  /// Per group; groups without a value hold ``none``.
  private(set) var kept: [Number] = []
  /// The order's other end.
  var none: Number { extreme == .minimum ? .max : .min }

  init(_ extreme: Extreme, _ kept: [Number] = []) {
    self.extreme = extreme
    self.kept = kept
  }

  /// Takes in `values`, those of a page with `page`'s validity.
  mutating func add(_ values: [Number], _ page: ColumnPage, _ rows: GroupedRows) {
    kept.grow(to: rows.groupCount, with: none)
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        if rows.isSingleGroup {
          let bounds = Number.bounds(values, validity: validity)
          return add(extreme == .minimum ? bounds.least : bounds.greatest)
        }
        kept.withUnsafeMutableBufferPointer {
          Number.keep(extreme, of: values, groups: rows.groups, validity: validity, in: $0)
        }
      }
    }
  }

  /// Takes one value in, of the first group.
  mutating func add(_ value: Number) {
    kept.grow(to: 1, with: none)
    kept[0] = extreme == .minimum ? min(kept[0], value) : max(kept[0], value)
  }

  /// Takes in another's: its group `g` is group `groups[g]` here.
  mutating func merge(_ other: GroupExtremes, groups: [UInt32], groupCount: Int) {
    kept.grow(to: groupCount, with: none)
    for (group, value) in other.kept.enumerated() {
      let target = Int(groups[group])
      kept[target] = extreme == .minimum ? min(kept[target], value) : max(kept[target], value)
    }
  }

  /// One number per group; what groups without values hold means nothing.
  func extremes(groupCount: Int) -> [Number] {
    var kept = kept
    kept.grow(to: groupCount, with: none)
    return kept
  }
}

/// Least or greatest values of columns held as Int64 or Double (as integers of the same order).
final class IntegerExtremes: Accumulator {
  private var groups: GroupExtremes<Int64>
  private var ordered: [Int64] = []

  /// `kept` are extremes of the first groups that are known already.
  init(_ extreme: Extreme, _ kept: [Int64] = []) { groups = GroupExtremes(extreme, kept) }

  /// Takes one value in, of the first group, as an integer that orders like the values.
  func add(_ value: Int64) { groups.add(value) }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    switch page.values {
    case .int64(let values): groups.add(values, page, rows)
    case .float64(let values):
      orderedBits(values, into: &ordered)
      groups.add(ordered, page, rows)
    default: preconditionFailure("integers or doubles expected")
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? IntegerExtremes else { preconditionFailure("accumulators of two kinds") }
    self.groups.merge(other.groups, groups: groups, groupCount: groupCount)
  }

  /// One value per group, as integers that order like the values; what groups without values hold means nothing.
  func extremes(groupCount: Int) -> [Int64] { groups.extremes(groupCount: groupCount) }
}

/// Least or greatest values of columns held as Int128.
final class WideExtremes: Accumulator {
  private var groups: GroupExtremes<Int128>

  init(_ extreme: Extreme) { groups = GroupExtremes(extreme) }

  /// Takes one value in, of the first group.
  func add(_ value: Int128) { groups.add(value) }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .int128(let values) = page.values else { preconditionFailure("wide integers expected") }
    groups.add(values, page, rows)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? WideExtremes else { preconditionFailure("accumulators of two kinds") }
    self.groups.merge(other.groups, groups: groups, groupCount: groupCount)
  }

  /// One value per group; what groups without values hold means nothing.
  func extremes(groupCount: Int) -> [Int128] { groups.extremes(groupCount: groupCount) }
}
