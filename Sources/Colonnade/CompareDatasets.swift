// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Compare
import Pipelines
import Workers

/// What differs between two data sets. `Aggregation` has a type of this name too, a condition's sign, which is seldom spelled out.
public typealias Comparison = Compare.Comparison

extension Dataset {
  /// Says what differs between this data set, the source, and `other`: by `keys` (`"date, uf=state"`, a name of each side where they differ;
  /// nil: by columns found in the data that tell all rows apart), in `columns` (nil: all that both have), within `tolerance`
  /// (`"cases=1, rate=0.1%"`).
  ///
  /// The rows that differ are read when they are asked for: ``Comparison/differingRows``. Throws a ``Diagnosis``. Cost: the keys, 4 bytes
  /// a row, and the columns compared, one at a time, are in memory: `memory:` and `reporting` do not hold here, but for `colonnade cmp`. Precondition: both have a table. Without `await` the call holds up its thread; awaited, it does not, and cancelling the task stops the work.
  public func compare(
    with other: Dataset, by keys: String? = nil, columns: String? = nil, ignoring ignored: String? = nil,
    tolerance: String? = nil
  ) throws -> Comparison {
    try compare(with: other, Self.request(keys, columns, ignored, tolerance))
  }

  /// The same without holding up the task's thread; ends with `CancellationError` soon after the task is cancelled.
  public func compare(
    with other: Dataset, by keys: String? = nil, columns: String? = nil, ignoring ignored: String? = nil,
    tolerance: String? = nil
  ) async throws -> Comparison {
    try await compare(with: other, Self.request(keys, columns, ignored, tolerance))
  }

  /// The same for a request that is put together.
  public func compare(with other: Dataset, _ request: CompareRequest) throws -> Comparison {
    try Compare.compare(oneTable(tables), oneTable(other.tables), request, threads: limits.threads)
  }

  /// The same without holding up the task's thread.
  public func compare(with other: Dataset, _ request: CompareRequest) async throws -> Comparison {
    try await runDetached {
      try Compare.compare(oneTable(tables), oneTable(other.tables), request, threads: limits.threads)
    }
  }

  private static func request(
    _ keys: String?, _ columns: String?, _ ignored: String?, _ tolerance: String?
  ) throws -> CompareRequest {
    try CompareRequest(
      on: keys, byPosition: false, columns: columns, ignored: ignored, renames: nil, tolerances: tolerance)
  }
}
