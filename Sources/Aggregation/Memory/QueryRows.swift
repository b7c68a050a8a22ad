// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// The rows that a query takes of its inputs, with the columns that it groups and aggregates: as one table that may be parted by key.
///
/// Columns are joined as `aggregate` joins them, and the query's condition is applied. Strings that have codes in all inputs have codes of
/// one dictionary here, all others are text.
package final class QueryRows: Sendable {
  /// A chunk of an input.
  private struct ChunkPlace: Sendable {
    let number: Int
    let chunk: Int
  }

  private let plan: AggregatePlan
  private let columns: [UnifiedColumn]
  private let keyPositions: [Int]
  private let unions: [DictionaryUnion?]
  private let chunks: [ChunkPlace]
  /// Names of the inputs' columns, with their joined types.
  package let schema: Schema
  /// Per column, what its codes refer to; nil where it has none.
  package let dictionaries: [StringDictionary?]
  /// The result's columns to sort by, keys included, most significant first.
  package let order: [(column: Int, isDescending: Bool)]

  /// Throws as `aggregate` does. A dictionary of more than `entryLimit` strings or `byteLimit` bytes is not made: those strings are text.
  package init(
    _ query: AggregateQuery, _ sources: [any TableSource], usesStatistics: Bool, entryLimit: Int, byteLimit: Int,
    counts: AggregationCounts? = nil
  ) throws {
    let plan = try AggregatePlan(query, sources, usesStatistics: usesStatistics, counts: counts)
    self.plan = plan
    var columns: [UnifiedColumn] = []
    for column in plan.keys + plan.values.map(\.column) where !columns.contains(where: { $0.name == column.name }) {
      columns.append(column)
    }
    self.columns = columns
    keyPositions = plan.keys.map { key in columns.firstIndex { $0.name == key.name } ?? 0 }
    unions = try columns.map { column in
      guard column.type == .string,
        try sources.enumerated().allSatisfy({ try column.holdsOnlyCodes(of: $1, number: $0) })
      else { return nil }
      let union = DictionaryUnion(
        try sources.enumerated().map { try column.dictionary(of: $1, number: $0) }, entryLimit: entryLimit,
        byteLimit: byteLimit)
      return union.hasCodesThatBecomeText ? nil : union
    }
    dictionaries = unions.map { $0?.dictionary }
    schema = Schema(columns.map { Field(name: $0.name, type: $0.type) })
    chunks = sources.enumerated().flatMap { number, source in
      (0..<source.chunkCount).map { ChunkPlace(number: number, chunk: $0) }
    }
    order = plan.order + plan.keys.indices.map { (column: $0, isDescending: false) }
  }

  /// Chunks of all inputs.
  package var chunkCount: Int { chunks.count }
  /// Rows of all inputs, those included that the condition does not take.
  package var rowCount: Int { plan.sources.reduce(0) { $0 + $1.rowCount } }
  /// Rows of the longest chunk, at least 1.
  package var greatestChunkRows: Int {
    chunks.reduce(1) { max($0, plan.sources[$1.number].rowCount(ofChunk: $1.chunk)) }
  }
  /// Name of the first input, for messages.
  package var name: String { plan.sources[0].name }
  /// False: all rows are one group, and cannot be parted.
  package var hasKeys: Bool { !plan.keys.isEmpty }

  /// Reads the rows for one worker.
  package func reader() -> Reader { Reader(self) }

  /// What one worker needs to read rows.
  package final class Reader {
    private let rows: QueryRows
    private let filter: FilterEvaluation?

    fileprivate init(_ rows: QueryRows) {
      self.rows = rows
      filter = rows.plan.newFilterEvaluation()
    }

    /// The rows of a chunk, parted by the hash of their keys; parts without rows are left out, and rows keep their order within a part.
    ///
    /// Throws what reading throws. O(rows x columns).
    package func parts(ofChunk index: Int, partCount: Int, level: Int) throws -> [(part: Int, pages: [ColumnPage])] {
      let (number, chunk) = (rows.chunks[index].number, rows.chunks[index].chunk)
      let source = rows.plan.sources[number]
      defer { rows.plan.note(readRows: source.rowCount(ofChunk: chunk)) }
      let selection = try filter?.select(source, number: number, chunk: chunk) ?? .all
      if case .none = selection { return [] }
      var taken: [UInt32]?
      if case .some = selection { taken = selection.rows(ofRows: source.rowCount(ofChunk: chunk)) }
      let keys = try rows.keyPositions.map { try page($0, number, chunk, taken) }
      let rowCount = taken?.count ?? source.rowCount(ofChunk: chunk)
      var hashes = [UInt64](repeating: 0, count: rowCount)
      for key in keys { mixHashes(of: key, into: &hashes) }
      let (order, starts) = rowsByPart(hashes, partCount: partCount, level: level)
      let present = (0..<partCount).filter { starts[$0 + 1] > starts[$0] }
      var parts: [(part: Int, pages: [ColumnPage])] = present.map { ($0, []) }
      for column in rows.columns.indices {
        let known = rows.keyPositions.firstIndex(of: column)
        let page = try known.map { keys[$0] } ?? page(column, number, chunk, taken)
        for (index, part) in present.enumerated() {
          parts[index].pages.append(page.gathering(order[starts[part]..<starts[part + 1]]))
        }
      }
      return parts
    }

    private func page(_ column: Int, _ number: Int, _ chunk: Int, _ taken: [UInt32]?) throws -> ColumnPage {
      let unified = rows.columns[column]
      let source = rows.plan.sources[number]
      let page = try unified.page(of: source, number: number, chunk: chunk, rows: taken)
      guard case .codes = page.values else { return page }
      if let union = rows.unions[column] { return union.recoded(page, of: number) }
      return page.withPlainStrings(try unified.dictionary(of: source, number: number))
    }
  }
}
