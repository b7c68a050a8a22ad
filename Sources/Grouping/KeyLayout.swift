// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How the codes of several key columns are packed into 64-bit integers, and the numbers those have got.
///
/// Columns are packed side by side, column 0 lowest. Where the next would pass 64 bits, what is packed so far is numbered, and
/// that number (32 bits) is the lowest part of the next stage.
final class KeyLayout {
  private struct Stage {
    let columns: Range<Int>
    /// Bit position of each column in `columns`.
    let shifts: [Int]
    let table: NumberTable
  }

  private static let numberWidth = 32

  /// Bits of each column's code.
  let widths: [Int]
  private let stages: [Stage]
  private var packed: [UInt64] = []

  /// Plans stages for columns whose codes stay below 2^widths[column]; each width is at most 32.
  init(widths: [Int], expectedKeys: Int = 0) {
    self.widths = widths
    var stages: [Stage] = []
    var column = 0
    while column < widths.count {
      let first = column
      var used = stages.isEmpty ? 0 : Self.numberWidth
      var shifts: [Int] = []
      while column < widths.count, used + widths[column] <= 64 {
        shifts.append(used)
        used += widths[column]
        column += 1
      }
      stages.append(
        Stage(
          columns: first..<column, shifts: shifts,
          table: NumberTable(keyBits: used, expectedKeys: column == widths.count ? expectedKeys : 0)))
    }
    self.stages = stages
  }

  /// Number of distinct keys.
  var count: Int { stages.last?.table.count ?? 0 }

  /// Numbers `rowCount` keys, `codes[column][row]`; new ones are added.
  func number(_ codes: [[UInt32]], rowCount: Int, into numbers: UnsafeMutableBufferPointer<UInt32>) {
    if packed.count < rowCount { packed = [UInt64](repeating: 0, count: rowCount) }
    packed.withUnsafeMutableBufferPointer { packed in
      let packed = UnsafeMutableBufferPointer(rebasing: packed[..<rowCount])
      for (index, stage) in stages.enumerated() {
        if index > 0 { startPacking(packed, UnsafeMutablePointer(numbers.baseAddress!)) }
        for (column, shift) in zip(stage.columns, stage.shifts) {
          codes[column].withUnsafeBufferPointer {
            if shift == 0 {
              startPacking(packed, $0.baseAddress!)
            } else {
              packCodes($0, shift: shift, into: packed)
            }
          }
        }
        stage.table.number(UnsafeBufferPointer(packed), into: numbers)
      }
    }
  }

  /// As `number`, but unknown keys get ``NumberTable/missing`` and none is added. Codes may be missing or too wide.
  func lookUp(_ codes: [[UInt32]], rowCount: Int, into numbers: UnsafeMutableBufferPointer<UInt32>) {
    var keys = [UInt64](repeating: 0, count: rowCount)
    var isMissing = [Bool](repeating: false, count: rowCount)
    for (index, stage) in stages.enumerated() {
      for row in 0..<rowCount {
        keys[row] = index == 0 ? 0 : UInt64(numbers[row])
        if index > 0, numbers[row] == NumberTable.missing { isMissing[row] = true }
        for (column, shift) in zip(stage.columns, stage.shifts) {
          let code = UInt64(codes[column][row])
          let known = code >> UInt64(widths[column]) == 0
          if !known { isMissing[row] = true }
          keys[row] |= (known ? code : 0) << UInt64(shift)
        }
      }
      keys.withUnsafeBufferPointer { stage.table.lookUp($0, into: numbers) }
    }
    for row in 0..<rowCount where isMissing[row] { numbers[row] = NumberTable.missing }
  }

  /// Codes of all keys, `[column][number]`. O(keys x columns).
  func codesOfKeys() -> [[UInt32]] {
    var codes = widths.map { _ in [UInt32](repeating: 0, count: count) }
    // Number of each key within the stage looked at, from the last stage back to the first.
    var numbers = Array(0..<UInt32(count))
    for stage in stages.reversed() {
      let keys = stage.table.keys()
      for (column, shift) in zip(stage.columns, stage.shifts) {
        let mask = UInt64(1) << UInt64(widths[column]) - 1
        for key in numbers.indices {
          codes[column][key] = UInt32(truncatingIfNeeded: keys[Int(numbers[key])] >> UInt64(shift) & mask)
        }
      }
      for key in numbers.indices { numbers[key] = UInt32(truncatingIfNeeded: keys[Int(numbers[key])]) }
    }
    return codes
  }
}

/// The lowest part of each packed key: the first column's codes, or the numbers of the stage before.
private func startPacking(_ packed: UnsafeMutableBufferPointer<UInt64>, _ lowest: UnsafePointer<UInt32>) {
  for i in 0..<packed.count { packed[i] = UInt64(lowest[i]) }
}

private func packCodes(
  _ codes: UnsafeBufferPointer<UInt32>, shift: Int, into packed: UnsafeMutableBufferPointer<UInt64>
) {
  let shift = UInt64(shift)
  for i in 0..<packed.count { packed[i] |= UInt64(codes[i]) &<< shift }
}
