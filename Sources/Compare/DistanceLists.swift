// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Keeps distances that memory has no room for, outside of it.
package protocol DistanceSpool: AnyObject {
  /// Adds numbers to a list: of 128 bits in two halves, or of 64 in `low` alone, `high` being empty. Throws what writing throws.
  func append(list: Int, high: [UInt64], low: [UInt64]) throws
  /// Gives back all numbers of a list, in any order, as they were added. Nothing is added afterwards. Throws what reading throws.
  func forEachBlock(list: Int, _ body: (_ high: [UInt64], _ low: [UInt64]) throws -> Void) throws
}

/// The distances of one column, as far as they are in memory, and what is known of those that are not.
///
/// Those outside are kept as integers that order as they do: doubles that are not negative by their bits.
struct DistanceLists {
  private var kept = Distances()
  private var kind: DistanceBlock.Kind?
  private var absoluteCount = 0
  private var relativeCount = 0

  var byteCount: Int { kept.byteCount }

  mutating func append(_ distances: Distances) { kept.append(distances) }

  /// Rows in which the other table's number is greater, rows in which it is smaller, and whether a difference left 128 bits.
  var counts: (up: Int, down: Int, hasOverflowed: Bool) { (kept.upCount, kept.downCount, kept.hasOverflowed) }

  /// Absolute distances, those outside of memory among them.
  var absoluteDistanceCount: Int { absoluteCount + kept.narrow.count + kept.wide.count + kept.float.count }

  /// Adds what was counted elsewhere, but for the lists.
  mutating func addCounts(up: Int, down: Int, hasOverflowed: Bool) {
    kept.addCounts(up: up, down: down, hasOverflowed: hasOverflowed)
  }

  /// Adds to a list; false, and nothing added, if its absolute distances are of another kind than those that are there.
  mutating func append(_ block: DistanceBlock) -> Bool {
    if block.kind != .relative {
      if let known = kind ?? keptKind, known != block.kind { return false }
    }
    kept.append(block)
    return true
  }

  private var keptKind: DistanceBlock.Kind? {
    kept.narrow.isEmpty ? kept.wide.isEmpty ? kept.float.isEmpty ? nil : .float : .wide : .narrow
  }

  /// All numbers, in blocks of some ten thousands; those that were moved to `spool` after the others. Throws what `spool` or `body` throws.
  /// Afterwards none can be moved there.
  func forEachBlock(
    _ spool: (any DistanceSpool)?, column: Int, _ body: (DistanceBlock) throws -> Void
  ) throws {
    try kept.forEachBlock(of: 1 << 15, body)
    guard let spool else { return }
    if let kind {
      try spool.forEachBlock(list: 2 * column) { try body(DistanceBlock(kind: kind, high: $0, low: $1)) }
    }
    if relativeCount > 0 {
      try spool.forEachBlock(list: 2 * column + 1) { try body(DistanceBlock(kind: .relative, high: $0, low: $1)) }
    }
  }

  /// Throws what `spool` throws.
  mutating func spill(to spool: any DistanceSpool, column: Int) throws {
    if !kept.narrow.isEmpty {
      kind = .narrow
      try spool.append(list: 2 * column, high: [], low: kept.narrow)
    }
    if !kept.wide.isEmpty {
      kind = .wide
      try spool.append(
        list: 2 * column, high: kept.wide.map { UInt64(truncatingIfNeeded: $0 >> 64) },
        low: kept.wide.map { UInt64(truncatingIfNeeded: $0) })
    }
    if !kept.float.isEmpty {
      kind = .float
      try spool.append(list: 2 * column, high: [], low: kept.float.map(\.bitPattern))
    }
    if !kept.relative.isEmpty {
      try spool.append(list: 2 * column + 1, high: [], low: kept.relative.map(\.bitPattern))
    }
    absoluteCount += kept.narrow.count + kept.wide.count + kept.float.count
    relativeCount += kept.relative.count
    kept.removeLists()
  }

  /// As ``Distances/distribution(scale:)`` of all of them. Where they are outside of memory, by four to eight passes over them. Precondition: all are
  /// in memory, or none.
  func distribution(scale: Int, _ spool: (any DistanceSpool)?, column: Int) throws -> DistanceDistribution? {
    guard let spool, kind != nil else { return kept.distribution(scale: scale) }
    precondition(kept.byteCount == 0, "distances in memory beside those in a file")
    if kept.hasOverflowed { return nil }
    let list = SpooledList(spool: spool, number: 2 * column, count: absoluteCount, isWide: kind == .wide)
    let found: (first: UInt128, last: UInt128, values: [UInt128])
    let mean: Double
    switch kind {
    case .float:
      found = try list.ranked()
      mean = try list.exactFloatSum() / Double(absoluteCount)
    case .narrow, .wide, .relative, nil:
      found = try list.ranked()
      guard let sum = try list.integerSum() else { return nil }
      mean = nearestQuotient(sum, dividedBy: absoluteCount, scale: scale)
    }
    func value(_ bits: UInt128) -> Value {
      kind == .float
        ? .float64(Double(bitPattern: UInt64(truncatingIfNeeded: bits)))
        : .decimal(unscaled: Int128(truncatingIfNeeded: bits), scale: scale)
    }
    return DistanceDistribution(
      rowCount: absoluteCount, upCount: kept.upCount, downCount: kept.downCount, minimum: value(found.first),
      maximum: value(found.last), mean: mean, median: value(found.values[0]), percentile95: value(found.values[1]),
      percentile99: value(found.values[2]), relative: try relativeDistribution(spool, column))
  }

  private func relativeDistribution(_ spool: any DistanceSpool, _ column: Int) throws -> RelativeDistribution? {
    guard relativeCount > 0 else { return nil }
    let list = SpooledList(spool: spool, number: 2 * column + 1, count: relativeCount, isWide: false)
    let found = try list.ranked()
    func value(_ bits: UInt128) -> Double { Double(bitPattern: UInt64(truncatingIfNeeded: bits)) }
    return RelativeDistribution(
      rowCount: relativeCount, minimum: value(found.first), maximum: value(found.last),
      mean: try list.exactFloatSum() / Double(relativeCount), median: value(found.values[0]),
      percentile95: value(found.values[1]), percentile99: value(found.values[2]))
  }
}

/// Many numbers outside of memory.
private struct SpooledList {
  let spool: any DistanceSpool
  let number: Int
  let count: Int
  let isWide: Bool

  /// The least, the greatest, and those of ``nearestRank(_:_:)`` for 50, 95 and 99 percent.
  func ranked() throws -> (first: UInt128, last: UInt128, values: [UInt128]) {
    let ranks = [1, count] + [50, 95, 99].map { nearestRankNumber(count, $0) }
    let found = try valuesAtRanks(ranks.map { $0 - 1 }, digitCount: isWide ? 8 : 4) { body in
      try spool.forEachBlock(list: number, body)
    }
    return (found[0], found[1], Array(found[2...]))
  }

  /// nil if it leaves 128 bits.
  func integerSum() throws -> Int128? {
    var sum: Int128 = 0
    var hasOverflowed = false
    try spool.forEachBlock(list: number) { high, low in
      for index in low.indices {
        let bits = UInt128(low[index]) | (high.isEmpty ? 0 : UInt128(high[index]) << 64)
        let (next, overflowed) = sum.addingReportingOverflow(Int128(truncatingIfNeeded: bits))
        sum = next
        hasOverflowed = hasOverflowed || overflowed
      }
    }
    return hasOverflowed ? nil : sum
  }

  func exactFloatSum() throws -> Double {
    var sum = ExactFloatSum()
    try spool.forEachBlock(list: number) { _, low in sum.add(low.map { Double(bitPattern: $0) }) }
    return sum.rounded
  }
}

/// The numbers that would stand at `ranks` (counted from 0) if all were sorted: digit by digit of 16 bits, most significant first, each by a
/// count of the numbers that begin as the one looked for does (radix selection).
///
/// `digitCount`: 4 for numbers of 64 bits, 8 for 128. Precondition: there are such ranks. O(numbers x digits x ranks) and 512 KiB for each rank.
func valuesAtRanks(
  _ ranks: [Int], digitCount: Int, _ forEachBlock: ((_ high: [UInt64], _ low: [UInt64]) -> Void) throws -> Void
) throws -> [UInt128] {
  var prefixes = ranks.map { _ in UInt128(0) }
  var left = ranks
  for digit in (0..<digitCount).reversed() {
    let shift = UInt128(16 * digit)
    var counts = ranks.map { _ in [Int](repeating: 0, count: 1 << 16) }
    try forEachBlock { high, low in
      for target in ranks.indices {
        let prefix = prefixes[target]
        for index in low.indices {
          let value = UInt128(low[index]) | (high.isEmpty ? 0 : UInt128(high[index]) << 64)
          if (value >> shift) >> 16 == prefix {
            counts[target][Int(truncatingIfNeeded: (value >> shift) & 0xFFFF)] += 1
          }
        }
      }
    }
    for target in ranks.indices {
      var next = 0
      while left[target] >= counts[target][next] {
        left[target] -= counts[target][next]
        next += 1
      }
      prefixes[target] = prefixes[target] << 16 | UInt128(next)
    }
  }
  return prefixes
}
