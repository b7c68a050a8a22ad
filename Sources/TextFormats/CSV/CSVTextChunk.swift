// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Where a part of a chunk's text comes from.
struct CSVOrigin {
  /// Where the part begins in the chunk's text.
  var textOffset: Int
  /// Number of the file among the inputs.
  var file: Int
  /// Name of the file.
  var name: String
  /// Where the part begins in the file.
  var byteOffset: Int
  /// Lines of the file before the part.
  var line: Int
}

/// Some whole records of text, in memory that is used again and again by one worker.
///
/// Belongs to one thread at a time.
final class CSVTextChunk {
  /// Bytes that may be read past the text's end: kernels load eight at a time.
  static let padding = 64

  private(set) var bytes: UnsafeMutableRawPointer
  private(set) var capacity: Int
  /// Bytes of text; every record in it ends with a newline.
  var length = 0
  /// Newlines outside quotes: at least as many as there are rows.
  var recordCount = 0
  /// Parts by file; the first begins at 0.
  var origins: [CSVOrigin] = []
  /// For each table column, its position in a record of this text.
  var fieldOfColumn: [Int] = []
  /// Fields of a record.
  var width = 0

  init() {
    capacity = 1 << 16
    bytes = .allocate(byteCount: capacity + Self.padding, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: capacity + Self.padding)
  }

  deinit { bytes.deallocate() }

  /// The text.
  var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: bytes, count: length) }

  /// Makes room for `wanted` bytes and keeps the first `kept`. Pointers into the text end their life.
  func reserve(_ wanted: Int, keeping kept: Int) {
    guard wanted > capacity else { return }
    let larger = max(wanted, capacity + capacity / 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger + Self.padding, alignment: 64)
    moved.copyMemory(from: bytes, byteCount: kept)
    (moved + larger).initializeMemory(as: UInt8.self, repeating: 0, count: Self.padding)
    bytes.deallocate()
    bytes = moved
    capacity = larger
  }

  func swap(with other: CSVTextChunk) {
    Swift.swap(&bytes, &other.bytes)
    Swift.swap(&capacity, &other.capacity)
    Swift.swap(&length, &other.length)
    Swift.swap(&recordCount, &other.recordCount)
    Swift.swap(&origins, &other.origins)
    Swift.swap(&fieldOfColumn, &other.fieldOfColumn)
    Swift.swap(&width, &other.width)
  }
}

/// Something wrong in a chunk, before its place in the file is worked out.
enum CSVFault: Error {
  /// Records or quotes are not as they should be; which and where is found by walking.
  case structure
  /// A field of the table's column `column` in data row `row` of the chunk (from 0).
  case invalidUTF8(row: Int, column: Int)
  case wrongType(row: Int, column: Int, expected: ColumnType)
}

extension CSVTextChunk {
  /// Says what `fault` is and where. `rowsBefore` are the data rows of each file before this chunk. O(text).
  func diagnose(_ fault: CSVFault, delimiter: UInt8, names: [String], rowsBefore: [Int: Int]) -> CSVError {
    var walk = CSVStrictWalk(text, delimiter: delimiter)
    var part = 0
    var row = 0
    var rowOfPart = rowsBefore[origins[0].file] ?? 0
    while let record = walk.next() {
      while part + 1 < origins.count, origins[part + 1].textOffset <= record.start {
        part += 1
        rowOfPart = rowsBefore[origins[part].file] ?? 0
      }
      if width > 1, record.isBlank { continue }
      rowOfPart += 1
      let place = { [origin = origins[part]] (offset: Int, column: String?) in
        self.place(offset, origin: origin, row: rowOfPart, column: column)
      }
      if let problem = record.problem { return CSVError(problem, at: place(problem.offset, nil)) }
      if record.fields.count != width {
        return CSVError(
          "csv.ragged-row", "\(record.fields.count) fields where the header has \(width)", at: place(record.start, nil),
          advice: "a delimiter or quote is missing or too many; fields that hold the delimiter must be quoted")
      }
      if let error = error(fault, row: row, record: record, walk: walk, names: names, place: place) { return error }
      row += 1
    }
    return CSVError(
      "csv.ragged-row", "records do not line up with the header", at: place(0, origin: origins[0], row: nil))
  }

  private func error(
    _ fault: CSVFault, row: Int, record: CSVStrictWalk.Record, walk: CSVStrictWalk, names: [String],
    place: (Int, String?) -> Place
  ) -> CSVError? {
    switch fault {
    case .structure: return nil
    case .invalidUTF8(let wanted, let column):
      guard wanted == row else { return nil }
      let field = record.fields[fieldOfColumn[column]]
      let content = UnsafeRawBufferPointer(rebasing: text[field.start..<field.end])
      return CSVError(
        "csv.invalid-utf8", "the text is not UTF-8",
        at: place(field.start + (firstInvalidUTF8(content) ?? 0), names[column]),
        advice: "convert the file to UTF-8 first, for example with iconv -f latin1 -t utf-8")
    case .wrongType(let wanted, let column, let expected):
      guard wanted == row else { return nil }
      let field = record.fields[fieldOfColumn[column]]
      let shown = walk.content(field).withUnsafeBytes(quotedForMessage)
      return CSVError(
        "csv.type", "\(shown) is no \(expected)", at: place(field.start, names[column]),
        advice: "give the column a wider type in the schema, or leave it out to have one found")
    }
  }

  private func place(_ offset: Int, origin: CSVOrigin, row: Int?, column: String? = nil) -> Place {
    let before = text[origin.textOffset..<offset].reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) }
    return Place(
      file: origin.name, row: row, line: origin.line + before + 1,
      byteOffset: origin.byteOffset + offset - origin.textOffset, column: column)
  }
}
