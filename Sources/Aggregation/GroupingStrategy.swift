// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How rows find their groups. The result does not depend on it.
package enum GroupingStrategy: String, Sendable, CaseIterable {
  /// The packed key is the number of the group's slot.
  case direct
  /// Rows are parted by the hash of their packed key, and parts are grouped one by one.
  case partitioned
  /// Each worker numbers the keys it meets in a hash table, and these are joined at the end. Without keys, there is one group.
  case general
}

/// A strategy with what it works on.
enum GroupingPlan {
  case direct(PackedPlan, slotCount: Int)
  case general

  /// Most slots of direct addressing; each worker has all of them.
  private static let slotLimit = 1 << 21
  /// The same where accumulators keep things of their own for each slot.
  private static let slotLimitOfOthers = 1 << 17
  /// Slots that cost nothing, however few rows there are.
  private static let freeSlots = 4096

  /// Chooses by what the footers tell, or as `forced`, where that is possible. Throws what reading a footer throws.
  init(_ plan: AggregatePlan, forced: GroupingStrategy?) throws {
    self = .general
    guard forced != .general, !plan.keys.isEmpty, let packed = try PackedPlan(plan) else { return }
    let rowCount = packed.layout.rowLimit
    let limit = packed.others.isEmpty ? Self.slotLimit : Self.slotLimitOfOthers
    if forced != .partitioned, let slotCount = packed.packing.slotCount, slotCount <= limit,
      forced == .direct || slotCount <= max(Self.freeSlots, 2 * rowCount)
    {
      self = .direct(packed, slotCount: slotCount)
    }
  }
}
