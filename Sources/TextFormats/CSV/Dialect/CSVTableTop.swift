// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Where a table begins below titles, notes and empty lines, and how wide it is.
struct CSVTableTop {
  /// Position of its first record, header or not.
  private(set) var start = 0
  /// Fields that most of its records have.
  private(set) var width: Int
  /// How the records' widths go together.
  let widths: CSVWidths

  private let table: CSVSampleTable

  /// Of `table`, without comments. `isDivided`: false if no delimiter was found, so that each record stands for itself.
  /// Precondition: there are records.
  init(_ table: CSVSampleTable, isDivided: Bool) {
    self.table = table
    widths = CSVWidths(table.records.map(\.fields.count))
    width = widths.width
    let first = table.records[0].fields.count
    if !isDivided || (first == 1 && widths.share < 0.8) {
      width = first
      return
    }
    findStart()
  }

  /// As asked: it begins with the first record.
  init(startingAtFirstOf table: CSVSampleTable) {
    self.table = table
    widths = CSVWidths(table.records.map(\.fields.count))
    width = widths.width
  }

  private mutating func findStart() {
    guard width > 1, let first = nextWide(0) else { return }
    start = first
    while let next = nextWide(start + 1), isTitle(start) { start = next }
    if fieldCount(start) > width, start + 1 < table.records.count, fieldCount(start + 1) == width,
      widths.share >= 0.9, isStrong(start + 1)
    {
      start += 1
    }
    if start > 0, isNarrowHeader(start - 1), !isStrong(start) { start -= 1 }
  }

  private func fieldCount(_ row: Int) -> Int { table.records[row].fields.count }

  private func nextWide(_ row: Int) -> Int? { table.records.indices.dropFirst(row).first { fieldCount($0) >= width } }

  private func nextFilled(_ row: Int) -> Int? {
    table.records.indices.dropFirst(row).first { row in
      fieldCount(row) >= width && table.records[row].fields.contains { $0.end > $0.start }
    }
  }

  private func isStrong(_ row: Int) -> Bool { CSVHeaderEvidence(table, row: row, width: width).isStrong }

  /// A title that a spreadsheet has filled up with empty cells, or nothing but these.
  private func isTitle(_ row: Int) -> Bool {
    let filled = table.kinds(row, width: fieldCount(row)).enumerated().filter { $0.element != .empty }
    if filled.isEmpty { return true }
    if isProse(row), isStrong(row + 1) { return true }
    guard filled.count == 1, filled[0].offset == 0, width > 2, let next = nextFilled(row + 1) else {
      return false
    }
    let evidence = CSVHeaderEvidence(table, row: next, width: width)
    return evidence.filled * 2 > width && (evidence.data <= evidence.names || evidence.areYears)
  }

  /// A sentence with as many commas as the table has: a space after each, unlike the records' fields.
  private func isProse(_ row: Int) -> Bool {
    let later = table.records[row].fields.dropFirst()
    let isSpaced = later.allSatisfy { $0.end > $0.start && !$0.isQuoted && table.walk.text[$0.start] == 32 }
    return isSpaced && row + 1 < table.records.count && fieldCount(row + 1) >= width
  }

  /// A header with fewer names than its records have fields: nothing but names, in at least half of the columns.
  private func isNarrowHeader(_ row: Int) -> Bool {
    let record = table.records[row]
    let count = record.fields.count
    guard count < width, count * 2 >= width, table.kinds(row, width: count).allSatisfy({ $0 == .text }) else {
      return false
    }
    // One name above two columns is more likely a title, unless it is in quotes.
    return count > 1 || record.fields[0].isQuoted
  }
}
