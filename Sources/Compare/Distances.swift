// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// How far unequal numbers of one column are apart; of the lists of absolute distances one is in use.
struct Distances: Sendable {
  /// Of 64-bit integers.
  private(set) var narrow: [UInt64] = []
  /// Of 128-bit integers.
  private(set) var wide: [Int128] = []
  /// Where a side is float64.
  private(set) var float: [Double] = []
  /// Distance by the source's magnitude, where that is not zero (and finite, where it is a double).
  private(set) var relative: [Double] = []
  private(set) var upCount = 0
  private(set) var downCount = 0
  /// True if a difference left 128 bits: nothing can be said of the rest then.
  private(set) var hasOverflowed = false

  /// Two unequal integers of one scale.
  @inline(__always)
  mutating func append(_ source: Int64, _ compare: Int64) {
    let isUp = source < compare
    let distance = isUp ? UInt64(bitPattern: compare &- source) : UInt64(bitPattern: source &- compare)
    narrow.append(distance)
    count(isUp)
    if source != 0 { relative.append(Double(distance) / Double(source.magnitude)) }
  }

  /// The same in 128 bits.
  mutating func append(_ source: Int128, _ compare: Int128) {
    let isUp = source < compare
    let (distance, overflowed) =
      isUp ? compare.subtractingReportingOverflow(source) : source.subtractingReportingOverflow(compare)
    if overflowed { return setOverflowed() }
    wide.append(distance)
    count(isUp)
    if source != 0 { relative.append(Double(distance.magnitude) / Double(source.magnitude)) }
  }

  /// Two unequal doubles; a NaN has no distance.
  mutating func append(_ source: Double, _ compare: Double) {
    guard !source.isNaN, !compare.isNaN else { return }
    let distance = (source - compare).magnitude
    float.append(distance)
    count(source < compare)
    if source != 0, source.isFinite { relative.append(distance / source.magnitude) }
  }

  mutating func setOverflowed() { hasOverflowed = true }

  @inline(__always)
  private mutating func count(_ isUp: Bool) {
    if isUp { upCount &+= 1 } else { downCount &+= 1 }
  }

  init() {}

  /// All of some chunks, one after the other, in memory for no more than these.
  init(joining all: [Distances]) {
    narrow.reserveCapacity(all.reduce(0) { $0 + $1.narrow.count })
    wide.reserveCapacity(all.reduce(0) { $0 + $1.wide.count })
    float.reserveCapacity(all.reduce(0) { $0 + $1.float.count })
    relative.reserveCapacity(all.reduce(0) { $0 + $1.relative.count })
    for other in all { append(other) }
  }

  mutating func append(_ other: Distances) {
    narrow += other.narrow
    wide += other.wide
    float += other.float
    relative += other.relative
    upCount += other.upCount
    downCount += other.downCount
    hasOverflowed = hasOverflowed || other.hasOverflowed
  }

  /// Adds what was counted elsewhere, but for the lists.
  mutating func addCounts(up: Int, down: Int, hasOverflowed: Bool) {
    upCount += up
    downCount += down
    self.hasOverflowed = self.hasOverflowed || hasOverflowed
  }

  /// Adds to a list what was counted elsewhere.
  mutating func append(_ block: DistanceBlock) {
    switch block.kind {
    case .narrow: narrow += block.low
    case .wide:
      wide += zip(block.high, block.low).map { Int128(truncatingIfNeeded: UInt128($0) << 64 | UInt128($1)) }
    case .float: float += block.low.map { Double(bitPattern: $0) }
    case .relative: relative += block.low.map { Double(bitPattern: $0) }
    }
  }

  /// The lists that are not empty, in blocks of at most `count` numbers.
  func forEachBlock(of count: Int, _ body: (DistanceBlock) throws -> Void) rethrows {
    func give(_ kind: DistanceBlock.Kind, _ all: Int, _ block: (Range<Int>) -> (high: [UInt64], low: [UInt64])) throws {
      for start in stride(from: 0, to: all, by: count) {
        let (high, low) = block(start..<min(all, start + count))
        try body(DistanceBlock(kind: kind, high: high, low: low))
      }
    }
    try give(.narrow, narrow.count) { ([], Array(narrow[$0])) }
    try give(.wide, wide.count) { rows in
      (
        wide[rows].map { UInt64(truncatingIfNeeded: $0 >> 64) }, wide[rows].map { UInt64(truncatingIfNeeded: $0) }
      )
    }
    try give(.float, float.count) { ([], float[$0].map(\.bitPattern)) }
    try give(.relative, relative.count) { ([], relative[$0].map(\.bitPattern)) }
  }

  /// Bytes that the lists take.
  var byteCount: Int { 8 * (narrow.count + float.count + relative.count) + 16 * wide.count }

  /// Gives up the lists, not what was counted.
  mutating func removeLists() { (narrow, wide, float, relative) = ([], [], [], []) }

  /// Sorts and sums up; `scale` is that of the integers. O(n log n).
  consuming func distribution(scale: Int) -> DistanceDistribution? {
    if hasOverflowed { return nil }
    if !narrow.isEmpty {
      narrow.sort()
      // Fewer than 2^32 rows: far from leaving 128 bits.
      let sum = narrow.reduce(Int128(0)) { $0 &+ Int128($1) }
      let mean = nearestQuotient(sum, dividedBy: narrow.count, scale: scale)
      return distribution(of: narrow, mean: mean) { .decimal(unscaled: Int128($0), scale: scale) }
    }
    if !wide.isEmpty {
      wide.sort()
      var sum: Int128 = 0
      for distance in wide {
        let (next, overflowed) = sum.addingReportingOverflow(distance)
        if overflowed { return nil }
        sum = next
      }
      let mean = nearestQuotient(sum, dividedBy: wide.count, scale: scale)
      return distribution(of: wide, mean: mean) { .decimal(unscaled: $0, scale: scale) }
    }
    guard !float.isEmpty else { return nil }
    float.sort()
    return distribution(of: float, mean: exactSum(float) / Double(float.count)) { .float64($0) }
  }

  private func distribution<T>(of sorted: [T], mean: Double, value: (T) -> Value) -> DistanceDistribution {
    DistanceDistribution(
      rowCount: sorted.count, upCount: upCount, downCount: downCount, minimum: value(sorted[0]),
      maximum: value(sorted[sorted.count - 1]), mean: mean, median: value(nearestRank(sorted, 50)),
      percentile95: value(nearestRank(sorted, 95)), percentile99: value(nearestRank(sorted, 99)),
      relative: relativeDistribution())
  }

  private func relativeDistribution() -> RelativeDistribution? {
    guard !relative.isEmpty else { return nil }
    let sorted = relative.sorted()
    return RelativeDistribution(
      rowCount: sorted.count, minimum: sorted[0], maximum: sorted[sorted.count - 1],
      mean: exactSum(sorted) / Double(sorted.count), median: nearestRank(sorted, 50),
      percentile95: nearestRank(sorted, 95), percentile99: nearestRank(sorted, 99))
  }
}

/// Some numbers of one of the lists, as integers that order as they do.
struct DistanceBlock: Sendable, Equatable {
  /// Which list; the raw value is the one that travels.
  enum Kind: UInt64, Sendable {
    case narrow, wide, float, relative
  }

  let kind: Kind
  /// Upper halves of numbers of 128 bits, else empty.
  let high: [UInt64]
  let low: [UInt64]
}

/// Element number ⌈percent / 100 * n⌉ (counted from 1) of a sorted list. Precondition: it is not empty.
func nearestRank<T>(_ sorted: [T], _ percent: Int) -> T {
  sorted[nearestRankNumber(sorted.count, percent) - 1]
}

/// ⌈percent / 100 * count⌉, at least 1.
func nearestRankNumber(_ count: Int, _ percent: Int) -> Int { max(1, (count * percent + 99) / 100) }
