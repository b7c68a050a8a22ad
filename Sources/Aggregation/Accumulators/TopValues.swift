// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// So many greatest or smallest values of each group, in order. Memory: groups x values asked for.
final class TopValues: Accumulator {
  // One of the two. Generic structs of known types, not a generic class: that one would be compiled for no type at all.
  private var narrow: TopSlots<Int64>?
  private var wide: TopSlots<Int128>?

  init(_ extreme: Extreme, _ width: Int, _ type: ColumnType) {
    precondition(type != .string, "numbers of strings have no order")
    if type.isWide { wide = TopSlots(extreme, width, type) } else { narrow = TopSlots(extreme, width, type) }
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    narrow?.add(page, dictionary, rows)
    wide?.add(page, dictionary, rows)
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? TopValues else { preconditionFailure("accumulators of two kinds") }
    if let theirs = other.narrow { narrow?.merge(theirs, groups: groups, groupCount: groupCount) }
    if let theirs = other.wide { wide?.merge(theirs, groups: groups, groupCount: groupCount) }
  }

  /// The values kept of each group, best first, group after group; `counts` tells how many values each group has in all.
  func values(counts: [Int64]) -> RaggedValues {
    guard let values = narrow?.values(counts: counts) ?? wide?.values(counts: counts) else {
      preconditionFailure("narrow or wide values")
    }
    return values
  }
}

/// The slots of all groups.
private struct TopSlots<Number: PlainNumber> {
  private let width: Int
  /// 0, or -1 to keep the smallest as their complements.
  private let flip: Number
  private let images: ValueImages<Number>
  /// `width` slots a group, best first; unused ones hold the least number.
  private var slots: [Number] = []

  init(_ extreme: Extreme, _ width: Int, _ type: ColumnType) {
    self.width = width
    flip = extreme == .maximum ? 0 : -1
    images = ValueImages(type)
  }

  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    slots.grow(to: rows.groupCount * width, with: .min)
    let numbers = images.numbers(of: page, dictionary)
    let (flip, width) = (flip, width)
    numbers.withUnsafeBufferPointer { numbers in
      withValidityBits(page) { validity in
        slots.withUnsafeMutableBufferPointer {
          Number.keepGreatest(
            numbers, flip: flip, groups: rows.groups, validity: validity, width: width, in: $0)
        }
      }
    }
  }

  mutating func merge(_ other: TopSlots, groups: [UInt32], groupCount: Int) {
    slots.grow(to: groupCount * width, with: .min)
    // The other's slots are values like any others; unused ones hold the least number, which changes nothing.
    let width = width
    let targets = (0..<other.slots.count).map { groups[$0 / width] }
    other.slots.withUnsafeBufferPointer { values in
      targets.withUnsafeBufferPointer { targets in
        slots.withUnsafeMutableBufferPointer {
          Number.keepGreatest(values, flip: 0, groups: targets, validity: nil, width: width, in: $0)
        }
      }
    }
  }

  mutating func values(counts: [Int64]) -> RaggedValues {
    slots.grow(to: counts.count * width, with: .min)
    var numbers: [Number] = []
    var starts = [0]
    for (group, count) in counts.enumerated() {
      let first = group * width
      for slot in slots[first..<first + min(width, Int(count))] { numbers.append(slot ^ flip) }
      starts.append(numbers.count)
    }
    return RaggedValues(values: images.decoder().values(numbers), dictionary: nil, starts: starts)
  }
}

/// Any number of values per group: group `g` has those from `starts[g]` to `starts[g + 1]`.
struct RaggedValues {
  let values: PageValues
  let dictionary: StringDictionary?
  let starts: [Int]
}
