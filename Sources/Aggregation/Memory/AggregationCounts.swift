// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts what the condition of an aggregation took, for those who want to know how it went, and tells rows as they are read. Any thread may
/// count.
package final class AggregationCounts: Sendable {
  private let rows = Atomic(0)
  private let chunks = Atomic(0)
  private let ruledOut = Atomic(0)
  private let lastStrategy = Mutex<GroupingStrategy?>(nil)

  /// Told of rows that were read, once a chunk, by any thread.
  private let read: (@Sendable (_ rowCount: Int) -> Void)?

  /// Nothing counted. `read` is called with the rows of each chunk that was read, or needed not be, by the thread that did.
  package init(read: (@Sendable (_ rowCount: Int) -> Void)? = nil) { self.read = read }

  /// Rows that the condition took; 0 where there is none.
  package var takenRowCount: Int { rows.load(ordering: .relaxed) }
  /// Chunks that the condition was asked about; 0 where there is none.
  package var askedChunkCount: Int { chunks.load(ordering: .relaxed) }
  /// Those of them of which the footer told that no row is taken: none of their pages was read for the condition.
  package var ruledOutChunkCount: Int { ruledOut.load(ordering: .relaxed) }
  /// How rows found their groups, the last time that they did; nil before.
  package var strategy: GroupingStrategy? { lastStrategy.withLock { $0 } }

  /// Forgets what the condition took, before it is asked again.
  package func forgetRows() {
    rows.store(0, ordering: .relaxed)
    chunks.store(0, ordering: .relaxed)
    ruledOut.store(0, ordering: .relaxed)
  }

  func note(takenRows count: Int, isRuledOut: Bool) {
    chunks.wrappingAdd(1, ordering: .relaxed)
    if isRuledOut { ruledOut.wrappingAdd(1, ordering: .relaxed) }
    if count > 0 { rows.wrappingAdd(count, ordering: .relaxed) }
  }

  func note(readRows count: Int) { read?(count) }

  func note(_ strategy: GroupingStrategy) { lastStrategy.withLock { $0 = strategy } }
}
