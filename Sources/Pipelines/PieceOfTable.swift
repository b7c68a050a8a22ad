// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The rows of a piece of a text, of whose other pieces something is known: a column that is empty here may have values there, and is what it is in the whole.
struct PieceOfTable: TableView {
  let base: any TableSource
  private let namesWithValues: Set<String>

  /// `namesWithValues`: columns that have a value in some piece.
  init(of base: any TableSource, namesWithValues: Set<String>) {
    (self.base, self.namesWithValues) = (base, namesWithValues)
  }

  func mayLackValues(column: Int) -> Bool {
    !namesWithValues.contains(schema.fields[column].name) && base.mayLackValues(column: column)
  }
}
