// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

@_exported import Aggregation
@_exported import ChunkFile
@_exported import Columns
@_exported import Compare
@_exported import Kernels
import Pipelines
@_exported import struct Pipelines.AggregationProgress
@_exported import struct Pipelines.Manifest
@_exported import struct Pipelines.ManifestError
@_exported import struct Pipelines.ManifestPart
@_exported import struct Pipelines.MemoryError
@_exported import struct Pipelines.MemoryLimit
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
  /// What queries may take.
  var limits: AggregationLimits
  private var report: (@Sendable (AggregationProgress) -> Void)?

  /// Opens `paths`: CSVs (plain, gzip, zstd), chunk files, folders or patterns of them; `-` is standard input. A folder with a manifest is
  /// the parts that it lists (``publish(folder:parts:ifAbsent:)``).
  ///
  /// `memory` bounds the resident memory of the whole process while CSVs are read and queries run: groups that have no room are made part by
  /// part, from rows parted into nameless files in `temporaryFolder` (nil: `$TMPDIR`, else `/tmp`). `threads`: nil means all processors this
  /// process may use. Results depend on none of these. Throws a ``Diagnosis``.
  public init(
    _ paths: String..., reading: CSVOptions = CSVOptions(), memory: MemoryLimit = .unlimited,
    temporaryFolder: String? = nil, threads: Int? = nil
  ) throws {
    try self.init(paths: paths, reading: reading, memory: memory, temporaryFolder: temporaryFolder, threads: threads)
  }

  /// The same of an array.
  public init(
    paths: [String], reading: CSVOptions = CSVOptions(), memory: MemoryLimit = .unlimited,
    temporaryFolder: String? = nil, threads: Int? = nil
  ) throws {
    let threads = threads ?? availableProcessors()
    limits = AggregationLimits(memory: memory, temporaryFolder: temporaryFolder, threads: threads)
    tables = try openTables(
      paths, reading: reading, threads: threads, memory: memory == .unlimited ? nil : memory,
      temporaryFolder: temporaryFolder)
  }

  /// Reads tables that are there already, in memory or opened.
  public init(
    _ tables: [any TableSource], memory: MemoryLimit = .unlimited, temporaryFolder: String? = nil, threads: Int? = nil
  ) {
    self.tables = tables
    limits = AggregationLimits(
      memory: memory, temporaryFolder: temporaryFolder, threads: threads ?? availableProcessors())
  }

  /// The same data; `progress` is told how far each query on it is: at most ten times a second, and when a step is done.
  ///
  /// It is called by one of the threads that work, one at a time, which waits until it returns. Rows grow within a step to its total; a
  /// query that has room in memory is one step.
  public func reporting(_ progress: @escaping @Sendable (AggregationProgress) -> Void) -> Dataset {
    var copy = self
    copy.report = progress
    return copy
  }

  /// Groups rows by `keys` and computes aggregates, written as for the command: `"sum(price * (1 - discount)) as revenue"` by
  /// `"date_trunc('month', day) as month, state"`.
  ///
  /// Rows are those for which `filter` (`"cases > 0 and state in ('SP', 'RJ')"`, see ``QueryExpression``) is true, groups those for which
  /// `having` (`"revenue > 5"`) is; all without one. Rows come in ascending order of the keys unless `orderBy` (`"month, revenue desc"`)
  /// says otherwise. Sums of integers and decimals are exact, sums of floats the exact sum rounded once. Throws a ``Diagnosis``,
  /// ``MemoryError`` where one group alone has no room. Cost: one pass over the columns named, a few more where groups have no room. The
  /// result is in memory, whatever the limit; ``result(_:)`` need not be.
  public func aggregate(
    _ aggregates: String, by keys: String = "", where filter: String? = nil, having: String? = nil,
    orderBy: String = "",
    distinct isDistinct: Bool = false, limit: Int? = nil
  ) throws -> Table {
    try aggregate(
      TableQuery(
        by: keys, aggregates: aggregates, where: filter, having: having, orderBy: orderBy, distinct: isDistinct,
        limit: limit))
  }

  /// The same for a query that is put together of expressions.
  public func aggregate(_ query: TableQuery) throws -> Table { try Table(copying: result(query)) }

  /// The same; a result that has no room in memory lies in a nameless temporary file, and its pages are read when asked for.
  public func result(_ query: TableQuery) throws -> any TableSource {
    try Pipelines.aggregate(tables, query, within: limits, meter: AggregationMeter(progress: report))
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
