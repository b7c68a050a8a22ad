// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Inputs of which only names and types of the columns are known, and whether these have values: queries are bound to them to merge states.
///
/// It tells of one row, and its pages are never asked for.
struct TypesAlone: TableSource {
  let name: String
  let schema: Schema
  /// Of each column, false if no input has a value in it.
  private let haveValues: [Bool]

  /// Precondition: names are unique.
  init(name: String, _ columns: [PartialDescription.InputColumn]) {
    self.name = name
    schema = Schema(columns.map { Field(name: $0.name, type: $0.type ?? .string) })
    haveValues = columns.map { $0.type != nil }
  }

  var chunkCount: Int { 1 }
  var rowCount: Int { 1 }
  func rowCount(ofChunk chunk: Int) -> Int { 1 }

  func statistics(column: Int, chunk: Int) -> PageStatistics {
    PageStatistics(rowCount: 1, nullCount: haveValues[column] ? 0 : 1, bounds: .none)
  }

  func dictionary(column: Int) -> StringDictionary? { nil }

  func page(column: Int, chunk: Int) -> ColumnPage { preconditionFailure("rows of inputs of which types are known") }
}
