// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Workers

/// Slots that a worker joins at a time.
private let joinedSlots = 1 << 16

/// Joins the workers' groups and puts those that have rows in order of their keys. Throws ``MemoryExceeded`` where they have no room so.
func finish(_ workers: [DirectGroups], threads: Int, _ memory: MemoryWatch? = nil) throws -> PartialAggregates {
  let first = workers[0]
  let slotCount = first.records.slotCount
  let pieces = (slotCount + joinedSlots - 1) / joinedSlots
  let counter = WorkCounter(limit: pieces)
  try runWorkers(min(threads, pieces)) { _, _ in
    while let piece = counter.next() {
      let slots = piece * joinedSlots..<min(slotCount, (piece + 1) * joinedSlots)
      for worker in workers { worker.records.joinCopies(slots) }
      for worker in workers.dropFirst() { first.records.merge(worker.records, slots) }
    }
  }
  let packing = first.packed.packing
  let slots = first.records.present(among: try slotsInOrder(packing, slotCount: slotCount))
  // Keys as codes and as values.
  try memory?.require(slots.count * (first.packed.layout.finishedByteCount + 16 * first.plan.keys.count))
  let groups = FinishedGroups(slots, of: first.records, keyCodes: keyCodes(of: slots, packing))
  let joined = joinedOthers(workers, slots)
  return try groups.aggregates(first.plan, first.packed, others: joined.columns, pairs: joined.pairs)
}

/// All slots in ascending order of the keys that they stand for.
private func slotsInOrder(_ packing: KeyPacking, slotCount: Int) throws -> [UInt32] {
  if packing.keys.allSatisfy({ $0.strings == nil }) { return Array(0..<UInt32(slotCount)) }
  var slots: [UInt32] = [0]
  for (index, factor) in packing.factors.enumerated() {
    let codeCount = Int(packing.keys[index].codeCount)
    var steps = (0..<codeCount).map { UInt32($0 * factor) }
    for (code, rank) in (try packing.ranks(index) ?? []).enumerated() { steps[Int(rank)] = UInt32(code * factor) }
    var finer: [UInt32] = []
    finer.reserveCapacity(slots.count * codeCount)
    for slot in slots { for step in steps { finer.append(slot + step) } }
    slots = finer
  }
  return slots
}

private func keyCodes(of slots: [UInt32], _ packing: KeyPacking) -> [[UInt64]] {
  zip(packing.keys, packing.factors).map { key, factor in
    let (count, factor) = (UInt32(truncatingIfNeeded: key.codeCount), UInt32(factor))
    return slots.map { UInt64($0 / factor % count) }
  }
}

/// The states of columns that records do not serve: slot by slot in each worker, by group in the result.
private func joinedOthers(
  _ workers: [DirectGroups], _ slots: [UInt32]
) -> (columns: [Int: ColumnState], pairs: [any PairAccumulator]) {
  let first = workers[0]
  guard !first.others.isEmpty else { return ([:], []) }
  // Slots without rows hold nothing, and may be joined with any group; of no groups at all, there is nothing to join.
  var groups = [UInt32](repeating: 0, count: first.records.slotCount)
  for (group, slot) in slots.enumerated() { groups[Int(slot)] = UInt32(group) }
  var joined: [Int: ColumnState] = [:]
  for (index, fresh) in first.packed.newStates(first.plan) {
    var state = fresh
    for worker in workers where !slots.isEmpty {
      if let theirs = worker.others[index] { state.merge(theirs, groups: groups, groupCount: slots.count) }
    }
    joined[index] = state
  }
  let pairs = first.plan.newPairs()
  for worker in workers where !slots.isEmpty {
    for (own, theirs) in zip(pairs, worker.pairs) { own.merge(theirs, groups: groups, groupCount: slots.count) }
  }
  return (joined, pairs)
}
