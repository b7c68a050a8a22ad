// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// So many greatest or smallest values of each group, in order. Memory: at most twice the values kept, and 16 bytes a group; where few are
/// asked for, groups x values asked for.
final class TopValues: Accumulator {
  // One of the two. Generic structs of known types, not a generic class: that one would be compiled for no type at all.
  private var narrow: TopNumbers<Int64>?
  private var wide: TopNumbers<Int128>?
  /// Which values are best.
  let extreme: Extreme
  /// Most values of a group.
  let width: Int

  /// Most values of which every group has room from the start.
  static let fixedWidth = 4

  init(_ extreme: Extreme, _ width: Int, _ type: ColumnType) {
    precondition(type != .string, "numbers of strings have no order")
    (self.extreme, self.width) = (extreme, width)
    if type.isWide { wide = TopNumbers(extreme, width, type) } else { narrow = TopNumbers(extreme, width, type) }
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

/// The values of all groups as integers, the greatest of them or of their complements.
private struct TopNumbers<Number: PlainNumber> {
  private let width: Int
  /// 0, or -1 to keep the smallest as their complements.
  private let flip: Number
  private let images: ValueImages<Number>
  /// Where few are asked for: `width` slots a group, best first; unused ones hold the least number.
  private var slots: [Number] = []
  /// Where more are.
  private var growing: GrowingTops<Number>?

  init(_ extreme: Extreme, _ width: Int, _ type: ColumnType) {
    self.width = width
    flip = extreme == .maximum ? 0 : -1
    images = ValueImages(type)
    if width > TopValues.fixedWidth { growing = GrowingTops(width: width) }
  }

  mutating func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    let numbers = images.numbers(of: page, dictionary)
    numbers.withUnsafeBufferPointer { numbers in
      withValidityBits(page) { keep(numbers, flip: flip, rows.groups, $0, groupCount: rows.groupCount) }
    }
  }

  mutating func merge(_ other: TopNumbers, groups: [UInt32], groupCount: Int) {
    // The other's values are like any others; unused slots hold the least number, which changes nothing.
    let (values, targets) = other.all(as: groups)
    values.withUnsafeBufferPointer { values in
      targets.withUnsafeBufferPointer { keep(values, flip: 0, $0, nil, groupCount: groupCount) }
    }
  }

  private mutating func keep(
    _ values: UnsafeBufferPointer<Number>, flip: Number, _ groups: UnsafeBufferPointer<UInt32>,
    _ validity: UnsafeBufferPointer<UInt64>?, groupCount: Int
  ) {
    if growing != nil {
      growing?.add(values, flip: flip, groups: groups, validity: validity, groupCount: groupCount)
      return
    }
    slots.grow(to: groupCount * width, with: .min)
    let width = width
    slots.withUnsafeMutableBufferPointer {
      Number.keepGreatest(values, flip: flip, groups: groups, validity: validity, width: width, in: $0)
    }
  }

  /// All that is kept, with the groups that its own stand for.
  private func all(as groups: [UInt32]) -> (values: [Number], groups: [UInt32]) {
    if let growing {
      var (values, targets) = ([Number](), [UInt32]())
      for group in 0..<growing.groupCount {
        values += growing.values(group)
        targets.grow(to: values.count, with: groups[group])
      }
      return (values, targets)
    }
    return (slots, slots.indices.map { groups[$0 / width] })
  }

  mutating func values(counts: [Int64]) -> RaggedValues {
    if growing == nil { slots.grow(to: counts.count * width, with: .min) }
    var numbers: [Number] = []
    var starts = [0]
    for (group, count) in counts.enumerated() {
      if let growing {
        for number in growing.values(group) { numbers.append(number ^ flip) }
      } else {
        let first = group * width
        for slot in slots[first..<first + min(width, Int(count))] { numbers.append(slot ^ flip) }
      }
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
