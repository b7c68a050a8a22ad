// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The best scores of groups that one worker has met, as many as rows are put out: groups that score less are out of the running, and
/// nothing is made of them.
///
/// A heap with the least score on top. What is kept is a superset of what is put out: ties, and groups without a score while there is room.
struct BestGroups {
  /// What groups are ranked by: the first column of the order, or all keys where there is none.
  enum Measure: Sendable {
    case rowCount
    case valueCount(Int)
    case sum(Int)
    case extreme(Extreme, Int)
    case keys
  }

  private let measure: Measure
  private let isDescending: Bool
  private let limit: Int
  private let order: KeyOrder
  private var heap: [Int64] = []
  /// Least and greatest sum of all groups, those that are ruled out too, per column of the layout.
  private(set) var sumBounds: [ClosedRange<Int64>?]

  /// nil where the query has no limit, is ordered by what is not known of a group's record, or asks what records do not tell. Throws what reading a dictionary throws.
  init?(_ plan: AggregatePlan, _ packed: PackedPlan) throws {
    guard let limit = plan.limit, limit > 0, packed.carried.isEmpty,
      packed.layout.columns.allSatisfy({ $0.sum == nil || $0.hasNarrowSums(ofRows: packed.layout.rowLimit) })
    else { return nil }
    self.limit = limit
    isDescending = plan.order.first?.isDescending ?? false
    sumBounds = packed.layout.columns.map { _ in nil }
    order = try KeyOrder(packed.packing)
    guard let first = plan.order.first else {
      measure = .keys
      return
    }
    guard first.column >= plan.keys.count else { return nil }
    let output = plan.outputs[first.column - plan.keys.count]
    let value: Int
    switch output.source {
    case .rows:
      measure = .rowCount
      return
    case .value(let position): value = position
    case .pair: return nil
    }
    guard let column = packed.layout.columns.firstIndex(where: { $0.value == value }) else { return nil }
    switch output.function {
    case .count: measure = .valueCount(column)
    case .sum: measure = .sum(column)
    case .min: measure = .extreme(.minimum, column)
    case .max: measure = .extreme(.maximum, column)
    default: return nil
    }
  }

  /// Slots of a part's groups that may be put out. O(groups) and O(log limit) for each that gets into the running.
  mutating func candidates(_ records: GroupRecords, keys: [UnsafeMutablePointer<UInt64>], count: Int) -> [UInt32] {
    let slots = Array(0..<UInt32(count))
    let groups = FinishedGroups(slots, of: records, keyCodes: [])
    noteSums(groups)
    let nulls = nulls(groups)
    let scores = scores(groups, keys)
    for slot in 0..<count where nulls.isEmpty || nulls[slot] < groups.rowCounts[slot] { take(scores[slot]) }
    guard heap.count == limit else { return slots }
    let least = heap[0]
    return slots.filter { slot in
      scores[Int(slot)] >= least && (nulls.isEmpty || nulls[Int(slot)] < groups.rowCounts[Int(slot)])
    }
  }

  /// Nulls of what groups are ranked by; empty where there are none.
  private func nulls(_ groups: FinishedGroups) -> [Int64] {
    switch measure {
    case .sum(let column), .extreme(_, let column): groups.columns[column].nullCounts
    case .keys, .rowCount, .valueCount: []
    }
  }

  /// Greater is better; anything where the measure is null, which comes last.
  private func scores(_ groups: FinishedGroups, _ keys: [UnsafeMutablePointer<UInt64>]) -> [Int64] {
    switch measure {
    case .keys:
      // The complement turns the order round. Of two words the high one alone: keys that differ in the low one tie.
      groups.rowCounts.indices.map {
        ~Int64(bitPattern: order.ordered(keys[keys.count - 1][$0], word: keys.count - 1) ^ 1 << 63)
      }
    case .rowCount: groups.rowCounts.map(directed)
    case .valueCount(let column):
      if groups.columns[column].nullCounts.isEmpty {
        groups.rowCounts.map(directed)
      } else {
        zip(groups.rowCounts, groups.columns[column].nullCounts).map { directed($0 - $1) }
      }
    case .sum(let column): groups.columns[column].narrowSums.map(directed)
    case .extreme(.minimum, let column): groups.columns[column].minima.map(directed)
    case .extreme(.maximum, let column): groups.columns[column].maxima.map(directed)
    }
  }

  private func directed(_ value: Int64) -> Int64 { isDescending ? value : ~value }

  /// Sums of groups without values are 0, and say no more than those of others.
  private mutating func noteSums(_ groups: FinishedGroups) {
    for (index, column) in groups.columns.enumerated() {
      guard let first = column.narrowSums.first else { continue }
      var (least, greatest) = (sumBounds[index]?.lowerBound ?? first, sumBounds[index]?.upperBound ?? first)
      for sum in column.narrowSums {
        least = min(least, sum)
        greatest = max(greatest, sum)
      }
      sumBounds[index] = least...greatest
    }
  }

  private mutating func take(_ score: Int64) {
    if heap.count == limit, score <= heap[0] { return }
    if heap.count < limit {
      heap.append(score)
      var child = heap.count - 1
      while child > 0, heap[child] < heap[(child - 1) / 2] {
        heap.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
      return
    }
    heap[0] = score
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && heap[child] < heap[least] {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
