// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Something about a CSV that cannot be read as a table, with its place.
public struct CSVError: Diagnosis, Equatable {
  /// `csv.ragged-row`, `csv.stray-quote`, `csv.open-quote`, `csv.record-too-long`, `csv.binary`, `csv.invalid-utf8`,
  /// `csv.type`, `csv.columns-differ`, `csv.changed` or `csv.delimiter`.
  public let code: String
  /// What was found and what was expected.
  public let summary: String
  /// File, row, line, byte and column as far as they apply.
  public let place: Place
  /// What the user can do.
  public let advice: String?

  init(_ code: String, _ summary: String, at place: Place, advice: String? = nil) {
    self.code = code
    self.summary = summary
    self.place = place
    self.advice = advice
  }
}

/// A field's text for a message: quotes around it, cut after 40 bytes, control characters shown as escapes.
func quotedForMessage(_ field: UnsafeRawBufferPointer) -> String {
  let cut = field.count > 40
  var text = "\""
  for scalar in String(decoding: cut ? UnsafeRawBufferPointer(rebasing: field[..<40]) : field, as: UTF8.self)
    .unicodeScalars
  {
    text += scalar.value < 32 || scalar.value == 127 ? scalar.escaped(asASCII: false) : String(scalar)
  }
  return text + (cut ? "…\"" : "\"")
}
