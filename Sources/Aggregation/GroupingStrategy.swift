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
  case partitioned(PackedPlan, partitionBits: Int)
  case general

  /// The strategy alone.
  var strategy: GroupingStrategy {
    switch self {
    case .direct: .direct
    case .partitioned: .partitioned
    case .general: .general
    }
  }

  /// Most slots of direct addressing.
  private static let slotLimit = 1 << 21
  /// Most bytes of all workers' records: each has all slots.
  private static let recordByteLimit = 512 << 20
  /// The same where accumulators keep things of their own for each slot.
  private static let slotLimitOfOthers = 1 << 17
  /// Fewer rows are grouped soon enough in one table.
  private static let leastPartitionedRows = 1 << 20
  /// Slots that cost nothing, however few rows there are.
  private static let freeSlots = 4096

  /// Chooses by what the footers tell, or as `forced`, where that is possible. Throws what reading a footer throws.
  ///
  /// Slots that `memory` has no room for are not taken, nor are those where rows may be parted instead of states leaving the caches.
  init(_ plan: AggregatePlan, threads: Int, forced: GroupingStrategy?, _ memory: MemoryWatch? = nil) throws {
    self = .general
    guard forced != .general, !plan.keys.isEmpty, let packed = try PackedPlan(plan) else { return }
    let rowCount = plan.states?.chunks == nil ? packed.layout.rowLimit : plan.rowCountToRead
    let limit = packed.others.isEmpty ? Self.slotLimit : Self.slotLimitOfOthers
    if forced != .partitioned, let slotCount = packed.packing.slotCount, slotCount <= limit,
      slotCount * max(8, packed.layout.byteCount) * threads <= Self.recordByteLimit,
      forced == .direct || slotCount <= max(Self.freeSlots, 2 * rowCount),
      memory?.fits(groups: slotCount * (packed.layout.byteCount * threads + 8)) ?? true
    {
      self = .direct(packed, slotCount: slotCount)
      guard packed.othersLeaveCaches(slotCount: slotCount) else { return }
    }
    guard forced != .direct, packed.packing.places != nil,
      try forced == .partitioned || rowCount >= Self.leastPartitionedRows && hasManyGroups(plan, packed),
      // Accumulators of parts put out results, not states.
      plan.states == nil || packed.others.isEmpty, let carrying = try packed.carrying(plan)
    else { return }
    self = .partitioned(carrying, partitionBits: Self.partitionBits(ofRows: rowCount))
  }

  /// Parts of some 2^14 rows, so that tables and records of a part stay in the second-level cache.
  private static func partitionBits(ofRows rowCount: Int) -> Int {
    max(1, min(11, bitCount(UInt128(rowCount >> 14))))
  }
}

/// True if one chunk has so many different keys that tables of all keys would leave the cache and save little.
private func hasManyGroups(_ plan: AggregatePlan, _ packed: PackedPlan) throws -> Bool {
  guard let (number, chunk) = plan.sampleChunk else { return false }
  let sample = PartitionedRows(plan.withoutFilter, packed.keysAlone, partitionBits: 1)
  try sample.add(plan.sources[number], number: number, chunk: chunk)
  let rows = sample.pieces.reduce(0) { $0 + Int($1.starts[2]) }
  var keys = Set<UInt64>()
  for piece in sample.pieces.prefix(1) {
    // Of two words, a mixture: keys taken for one now and then do no harm.
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    for row in stride(from: 0, to: Int(piece.starts[2]), by: 8) {
      keys.insert(piece.keys.reduce(0) { $0 &* factor ^ $1[row] })
    }
  }
  return rows > 0 && keys.count > rows / 8 / 4
}
