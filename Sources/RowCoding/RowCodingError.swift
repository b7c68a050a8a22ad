// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A row that does not fit the Swift type it is read as, or a Swift value that is no row.
public struct RowCodingError: Diagnosis, Equatable {
  /// `row.column-missing`: the type has a property for which there is no column. `row.type`: the column's type has no such value.
  /// `row.null`: a null where the property is not optional. `row.range`: the value does not fit the property's type. `row.not-flat`: a
  /// property that is neither a number, a truth value nor a text.
  public let code: String
  /// What was found and what was expected.
  public let summary: String
  /// Table, row (from 1) and column.
  public let place: Place
  /// What to do.
  public let advice: String?

  static func missing(_ name: String, _ table: Table) -> RowCodingError {
    let unknown = UnknownColumn(name: name, source: table.name, known: table.schema.names)
    return RowCodingError(
      code: "row.column-missing", summary: "no column for the property \"\(name)\"", place: unknown.place,
      advice: unknown.advice)
  }

  static func notFlat(_ place: Place) -> RowCodingError {
    RowCodingError(
      code: "row.not-flat", summary: "a property that is no number, truth value or text", place: place,
      advice:
        "a row's properties are Bool, integers, floating-point numbers, String, optionals of them and types coded as one of them"
    )
  }
}
