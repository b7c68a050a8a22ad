// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Colonnade

/// Answers from loops that are plain enough to be right: sums in Int128, of doubles as the multiples of 2^-53 or of a hundredth that they
/// were made as.
struct Expected {
  /// Sums by group, scaled as the column is; of strings nothing.
  var sums = [Int128](repeating: 0, count: groupCount)
  var valueCount = 0
  var takenCount = 0
  var least: StoredValue?
  var greatest: StoredValue?

  /// `groups`: a group for each row.
  init(_ column: KernelCase, groups: [Int]) {
    for (number, page) in column.pages.enumerated() {
      for row in 0..<pageRows where page.validity.isValid(row) {
        let value = stored(page.values, row)
        valueCount += 1
        if column.takes(value) { takenCount += 1 }
        least = least.map { isBefore(value, $0) ? value : $0 } ?? value
        greatest = greatest.map { isBefore($0, value) ? value : $0 } ?? value
        sums[groups[number * pageRows + row]] += wholeUnits(value, column)
      }
    }
  }

  /// The sum of doubles that `units` stand for, rounded once.
  static func double(_ units: Int128, of column: KernelCase) -> Double {
    Double(units) / unitsOfOne(column)
  }

  /// What one is in the units that sums are kept in: both are exact, so that one division rounds once.
  private static func unitsOfOne(_ column: KernelCase) -> Double {
    column.name.hasSuffix("two decimals") ? 100 : 9_007_199_254_740_992
  }

  private func wholeUnits(_ value: StoredValue, _ column: KernelCase) -> Int128 {
    switch value {
    case .integer(let integer): integer
    case .double(let double): Int128((double * Self.unitsOfOne(column)).rounded())
    case .code: 0
    }
  }
}

/// Value `row` of a page.
func stored(_ values: PageValues, _ row: Int) -> StoredValue {
  switch values {
  case .int64(let values): .integer(Int128(values[row]))
  case .int128(let values): .integer(values[row])
  case .float64(let values): .double(values[row])
  case .codes(let codes): .code(Int(codes[row]))
  case .strings: preconditionFailure("strings of these tables are codes")
  }
}

private func isBefore(_ a: StoredValue, _ b: StoredValue) -> Bool {
  switch (a, b) {
  case (.integer(let a), .integer(let b)): a < b
  case (.double(let a), .double(let b)): a < b
  case (.code(let a), .code(let b)): a < b
  default: false
  }
}
