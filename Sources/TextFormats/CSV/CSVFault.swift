// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A record that cannot be read as a row of the table.
struct CSVFault: Error {
  enum Kind: Equatable {
    case tooManyFields(Int)
    case tooFewFields(Int)
    /// Quotes out of form, where that is not repaired.
    case form(CSVRecordWalk.Anomalies)
    /// Of the table's column.
    case invalidUTF8(column: Int)
    case wrongType(column: Int, expected: ColumnType)
    case wrongFormat(column: Int, format: String)
    /// Text that follows the table and is none of it.
    case pastTable
  }

  var kind: Kind
  /// The record's number among those of the chunk that are not empty lines, from 0.
  var record: Int
  /// Where it begins in the chunk's text.
  var start: Int
}

/// A record that is left out of the table.
package struct CSVRejectedRow: Sendable, Equatable {
  /// What is wrong, and where.
  package let error: CSVError
  /// The record as the file has it (decoded to UTF-8), its line end included.
  package let raw: [UInt8]
}

extension CSVTextChunk {
  /// What the faults are and where, in the order given, which is the text's. `rowsBefore` are the data rows of each file before
  /// this chunk, `recordsOfPart` those of each part. O(text).
  func diagnose(
    _ faults: [CSVFault], names: [String], rowsBefore: [Int: Int], recordsOfPart: [Int]
  ) -> [CSVRejectedRow] {
    var places = CSVPlaces(of: self)
    var dialect = CSVDialect()
    dialect.delimiter = [plain.delimiter]
    dialect.quote = plain.hasQuote ? plain.quote : nil
    dialect.lineEnd = plain.newline == UInt8(ascii: "\r") ? .cr : .lf
    var firstRecord = 0
    var part = 0
    return faults.map { fault in
      while part + 1 < recordsOfPart.count, fault.record >= firstRecord + recordsOfPart[part] {
        firstRecord += recordsOfPart[part]
        part += 1
      }
      let place = places.find(fault.start)
      let rewrite = places.rewriting(fault.start)
      let origin = origins[part]
      var walk = CSVRecordWalk(text, dialect: dialect, from: fault.start)
      let record = walk.next() ?? CSVRecordWalk.Record(start: fault.start, end: fault.start)
      let original: UnsafeRawBufferPointer =
        UnsafeRawBufferPointer(rebasing: text[fault.start..<record.end])
      let kept = rewrite.map { Array(raw[$0.raw]) } ?? Array(original)
      var where_ = Place(
        file: origin.name, row: (rowsBefore[origin.file] ?? 0) + fault.record - firstRecord + 1, line: place.line + 1,
        byteOffset: place.byteOffset)
      let error = CSVError(
        fault.kind, record: record, walk: walk, rewrite: rewrite, width: width, names: names,
        fieldOfColumn: fieldOfColumn, place: &where_)
      return CSVRejectedRow(error: error.showing(kept), raw: kept)
    }
  }
}

extension CSVError {
  fileprivate init(
    _ kind: CSVFault.Kind, record: CSVRecordWalk.Record, walk: CSVRecordWalk, rewrite: CSVRewrite?, width: Int,
    names: [String], fieldOfColumn: [Int], place: inout Place
  ) {
    func content(_ column: Int) -> [UInt8] {
      let field = fieldOfColumn[column]
      guard field < record.fields.count else { return [] }
      place.column = names[column]
      // Within a rewritten record only its beginning is known.
      if rewrite == nil { place.byteOffset = (place.byteOffset ?? 0) + record.fields[field].start - record.start }
      return walk.content(record.fields[field])
    }
    switch kind {
    case .tooManyFields(let count), .tooFewFields(let count):
      self.init(
        "csv.ragged-row", "\(count) fields where the header has \(width)", at: place,
        advice: "a delimiter or quote is missing or too many; fields that hold the delimiter must be quoted")
    case .form(let anomalies):
      if let rewrite { place.byteOffset = rewrite.byteOffset + rewrite.anomalyOffset }
      self.init(anomalies, at: place)
    case .invalidUTF8(let column):
      let bytes = content(column)
      let offset = bytes.withUnsafeBytes(firstInvalidUTF8) ?? 0
      if rewrite == nil { place.byteOffset = (place.byteOffset ?? 0) + offset }
      self.init(
        "csv.invalid-utf8", "the text is not UTF-8", at: place,
        advice: "say what it is, for example --encoding windows-1252, or leave such rows out with --on-error skip")
    case .wrongType(let column, let expected):
      let shown = content(column).withUnsafeBytes(quotedForMessage)
      self.init(
        "csv.type", "\(shown) is no \(expected)", at: place,
        advice: "give the column a wider type in the schema, or leave it out to have one found")
    case .wrongFormat(let column, let format):
      let shown = content(column).withUnsafeBytes(quotedForMessage)
      self.init(
        "csv.type", "\(shown) is no valid \(format)", at: place,
        advice: "correct the format, or leave it out to have one found")
    case .pastTable:
      self.init(
        "csv.second-table", "another table or text begins after an empty line", at: place,
        advice: "put it into a file of its own, or leave it out with --on-error skip")
    }
  }

  init(_ anomalies: CSVRecordWalk.Anomalies, at place: Place) {
    if anomalies.contains(.openQuote) {
      self.init(
        "csv.open-quote", "a quote that is opened here is never closed", at: place,
        advice: "close it, or double the quotes inside the field")
    } else if anomalies.contains(.textAfterQuote) {
      self.init(
        "csv.stray-quote", "text after a closing quote", at: place,
        advice: "quotes inside a quoted field must be doubled")
    } else {
      self.init(
        "csv.stray-quote", "a quote inside a field that does not begin with one", at: place,
        advice: "put the whole field in quotes and double the quotes inside it")
    }
  }
}
