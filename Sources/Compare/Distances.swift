// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Absolute differences of one column; of the three lists one is in use.
struct Distances: Sendable {
  /// Of 64-bit integers.
  var narrow: [UInt64] = []
  /// Of 128-bit integers.
  var wide: [Int128] = []
  /// Where a side is float64.
  var float: [Double] = []
  /// True if a difference left 128 bits: nothing can be said of the rest then.
  var hasOverflowed = false

  /// Adds the distance of two different numbers.
  mutating func append(_ a: Int128, _ b: Int128) {
    let (distance, overflowed) = a < b ? b.subtractingReportingOverflow(a) : a.subtractingReportingOverflow(b)
    if overflowed { hasOverflowed = true } else { wide.append(distance) }
  }

  mutating func append(_ other: Distances) {
    narrow += other.narrow
    wide += other.wide
    float += other.float
    hasOverflowed = hasOverflowed || other.hasOverflowed
  }

  /// Sorts and sums up; `scale` is that of the integers. O(n log n).
  consuming func distribution(scale: Int) -> DistanceDistribution? {
    if hasOverflowed { return nil }
    if !narrow.isEmpty {
      narrow.sort()
      // Fewer than 2^32 rows: far from leaving 128 bits.
      let sum = narrow.reduce(Int128(0)) { $0 &+ Int128($1) }
      return exact(narrow, mean: nearestQuotient(sum, dividedBy: narrow.count, scale: scale), scale)
    }
    if !wide.isEmpty {
      wide.sort()
      var sum: Int128 = 0
      for distance in wide {
        let (next, overflowed) = sum.addingReportingOverflow(distance)
        if overflowed { return nil }
        sum = next
      }
      return exact(wide, mean: nearestQuotient(sum, dividedBy: wide.count, scale: scale), scale)
    }
    guard !float.isEmpty else { return nil }
    float.sort()
    return DistanceDistribution(
      rowCount: float.count, maximum: .float64(float[float.count - 1]),
      mean: exactSum(float) / Double(float.count),
      median: .float64(nearestRank(float, 50)), percentile95: .float64(nearestRank(float, 95)),
      percentile99: .float64(nearestRank(float, 99)))
  }

  private func exact<T: BinaryInteger>(_ sorted: [T], mean: Double, _ scale: Int) -> DistanceDistribution {
    func value(_ distance: T) -> Value { .decimal(unscaled: Int128(distance), scale: scale) }
    return DistanceDistribution(
      rowCount: sorted.count, maximum: value(sorted[sorted.count - 1]), mean: mean,
      median: value(nearestRank(sorted, 50)), percentile95: value(nearestRank(sorted, 95)),
      percentile99: value(nearestRank(sorted, 99)))
  }
}

/// Element number ⌈percent / 100 * n⌉ (counted from 1) of a sorted list. Precondition: it is not empty.
func nearestRank<T>(_ sorted: [T], _ percent: Int) -> T {
  sorted[max(1, (sorted.count * percent + 99) / 100) - 1]
}
