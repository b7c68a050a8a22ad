// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// What was found in one column over many chunks, or parts of the tables: exact, in whatever order they come.
struct ColumnTotals: Sendable {
  private(set) var equalCount = 0
  private(set) var toleratedCount = 0
  private(set) var differentCount = 0
  private(set) var sourceNullCount = 0
  private(set) var compareNullCount = 0
  private var sourceSum = CheckedSum()
  private var compareSum = CheckedSum()
  private var sourceFloats = CountedFloatSum()
  private var compareFloats = CountedFloatSum()
  private var floatDifference = ExactFloatSum()
  var distances = Distances()

  /// Of nothing.
  init() {}

  init(_ tallies: [ChunkTally]) {
    for tally in tallies {
      equalCount += tally.equalCount
      toleratedCount += tally.toleratedCount
      differentCount += tally.differentCount
      sourceNullCount += tally.sourceNullCount
      compareNullCount += tally.compareNullCount
      sourceSum.add(tally.sourceSum)
      compareSum.add(tally.compareSum)
      // Each is some dozens of words: most columns have none.
      if tally.sourceFloats.count > 0 { sourceFloats.add(tally.sourceFloats) }
      if tally.compareFloats.count > 0 { compareFloats.add(tally.compareFloats) }
      if tally.sourceFloats.count + tally.compareFloats.count > 0 { floatDifference.add(tally.floatDifference) }
    }
    distances = Distances(joining: tallies.map(\.distances))
  }

  /// Adds what was found elsewhere, but for its distances.
  mutating func addCountsAndSums(_ other: ColumnTotals) {
    equalCount += other.equalCount
    toleratedCount += other.toleratedCount
    differentCount += other.differentCount
    sourceNullCount += other.sourceNullCount
    compareNullCount += other.compareNullCount
    sourceSum.add(other.sourceSum)
    compareSum.add(other.compareSum)
    sourceFloats.add(other.sourceFloats)
    compareFloats.add(other.compareFloats)
    floatDifference.add(other.floatDifference)
  }

  /// Words of what was counted and summed: see ``words``.
  static let wordCount = (counts: 5, withIntegers: 5 + 2 * 4, withFloatCounts: 5 + 2 * 4 + 2)

  /// What was counted and summed, but for distances, to be put together again elsewhere: the five counts, both integer sums, of how many
  /// doubles either side's sum is, and, if of any, these sums and that of the differences.
  var words: [UInt64] {
    let counts = [equalCount, toleratedCount, differentCount, sourceNullCount, compareNullCount].map { UInt64($0) }
    let integers = sourceSum.words + compareSum.words
    let floats = [UInt64(sourceFloats.count), UInt64(compareFloats.count)]
    guard sourceFloats.count + compareFloats.count > 0 else { return counts + integers + floats }
    return counts + integers + floats + sourceFloats.sum.words + compareFloats.sum.words + floatDifference.words
  }

  /// What ``words`` gave; nil for what it cannot give of at most `rowLimit` rows.
  init?(words: [UInt64], rowLimit: Int) {
    let (countCount, _, fixedCount) = Self.wordCount
    guard words.count >= fixedCount, words[..<countCount].allSatisfy({ $0 <= UInt64(rowLimit) }) else { return nil }
    (equalCount, toleratedCount, differentCount) = (Int(words[0]), Int(words[1]), Int(words[2]))
    (sourceNullCount, compareNullCount) = (Int(words[3]), Int(words[4]))
    guard [words[8], words[12], words[13], words[14]].allSatisfy({ $0 <= UInt64(rowLimit) }) else { return nil }
    sourceSum = CheckedSum(words: words[5..<9])
    compareSum = CheckedSum(words: words[9..<13])
    if words[13] + words[14] == 0 {
      if words.count != fixedCount { return nil }
      return
    }
    let each = ExactFloatSum.wordCount
    guard words.count == fixedCount + 3 * each else { return nil }
    let sums = (0..<3).compactMap { index in
      ExactFloatSum(words: words[(fixedCount + index * each)..<(fixedCount + (index + 1) * each)])
    }
    guard sums.count == 3 else { return nil }
    sourceFloats = CountedFloatSum(sums[0], count: Int(words[13]))
    compareFloats = CountedFloatSum(sums[1], count: Int(words[14]))
    floatDifference = sums[2]
  }

  /// Sums of both sides; nil unless both are numbers.
  func sums(_ pairing: ColumnPairing) -> ComparedSums? {
    guard pairing.sourceType.isNumeric, pairing.compareType.isNumeric else { return nil }
    let source = sum(pairing.sourceType, sourceSum, sourceFloats)
    let compare = sum(pairing.compareType, compareSum, compareFloats)
    return ComparedSums(source: source, compare: compare, difference: difference(source, compare, pairing.scale))
  }

  private func sum(_ type: ColumnType, _ sum: CheckedSum, _ floats: CountedFloatSum) -> Value {
    if type != .float64 { return sum.value(scale: type.scale) }
    return floats.count == 0 ? .null : .float64(floats.sum.rounded)
  }

  private func difference(_ source: Value, _ compare: Value, _ scale: Int) -> Value {
    switch (source, compare) {
    case (.decimal(let a, let aScale), .decimal(let b, let bScale)):
      let (left, leftOverflowed) = a.multipliedReportingOverflow(by: powerOfTen(scale - aScale))
      let (right, rightOverflowed) = b.multipliedReportingOverflow(by: powerOfTen(scale - bScale))
      let (difference, overflowed) = right.subtractingReportingOverflow(left)
      return leftOverflowed || rightOverflowed || overflowed ? .null : .decimal(unscaled: difference, scale: scale)
    case (.float64, .float64):
      return .float64(floatDifference.rounded)
    case (.decimal(let a, let scale), .float64(let b)):
      return .float64(b - nearestQuotient(a, dividedBy: 1, scale: scale))
    case (.float64(let a), .decimal(let b, let scale)):
      return .float64(nearestQuotient(b, dividedBy: 1, scale: scale) - a)
    default: return .null
    }
  }
}
