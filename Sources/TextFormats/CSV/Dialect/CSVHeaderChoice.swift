// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// How many rows at the top of a table are names.
struct CSVHeaderChoice {
  private(set) var rows = 1
  private(set) var reason = "as asked"
  private(set) var isCloseCall = false

  private static let mostRows = 4

  /// As asked.
  init(rows: Int) { self.rows = rows }

  /// Of the table whose first record is `table`'s `start`.
  init(_ table: CSVSampleTable, start: Int, width: Int) {
    let first = CSVHeaderEvidence(table, row: start, width: width)
    decideFirst(first)
    let deepest = lastNameRow(table, start: start, width: width, first)
    if deepest > start {
      rows = deepest - start + 1
      reason = "\(rows) rows of text above columns of values"
      isCloseCall = false
    }
  }

  /// One row or none.
  private mutating func decideFirst(_ first: CSVHeaderEvidence) {
    func decide(_ rows: Int, _ reason: String, closeCall: Bool = false) {
      self.rows = rows
      self.reason = reason
      isCloseCall = closeCall
    }
    let columns = "\(first.typedColumns) columns of numbers, dates and the like"
    if first.rowsBelow == 0 {
      decide(1, "it is the only record")
    } else if first.names == 0, first.data == 0 {
      if first.repeated > 0, first.repeated * 2 >= first.texts {
        decide(0, "\(first.repeated) of the first record's \(first.texts) texts occur again in their columns")
      } else {
        decide(1, "the default where nothing speaks against it")
      }
    } else if first.data == 0 {
      decide(1, "it has text above \(first.names) of \(columns)")
    } else if first.areYears {
      decide(1, "it has years that are no values of their columns", closeCall: first.data < 3 && first.names == 0)
    } else if first.areIndices {
      decide(1, "it counts the columns")
    } else if first.names >= first.data {
      decide(1, "it has text above \(first.names) of \(columns)", closeCall: first.data * 2 > first.names)
    } else {
      let reason = "the first record has values in \(first.data) of \(columns)"
      decide(0, reason, closeCall: first.names * 2 > first.data)
    }
  }

  /// The last row that is text above columns of values as clearly as a first row would have to be; `start` if there is but one.
  private func lastNameRow(_ table: CSVSampleTable, start: Int, width: Int, _ first: CSVHeaderEvidence) -> Int {
    var last = start
    var row = start + 1
    while row < start + Self.mostRows, row + 2 < table.records.count {
      let evidence = CSVHeaderEvidence(table, row: row, width: width)
      guard evidence.data == 0, evidence.repeated == 0, evidence.names * 2 > evidence.typedColumns else { break }
      // One text alone may as well be an odd value.
      guard evidence.names > 1 || (evidence.filled == 1 && evidence.typedColumns > 0 && width > 1) else { break }
      last = row
      row += 1
    }
    return last
  }
}
