// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Rows that cannot be added to a chunk file.
public struct AppendError: Diagnosis, Equatable {
  /// `append.type`: a column's values do not go with those stored. `append.changed`: the file changed meanwhile.
  public let code: String
  /// What does not fit.
  public let summary: String
  /// File, and column where it is one column's fault.
  public let place: Place
  /// What to do.
  public let advice: String?

  /// Values of type `found`, for `reason`, beside stored ones.
  init(column: String, stored: ColumnType, in path: String, found: ColumnType, reason: String) {
    code = "append.type"
    summary = "the column is \(stored) there, which does not hold the new rows' \(found) (\(reason))"
    place = Place(file: path, column: column)
    advice =
      stored == .float64 && found.isNumeric
      ? "to take the nearest float64 of each: --schema '\(column):float64'"
      : "stored pages stay as they are: correct the new rows, or convert all rows anew, with --schema '\(column):…' if need be"
  }

  /// A file that somebody else replaced.
  init(changed path: String) {
    code = "append.changed"
    summary = "the file was changed, made or removed by something else while rows were added to it"
    place = Place(file: path)
    advice = "nothing was written; run it again"
  }
}
