// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Pipelines
import Synchronization
import Workers

/// One line on standard error that is rewritten at most ten times a second: how far, how long still, how fast.
final class ProgressLine: Sendable {
  private struct State {
    var text = ProgressText(startingAt: monotonicSeconds())
    var lastShown: Double = 0
    var isShown = false
  }
  private let state = Mutex(State())
  private let isOn: Bool

  init(isOn: Bool) { self.isOn = isOn }

  /// Shows how far a conversion is, if a tenth of a second has passed since the line was last shown. Cheap otherwise; any
  /// thread may call.
  func update(_ progress: ConvertOptions.Progress) { show { $0.line(progress, at: $1) } }

  /// The same for a table that is written.
  func update(_ progress: WriteProgress) { show { $0.line(progress, at: $1) } }

  /// The same for an aggregation; the end of a step is left out, so that what is over in a moment leaves the terminal alone.
  func update(_ progress: AggregationProgress) {
    if progress.rowCount < progress.totalRowCount { show { $0.line(progress, at: $1) } }
  }

  private func show(_ line: (inout ProgressText, _ seconds: Double) -> String) {
    guard isOn else { return }
    let now = monotonicSeconds()
    state.withLock { state in
      guard now - state.lastShown >= 0.1 else { return }
      state.lastShown = now
      state.isShown = true
      // Inside the lock: lines of two threads do not mix.
      printToStandardError("\r\u{1B}[K\(line(&state.text, now))")
    }
  }

  /// Removes the line, if it is there, so that what follows starts on a clean one, and starts the clock again.
  func clear() {
    let wasShown = state.withLock { state in
      defer {
        state.isShown = false
        state.text = ProgressText(startingAt: monotonicSeconds())
      }
      return state.isShown
    }
    if wasShown { printToStandardError("\r\u{1B}[K") }
  }
}
