// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@testable import Columns
@testable import TextFormats

/// The plain twin of reading a text as text columns: record by record, all in memory, no vectors, no chunks.
package struct PlainCSV {
  package struct Fault: Equatable {
    package var code: String
    /// Of the record, or of the quote that is out of form.
    package var offset: Int

    package init(code: String, offset: Int) { (self.code, self.offset) = (code, offset) }
  }

  package private(set) var rows: [[Value]] = []
  package private(set) var faults: [Fault] = []

  /// The first record is the header.
  package init(_ text: [UInt8], dialect: CSVDialect, isStrict: Bool) {
    text.withUnsafeBytes { read($0, dialect, isStrict) }
  }

  private mutating func read(_ text: UnsafeRawBufferPointer, _ dialect: CSVDialect, _ isStrict: Bool) {
    var header = CSVRecordWalk(text, dialect: dialect)
    guard let names = header.next() else { return }
    let width = names.fields.count
    var walk = CSVRecordWalk(text, dialect: dialect, width: width, from: header.position)
    var records: [CSVRecordWalk.Record] = []
    while let record = walk.next() {
      if !record.isComment { records.append(record) }
    }
    var index = 0
    while index < records.count {
      if width > 1, records[index].isBlank {
        let next = records[index...].filter { !isEmptyLine($0, walk) }.prefix(4)
        if next.count >= 2, next.allSatisfy({ $0.fields.count != width }) {
          // Another table: its records are read for themselves.
          var rest = CSVRecordWalk(text, dialect: dialect, from: records[index].start)
          while let record = rest.next() {
            if !isEmptyLine(record, rest), !record.isComment {
              faults.append(Fault(code: "csv.second-table", offset: record.start))
            }
          }
          return
        }
        if let first = next.first, isSame(first, names, walk) {
          index = records.firstIndex { $0.start == first.start }! + 1
        } else {
          while index < records.count, isEmptyLine(records[index], walk) { index += 1 }
        }
        continue
      }
      take(records[index], walk, width, isStrict)
      index += 1
    }
  }

  private func isEmptyLine(_ record: CSVRecordWalk.Record, _ walk: CSVRecordWalk) -> Bool {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    return record.fields.count == 1 && !record.fields[0].isQuoted
      && walk.content(record.fields[0]).allSatisfy(isSpace)
  }

  private func isSame(_ a: CSVRecordWalk.Record, _ b: CSVRecordWalk.Record, _ walk: CSVRecordWalk) -> Bool {
    a.fields.count == b.fields.count && zip(a.fields, b.fields).allSatisfy { walk.content($0) == walk.content($1) }
  }

  private mutating func take(_ record: CSVRecordWalk.Record, _ walk: CSVRecordWalk, _ width: Int, _ isStrict: Bool) {
    let count = record.fields.count
    if width > 1, isEmptyLine(record, walk) { return }
    if isStrict, !record.anomalies.isEmpty {
      let code = record.anomalies.contains(.openQuote) ? "csv.open-quote" : "csv.stray-quote"
      faults.append(Fault(code: code, offset: record.anomalyOffset))
    } else if count > width && (isStrict || record.fields[width...].contains { !walk.content($0).isEmpty })
      || (isStrict && count < width)
    {
      faults.append(Fault(code: "csv.ragged-row", offset: record.start))
    } else if record.fields.prefix(width).contains(where: { walk.content($0).withUnsafeBytes(firstInvalidUTF8) != nil })
    {
      faults.append(Fault(code: "csv.invalid-utf8", offset: record.start))
    } else {
      var row = record.fields.prefix(width).map { field -> Value in
        walk.isNull(field) ? .null : .string(String(decoding: walk.content(field), as: UTF8.self))
      }
      row += repeatElement(.null, count: width - row.count)
      rows.append(row)
    }
  }
}
