// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// Threads that wait for the network, so that those that compute need not: as many as are of use, up to a limit.
final class TransferThreads: Sendable {
  /// Those of the process.
  static let shared = TransferThreads(limit: 16)

  private struct State {
    var waiting: [@Sendable () -> Void] = []
    var threadCount = 0
    var idleCount = 0
  }

  private let condition = Condition()
  private let state = Mutex(State())
  let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Has one of the threads run `work`, in the order of the calls. Where the system refuses even one thread, it runs here.
  func run(_ work: @escaping @Sendable () -> Void) {
    let mayStart = condition.locked {
      state.withLock { state in
        state.waiting.append(work)
        if state.idleCount >= state.waiting.count || state.threadCount >= limit { return false }
        state.threadCount += 1
        return true
      }
    }
    if mayStart {
      if let thread = Thread({ [self] in serve() }) {
        thread.detach()
      } else {
        let isAlone = state.withLock { state in
          state.threadCount -= 1
          return state.threadCount == 0
        }
        if isAlone { while let work = next(waits: false) { work() } }
      }
    }
    condition.locked { condition.broadcast() }
  }

  private func serve() { while let work = next(waits: true) { work() } }

  private func next(waits: Bool) -> (@Sendable () -> Void)? {
    condition.locked {
      while true {
        let work = state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
        if work != nil || !waits { return work }
        state.withLock { $0.idleCount += 1 }
        condition.wait()
        state.withLock { $0.idleCount -= 1 }
      }
    }
  }
}

/// Something that comes once; those who ask before wait for it.
final class Promise<Value: Sendable>: Sendable {
  private let condition = Condition()
  private let result = Mutex<Result<Value, any Error>?>(nil)

  /// Gives it. Precondition: called once.
  func resolve(_ value: Result<Value, any Error>) {
    condition.locked {
      result.withLock { $0 = value }
      condition.broadcast()
    }
  }

  /// Waits for it.
  func value() throws -> Value {
    try condition.locked {
      while true {
        if let result = result.withLock({ $0 }) { return try result.get() }
        condition.wait()
      }
    }
  }
}

extension TransferThreads {
  /// Runs `work` on one of the threads; what comes of it can be waited for.
  func promise<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) -> Promise<Value> {
    let promise = Promise<Value>()
    run { promise.resolve(Result { try work() }) }
    return promise
  }
}
