// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Pipelines
import Synchronization
import Workers
import TextFormats

/// One line on standard error that is rewritten at most ten times a second: how far, how fast, how long still.
final class ProgressLine: Sendable {
  private struct State {
    var lastShown: Double = 0
    var isShown = false
  }
  private let state = Mutex(State())
  private let start = monotonicSeconds()
  private let isOn: Bool

  init(isOn: Bool) { self.isOn = isOn }

  /// Shows the line if a tenth of a second has passed since it was last shown. Cheap otherwise; any thread may call.
  func update(_ progress: ConvertOptions.Progress) {
    guard isOn else { return }
    let now = monotonicSeconds()
    let isDue = state.withLock { state in
      guard now - state.lastShown >= 0.1 else { return false }
      state.lastShown = now
      state.isShown = true
      return true
    }
    guard isDue else { return }
    let seconds = now - start
    let rate = seconds > 0 ? Double(progress.consumedByteCount) / seconds : 0
    var text = "\r\u{1B}[K\(ByteSize(progress.consumedByteCount))"
    if let total = progress.totalByteCount, total > 0 {
      let percent = min(100, progress.consumedByteCount * 100 / total)
      text += " of \(ByteSize(total)) (\(percent) %)"
      if rate > 0, progress.consumedByteCount < total {
        text += ", \(Int((Double(total - progress.consumedByteCount) / rate).rounded(.up))) s left"
      }
    }
    text += ", \(grouped(progress.rowCount)) rows, \(ByteSize(Int(rate)))/s"
    printToStandardError(text)
  }

  /// Removes the line, if it is there, so that what follows starts on a clean one.
  func clear() {
    let wasShown = state.withLock { state in
      defer { state.isShown = false }
      return state.isShown
    }
    if wasShown { printToStandardError("\r\u{1B}[K") }
  }
}
