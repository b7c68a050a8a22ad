// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Workers

/// A query on a data set, put together step by step; nothing is read before its result is asked for.
///
/// ```swift
/// let totals = try await data.filtered(.column("cases") > 0).grouped(by: "state")
///   .computing(.sum(.column("cases")), .mean(.column("deaths")).named("deaths"))
///   .ordered(by: .column("cases"), descending: true).limited(to: 10).rows(as: Total.self)
/// ```
///
/// Each step gives another query and leaves this one as it was. Rows come in ascending order of the keys unless asked otherwise.
public struct Query: Sendable {
  /// What is asked.
  public var query = TableQuery()
  private var dataset: Dataset

  init(_ dataset: Dataset) { self.dataset = dataset }

  /// Only rows for which `condition` is true, too.
  public func filtered(_ condition: QueryExpression) -> Query {
    with { $0.filter = $0.filter.map { .all([$0, condition]) } ?? condition }
  }

  /// One group for each combination of these expressions' values.
  public func grouped(by keys: NamedExpression...) -> Query { with { $0.keys += keys } }

  /// One group for each combination of these columns' values.
  public func grouped(by columns: String...) -> Query {
    with { $0.keys += columns.map { NamedExpression(.column($0)) } }
  }

  /// What to put out of each group: aggregates, and expressions over aggregates and keys.
  public func computing(_ results: QueryExpression...) -> Query {
    with { $0.results += results.map { NamedExpression($0) } }
  }

  /// The same with names.
  public func computing(_ results: NamedExpression...) -> Query { with { $0.results += results } }

  /// Only groups for which `condition`, over names of the result, keys and aggregates, is true, too.
  public func having(_ condition: QueryExpression) -> Query {
    with { $0.having = $0.having.map { .all([$0, condition]) } ?? condition }
  }

  /// Sorted by this; a second call sorts what is equal by the first.
  public func ordered(by expression: QueryExpression, descending: Bool = false) -> Query {
    with { $0.order.append(OrderedExpression(expression, descending: descending)) }
  }

  /// Of equal rows, one.
  public func distinct() -> Query { with { $0.isDistinct = true } }

  /// No more rows than these.
  public func limited(to rowCount: Int) -> Query { with { $0.limit = rowCount } }

  /// The same; `progress` is told how far it is, as ``Dataset/reporting(_:)`` says.
  public func reporting(_ progress: @escaping @Sendable (AggregationProgress) -> Void) -> Query {
    var copy = self
    copy.dataset = dataset.reporting(progress)
    return copy
  }

  /// The result, by columns; in a nameless temporary file where it has no room within the data set's limit. Throws a ``Diagnosis``.
  public func result() throws -> any TableSource { try dataset.result(query) }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  public func result() async throws -> any TableSource { try await runDetached { try dataset.result(query) } }

  /// The result, by columns, in memory. Throws a ``Diagnosis``.
  public func table() throws -> Table { try dataset.aggregate(query) }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  public func table() async throws -> Table { try await runDetached { try dataset.aggregate(query) } }

  /// The result's rows as values of a `Decodable` type. Throws a ``Diagnosis``, ``RowCodingError`` among them.
  public func rows<Row: Decodable>(as type: Row.Type = Row.self) throws -> [Row] { try table().rows(as: type) }

  /// The same without holding up the task's thread.
  public func rows<Row: Decodable & Sendable>(as type: Row.Type = Row.self) async throws -> [Row] {
    try await runDetached { try dataset.aggregate(query).rows(as: type) }
  }

  private func with(_ change: (inout TableQuery) -> Void) -> Query {
    var copy = self
    change(&copy.query)
    return copy
  }
}

extension Dataset {
  /// Opens inputs as `init` does, without holding up the task's thread: reading a CSV takes its time.
  public static func open(
    _ paths: String..., reading: CSVOptions = CSVOptions(), memory: MemoryLimit = .unlimited,
    temporaryFolder: String? = nil, threads: Int? = nil
  ) async throws -> Dataset {
    try await runDetached {
      try Dataset(paths: paths, reading: reading, memory: memory, temporaryFolder: temporaryFolder, threads: threads)
    }
  }

  /// A query of all rows, as one group.
  public var query: Query { Query(self) }

  /// A query of the rows for which `condition` is true.
  public func filtered(_ condition: QueryExpression) -> Query { query.filtered(condition) }

  /// A query with one group for each combination of these expressions' values.
  public func grouped(by keys: NamedExpression...) -> Query {
    keys.reduce(query) { $0.grouped(by: $1) }
  }

  /// A query with one group for each combination of these columns' values.
  public func grouped(by columns: String...) -> Query {
    columns.reduce(query) { $0.grouped(by: $1) }
  }
}
