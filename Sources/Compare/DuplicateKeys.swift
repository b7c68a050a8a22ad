// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// Which numbers occur in a list, and which more than once.
struct RepeatScan {
  /// Bit `number % 64` of word `number / 64`.
  private(set) var seen: [UInt64]
  private(set) var repeated: [UInt64]
  private(set) var repeatedCount = 0

  /// Precondition: all numbers are below `keyCount`. O(numbers + keyCount / 64).
  init(_ numbers: [UInt32], keyCount: Int) {
    seen = [UInt64](repeating: 0, count: (keyCount + 63) / 64)
    repeated = seen
    for number in numbers {
      let word = Int(number >> 6)
      let bit = UInt64(1) << UInt64(number & 63)
      if seen[word] & bit != 0, repeated[word] & bit == 0 {
        repeated[word] |= bit
        repeatedCount += 1
      }
      seen[word] |= bit
    }
  }

  func isRepeated(_ number: UInt32) -> Bool { repeated[Int(number >> 6)] >> UInt64(number & 63) & 1 == 1 }
}

/// Most keys listed, and most rows listed of each.
let listedKeyCount = 10
private let listedRowCount = 4
/// Most keys in the error's text, which is to be read at a glance.
private let shownKeyCount = 3

/// Describes the shared keys of each side that has any.
func duplicateKeyError(
  _ sides: [(side: ComparedSide, table: any TableSource, columns: [Int], scan: RepeatScan, numbers: [UInt32])]
) throws -> CompareError {
  let found = try sides.filter { $0.scan.repeatedCount > 0 }.map { side in
    DuplicateKeys(
      side: side.side, file: side.table.name, keyCount: side.scan.repeatedCount,
      examples: try examples(side.table, side.columns, side.scan, side.numbers))
  }
  return duplicateKeyError(found)
}

/// The error that says so.
func duplicateKeyError(_ found: [DuplicateKeys]) -> CompareError {
  let text = found.map { side in
    let keys = side.examples.prefix(shownKeyCount).map { example in
      "(\(example.key.map(shown).joined(separator: ", "))) in rows \(example.rows.map(String.init).joined(separator: ", "))"
    }
    let more = side.keyCount > keys.count ? "; …" : ""
    let count = side.keyCount == 1 ? "1 key occurs" : "\(side.keyCount) keys occur"
    return "\(count) more than once in \(side.file) (\(side.side.rawValue)): \(keys.joined(separator: "; "))\(more)"
  }
  return .duplicateKeys(found, text: text.joined(separator: "; and "))
}

private func shown(_ value: Value) -> String { value == .null ? "null" : printable(plainText(of: value)) }

private func examples(
  _ table: any TableSource, _ columns: [Int], _ scan: RepeatScan, _ numbers: [UInt32]
) throws -> [DuplicateKeys.Example] {
  var order: [UInt32] = []
  var rows: [UInt32: [Int]] = [:]
  for (row, number) in numbers.enumerated() where scan.isRepeated(number) {
    if rows[number] == nil {
      guard order.count < listedKeyCount else { continue }
      order.append(number)
    }
    if rows[number, default: []].count < listedRowCount { rows[number, default: []].append(row) }
  }
  let cells = CellReader(table)
  return try order.map { number in
    let rows = rows[number] ?? []
    return DuplicateKeys.Example(
      key: try columns.map { try cells.value(row: rows[0], column: $0) }, rows: rows.map { $0 + 1 })
  }
}
