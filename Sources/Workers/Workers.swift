// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Synchronization

/// Runs `body` on up to `count` threads (the caller's among them) and returns when all have ended.
///
/// Each call gets its worker's number, 0..<count. Worker 0 always runs; where the system refuses a thread, those of higher
/// numbers do not, so no work may be meant for one certain worker. The first error thrown is thrown again here; `body`
/// should then ask ``Cancellation/isCancelled`` now and then so that the other workers end early. A ``Turnstile`` for the
/// workers is made beforehand with the `cancellation` that is passed here. Throws `CancellationError` where the work that this is part
/// of was cancelled (see ``runDetached(_:)``). Cost: some 100 µs until all run.
public func runWorkers(
  _ count: Int, cancellation: Cancellation = Cancellation(),
  _ body: @escaping @Sendable (_ worker: Int, _ cancellation: Cancellation) throws -> Void
) throws {
  try runWorkers(count, cancellation: cancellation, startThread: { Thread($0) }, body)
}

/// As above; `startThread` gives nil for a thread that is refused.
func runWorkers(
  _ count: Int, cancellation: Cancellation, startThread: (@escaping @Sendable () -> Void) -> Thread?,
  _ body: @escaping @Sendable (_ worker: Int, _ cancellation: Cancellation) throws -> Void
) throws {
  precondition(count > 0, "at least one worker")
  let firstError = Mutex<(any Error)?>(nil)
  let run: @Sendable (Int) -> Void = { worker in
    do {
      try cancellation.asCurrent { try body(worker, cancellation) }
    } catch {
      firstError.withLock { $0 = $0 ?? error }
      cancellation.cancel()
    }
  }
  var threads: [Thread] = []
  for worker in 1..<max(count, 1) {
    // After one refusal the next would most likely be refused too.
    guard let thread = startThread({ run(worker) }) else { break }
    threads.append(thread)
  }
  run(0)
  for thread in threads { thread.join() }
  if let error = firstError.withLock({ $0 }) { throw error }
  // Workers that were asked to stop leave their work half done.
  if cancellation.isCancelledFromOutside { throw CancellationError() }
}

/// Lets holders of tickets 0, 1, 2, … through one at a time, in that order.
public final class Turnstile: Sendable {
  private let condition = Condition()
  private let next = Mutex(0)
  private let cancellation: Cancellation

  /// Waiting ends early when `cancellation` is cancelled.
  public init(cancellation: Cancellation) {
    self.cancellation = cancellation
    cancellation.onCancel { [condition] in condition.locked { condition.broadcast() } }
  }

  /// Waits until all smaller tickets have passed, then runs `body` alone. Returns nil, without running it, if cancelled.
  ///
  /// If `body` throws, the cancellation is cancelled: no later ticket passes, and those that wait get nil.
  public func pass<R>(ticket: Int, _ body: () throws -> R) rethrows -> R? {
    let admitted = condition.locked {
      while next.withLock({ $0 != ticket }) {
        if cancellation.isCancelled { return false }
        condition.wait()
      }
      return !cancellation.isCancelled
    }
    guard admitted else { return nil }
    let result: R
    do {
      result = try body()
    } catch {
      cancellation.cancel()
      throw error
    }
    condition.locked {
      next.withLock { $0 = ticket + 1 }
      condition.broadcast()
    }
    return result
  }
}

/// Hands out 0, 1, 2, … up to a limit, each number to one caller.
public final class WorkCounter: Sendable {
  private let position = Atomic(0)
  private let limit: Int

  /// Will hand out 0..<limit.
  public init(limit: Int) { self.limit = limit }

  /// The next number, nil when all are given.
  public func next() -> Int? {
    let taken = position.wrappingAdd(1, ordering: .relaxed).oldValue
    return taken < limit ? taken : nil
  }
}

/// Processors this process may run on: its affinity, not the machine's size; at least 1.
public func availableProcessors() -> Int { max(1, Int(cs_available_processors())) }
