// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What the second stage makes of groups one chunk at a time, where not all of them have room: the plain twin is ``SecondStage``.
///
/// Chunks may be asked for in any order and by several threads.
package struct GroupPass: Sendable {
  /// Names and types of what comes out.
  package let schema: Schema
  /// Per column, what its codes refer to; nil where it has none.
  package let dictionaries: [StringDictionary?]
  /// The last columns, by which rows are to be sorted and which are not part of the result, and which of them descend.
  package let isDescending: [Bool]
  private let groups: any TableSource
  private let expressions: GroupExpressions
  private let isCondition: Bool

  /// The groups that the query's condition on groups takes; nil if there is none. Throws as binding does.
  package init?(having stages: QueryStages, of groups: any TableSource) throws {
    guard let having = try stages.boundHaving(of: groups) else { return nil }
    (self.groups, expressions, isCondition, isDescending) = (groups, having, true, [])
    schema = groups.schema
    dictionaries = try schema.fields.indices.map {
      try groups.holdsOnlyCodes(column: $0) ? groups.dictionary(column: $0) : nil
    }
  }

  /// The result's columns, then those to sort by. Throws as binding does.
  package init(outputs stages: QueryStages, of groups: any TableSource) throws {
    let bound = try stages.boundOutputs(of: groups)
    (self.groups, expressions, isCondition, isDescending) = (groups, bound.expressions, false, bound.isDescending)
    var names = stages.names
    for _ in bound.isDescending {
      var name = "order"
      while names.contains(name) { name += "'" }
      names.append(name)
    }
    schema = Schema(zip(names, bound.types).map { Field(name: $0, type: $1) })
    dictionaries = try bound.expressions.roots.map { root in
      guard let column = bound.expressions.column(ofRoot: root), try groups.holdsOnlyCodes(column: column) else {
        return nil
      }
      return try groups.dictionary(column: column)
    }
  }

  /// Chunks of the groups.
  package var chunkCount: Int { groups.chunkCount }

  /// A chunk's rows of all columns; strings without a dictionary are text. Throws the error of the first group that failed, and what
  /// reading throws. O(groups of the chunk).
  package func pages(ofChunk chunk: Int) throws -> [ColumnPage] {
    let vectors: [ExpressionVector]
    do {
      vectors = try expressions.vectors(ofChunk: chunk)
    } catch {
      try throwFirstFailure()
      throw error
    }
    guard isCondition else {
      return zip(vectors, dictionaries).map { $1 == nil ? $0.page.withPlainStrings($0.dictionary) : $0.page }
    }
    let rowCount = groups.rowCount(ofChunk: chunk)
    let rows = Selection.some(vectors[0].bits(where: true, rowCount)).rows(ofRows: rowCount)
    return try dictionaries.enumerated().map { column, dictionary in
      let page = try groups.page(column: column, chunk: chunk, rows: rows)
      return dictionary == nil ? page.withPlainStrings(try groups.dictionary(column: column)) : page
    }
  }

  /// The error that all groups at once would have given: of the first expression that fails, whatever its chunk.
  private func throwFirstFailure() throws {
    for root in expressions.roots {
      for chunk in 0..<groups.chunkCount { _ = try expressions.vectors(ofChunk: chunk, only: root) }
    }
  }
}
