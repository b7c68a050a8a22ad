// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Names of columns from one or several header rows.
struct CSVHeaderNames {
  /// One per column, empty where there is none.
  private(set) var names: [String]
  /// Fields that records should have.
  private(set) var width: Int

  /// Of the header rows from `start` on, for records that mostly have `width` fields.
  ///
  /// `isAsked`: the user says that these are the names; then they are all there are.
  /// A header with one field fewer than all records is R's: the first column has no name. Where records end with a delimiter that
  /// the header lacks, or has too, the empty column behind it is none.
  init(_ table: CSVSampleTable, start: Int, rows: Int, width: Int, isAsked: Bool) {
    let header = (start..<min(start + rows, table.records.count)).map { row in
      table.records[row].fields.map { String(decoding: table.walk.content($0), as: UTF8.self) }
    }
    let widest = header.map(\.count).max() ?? width
    names = Self.joined(header, width: widest)
    self.width = isAsked && rows > 0 ? widest : max(widest, width)
    if isAsked { return }
    let body = table.records[min(start + rows, table.records.count)...]
    if widest + 1 == width, !body.isEmpty {
      if body.allSatisfy({ Self.hasEmptyField(widest, $0, orNone: true) }) {
        self.width = widest
      } else if body.count(where: { $0.fields.count == width }) * 10 >= body.count * 9 {
        names.insert("", at: 0)
      }
    } else if names.last == "", widest > 1, widest >= width, !body.isEmpty,
      body.allSatisfy({ $0.fields.count <= widest && Self.hasEmptyField(widest - 1, $0, orNone: true) }),
      body.contains(where: { $0.fields.count == widest })
    {
      names.removeLast()
      self.width = widest - 1
    }
    while names.count < self.width { names.append("") }
  }

  private static func hasEmptyField(_ index: Int, _ record: CSVRecordWalk.Record, orNone: Bool) -> Bool {
    guard index < record.fields.count else { return orNone }
    let field = record.fields[index]
    return field.start == field.end && index == record.fields.count - 1
  }

  /// Parts of each column's rows with `_` between them, equal and empty ones once. A name in a row above the last goes on to the right
  /// over cells without one, as groups of columns are written.
  private static func joined(_ rows: [[String]], width: Int) -> [String] {
    guard rows.count > 1 else { return rows.first ?? [] }
    var parts = [[String]](repeating: [], count: width)
    for (depth, row) in rows.enumerated() {
      let isLast = depth == rows.count - 1
      var group = ""
      for column in 0..<width {
        let cell = column < row.count ? row[column] : ""
        if !cell.isEmpty { group = cell }
        let isNamedBelow = rows[(depth + 1)...].contains { column < $0.count && !$0[column].isEmpty }
        let part = cell.isEmpty && !isLast && isNamedBelow ? group : cell
        if !part.isEmpty, !parts[column].contains(part) { parts[column].append(part) }
      }
    }
    return parts.map { $0.joined(separator: "_") }
  }
}
