// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A column of batches that travel between processes.
struct BatchField: Equatable {
  let name: String
  let type: ColumnType
  /// True for bytes, which are held as strings that need not be UTF-8.
  var isBinary = false
}

/// Gives batches of rows one after another.
protocol BatchReading {
  /// Where they come from, for messages.
  var name: String { get }
  /// Their columns.
  var fields: [BatchField] { get }
  /// The next batch: a page for each column, strings without codes; nil after the last. Throws what reading throws.
  func next() throws -> [ColumnPage]?
}

/// Takes batches of rows one after another.
protocol BatchWriting {
  /// Takes a page for each column, all of so many rows. Throws what writing throws.
  func append(_ pages: [ColumnPage]) throws
}

/// Most rows of a batch: whoever takes it, holds it as a whole.
let rowsPerBatch = 1 << 14

/// Finds columns in batches that another program may have written again: in any order, among others, decimals of more digits.
struct BatchColumns {
  private let wanted: [BatchField]
  private let positions: [Int]
  private let found: [BatchField]

  /// Throws `compare-parts.columns` if one is missing, or of another type.
  init(_ wanted: [BatchField], in stream: any BatchReading) throws(PartialComparisonError) {
    self.wanted = wanted
    found = stream.fields
    var positions: [Int] = []
    for field in wanted {
      guard let position = stream.fields.firstIndex(where: { $0.name == field.name }) else {
        throw .missingColumn(field.name, file: stream.name)
      }
      let own = stream.fields[position]
      guard own.type.fits(field.type), own.isBinary == field.isBinary else {
        throw .columnType(field.name, found: own, wanted: field, file: stream.name)
      }
      positions.append(position)
    }
    self.positions = positions
  }

  /// The wanted columns of a batch, in the types that are wanted. Throws `compare-parts.columns` for a decimal that has more digits than these.
  func pages(_ batch: [ColumnPage], file: String) throws(PartialComparisonError) -> [ColumnPage] {
    var pages: [ColumnPage] = []
    for (field, position) in zip(wanted, positions) {
      guard let fitting = batch[position].fitted(from: found[position].type, to: field.type) else {
        throw .columnType(field.name, found: found[position], wanted: field, file: file)
      }
      pages.append(fitting)
    }
    return pages
  }
}
