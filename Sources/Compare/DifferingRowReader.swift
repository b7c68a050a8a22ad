// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Workers

/// A row in which two tables differ, with its values.
public struct DifferingRow: Sendable, Equatable {
  /// A value of a compared column on both sides.
  public struct Change: Sendable, Equatable {
    /// The column's name in the source.
    public let column: String
    /// The source's value; null where it lacks the row.
    public let source: Value
    /// The other table's value; null where it lacks the row.
    public let compare: Value

    /// Pairs two values.
    public init(column: String, source: Value, compare: Value) {
      (self.column, self.source, self.compare) = (column, source, compare)
    }
  }

  /// Which side has it.
  public let kind: RowChange
  /// Values of the key columns, as the source has them; those of rows of the other table alone as that has them. Keys of unlike types are texts.
  public let key: [Value]
  /// Row number in the source, counted from 1; nil if it lacks the row.
  public let sourceRow: Int?
  /// Row number in the other table, counted from 1; nil if it lacks the row.
  public let compareRow: Int?
  /// The columns that differ, beyond their tolerances, in the comparison's order; of a row of one side alone all compared ones.
  public let changes: [Change]
}

extension Comparison {
  /// All rows that differ, in the source's order, those of the other table alone last. Nothing is read before the first is asked for.
  public var differingRows: DifferingRowSequence {
    DifferingRowSequence(DifferingRows(self, source, other), DifferingRowLayout(self))
  }

  /// A sample of them, as ``DifferingRows/init(_:_:_:sampleSize:)`` has it.
  public func differingRows(sampleSize: Int) -> DifferingRowSequence {
    DifferingRowSequence(DifferingRows(self, source, other, sampleSize: sampleSize), DifferingRowLayout(self))
  }
}

/// Differing rows to be looked at one after another, for as often as one likes.
///
/// `for try await row in comparison.differingRows` does not hold up the task's thread; ``reader()`` does without tasks. In memory are the
/// pages of about a chunk, read when its first row is asked for.
public struct DifferingRowSequence: AsyncSequence, Sendable {
  private let rows: any TableSource
  private let layout: DifferingRowLayout

  /// `rows` has the columns of `layout`.
  package init(_ rows: any TableSource, _ layout: DifferingRowLayout) {
    (self.rows, self.layout) = (rows, layout)
  }

  /// How many there are.
  public var rowCount: Int { rows.rowCount }

  /// Starts with the first row.
  public func reader() -> DifferingRowReader { DifferingRowReader(rows, layout) }

  /// Starts with the first row.
  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(reader: reader()) }

  /// Gives row after row; reads on a thread of its own.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate var reader: DifferingRowReader

    /// The next row, nil after the last. Throws what reading the tables throws, `CancellationError` once the task is cancelled.
    public mutating func next() async throws -> DifferingRow? {
      if !reader.hasBlock {
        let before = reader
        reader = try await runDetached {
          var reader = before
          try reader.readBlock()
          return reader
        }
      }
      return reader.taken()
    }
  }
}

/// Reads differing rows one after another; a copy goes on from where it was made.
public struct DifferingRowReader: Sendable {
  private static let blockRowCount = 1_024
  private let rows: any TableSource
  private let layout: DifferingRowLayout
  private let lists: ColumnLists
  private var chunk = -1
  private var pages: [ColumnPage] = []
  /// Row of the chunk that comes after the block.
  private var nextRow = 0
  private var block: ArraySlice<DifferingRow> = []

  fileprivate init(_ rows: any TableSource, _ layout: DifferingRowLayout) {
    (self.rows, self.layout) = (rows, layout)
    lists = ColumnLists(layout)
  }

  /// The next row, nil after the last. Throws what reading the tables throws.
  public mutating func next() throws -> DifferingRow? {
    if !hasBlock { try readBlock() }
    return taken()
  }

  fileprivate var hasBlock: Bool { !block.isEmpty }

  fileprivate mutating func taken() -> DifferingRow? { block.popFirst() }

  /// Reads the next rows, if there are any.
  fileprivate mutating func readBlock() throws {
    while chunk < 0 || nextRow == (pages.first?.rowCount ?? 0) {
      guard chunk + 1 < rows.chunkCount else { return }
      chunk += 1
      nextRow = 0
      pages = try rows.schema.fields.indices.map { column in
        try rows.page(column: column, chunk: chunk).withPlainStrings(try rows.dictionary(column: column))
      }
    }
    let end = min(pages[0].rowCount, nextRow + Self.blockRowCount)
    block = (nextRow..<end).map(row)[...]
    nextRow = end
  }

  private func row(_ row: Int) -> DifferingRow {
    func value(_ column: Int) -> Value {
      pages[column].value(at: row, type: rows.schema.fields[column].type, dictionary: nil)
    }
    func number(_ column: Int) -> Int? {
      if case .int64(let number) = value(column) { Int(number) } else { nil }
    }
    let first = layout.changePosition
    guard case .string(let name) = value(first), let kind = RowChange(rawValue: name) else {
      preconditionFailure("a differing row of no kind")
    }
    let changed: [Int] =
      if case .string(let list) = value(first + 1) { lists.columns(in: list) } else { Array(layout.columns.indices) }
    return DifferingRow(
      kind: kind, key: layout.keys.indices.map(value), sourceRow: number(first + 2), compareRow: number(first + 3),
      changes: changed.map { column in
        let position = layout.sourcePosition(of: column)
        return DifferingRow.Change(
          column: layout.columns[column].name, source: value(position), compare: value(position + 1))
      })
  }
}
