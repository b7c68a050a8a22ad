// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Expressions bound to the columns of groups, to be worked out chunk by chunk.
struct GroupExpressions: Sendable {
  private let groups: any TableSource
  let program: ExpressionProgram
  /// The results asked for.
  let roots: [Int]

  /// Precondition: `program` was bound to `groups` alone.
  init(_ program: ExpressionProgram, _ roots: [Int], of groups: any TableSource) {
    var program = program
    for root in roots { program.want(root) }
    (self.program, self.roots, self.groups) = (program, roots, groups)
  }

  /// The results for a chunk's groups, or for none, a slot per group. Throws the error of the first group of the chunk that failed, and what
  /// reading throws. `only`: a result that alone is asked for.
  func vectors(ofChunk chunk: Int?, only: Int? = nil) throws -> [ExpressionVector] {
    let rowCount = chunk.map { groups.rowCount(ofChunk: $0) } ?? 0
    let columns = try program.columns.indices.map { try column($0, chunk) }
    var run = ExpressionRun(program: program, rowCount: rowCount) { columns[$0] }
    return try (only.map { [$0] } ?? roots).map { root in
      let vector = try run.vector(root).expanded(to: rowCount)
      if let failures = vector.failures, let word = failures.firstIndex(where: { $0 != 0 }) {
        let row = word * 64 + failures[word].trailingZeroBitCount
        let before = (0..<(chunk ?? 0)).reduce(0) { $0 + groups.rowCount(ofChunk: $1) }
        throw try ExpressionFailure(program: program, root: root)
          .error(row: before + row, file: groups.name) { try column($0, chunk, rows: [UInt32(row)]) }
      }
      return vector
    }
  }

  /// The position of the column that a result is as it stands; nil of all else.
  func column(ofRoot root: Int) -> Int? {
    if case .column(let column) = program.nodes[root].operation { program.columns[column].position(in: 0) } else { nil }
  }

  private func column(_ number: Int, _ chunk: Int?, rows: [UInt32]? = nil) throws -> ExpressionVector {
    let position = program.columns[number].position(in: 0)
    let page =
      try chunk.map { try groups.page(column: position, chunk: $0, rows: rows) }
      ?? ColumnPage(nullRows: 0, type: groups.schema.fields[position].type)
    return ExpressionVector(
      values: page.values, validity: page.validity, dictionary: try groups.dictionary(column: position))
  }
}

/// What is put out of groups: the result's columns, then those to sort by.
struct BoundOutputs {
  let expressions: GroupExpressions
  let types: [ColumnType]
  /// Of each column to sort by.
  let isDescending: [Bool]
}

extension QueryStages {
  /// The condition on groups; nil if there is none. Throws as binding does.
  func boundHaving(of groups: any TableSource) throws -> GroupExpressions? {
    guard let having else { return nil }
    var binder = ExpressionBinder(sources: [groups], part: .having)
    let root = try binder.condition(having).node
    return GroupExpressions(binder.program, [root], of: groups)
  }

  /// The columns of the result, and what to sort by where the first stage has not sorted. Throws as binding does.
  func boundOutputs(of groups: any TableSource) throws -> BoundOutputs {
    var binder = ExpressionBinder(sources: [groups], part: .aggregates)
    var bound = try (keyNames.map { QueryExpression.column($0) } + outputs).map { try binder.bind($0) }
    binder.part = .order
    let later = isOrderedFirst ? [] : order
    bound += try later.map { try binder.bind($0.expression) }
    return BoundOutputs(
      expressions: GroupExpressions(binder.program, bound.map(\.node), of: groups),
      types: bound.map { $0.type ?? .int64 }, isDescending: later.map(\.isDescending))
  }
}

extension ExpressionVector {
  /// The values. Precondition: a slot per row.
  var page: ColumnPage { ColumnPage(values: values, validity: validity) }
}
