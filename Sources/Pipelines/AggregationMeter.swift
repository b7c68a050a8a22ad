// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Synchronization
import Workers

/// Notes what an aggregation did and how long each step took, and tells how far it is.
public final class AggregationMeter: Sendable {
  /// What was noted.
  public struct Notes: Sendable {
    /// Steps in order of their start, with the seconds that they took.
    public internal(set) var steps: [(name: String, seconds: Double)] = []
    /// Parts that rows were parted into, all levels together; 0: nothing was spilled.
    public internal(set) var partCount = 0
    /// Bytes written to temporary files.
    public internal(set) var spilledByteCount = 0
  }

  private let kept = Mutex(Notes())
  let counts: AggregationCounts
  /// Who is told how far it is; nil for nobody.
  let report: AggregationReport?

  /// Without notes. `progress` is called at most ten times a second, and at the end of each step (``AggregationProgress/Step``), by one thread
  /// at a time, which waits for it.
  public init(progress: (@Sendable (AggregationProgress) -> Void)? = nil) {
    guard let progress else {
      report = nil
      counts = AggregationCounts()
      return
    }
    let report = AggregationReport(progress)
    self.report = report
    counts = AggregationCounts { report.note(readRows: $0) }
  }

  /// All notes so far.
  public var notes: Notes { kept.withLock { $0 } }

  /// Runs `body` and notes its time, also if it throws. Steps of one name are one.
  public func step<R>(_ name: String, _ body: () throws -> R) rethrows -> R {
    let start = monotonicSeconds()
    kept.withLock { notes in if !notes.steps.contains(where: { $0.name == name }) { notes.steps.append((name, 0)) } }
    defer {
      let seconds = monotonicSeconds() - start
      kept.withLock { notes in
        if let index = notes.steps.firstIndex(where: { $0.name == name }) { notes.steps[index].seconds += seconds }
      }
    }
    return try body()
  }

  func note(partCount: Int = 0, spilledByteCount: Int) {
    kept.withLock { notes in
      notes.partCount += partCount
      notes.spilledByteCount += spilledByteCount
    }
  }
}
