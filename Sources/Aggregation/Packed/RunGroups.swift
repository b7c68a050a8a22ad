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
}

extension RunGroups {
  /// Sums of the codes of each run of rows; nil where values are packed, one of them breaks its bounds, or their sums may leave 64 bits.
  func sums(of form: PageForm, _ coding: ValueCoding) -> [UInt128]? {
    guard form.validity == .allValid, form.rowCount == rowCount, hasRoom(for: coding) else { return nil }
    if case .decoded(.int64(let values)) = form.content {
      var sums = SumsOfRuns(self, allowed: coding.allowed)
      return values.withUnsafeBufferPointer { sums.add($0) } ? codes(sums.found, coding) : nil
    }
    guard form.keepsAll(coding.allowed) else { return nil }
    switch form.content {
    case .packed, .decoded: return nil
    case .constant(let value):
      return codes(sums([Int64(truncatingIfNeeded: value &* form.factor)], [rowCount]), coding)
    case .runs(let values, let lengths):
      let scaled = values.map { Int64(truncatingIfNeeded: Int128($0) &* form.factor) }
      return codes(sums(scaled, lengths.map { Int($0) }), coding)
    }
  }

  /// The same of values that come piece by piece; nil too where the pieces are not the rows.
  func sums(of pieces: any IntegerPieces, _ coding: ValueCoding) -> [UInt128]? {
    guard pieces.rowCount == rowCount, hasRoom(for: coding), coding.allowed.overlaps(pieces.limits) else { return nil }
    var sums = SumsOfRuns(self, allowed: coding.allowed.clamped(to: pieces.limits))
    while sums.rowCount < rowCount {
      let piece = pieces.next()
      guard !piece.isEmpty, piece.count <= rowCount - sums.rowCount, sums.add(piece) else { return nil }
    }
    return codes(sums.found, coding)
  }

  private func hasRoom(for coding: ValueCoding) -> Bool {
    let greatest = max(coding.base.magnitude, (coding.base + Int128(coding.limit)).magnitude)
    return bitCount(greatest) + bitCount(UInt128(rowCount)) <= 63
  }

  /// Sums of values that are runs themselves.
  private func sums(_ values: [Int64], _ lengths: [Int]) -> [Int64] {
    var (run, left, row) = (0, lengths.first ?? 0, 0)
    return ends.map { end in
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

  /// Sums of codes, of the sums of values of each run; nil if bounds do not hold, so that a field might not either.
  private func codes(_ found: [Int64], _ coding: ValueCoding) -> [UInt128]? {
    var sums: [UInt128] = []
    sums.reserveCapacity(ends.count)
    var row = 0
    for (end, sum) in zip(ends, found) {
      let codes = Int128(sum) - coding.base * Int128(end - row)
      guard codes >= 0, codes <= Int128(coding.limit) * Int128(end - row) else { return nil }
      sums.append(UInt128(codes))
      row = end
    }
    return sums
  }
}

/// Adds up the values of runs of rows as they come. Looking at their bounds is the same pass.
private struct SumsOfRuns {
  private let ends: [Int]
  /// Of each run, modulo 2^64.
  private(set) var found: [Int64]
  /// Rows taken in.
  private(set) var rowCount = 0
  private var run = 0
  private let (least, greatest): (Int64, Int64)
  private var pieceEnds: [Int] = []
  private var pieceSums: [Int64] = []

  /// Precondition: `allowed` is between -2^62 and 2^62, see ``RunGroups/hasRoom(for:)``.
  init(_ runs: RunGroups, allowed: ClosedRange<Int128>) {
    ends = runs.ends
    found = [Int64](repeating: 0, count: runs.ends.count)
    (least, greatest) = (Int64(allowed.lowerBound), Int64(allowed.upperBound))
  }

  /// False if one of the values is not allowed; the sums then count for nothing. Precondition: there are no more than the rows that are left.
  mutating func add(_ values: UnsafeBufferPointer<Int64>) -> Bool {
    let end = rowCount + values.count
    let first = run
    pieceEnds.removeAll(keepingCapacity: true)
    while run < ends.count, ends[run] <= end {
      pieceEnds.append(ends[run] - rowCount)
      run += 1
    }
    // One run may go on in the next piece.
    if (pieceEnds.last ?? 0) < values.count { pieceEnds.append(values.count) }
    if pieceSums.count < pieceEnds.count { pieceSums = [Int64](repeating: 0, count: pieceEnds.count) }
    guard cs_run_sums_i64(values.baseAddress, pieceEnds, pieceEnds.count, least, greatest, &pieceSums) != 0 else {
      return false
    }
    for index in pieceEnds.indices { found[first + index] &+= pieceSums[index] }
    rowCount = end
    return true
  }
}
