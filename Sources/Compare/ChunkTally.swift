// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// What was found in one column over one chunk of source rows.
struct ChunkTally: Sendable {
  /// Bit `row % 64` of word `row / 64` is 1 where the column differs; rows of the chunk without a partner are 0.
  var differs: [UInt64]
  var equalCount = 0
  /// Unequal, but within the column's tolerance.
  var toleratedCount = 0
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

extension ChunkTally {
  /// Adds a row in which a column's codes (``ColumnCodes``) are not the same.
  @inline(__always)
  mutating func addDifference(_ codes: ColumnCodes, _ tolerance: Tolerance?, _ own: UInt64, _ other: UInt64, row: Int) {
    if own == 0 {
      sourceNullCount += 1
    } else if other == 0 {
      compareNullCount += 1
    } else if codes.pairing.sourceType.isNumeric {
      // Code 1 is the base.
      let shift = codes.base &- 1
      let (a, b) = (shift &+ Int64(truncatingIfNeeded: own), shift &+ Int64(truncatingIfNeeded: other))
      distances.append(a, b)
      if let tolerance, tolerance.allows(a, b, digits: codes.pairing.scale) {
        toleratedCount += 1
        return
      }
    }
    differs[row >> 6] |= 1 << UInt64(row & 63)
    differentCount += 1
  }
}

/// A sum that is exact in whatever order its parts come, and knows whether it is one of 128 bits.
struct CheckedSum: Sendable {
  /// Modulo 2^128.
  private(set) var total: Int128 = 0
  private(set) var count = 0
  /// How many times 2^128 is to be added to `total`.
  private var wrapCount = 0

  var hasOverflowed: Bool { wrapCount != 0 }

  init() {}

  /// The sum in words: its lower and upper half, how often it left 128 bits, and of how many values it is.
  var words: [UInt64] {
    [
      UInt64(truncatingIfNeeded: total), UInt64(truncatingIfNeeded: total >> 64), UInt64(bitPattern: Int64(wrapCount)),
      UInt64(count),
    ]
  }

  /// What ``words`` gave. Precondition: there are four, and the last is a count.
  init(words: ArraySlice<UInt64>) {
    let first = words.startIndex
    total = Int128(truncatingIfNeeded: UInt128(words[first]) | UInt128(words[first + 1]) << 64)
    wrapCount = Int(Int64(bitPattern: words[first + 2]))
    count = Int(words[first + 3])
  }

  /// The sum of `count` values, which did not leave its range.
  init(total: Int128, count: Int) {
    self.total = total
    self.count = count
  }

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
    wrapCount &+= other.wrapCount
  }

  @inline(__always)
  private mutating func add(_ value: Int128, count more: Int) {
    let (sum, overflowed) = total.addingReportingOverflow(value)
    total = sum
    count &+= more
    if overflowed { wrapCount &+= value < 0 ? -1 : 1 }
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

  /// Of nothing.
  init() {}

  /// A sum that was made elsewhere.
  init(_ sum: ExactFloatSum, count: Int) { (self.sum, self.count) = (sum, count) }

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

  /// Counts equal, tolerated, different and half-null rows of a chunk.
  ///
  /// `verdict` is asked where both sides have a value (row of the chunk, row of the other table) and may add to sums; the other two
  /// are told of rows where one side alone has one.
  @inline(__always)
  func tally(
    into tally: inout ChunkTally, verdict: (Int, Int) -> Verdict, sourceOnly: (Int) -> Void,
    partnerOnly: (Int) -> Void
  ) {
    var equal = 0
    for row in partners.indices {
      let partner = partners[row]
      guard partner < limit else { continue }
      let position = Int(partner)
      switch (validity.isValid(row), partnerIsValid[position]) {
      case (true, true):
        switch verdict(row, position) {
        case .equal:
          equal &+= 1
          continue
        case .tolerated:
          tally.toleratedCount += 1
          continue
        case .different: break
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

/// What is found of two values.
enum Verdict {
  case equal
  /// Unequal, but near enough.
  case tolerated
  case different

  /// Of unequal values.
  init(isTolerated: Bool) { self = isTolerated ? .tolerated : .different }
}
