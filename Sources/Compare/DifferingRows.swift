// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// The rows in which two tables differ, as a table to be written or read on: each has its key, what kind of difference it is, and
/// both sides' values of every compared column.
///
/// Columns: the keys, or `row` (its number on its side, counted from 1) where rows are paired by their positions; `change` (`source_only`, `compare_only` or `different`); then `X_source` and `X_compare` for each compared
/// column `X` (underscores are added where a name is taken). Rows follow the source's order; rows of the other table alone come
/// last, in its order. Keys of unlike types are strings, as printed. Chunks follow those of the tables. Besides the page at hand,
/// each column read keeps the other table's values of all paired differing rows.
public final class DifferingRows: TableSource {
  /// Names both tables.
  public let name: String
  /// Keys, `change`, and pairs of values.
  public let schema: Schema
  /// Rows of all three kinds.
  public let rowCount: Int
  private let source: any TableSource
  private let other: any TableSource
  private let roles: [Role]
  private let chunks: [Chunk]
  /// Partner rows of the paired differing rows in source order, and the order in which they lie in the other table.
  private let partners: [UInt32]
  private let partnerOrder: [UInt32]
  private let sourceRows: RowLocator
  private let otherRows: RowLocator
  private let partnerPages: Mutex<[Int: PagesInParts]>

  private enum Role: Sendable {
    case key(ColumnPairing)
    case position
    case change
    case source(ColumnPairing)
    case compare(ColumnPairing)
  }

  /// Differing rows of one chunk of either table.
  private struct Chunk: Sendable {
    let side: ComparedSide
    let index: Int
    /// Rows of the chunk.
    let rows: [UInt32]
    /// For a source chunk: position of each row's partner in `partners`, -1 for none.
    let partnerPositions: [Int32]
  }

  /// `source` and `other` must be the tables that `comparison` was made from.
  public init(_ comparison: Comparison, _ source: any TableSource, _ other: any TableSource) {
    precondition(
      comparison.alignment.sourceRows.rowCount == source.rowCount, "rows of a comparison that was made in parts")
    self.source = source
    self.other = other
    name = "differences between \(comparison.sourceName) and \(comparison.compareName)"
    sourceRows = comparison.alignment.sourceRows
    otherRows = comparison.alignment.otherRows
    let columns = comparison.columns.map(\.pairing)
    let keys: [Role] = comparison.keys.isEmpty ? [.position] : comparison.keys.map { .key($0) }
    roles = keys + [.change] + columns.flatMap { [.source($0), .compare($0)] }
    schema = Self.schema(roles)
    (chunks, partners) = Self.chunks(comparison)
    rowCount = chunks.reduce(0) { $0 + $1.rows.count }
    let partners = partners
    partnerOrder = (0..<UInt32(partners.count)).sorted { partners[Int($0)] < partners[Int($1)] }
    partnerPages = Mutex([:])
  }

  private static func schema(_ roles: [Role]) -> Schema {
    var taken: Set<String> = []
    func unique(_ name: String) -> String {
      var name = name
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
    return Schema(
      roles.map { role in
        switch role {
        case .key(let key): Field(name: unique(key.name), type: keyType(key))
        case .position: Field(name: unique("row"), type: .int64)
        case .change: Field(name: unique("change"), type: .string)
        case .source(let column): Field(name: unique(column.name + "_source"), type: column.sourceType)
        case .compare(let column): Field(name: unique(column.name + "_compare"), type: column.compareType)
        }
      })
  }

  private static func keyType(_ key: ColumnPairing) -> ColumnType {
    key.sourceType == key.compareType ? key.sourceType : .string
  }

  private static func chunks(_ comparison: Comparison) -> (chunks: [Chunk], partners: [UInt32]) {
    let alignment = comparison.alignment
    var partners: [UInt32] = []
    var chunks: [Chunk] = []
    for chunk in 0..<alignment.sourceRows.chunkCount {
      let range = alignment.sourceRows.rows(ofChunk: chunk)
      var rows: [UInt32] = []
      var positions: [Int32] = []
      for row in 0..<range.count {
        let partner = alignment.compareRows[range.lowerBound + row]
        if partner == noPartner {
          guard alignment.isSourceOnly(range.lowerBound + row) else { continue }
          positions.append(-1)
        } else if comparison.differing[chunk][row >> 6] >> UInt64(row & 63) & 1 == 1 {
          positions.append(Int32(partners.count))
          partners.append(partner)
        } else {
          continue
        }
        rows.append(UInt32(row))
      }
      if !rows.isEmpty {
        chunks.append(Chunk(side: .source, index: chunk, rows: rows, partnerPositions: positions))
      }
    }
    for chunk in 0..<alignment.otherRows.chunkCount {
      let range = alignment.otherRows.rows(ofChunk: chunk)
      let rows = range.filter { alignment.isCompareOnly($0) }.map { UInt32($0 - range.lowerBound) }
      if !rows.isEmpty { chunks.append(Chunk(side: .compare, index: chunk, rows: rows, partnerPositions: [])) }
    }
    return (chunks, partners)
  }

  /// Chunks of either table that have rows of these kinds.
  public var chunkCount: Int { chunks.count }

  /// Rows of one of them.
  public func rowCount(ofChunk chunk: Int) -> Int { chunks[chunk].rows.count }

  /// Computed from the page.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    PageStatistics(of: try page(column: column, chunk: chunk), dictionary: nil)
  }

  /// None: both tables' strings stand side by side here, as plain strings.
  public func dictionary(column: Int) -> StringDictionary? { nil }

  /// Gathers the rows from the tables' own pages.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    let chunk = chunks[chunk]
    switch (roles[column], chunk.side) {
    case (.change, _): return changePage(chunk)
    case (.position, let side):
      let first = (side == .source ? sourceRows : otherRows).starts[chunk.index]
      return ColumnPage(values: .int64(chunk.rows.map { Int64(first) + Int64($0) + 1 }))
    case (.key(let key), .source):
      return keyPage(key, try rows(chunk.rows, of: source, key.sourcePosition, chunk.index), key.sourceType)
    case (.key(let key), .compare):
      return keyPage(key, try rows(chunk.rows, of: other, key.comparePosition, chunk.index), key.compareType)
    case (.source(let pairing), .source):
      return try rows(chunk.rows, of: source, pairing.sourcePosition, chunk.index)
    case (.source(let pairing), .compare):
      return ColumnPage(nullRows: chunk.rows.count, type: pairing.sourceType)
    case (.compare(let pairing), .source):
      return try partnerValues(pairing, column).gathering(chunk.partnerPositions, type: pairing.compareType)
    case (.compare(let pairing), .compare):
      return try rows(chunk.rows, of: other, pairing.comparePosition, chunk.index)
    }
  }

  private func changePage(_ chunk: Chunk) -> ColumnPage {
    let kinds: [Value] =
      chunk.side == .compare
      ? chunk.rows.map { _ in .string("compare_only") }
      : chunk.partnerPositions.map { .string($0 < 0 ? "source_only" : "different") }
    return ColumnPage(boxed: kinds, type: .string)
  }

  private func keyPage(_ key: ColumnPairing, _ page: ColumnPage, _ type: ColumnType) -> ColumnPage {
    Self.keyType(key) == type ? page : textPage(page, type: type, dictionary: nil)
  }

  private func rows(_ rows: [UInt32], of table: any TableSource, _ column: Int, _ chunk: Int) throws -> ColumnPage {
    let page = try table.page(column: column, chunk: chunk).gathering(rows[...])
    return page.withPlainStrings(try table.dictionary(column: column))
  }

  /// The other table's values of all paired differing rows, in source order: one pass over its pages, once per column.
  private func partnerValues(_ pairing: ColumnPairing, _ column: Int) throws -> PagesInParts {
    try partnerPages.withLock { known in
      if let pages = known[column] { return pages }
      var parts: [ColumnPage] = []
      var next = 0
      for chunk in 0..<otherRows.chunkCount {
        let range = otherRows.rows(ofChunk: chunk)
        var wanted: [UInt32] = []
        while next < partnerOrder.count, Int(partners[Int(partnerOrder[next])]) < range.upperBound {
          wanted.append(UInt32(Int(partners[Int(partnerOrder[next])]) - range.lowerBound))
          next += 1
        }
        if !wanted.isEmpty { parts.append(try rows(wanted, of: other, pairing.comparePosition, chunk)) }
      }
      let pages = PagesInParts(parts: parts, order: partnerOrder)
      known[column] = pages
      return pages
    }
  }
}
