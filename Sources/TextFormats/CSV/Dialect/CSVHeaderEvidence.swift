// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims

/// What the columns say about one row: are its cells names, or of the kinds that the rows below have?
struct CSVHeaderEvidence {
  /// Columns of numbers, dates or the like.
  private(set) var typedColumns = 0
  /// Of these, those with text in the row (or a date above numbers).
  private(set) var names = 0
  /// Of these, those whose cell in the row is of the column's kind.
  private(set) var data = 0
  /// True if all cells counted as data are years in equal steps that their columns do not have.
  private(set) var areYears = false
  /// True for `,0,1,2…`: names of columns that had none.
  private(set) var areIndices = false
  /// Text cells above text.
  private(set) var texts = 0
  /// Of these, those that occur again in their column.
  private(set) var repeated = 0
  /// Cells that are not empty.
  private(set) var filled = 0
  /// Rows below that were looked at.
  let rowsBelow: Int

  private static let mostRows = 100

  /// Of `table`'s row `row`, for `width` columns. Linear in the cells.
  init(_ table: CSVSampleTable, row: Int, width: Int) {
    let kinds = table.kinds(row, width: width)
    // A row that says the same again is a header repeated, not data.
    let rows = (row + 1)..<min(table.records.count, row + 1 + Self.mostRows)
    let others = rows.filter { !table.isSame($0, row) }
    let below = others.isEmpty ? Array(rows) : others
    rowsBelow = below.count
    var profiles = [Profile](repeating: Profile(), count: kinds.count)
    for other in below {
      let fields = table.records[other].fields
      for column in 0..<min(fields.count, kinds.count) {
        profiles[column].add(CSVCellKind(table.rawContent(fields[column])))
      }
    }
    filled = kinds.count { $0 != .empty }
    var numbers: [Int] = []
    for (column, kind) in kinds.enumerated() {
      let profile = profiles[column]
      if let family = profile.family {
        typedColumns += 1
        if kind == .text || (kind == .date && family == .number) {
          names += 1
        } else if kind == family {
          data += 1
          if kind == .number { numbers.append(column) }
        }
      } else if profile.filled > 0, kind == .text {
        texts += 1
        if occurs(column, of: row, in: below, table) { repeated += 1 }
      }
    }
    areYears = data > 0 && numbers.count == data && isYears(numbers, row, below, table)
    areIndices = numbers.count == data && data > 1 && isIndices(kinds, row, table)
  }

  /// True if the row names columns of typed values and has no such value itself.
  var isStrong: Bool { names > 0 && (data == 0 || areYears) }

  private struct Profile {
    var counts: (number: Int32, date: Int32, bool: Int32, figure: Int32) = (0, 0, 0, 0)
    var filled: Int32 = 0

    mutating func add(_ kind: CSVCellKind) {
      switch kind {
      case .empty, .missing: return
      case .number: counts.number += 1
      case .date: counts.date += 1
      case .bool: counts.bool += 1
      case .figure: counts.figure += 1
      case .text: break
      }
      filled += 1
    }

    /// The kind that is most of the values; nil for text: fewer than four in five are of any typed kind.
    var family: CSVCellKind? {
      let all = counts.number + counts.date + counts.bool + counts.figure
      guard filled > 0, all * 5 >= filled * 4 else { return nil }
      let most = max(counts.number, counts.date, counts.bool, counts.figure)
      if counts.number == most { return .number }
      if counts.date == most { return .date }
      return counts.bool == most ? .bool : .figure
    }
  }

  private func occurs(_ column: Int, of row: Int, in below: [Int], _ table: CSVSampleTable) -> Bool {
    let cell = table.rawContent(table.records[row].fields[column])
    return below.contains { other in
      let fields = table.records[other].fields
      return column < fields.count && table.rawContent(fields[column]).elementsEqual(cell)
    }
  }

  private func number(_ row: Int, _ column: Int, _ table: CSVSampleTable) -> Double? {
    let fields = table.records[row].fields
    guard column < fields.count else { return nil }
    let cell = table.rawContent(fields[column])
    guard let start = cell.baseAddress else { return nil }
    var facts = cs_number_facts()
    var value = 0.0
    let isNumber = cs_parse_number(start.assumingMemoryBound(to: UInt8.self), cell.count, &value, &facts) == 1
    return isNumber ? value : nil
  }

  /// Years in equal steps, each outside what its column holds.
  private func isYears(_ columns: [Int], _ row: Int, _ below: [Int], _ table: CSVSampleTable) -> Bool {
    let years = columns.map { number(row, $0, table) ?? 0 }
    guard years.allSatisfy({ $0 == $0.rounded() && (1500...2200).contains($0) }) else { return false }
    let steps = zip(years.dropFirst(), years).map { $0 - $1 }
    guard steps.allSatisfy({ $0 == steps[0] && $0 != 0 }) else { return false }
    return zip(columns, years).allSatisfy { column, year in
      let values = below.compactMap { number($0, column, table) }
      guard let least = values.min(), let most = values.max() else { return true }
      return year < least || year > most
    }
  }

  private func isIndices(_ kinds: [CSVCellKind], _ row: Int, _ table: CSVSampleTable) -> Bool {
    guard kinds.first == .empty else { return false }
    return kinds.indices.dropFirst().allSatisfy { number(row, $0, table) == Double($0 - 1) }
  }
}
