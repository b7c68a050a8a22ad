// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// What was found in one column over one chunk of source rows.
struct ChunkTally: Sendable {
  /// Bit `row % 64` of word `row / 64` is 1 where the column differs; rows of the chunk without a partner are 0.
  var differs: [UInt64]
  var equalCount = 0
  var differentCount = 0
  var sourceNullCount = 0
  var compareNullCount = 0
  var sourceSum = CheckedSum()
  var compareSum = CheckedSum()
  /// Sums of float64 sides.
  var sourceFloats = CountedFloatSum()
  var compareFloats = CountedFloatSum()
  /// Sum of the other table's values less the source's, where both sides are float64.
  var floatDifference = ExactFloatSum()
  var distances = Distances()

  init(rowCount: Int) { differs = [UInt64](repeating: 0, count: (rowCount + 63) / 64) }
}

/// A 128-bit sum that knows whether it left its range.
struct CheckedSum: Sendable {
  private(set) var total: Int128 = 0
  private(set) var count = 0
  private(set) var hasOverflowed = false

  /// Exact: fewer than 2^64 values of 64 bits cannot leave 128 bits.
  @inline(__always)
  mutating func addNarrow(_ value: Int64) {
    total &+= Int128(value)
    count &+= 1
  }

  @inline(__always)
  mutating func add(_ value: Int128) {
    add(value, count: 1)
  }

  mutating func add(_ other: CheckedSum) {
    add(other.total, count: other.count)
    hasOverflowed = hasOverflowed || other.hasOverflowed
  }

  @inline(__always)
  private mutating func add(_ value: Int128, count more: Int) {
    let (sum, overflowed) = total.addingReportingOverflow(value)
    total = sum
    count &+= more
    hasOverflowed = hasOverflowed || overflowed
  }

  /// The sum; null without values or past 128 bits.
  func value(scale: Int) -> Value {
    count == 0 || hasOverflowed ? .null : .decimal(unscaled: total, scale: scale)
  }
}

/// An exact sum of doubles that knows whether it is a sum of anything.
struct CountedFloatSum: Sendable {
  private(set) var sum = ExactFloatSum()
  private(set) var count = 0

  mutating func add(_ values: [Double]) {
    sum.add(values)
    count += values.count
  }

  mutating func add(_ other: CountedFloatSum) {
    sum.add(other.sum)
    count += other.count
  }
}

/// The rows of a chunk that have a partner, and their partners.
struct PairedRows {
  /// Per row of the chunk, its partner; `limit` and more: none.
  let partners: UnsafeBufferPointer<UInt32>
  let limit: UInt32
  let validity: Validity
  let partnerIsValid: UnsafePointer<Bool>

  /// Counts equal, different and half-null rows of a chunk.
  ///
  /// `isEqual` is asked where both sides have a value (row of the chunk, row of the other table) and may add to sums; the other two
  /// are told of rows where one side alone has one.
  @inline(__always)
  func tally(
    into tally: inout ChunkTally, isEqual: (Int, Int) -> Bool, sourceOnly: (Int) -> Void, partnerOnly: (Int) -> Void
  ) {
    var equal = 0
    for row in partners.indices {
      let partner = partners[row]
      guard partner < limit else { continue }
      let position = Int(partner)
      switch (validity.isValid(row), partnerIsValid[position]) {
      case (true, true):
        if isEqual(row, position) {
          equal &+= 1
          continue
        }
      case (true, false):
        sourceOnly(row)
        tally.compareNullCount += 1
      case (false, true):
        partnerOnly(position)
        tally.sourceNullCount += 1
      case (false, false):
        equal &+= 1
        continue
      }
      tally.differs[row >> 6] |= 1 << UInt64(row & 63)
      tally.differentCount += 1
    }
    tally.equalCount += equal
  }
}
