// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Something about a CSV that cannot be read as a table, with its place.
public struct CSVError: Diagnosis, Equatable {
  /// `csv.ragged-row`, `csv.stray-quote`, `csv.open-quote`, `csv.second-table`, `csv.record-too-long`, `csv.binary`,
  /// `csv.invalid-utf8`, `csv.encoding`, `csv.type`, `csv.columns-differ`, `csv.rename`, `csv.changed` or `csv.delimiter`.
  public let code: String
  /// What was found and what was expected.
  public let summary: String
  /// File, row, line, byte and column as far as they apply.
  public let place: Place
  /// What the user can do.
  public let advice: String?
  /// The record as it stands, cut for a message; nil where that does not apply.
  public private(set) var record: String?
  /// Further faults of the same reading, in order: at most nine.
  public private(set) var others: [CSVError] = []
  /// True if there may be more than those.
  public private(set) var mayHaveMore = false

  init(_ code: String, _ summary: String, at place: Place, advice: String? = nil) {
    self.code = code
    self.summary = summary
    self.place = place
    self.advice = advice
  }

  /// The record, then the other faults, a line each.
  public var details: [String] {
    var lines = record.map { ["record: \($0)"] } ?? []
    for other in others {
      lines.append("also \(other.place): \(other.summary)\(other.record.map { ": \($0)" } ?? "")")
    }
    if mayHaveMore { lines.append("and perhaps more after these") }
    return lines
  }

  /// The same, with the record's text.
  func showing(_ raw: [UInt8]) -> CSVError {
    var error = self
    var end = raw.count
    while end > 0, raw[end - 1] == 10 || raw[end - 1] == 13 { end -= 1 }
    error.record = raw[..<end].withUnsafeBytes { quotedForMessage($0, mostBytes: 120) }
    return error
  }

  /// The first of `errors`, which are not empty, with the others behind it.
  static func first(of errors: [CSVError], mayHaveMore: Bool) -> CSVError {
    var error = errors[0]
    error.others = Array(errors.dropFirst())
    error.mayHaveMore = mayHaveMore
    return error
  }
}

/// A field's text for a message: quotes around it, cut after 40 bytes, control characters shown as escapes.
func quotedForMessage(_ field: UnsafeRawBufferPointer) -> String { quotedForMessage(field, mostBytes: 40) }

private func quotedForMessage(_ field: UnsafeRawBufferPointer, mostBytes: Int) -> String {
  let cut = field.count > mostBytes
  var text = "\""
  for scalar in String(decoding: cut ? UnsafeRawBufferPointer(rebasing: field[..<mostBytes]) : field, as: UTF8.self)
    .unicodeScalars
  {
    text += scalar.value < 32 || scalar.value == 127 ? scalar.escaped(asASCII: false) : String(scalar)
  }
  return text + (cut ? "…\"" : "\"")
}
