// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// So many greatest or smallest values of each group, in order. Memory: groups x values asked for.
final class TopValues<Number: PlainNumber>: Accumulator {
  let width: Int
  /// 0, or -1 to keep the smallest as their complements.
  private let flip: Number
  private let images: ValueImages<Number>
  /// `width` slots a group, best first; unused ones hold the least number.
  private var slots: [Number] = []

  init(_ extreme: Extreme, _ width: Int, _ type: ColumnType) {
    precondition(type != .string, "numbers of strings have no order")
    self.width = width
    flip = extreme == .maximum ? 0 : -1
    images = ValueImages(type)
  }

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    slots.grow(to: rows.groupCount * width, with: .min)
    let numbers = images.numbers(of: page, dictionary)
    numbers.withUnsafeBufferPointer { numbers in
      withValidityBits(page) { validity in
        slots.withUnsafeMutableBufferPointer {
          Number.keepGreatest(
            numbers, flip: flip, groups: rows.groups, validity: validity, width: width, in: $0)
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? TopValues<Number> else { preconditionFailure("accumulators of two kinds") }
    slots.grow(to: groupCount * width, with: .min)
    slots.withUnsafeMutableBufferPointer { slots in
      for (position, value) in other.slots.enumerated() {
        let first = Int(groups[position / width]) * width
        if value > slots[first + width - 1] { insert(value, first, width, slots) }
      }
    }
  }

  /// The values kept of each group, best first, group after group; `counts` tells how many values each group has in all.
  func values(counts: [Int64]) -> RaggedValues {
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
