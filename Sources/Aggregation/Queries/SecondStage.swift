// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// What is made of the groups: those that `having` asks for, expressions over their columns, order, distinct rows, the first of them.
package struct SecondStage {
  private let stages: QueryStages
  /// The groups, as one chunk.
  private var groups: Table

  /// Reads all groups. Throws as reading does.
  package init(_ stages: QueryStages, _ groups: any TableSource) throws {
    self.stages = stages
    let columns = groups.schema.fields.indices
    let dictionaries = try columns.map { try groups.dictionary(column: $0) }
    let pages = try columns.map { column in
      ColumnPage(
        concatenating: try (0..<groups.chunkCount).map { try groups.page(column: column, chunk: $0) },
        type: groups.schema.fields[column].type, dictionary: dictionaries[column])
    }
    self.groups = Table(
      name: groups.name, schema: groups.schema, chunks: groups.rowCount > 0 ? [pages] : [], dictionaries: dictionaries)
  }

  /// Throws as expressions do. O(groups x log groups).
  package func result() throws -> Table {
    var taken = self
    if let having = try stages.boundHaving(of: groups) {
      let vector = try having.vectors(ofChunk: onlyChunk)[0]
      let rows = Selection.some(vector.bits(where: true, groups.rowCount)).rows(ofRows: groups.rowCount)
      taken.groups = try groups.taking(rows)
    }
    return try taken.ordered()
  }

  private var onlyChunk: Int? { groups.chunks.isEmpty ? nil : 0 }

  private func ordered() throws -> Table {
    let bound = try stages.boundOutputs(of: groups)
    let vectors = try bound.expressions.vectors(ofChunk: onlyChunk)
    let rowCount = groups.rowCount
    var order = SortOrder(rowCount: rowCount)
    for (vector, isDescending) in zip(vectors[stages.names.count...], bound.isDescending) {
      order.append(vector.page, dictionary: vector.dictionary, descending: isDescending)
    }
    // Groups come in ascending order of their keys, and sorting is stable.
    var rows = order.sortedRows()
    let shown = Array(vectors.prefix(stages.names.count))
    if stages.isDistinctLater { rows = distinct(rows, shown, Array(bound.types.prefix(shown.count))) }
    if let limit = stages.query.limit { rows = Array(rows.prefix(limit)) }
    let chunks = stride(from: 0, to: rows.count, by: resultChunkRows).map { first in
      shown.map { $0.page.gathering(rows[first..<min(rows.count, first + resultChunkRows)]) }
    }
    return Table(
      name: "result", schema: Schema(zip(stages.names, bound.types).map { Field(name: $0, type: $1) }), chunks: chunks,
      dictionaries: shown.map(\.dictionary))
  }

  /// The first of rows that are equal in all columns.
  private func distinct(_ rows: [UInt32], _ columns: [ExpressionVector], _ types: [ColumnType]) -> [UInt32] {
    let numbering = KeyNumbering(types: types)
    var numbers: [UInt32] = []
    numbering.number(
      columns.map { $0.page.gathering(rows[...]) }, dictionaries: columns.map(\.dictionary), into: &numbers)
    var seen: UInt32 = 0
    return zip(rows, numbers).compactMap { row, number in
      // Numbers are given in order of first appearance.
      guard number == seen else { return nil }
      seen += 1
      return row
    }
  }
}

extension Table {
  /// Some rows of a table of one chunk at most.
  fileprivate func taking(_ rows: [UInt32]) throws -> Table {
    Table(
      name: name, schema: schema, chunks: rows.isEmpty ? [] : chunks.map { $0.map { $0.gathering(rows[...]) } },
      dictionaries: dictionaries)
  }
}
