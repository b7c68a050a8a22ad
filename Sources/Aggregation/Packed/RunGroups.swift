// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import Kernels

/// The rows of a chunk whose keys are all stored as runs or constants, as runs of one group: nothing is expanded.
struct RunGroups {
  private(set) var groups: [Int] = []
  /// Where each run ends.
  private(set) var ends: [Int] = []
  /// Rows in all.
  var rowCount: Int { ends.last ?? 0 }

  /// Shortest average run that is worth it.
  private static let worthwhileLength = 32

  /// nil where a key has another form or a null, or runs are short. `factors` are what codes are multiplied with.
  init?(_ forms: ArraySlice<PageForm>, _ keys: [KeyPacking.Key], factors: [Int], number: Int) {
    guard let rowCount = forms.first?.rowCount, rowCount > 0 else { return nil }
    var cursors: [RunCursor] = []
    for ((form, key), factor) in zip(zip(forms, keys), factors) {
      guard form.rowCount == rowCount, let cursor = RunCursor(form, key, factor: factor, number: number) else {
        return nil
      }
      cursors.append(cursor)
    }
    let runCount = cursors.reduce(0) { $0 + $1.ends.count }
    guard runCount * Self.worthwhileLength <= rowCount else { return nil }
    var row = 0
    while row < rowCount {
      var group = 0
      var end = rowCount
      for index in cursors.indices {
        cursors[index].advance(to: row)
        group += cursors[index].step
        end = min(end, cursors[index].end)
      }
      groups.append(group)
      ends.append(end)
      row = end
    }
  }
}

/// A key's runs, each with what it adds to the group number.
private struct RunCursor {
  let ends: [Int]
  private let steps: [Int]
  private var run = 0

  /// nil also where a value is not one that the key may have: who reads it block by block says so.
  init?(_ form: PageForm, _ key: KeyPacking.Key, factor: Int, number: Int) {
    let map = key.strings?.maps[number]
    let allowed = key.strings?.allowedCodes(ofInput: number) ?? key.allowed
    guard form.validity == .allValid, form.keepsAll(allowed) else { return nil }
    func step(_ value: Int128) -> Int {
      let code = Int(truncatingIfNeeded: value &* form.factor &- key.base)
      return (map.map { Int($0[code]) } ?? code) * factor
    }
    switch form.content {
    case .constant(let value):
      ends = [form.rowCount]
      steps = [step(value)]
    case .runs(let values, let lengths):
      var end = 0
      ends = lengths.map { length in
        end += Int(length)
        return end
      }
      steps = values.map { step(Int128($0)) }
    default: return nil
    }
  }

  var end: Int { ends[run] }
  var step: Int { steps[run] }

  /// Precondition: `row` is of this run or a later one.
  mutating func advance(to row: Int) {
    while ends[run] <= row { run += 1 }
  }
}

extension PageForm {
  /// True if all values are in `allowed`; false also where they are packed or decoded. Precondition: none is null. O(runs).
  fileprivate func keepsAll(_ allowed: ClosedRange<Int128>) -> Bool {
    switch content {
    case .constant: return mayKeep(allowed)
    case .runs(let values, _): return values.allSatisfy { allowed.contains(Int128($0) &* factor) }
    case .packed, .decoded: return false
    }
  }

  /// Sums of the codes of each run of rows; nil where values are packed, one of them breaks its bounds, or their sums may leave 64 bits.
  func runSums(_ runs: RunGroups, _ coding: ValueCoding) -> [UInt128]? {
    let greatest = max(coding.base.magnitude, (coding.base + Int128(coding.limit)).magnitude)
    guard validity == .allValid, rowCount == runs.rowCount, bitCount(greatest) + bitCount(UInt128(rowCount)) <= 63
    else { return nil }
    if case .decoded(.int64(let values)) = content { return runSums(runs, coding, of: values) }
    guard keepsAll(coding.allowed) else { return nil }
    switch content {
    case .packed, .decoded: return nil
    case .constant(let value): return runSums(runs, coding, [Int64(truncatingIfNeeded: value &* factor)], [rowCount])
    case .runs(let values, let lengths):
      return runSums(
        runs, coding, values.map { Int64(truncatingIfNeeded: Int128($0) &* factor) }, lengths.map { Int($0) })
    }
  }

  /// The same of values one by one. Looking at their bounds and adding them up are one pass: they may be more than what is near the processor.
  private func runSums(_ runs: RunGroups, _ coding: ValueCoding, of values: [Int64]) -> [UInt128]? {
    var (least, greatest): (Int64, Int64) = (0, 0)
    let sums = [Int64](unsafeUninitializedCapacity: runs.ends.count) { sums, count in
      cs_run_sums_i64(values, runs.ends, runs.ends.count, sums.baseAddress, &least, &greatest)
      count = runs.ends.count
    }
    guard coding.allowed.contains(Int128(least)), coding.allowed.contains(Int128(greatest)) else { return nil }
    var next = 0
    return inBounds(runs, coding) { _ in
      next += 1
      return sums[next - 1]
    }
  }

  /// The same of values that are runs themselves.
  private func runSums(_ runs: RunGroups, _ coding: ValueCoding, _ values: [Int64], _ lengths: [Int]) -> [UInt128]? {
    var (run, left, row) = (0, lengths.first ?? 0, 0)
    return inBounds(runs, coding) { end in
      var sum: Int64 = 0
      while row < end {
        let count = min(left, end - row)
        sum &+= values[run] &* Int64(count)
        row += count
        left -= count
        if left == 0, run + 1 < lengths.count {
          run += 1
          left = lengths[run]
        }
      }
      return sum
    }
  }

  /// Sums of codes, of the sums of values that `sum` gives for the run that ends there; nil if bounds do not hold, so that a field might not either.
  private func inBounds(
    _ runs: RunGroups, _ coding: ValueCoding, _ sum: (_ end: Int) -> Int64
  ) -> [UInt128]? {
    var sums: [UInt128] = []
    sums.reserveCapacity(runs.ends.count)
    var row = 0
    for end in runs.ends {
      let codes = Int128(sum(end)) - coding.base * Int128(end - row)
      guard codes >= 0, codes <= Int128(coding.limit) * Int128(end - row) else { return nil }
      sums.append(UInt128(codes))
      row = end
    }
    return sums
  }
}
