// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What all open objects together may fetch ahead: bytes held or under way, and requests under way.
///
/// Those that wait for room are served in the order in which they came to wait, so that the object that is read first has it first.
final class AheadBudget: Sendable {
  /// Limits of the budget.
  struct Limits: Sendable {
    var bytes = 64 << 20
    var requests = 16
  }

  private struct State {
    var held = 0
    var underWay = 0
    /// Strong: whoever goes away says so (``forget(_:)``), and no last reference is let go inside the lock.
    var waiting: [ReadAhead] = []
    var isServing = false
    var isAskedAgain = false
  }

  private let limits: Limits
  private let state = Mutex(State())

  init(_ limits: Limits) { self.limits = limits }

  /// Takes room for a request, if there is any; where nothing is held, whatever the size.
  func takeIfFree(_ byteCount: Int) -> Bool {
    state.withLock { state in
      guard state.underWay < limits.requests, state.held == 0 || state.held + byteCount <= limits.bytes else {
        return false
      }
      state.held += byteCount
      state.underWay += 1
      return true
    }
  }

  /// Takes room whether there is any or not.
  func take(_ byteCount: Int) {
    state.withLock { state in
      state.held += byteCount
      state.underWay += 1
    }
  }

  /// A request is over; its bytes are still held.
  func endRequest() { state.withLock { $0.underWay -= 1 } }

  /// Bytes are held no longer.
  func give(_ byteCount: Int) { state.withLock { $0.held -= byteCount } }

  /// Has those that wait, `reader` last, start what there is room for. Precondition: the caller holds no lock of a reader.
  func serve(_ reader: ReadAhead?) {
    let mayServe = state.withLock { state in
      if let reader, !state.waiting.contains(where: { $0 === reader }) { state.waiting.append(reader) }
      state.isAskedAgain = true
      defer { state.isServing = true }
      return !state.isServing
    }
    guard mayServe else { return }
    // One thread serves; what others have asked meanwhile, it does as well.
    while let first = nextToServe() {
      if first.startFetching() { end(first) }
    }
  }

  /// `reader` goes away.
  func forget(_ reader: ReadAhead) {
    let removed = state.withLock { state in
      let removed = state.waiting.filter { $0 === reader }
      state.waiting.removeAll { $0 === reader }
      return removed
    }
    _ = removed
  }

  /// The first that waits, if something has happened since it was asked; nil: serving is over.
  private func nextToServe() -> ReadAhead? {
    state.withLock { state in
      guard let first = state.waiting.first, state.isAskedAgain else {
        state.isServing = false
        return nil
      }
      state.isAskedAgain = false
      return first
    }
  }

  /// `first` waits no longer, unless somebody has asked while it was served; the next one is served.
  private func end(_ first: ReadAhead) {
    state.withLock { state in
      if state.isAskedAgain { return }
      if let index = state.waiting.firstIndex(where: { $0 === first }) { state.waiting.remove(at: index) }
      state.isAskedAgain = true
    }
  }
}
