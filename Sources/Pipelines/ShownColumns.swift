// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The first columns of a table, by other names.
struct ShownColumns: TableView {
  let base: any TableSource
  let schema: Schema

  /// Precondition: at most as many names as columns.
  init(of base: any TableSource, names: [String]) {
    precondition(names.count <= base.schema.fields.count, "a column for each name")
    self.base = base
    schema = Schema(zip(names, base.schema.fields).map { Field(name: $0, type: $1.type) })
  }

  /// False: these names were given.
  var hasInventedNames: Bool { false }
}
