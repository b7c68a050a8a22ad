// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// What is made of the groups: those that `having` asks for, expressions over their columns, order, distinct rows, the first of them.
struct SecondStage {
  private let stages: QueryStages
  /// The groups, as one chunk.
  private var groups: Table

  init(_ stages: QueryStages, _ groups: Table) {
    self.stages = stages
    let columns = groups.schema.fields.indices
    let pages = columns.map { column in
      ColumnPage(
        concatenating: groups.chunks.map { $0[column] }, type: groups.schema.fields[column].type,
        dictionary: groups.dictionaries[column])
    }
    self.groups = Table(
      name: groups.name, schema: groups.schema, chunks: groups.rowCount > 0 ? [pages] : [],
      dictionaries: groups.dictionaries)
  }

  /// Throws as expressions do. O(groups x log groups).
  func result() throws -> Table {
    var taken = self
    if let having = stages.having { taken.groups = try groups.taking(try rows(for: having)) }
    return try taken.ordered()
  }

  /// Groups for which the condition is true.
  private func rows(for condition: QueryExpression) throws -> [UInt32] {
    var binder = ExpressionBinder(sources: [groups], part: .having)
    let root = try binder.condition(condition).node
    let vector = try vectors([root], binder.program)[0]
    return Selection.some(vector.bits(where: true, groups.rowCount)).rows(ofRows: groups.rowCount)
  }

  private func ordered() throws -> Table {
    var binder = ExpressionBinder(sources: [groups], part: .aggregates)
    let outputs = try (stages.keyNames.map { QueryExpression.column($0) } + stages.outputs).map { try binder.bind($0) }
    binder.part = .order
    let sortKeys = try stages.isOrderedFirst ? [] : stages.order.map { try binder.bind($0.expression) }
    let vectors = try vectors((outputs + sortKeys).map(\.node), binder.program)
    let rowCount = groups.rowCount
    var order = SortOrder(rowCount: rowCount)
    for (vector, sortKey) in zip(vectors[outputs.count...], stages.order) {
      order.append(vector.page, dictionary: vector.dictionary, descending: sortKey.isDescending)
    }
    // Groups come in ascending order of their keys, and sorting is stable.
    var rows = order.sortedRows()
    let shown = Array(vectors.prefix(outputs.count))
    if stages.query.isDistinct { rows = distinct(rows, shown, outputs.map { $0.type ?? .int64 }) }
    if let limit = stages.query.limit { rows = Array(rows.prefix(limit)) }
    let chunks = stride(from: 0, to: rows.count, by: resultChunkRows).map { first in
      shown.map { $0.page.gathering(rows[first..<min(rows.count, first + resultChunkRows)]) }
    }
    return Table(
      name: "result", schema: Schema(zip(stages.names, outputs).map { Field(name: $0, type: $1.type ?? .int64) }),
      chunks: chunks, dictionaries: shown.map(\.dictionary))
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

  /// The results of some nodes, a slot per group. Throws the error of the first group that failed.
  private func vectors(_ roots: [Int], _ program: ExpressionProgram) throws -> [ExpressionVector] {
    var program = program
    for root in roots { program.want(root) }
    let groups = groups
    func column(_ number: Int, rows: [UInt32]?) -> ExpressionVector {
      let position = program.columns[number].position(in: 0)
      let page = groups.chunks.first?[position] ?? ColumnPage(nullRows: 0, type: groups.schema.fields[position].type)
      let picked = rows.map { page.gathering($0[...]) } ?? page
      return ExpressionVector(
        values: picked.values, validity: picked.validity, dictionary: groups.dictionaries[position])
    }
    let columns = program.columns.indices.map { column($0, rows: nil) }
    var run = ExpressionRun(program: program, rowCount: groups.rowCount) { columns[$0] }
    return try roots.map { root in
      let vector = try run.vector(root).expanded(to: groups.rowCount)
      if let failures = vector.failures, let word = failures.firstIndex(where: { $0 != 0 }) {
        let row = word * 64 + failures[word].trailingZeroBitCount
        throw try ExpressionFailure(program: program, root: root)
          .error(row: row, file: groups.name) { column($0, rows: [UInt32(row)]) }
      }
      return vector
    }
  }
}

extension ExpressionVector {
  /// The values. Precondition: a slot per row.
  fileprivate var page: ColumnPage { ColumnPage(values: values, validity: validity) }
}

extension Table {
  /// Some rows of a table of one chunk at most.
  fileprivate func taking(_ rows: [UInt32]) throws -> Table {
    Table(
      name: name, schema: schema, chunks: rows.isEmpty ? [] : chunks.map { $0.map { $0.gathering(rows[...]) } },
      dictionaries: dictionaries)
  }
}
