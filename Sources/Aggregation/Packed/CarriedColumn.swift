// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A column whose values go along with the rows' keys where rows are parted, because some functions of it have accumulators of their own.
struct CarriedColumn: Sendable {
  /// What is asked of it; empty where pairs alone ask.
  let other: PackedPlan.Other
  let column: UnifiedColumn
  /// Text of all inputs, whose codes are carried; nil of other types.
  let strings: KeyStrings?

  /// nil for text that has not a code in every row: whole strings are not carried. Throws what reading a footer throws.
  init?(_ other: PackedPlan.Other, _ plan: AggregatePlan) throws {
    self.other = other
    let column = plan.values[other.value].column
    self.column = column
    guard column.type == .string else {
      strings = nil
      return
    }
    guard !column.isComputed,
      try plan.sources.enumerated().allSatisfy({ try column.holdsOnlyCodes(of: $1, number: $0) })
    else { return nil }
    strings = try KeyStrings(column, plan.sources)
  }

  /// True if accumulators see the ranks of its strings, so that their order is that of the strings; else their codes.
  var isRanked: Bool {
    strings != nil
      && other.functions.contains { function in
        switch function {
        case .min, .max, .median, .quantile, .top, .bottom: true
        default: false
        }
      }
  }

  /// The type of which accumulators are made: codes and ranks are like dates, integers that have an order and are no numbers.
  var accumulatedType: ColumnType { strings == nil ? column.type : .date }
}

extension PackedPlan {
  /// States of so many groups stay in the caches, whatever they are.
  private static let cachedSlots = 1 << 14

  /// The same with what is to be carried where rows are parted; nil where that cannot be. Throws what reading a footer throws.
  func carrying(_ plan: AggregatePlan) throws -> PackedPlan? {
    var packed = self
    for other in others {
      guard let column = try CarriedColumn(other, plan) else { return nil }
      packed.carried.append(column)
    }
    return packed
  }

  /// True if states of so many groups take several times what the caches hold, and a part's states do not: different values that have no room
  /// as bits, and more than a few greatest ones.
  func othersLeaveCaches(slotCount: Int) -> Bool {
    guard slotCount > Self.cachedSlots else { return false }
    return others.contains { other in
      other.functions.contains { function in
        switch function {
        case .countDistinct:
          other.span.map { Int128($0 / 64 + 2) * Int128(8 * slotCount) > Int128(DistinctValues.cachedByteCount) }
            ?? true
        case .top(let count), .bottom(let count): count > TopValues.fixedWidth
        default: false
        }
      }
    }
  }

  /// The most that accumulators take of a row, about: values as they are collected, and side by side.
  var bytesPerCarriedRow: Int { carried.reduce(0) { $0 + ($1.accumulatedType.isWide ? 40 : 24) } }

  /// True if records tell what is put out.
  func records(_ output: AggregatePlan.Output, of plan: AggregatePlan) -> Bool {
    switch output.source {
    case .rows: true
    case .value(let value): others.first { $0.value == value }?.functions.contains(output.function) != true
    case .pair(let pair): recordedPairs.contains(plan.pairs[pair])
    }
  }
}
