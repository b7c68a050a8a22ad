// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Loops over one chunk of paired rows, one for each way to hold values against each other.

/// 64-bit integers of one scale. `isNumeric` false leaves out sums and distances.
func tallyIntegers(
  _ source: [Int64], _ compare: UnsafePointer<Int64>, _ rows: PairedRows, isNumeric: Bool, into result: inout ChunkTally
) {
  var sourceSum = CheckedSum()
  var compareSum = CheckedSum()
  var distances: [UInt64] = []
  source.withUnsafeBufferPointer { source in
    rows.tally(
      into: &result,
      isEqual: { row, partner in
        let (a, b) = (source[row], compare[partner])
        sourceSum.addNarrow(a)
        compareSum.addNarrow(b)
        if a == b { return true }
        distances.append(a < b ? UInt64(bitPattern: b &- a) : UInt64(bitPattern: a &- b))
        return false
      }, sourceOnly: { sourceSum.addNarrow(source[$0]) }, partnerOnly: { compareSum.addNarrow(compare[$0]) })
  }
  guard isNumeric else { return }
  (result.sourceSum, result.compareSum) = (sourceSum, compareSum)
  result.distances.narrow = distances
}

/// Integers of up to 128 bits, brought to one scale by their factors; sums stay in their own scales.
func tallyWideIntegers(
  _ source: [Int128], factor sourceFactor: Int128, _ compare: UnsafePointer<Int128>, factor compareFactor: Int128,
  _ rows: PairedRows, into result: inout ChunkTally
) {
  var sourceSum = CheckedSum()
  var compareSum = CheckedSum()
  var distances = Distances()
  rows.tally(
    into: &result,
    isEqual: { row, partner in
      sourceSum.add(source[row])
      compareSum.add(compare[partner])
      let (a, aOverflowed) = source[row].multipliedReportingOverflow(by: sourceFactor)
      let (b, bOverflowed) = compare[partner].multipliedReportingOverflow(by: compareFactor)
      // One factor is 1, so a number that leaves 128 bits is greater than any that the other side can hold.
      if aOverflowed || bOverflowed {
        distances.hasOverflowed = true
        return false
      }
      if a == b { return true }
      distances.append(a, b)
      return false
    }, sourceOnly: { sourceSum.add(source[$0]) }, partnerOnly: { compareSum.add(compare[$0]) })
  (result.sourceSum, result.compareSum, result.distances) = (sourceSum, compareSum, distances)
}

/// Doubles: NaN equals NaN, -0.0 equals 0.0.
func tallyDoubles(
  _ source: [Double], _ compare: UnsafePointer<Double>, _ rows: PairedRows, into result: inout ChunkTally
) {
  var sourceFloats: [Double] = []
  var compareFloats: [Double] = []
  var distances: [Double] = []
  sourceFloats.reserveCapacity(source.count)
  compareFloats.reserveCapacity(source.count)
  rows.tally(
    into: &result,
    isEqual: { row, partner in
      let (a, b) = (source[row], compare[partner])
      sourceFloats.append(a)
      compareFloats.append(b)
      if a == b || (a.isNaN && b.isNaN) { return true }
      if !a.isNaN, !b.isNaN { distances.append((a - b).magnitude) }
      return false
    }, sourceOnly: { sourceFloats.append(source[$0]) }, partnerOnly: { compareFloats.append(compare[$0]) })
  result.sourceFloats.add(sourceFloats)
  result.compareFloats.add(compareFloats)
  result.floatDifference.add(compareFloats)
  result.floatDifference.add(sourceFloats.map { -$0 })
  result.distances.float = distances
}

/// Exact numbers of `scale` in the source against doubles.
func tallyNumbersAgainstDoubles(
  _ source: [Int128], scale: Int, _ compare: UnsafePointer<Double>, _ rows: PairedRows, into result: inout ChunkTally
) {
  var sum = CheckedSum()
  var floats: [Double] = []
  var distances: [Double] = []
  rows.tally(
    into: &result,
    isEqual: { row, partner in
      sum.add(source[row])
      floats.append(compare[partner])
      return printsEqual(compare[partner], source[row], scale: scale, distances: &distances)
    }, sourceOnly: { sum.add(source[$0]) }, partnerOnly: { floats.append(compare[$0]) })
  result.compareFloats.add(floats)
  (result.sourceSum, result.distances.float) = (sum, distances)
}

/// Doubles in the source against exact numbers of `scale`.
func tallyDoublesAgainstNumbers(
  _ source: [Double], _ compare: UnsafePointer<Int128>, scale: Int, _ rows: PairedRows, into result: inout ChunkTally
) {
  var sum = CheckedSum()
  var floats: [Double] = []
  var distances: [Double] = []
  rows.tally(
    into: &result,
    isEqual: { row, partner in
      floats.append(source[row])
      sum.add(compare[partner])
      return printsEqual(source[row], compare[partner], scale: scale, distances: &distances)
    }, sourceOnly: { floats.append(source[$0]) }, partnerOnly: { sum.add(compare[$0]) })
  result.sourceFloats.add(floats)
  (result.compareSum, result.distances.float) = (sum, distances)
}

@inline(__always)
private func printsEqual(_ value: Double, _ unscaled: Int128, scale: Int, distances: inout [Double]) -> Bool {
  if printsAs(value, unscaled, scale: scale) { return true }
  if !value.isNaN { distances.append((value - nearestQuotient(unscaled, dividedBy: 1, scale: scale)).magnitude) }
  return false
}

/// Strings by numbers that stand for them.
func tallyCodes(
  _ source: [UInt32], _ compare: UnsafePointer<UInt32>, _ rows: PairedRows, into result: inout ChunkTally
) {
  source.withUnsafeBufferPointer { source in
    rows.tally(
      into: &result, isEqual: { source[$0] == compare[$1] }, sourceOnly: { _ in }, partnerOnly: { _ in })
  }
}
