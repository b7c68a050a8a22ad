// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Loops over one chunk of paired rows, one for each way to hold values against each other.

/// 64-bit integers of one scale, `digits` after the point. `isNumeric` false leaves out sums and distances.
func tallyIntegers(
  _ source: [Int64], _ compare: UnsafePointer<Int64>, _ rows: PairedRows, isNumeric: Bool, digits: Int,
  tolerance: Tolerance?, into result: inout ChunkTally
) {
  var sourceSum = CheckedSum()
  var compareSum = CheckedSum()
  var distances = Distances()
  source.withUnsafeBufferPointer { source in
    rows.tally(
      into: &result,
      verdict: { row, partner in
        let (a, b) = (source[row], compare[partner])
        sourceSum.addNarrow(a)
        compareSum.addNarrow(b)
        if a == b { return .equal }
        if isNumeric { distances.append(a, b) }
        return Verdict(isTolerated: tolerance?.allows(a, b, digits: digits) == true)
      }, sourceOnly: { sourceSum.addNarrow(source[$0]) }, partnerOnly: { compareSum.addNarrow(compare[$0]) })
  }
  guard isNumeric else { return }
  (result.sourceSum, result.compareSum, result.distances) = (sourceSum, compareSum, distances)
}

extension Tolerance {
  /// As ``allows(distance:magnitude:digits:)`` of two integers.
  func allows(_ source: Int64, _ compare: Int64, digits: Int) -> Bool {
    let distance = (Int128(source) - Int128(compare)).magnitude
    return allows(distance: distance, magnitude: UInt128(source.magnitude), digits: digits)
  }
}

/// Integers of up to 128 bits with so many digits after the point, brought to one scale; sums stay in their own scales.
func tallyWideIntegers(
  _ source: [Int128], scale sourceScale: Int, _ compare: UnsafePointer<Int128>, scale compareScale: Int,
  _ rows: PairedRows, tolerance: Tolerance?, into result: inout ChunkTally
) {
  let digits = max(sourceScale, compareScale)
  let sourceFactor = powerOfTen(digits - sourceScale)
  let compareFactor = powerOfTen(digits - compareScale)
  var sourceSum = CheckedSum()
  var compareSum = CheckedSum()
  var distances = Distances()
  rows.tally(
    into: &result,
    verdict: { row, partner in
      sourceSum.add(source[row])
      compareSum.add(compare[partner])
      let (a, aOverflowed) = source[row].multipliedReportingOverflow(by: sourceFactor)
      let (b, bOverflowed) = compare[partner].multipliedReportingOverflow(by: compareFactor)
      // One factor is 1, so a number that leaves 128 bits is greater than any that the other side can hold.
      if aOverflowed || bOverflowed {
        distances.setOverflowed()
        let near = tolerance?.allows(
          nearestQuotient(source[row], dividedBy: 1, scale: sourceScale),
          nearestQuotient(compare[partner], dividedBy: 1, scale: compareScale))
        return Verdict(isTolerated: near == true)
      }
      if a == b { return .equal }
      distances.append(a, b)
      guard let tolerance else { return .different }
      // A difference modulo 2^128 is the difference: it is less than that.
      let distance = UInt128(truncatingIfNeeded: a < b ? b &- a : a &- b)
      return Verdict(isTolerated: tolerance.allows(distance: distance, magnitude: a.magnitude, digits: digits))
    }, sourceOnly: { sourceSum.add(source[$0]) }, partnerOnly: { compareSum.add(compare[$0]) })
  (result.sourceSum, result.compareSum, result.distances) = (sourceSum, compareSum, distances)
}

/// Doubles: NaN equals NaN, -0.0 equals 0.0.
func tallyDoubles(
  _ source: [Double], _ compare: UnsafePointer<Double>, _ rows: PairedRows, tolerance: Tolerance?,
  into result: inout ChunkTally
) {
  var sourceFloats: [Double] = []
  var compareFloats: [Double] = []
  var distances = Distances()
  sourceFloats.reserveCapacity(source.count)
  compareFloats.reserveCapacity(source.count)
  rows.tally(
    into: &result,
    verdict: { row, partner in
      let (a, b) = (source[row], compare[partner])
      sourceFloats.append(a)
      compareFloats.append(b)
      if a == b || (a.isNaN && b.isNaN) { return .equal }
      distances.append(a, b)
      return Verdict(isTolerated: tolerance?.allows(a, b) == true)
    }, sourceOnly: { sourceFloats.append(source[$0]) }, partnerOnly: { compareFloats.append(compare[$0]) })
  result.sourceFloats.add(sourceFloats)
  result.compareFloats.add(compareFloats)
  result.floatDifference.add(compareFloats)
  result.floatDifference.add(sourceFloats.map { -$0 })
  result.distances = distances
}

/// Exact numbers of `scale` in the source against doubles.
func tallyNumbersAgainstDoubles(
  _ source: [Int128], scale: Int, _ compare: UnsafePointer<Double>, _ rows: PairedRows, tolerance: Tolerance?,
  into result: inout ChunkTally
) {
  var sum = CheckedSum()
  var floats: [Double] = []
  var distances = Distances()
  rows.tally(
    into: &result,
    verdict: { row, partner in
      sum.add(source[row])
      floats.append(compare[partner])
      if printsAs(compare[partner], source[row], scale: scale) { return .equal }
      let nearest = nearestQuotient(source[row], dividedBy: 1, scale: scale)
      distances.append(nearest, compare[partner])
      return Verdict(isTolerated: tolerance?.allows(nearest, compare[partner]) == true)
    }, sourceOnly: { sum.add(source[$0]) }, partnerOnly: { floats.append(compare[$0]) })
  result.compareFloats.add(floats)
  (result.sourceSum, result.distances) = (sum, distances)
}

/// Doubles in the source against exact numbers of `scale`.
func tallyDoublesAgainstNumbers(
  _ source: [Double], _ compare: UnsafePointer<Int128>, scale: Int, _ rows: PairedRows, tolerance: Tolerance?,
  into result: inout ChunkTally
) {
  var sum = CheckedSum()
  var floats: [Double] = []
  var distances = Distances()
  rows.tally(
    into: &result,
    verdict: { row, partner in
      floats.append(source[row])
      sum.add(compare[partner])
      if printsAs(source[row], compare[partner], scale: scale) { return .equal }
      let nearest = nearestQuotient(compare[partner], dividedBy: 1, scale: scale)
      distances.append(source[row], nearest)
      return Verdict(isTolerated: tolerance?.allows(source[row], nearest) == true)
    }, sourceOnly: { floats.append(source[$0]) }, partnerOnly: { sum.add(compare[$0]) })
  result.sourceFloats.add(floats)
  (result.compareSum, result.distances) = (sum, distances)
}

/// Strings by numbers that stand for them.
func tallyNumberedTexts(
  _ source: [UInt32], _ compare: UnsafePointer<UInt32>, _ rows: PairedRows, into result: inout ChunkTally
) {
  source.withUnsafeBufferPointer { source in
    rows.tally(
      into: &result, verdict: { source[$0] == compare[$1] ? .equal : .different }, sourceOnly: { _ in },
      partnerOnly: { _ in })
  }
}
