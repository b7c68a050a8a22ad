// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The first records of a text under the dialect that was chosen for it, blank lines and comments left out.
struct CSVSampleTable {
  typealias Record = CSVRecordWalk.Record

  /// Reads the text's bytes; it has walked past the records.
  private(set) var walk: CSVRecordWalk
  private(set) var records: [Record] = []
  /// Bytes of all lines looked at, and how many they are.
  let lookedAt: (bytes: Int, lines: Int)

  private static let mostRecords = 256
  private static let mostCells = 200_000

  /// `isWhole`: false if the text is cut; its last record is not among them then.
  init(_ text: UnsafeRawBufferPointer, dialect: CSVDialect, width: Int?, isWhole: Bool) {
    walk = CSVRecordWalk(text, dialect: dialect, width: width, isWhole: isWhole)
    var cells = 0
    var lines = 0
    while records.count < Self.mostRecords, cells < Self.mostCells || records.count < 4, let record = walk.next() {
      lines = record.line + record.lineCount
      if record.isBlank || record.isComment { continue }
      cells += record.fields.count
      records.append(record)
    }
    lookedAt = (walk.position, lines)
  }

  /// Leaves out the records at these positions.
  mutating func remove(_ indices: Set<Int>) {
    records = records.indices.filter { !indices.contains($0) }.map { records[$0] }
  }

  /// A field's content; where quotes are doubled inside it, as it stands between its quotes.
  func rawContent(_ field: CSVRecordWalk.Field) -> UnsafeRawBufferPointer {
    let inset = field.isQuoted ? 1 : 0
    return UnsafeRawBufferPointer(rebasing: walk.text[(field.start + inset)..<(field.end - inset)])
  }

  /// What the cell at a place says; `.empty` where a record is too short.
  func kind(_ row: Int, _ column: Int) -> CSVCellKind {
    let fields = records[row].fields
    return column < fields.count ? CSVCellKind(rawContent(fields[column])) : .empty
  }

  /// Kinds of a row's cells, for at most `width` columns.
  func kinds(_ row: Int, width: Int) -> [CSVCellKind] {
    records[row].fields.prefix(width).map { CSVCellKind(rawContent($0)) }
  }

  /// True if the record begins with `prefix`.
  func begins(_ row: Int, with prefix: [UInt8]) -> Bool { walk.text[records[row].start...].starts(with: prefix) }

  /// True if two rows have the same cells.
  func isSame(_ one: Int, _ other: Int) -> Bool {
    let (a, b) = (records[one].fields, records[other].fields)
    return a.count == b.count && zip(a, b).allSatisfy { rawContent($0).elementsEqual(rawContent($1)) }
  }
}
