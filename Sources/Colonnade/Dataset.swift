// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@_exported import Aggregation
@_exported import ChunkFile
@_exported import Columns
@_exported import Compare
@_exported import Kernels
import Pipelines
@_exported import RowCoding
@_exported import TextFormats
import Workers

/// Tables of the same columns, read as one: CSVs, chunk files, folders of them.
///
/// A CSV is read once, when the data set is made, into an unnamed temporary chunk file; chunk files are read where they are,
/// page by page, when asked.
public struct Dataset: Sendable {
  /// The tables, in the order given.
  public let tables: [any TableSource]
  private let threads: Int

  /// Opens `paths`: CSVs (plain, gzip, zstd), chunk files, folders or patterns of them; `-` is standard input.
  ///
  /// `threads`: nil means all processors this process may use; the result does not depend on it. Throws a ``Diagnosis``.
  public init(_ paths: String..., reading: CSVOptions = CSVOptions(), threads: Int? = nil) throws {
    try self.init(paths: paths, reading: reading, threads: threads)
  }

  /// The same of an array.
  public init(paths: [String], reading: CSVOptions = CSVOptions(), threads: Int? = nil) throws {
    self.threads = threads ?? availableProcessors()
    tables = try openTables(paths, reading: reading, threads: self.threads)
  }

  /// Reads tables that are there already, in memory or opened.
  public init(_ tables: [any TableSource], threads: Int? = nil) {
    self.tables = tables
    self.threads = threads ?? availableProcessors()
  }

  /// Groups rows by `keys` and computes aggregates, written as for the command: `"sum(price * (1 - discount)) as revenue"` by
  /// `"date_trunc('month', day) as month, state"`.
  ///
  /// Rows are those for which `filter` (`"cases > 0 and state in ('SP', 'RJ')"`, see ``QueryExpression``) is true, groups those for which
  /// `having` (`"revenue > 5"`) is; all without one. Rows come in ascending order of the keys unless `orderBy` (`"month, revenue desc"`)
  /// says otherwise. Sums of integers and decimals are exact, sums of floats the exact sum rounded once. Throws a ``Diagnosis``. Cost: one
  /// pass over the columns named.
  public func aggregate(
    _ aggregates: String, by keys: String = "", where filter: String? = nil, having: String? = nil,
    orderBy: String = "",
    distinct isDistinct: Bool = false, limit: Int? = nil
  ) throws -> Table {
    try Pipelines.aggregate(
      tables, by: keys, aggregates: aggregates, where: filter, having: having, orderBy: orderBy, distinct: isDistinct,
      limit: limit, threads: threads)
  }

  /// The same for a query that is put together of expressions.
  public func aggregate(_ query: TableQuery) throws -> Table {
    try Aggregation.aggregate(tables, query, threads: threads)
  }

  /// Rows of all tables.
  public var rowCount: Int { tables.reduce(0) { $0 + $1.rowCount } }
}

extension Table {
  /// The value in a row, counted from 0, of the column called `name`. Precondition: both exist.
  ///
  /// Boxes the value: for results, not for loops over millions of rows (those read ``chunks``).
  public subscript(row: Int, name: String) -> Value {
    guard let column = schema.position(of: name) else { preconditionFailure("no column \(name)") }
    return value(row: row, column: column)
  }
}

extension Value: CustomStringConvertible {
  /// As a CSV would have it; null is `null`.
  public var description: String { self == .null ? "null" : plainText(of: self) }
}
