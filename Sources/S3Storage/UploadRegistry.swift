// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Glibc
import Synchronization
import Workers

/// The uploads of this process that are not complete, so that a signal that ends it can abort them.
///
/// Beginning and completing one are changes; while the process ends, no change starts, and those under way are waited for: afterwards every
/// upload is either complete, or known here and aborted.
final class UploadRegistry: Sendable {
  static let shared = UploadRegistry()

  private struct State {
    var uploads: [Int: (upload: S3Upload, id: String)] = [:]
    var nextKey = 0
    var changing = 0
    var isEnding = false
    var isWatching = false
  }

  private let state = Mutex(State())

  /// Begins an upload and knows it from then on.
  func begin(_ upload: S3Upload) throws -> (id: String, key: Int) {
    watchForEnding()
    return try changing {
      let id = try upload.begin()
      return state.withLock { state in
        defer { state.nextKey += 1 }
        state.uploads[state.nextKey] = (upload, id)
        return (id, state.nextKey)
      }
    }
  }

  /// Runs `completion`, and forgets the upload if that did not throw.
  func complete(_ key: Int, _ completion: () throws -> Void) throws {
    try changing {
      try completion()
      state.withLock { _ = $0.uploads.removeValue(forKey: key) }
    }
  }

  /// Runs `body`, the whole of putting one object; nothing can come between.
  func changing<R>(_ body: () throws -> R) rethrows -> R {
    let mayChange = state.withLock { state in
      if !state.isEnding { state.changing += 1 }
      return !state.isEnding
    }
    // The process is about to end; nothing must become visible any more.
    if !mayChange { while true { pause() } }
    defer { state.withLock { $0.changing -= 1 } }
    return try body()
  }

  /// The upload is aborted, or given up as one that cannot be.
  func forget(_ key: Int) { state.withLock { _ = $0.uploads.removeValue(forKey: key) } }

  /// Has the signals that remove unpublished files wait for the uploads' end; once.
  private func watchForEnding() {
    let isFirst = state.withLock { state in
      defer { state.isWatching = true }
      return !state.isWatching
    }
    guard isFirst else { return }
    let pipe = cs_defer_ending()
    guard pipe >= 0 else { return }
    let thread = Thread { [self] in
      var number: UInt8 = 0
      while read(pipe, &number, 1) != 1 { if errno != EINTR { return } }
      abortAll()
      cs_end_by_signal(Int32(number))
    }
    // Without the thread a signal would be swallowed: then better none waits.
    if let thread { thread.detach() } else { close(pipe) }
  }

  private func abortAll() {
    state.withLock { $0.isEnding = true }
    let deadline = monotonicSeconds() + 10
    while state.withLock({ $0.changing > 0 }), monotonicSeconds() < deadline { usleep(5_000) }
    // Twice: a part that was under way at the first time may have arrived after it ("Aborting a multipart upload", Amazon S3 User Guide).
    for _ in 0..<2 {
      for (upload, id) in state.withLock({ Array($0.uploads.values) }) {
        try? upload.abort(id, attempts: 2)
        if monotonicSeconds() > deadline { return }
      }
    }
  }
}
