// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Pipelines
import Workers

extension Dataset {
  /// Writes mergeable exact states of a query's groups to `path`, an Arrow stream as `Formats/PartialAggregate` specifies it, published whole.
  ///
  /// `chunks`: only these, counted from 0 over all tables, so that many tasks share the work; nil: all. Types are those of all tables. `firstPlace`: the
  /// number of the first of these chunks among all chunks of a job of several data sets, which `first`, `last` and `any` go by; nil: its own. Precondition:
  /// it is from 0 to 2^30 - 1. Merged by ``mergingStates(_:schemaFrom:memory:temporaryFolder:threads:)``, streams give what ``result(_:)`` gives on all rows, to the bit. Where groups
  /// have no room within the data set's limit, they come several times. Throws a ``Diagnosis``. Without `await` the call holds up its thread.
  public func writeStates(
    of query: TableQuery, to path: String, chunks: Range<Int>? = nil, firstPlace: Int? = nil
  ) throws {
    try writePartialAggregates(
      of: tables, query, chunks: chunks, firstPlace: firstPlace, to: OutputTarget(states: path), within: limits)
  }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  public func writeStates(
    of query: TableQuery, to path: String, chunks: Range<Int>? = nil, firstPlace: Int? = nil
  ) async throws {
    try await runDetached { try writeStates(of: query, to: path, chunks: chunks, firstPlace: firstPlace) }
  }

  /// The result of the query whose states the streams at `paths` hold, merged in any order.
  ///
  /// `schemaFrom`: a stream that says of which query they are, for those that an engine has passed on without their metadata. Throws a
  /// ``Diagnosis``: ``PartialError`` where states are damaged or do not go together, ``MemoryError`` where all groups have no room at once.
  /// Precondition: there is a path. Without `await` the call holds up its thread.
  public static func mergingStates(
    _ paths: [String], schemaFrom: String? = nil, memory: MemoryLimit = .unlimited, temporaryFolder: String? = nil,
    threads: Int? = nil
  ) throws -> any TableSource {
    try mergePartials(
      paths, schemaFrom: schemaFrom,
      within: AggregationLimits(
        memory: memory, temporaryFolder: temporaryFolder, threads: threads ?? availableProcessors()))
  }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  public static func mergingStates(
    _ paths: [String], schemaFrom: String? = nil, memory: MemoryLimit = .unlimited, temporaryFolder: String? = nil,
    threads: Int? = nil
  ) async throws -> any TableSource {
    try await runDetached {
      try mergingStates(
        paths, schemaFrom: schemaFrom, memory: memory, temporaryFolder: temporaryFolder, threads: threads)
    }
  }
}
