// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// How far an aggregation has come.
public struct AggregationProgress: Sendable, Equatable {
  /// What is done with rows. Where groups have room in memory, all is one step; else it is given up, and the others follow.
  public enum Step: Int, Sendable, CaseIterable {
    /// Rows of the inputs are read and grouped in memory.
    case readingRows
    /// They are read again, and parted by their keys into a temporary file.
    case partingRows
    /// Parted rows are grouped, a part at a time.
    case groupingParts
    /// Groups of parts are merged; counted are groups, once for each time that they are written.
    case mergingParts
  }

  /// What is done now; steps come in the order of their cases.
  public let step: Step
  /// Rows with which that is done; it grows until it is the total, or the step is given up.
  public let rowCount: Int
  /// Rows in all, of this step.
  public let totalRowCount: Int
}

/// Tells of each step how far it is, at most ten times a second, and once more at its end. A step of less than a tenth of a second tells only that.
final class AggregationReport: Sendable {
  private struct State {
    var step = AggregationProgress.Step.readingRows
    var rowCount = 0
    var totalRowCount = 0
    var lastTold = 0.0
  }

  private let state = Mutex(State())
  private let tell: @Sendable (AggregationProgress) -> Void
  private let seconds: @Sendable () -> Double

  /// `tell` is called by one thread at a time; `seconds` is the clock.
  init(
    seconds: @escaping @Sendable () -> Double = { monotonicSeconds() },
    _ tell: @escaping @Sendable (AggregationProgress) -> Void
  ) {
    (self.tell, self.seconds) = (tell, seconds)
  }

  /// Begins a step of so many rows.
  func start(_ step: AggregationProgress.Step, totalRowCount: Int) {
    state.withLock { state in
      state = State(step: step, totalRowCount: totalRowCount, lastTold: seconds())
      if totalRowCount == 0 { tell(state) }
    }
  }

  /// Notes rows that were read of the inputs; those of parts are counted when the part is done.
  func note(readRows count: Int) {
    note { $0.step == .readingRows || $0.step == .partingRows ? $0.rowCount + count : $0.rowCount }
  }

  /// Notes so many more rows of this step.
  func note(rows count: Int) { note { $0.rowCount + count } }

  /// Notes that so many rows of this step are done in all.
  func note(allRows count: Int) { note { max($0.rowCount, count) } }

  /// Cost: a lock and a look at the clock, once a chunk.
  private func note(_ count: (State) -> Int) {
    state.withLock { state in
      let rowCount = min(state.totalRowCount, count(state))
      guard rowCount > state.rowCount else { return }
      state.rowCount = rowCount
      let now = seconds()
      guard rowCount == state.totalRowCount || now - state.lastTold >= 0.1 else { return }
      state.lastTold = now
      tell(state)
    }
  }

  /// Inside the lock, so that no call overtakes another.
  private func tell(_ state: State) {
    tell(AggregationProgress(step: state.step, rowCount: state.rowCount, totalRowCount: state.totalRowCount))
  }
}
