// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Synchronization

/// Tells workers that another one has failed, or that nobody wants their work any more.
///
/// One made while another is the thread's current one is cancelled with that.
public final class Cancellation: Sendable {
  private let flag = Atomic(false)
  private let wakers = Mutex<[@Sendable () -> Void]>([])
  private let parent: Cancellation?

  /// Starts uncancelled, as a part of the work that the calling thread does.
  public init() { parent = Self.current }

  /// True once ``cancel()`` was called, here or on what this is part of. Cheap: a relaxed load each.
  public var isCancelled: Bool { flag.load(ordering: .relaxed) || isCancelledFromOutside }

  /// True once what this is part of was cancelled.
  var isCancelledFromOutside: Bool { parent?.isCancelled ?? false }

  /// Asks all to stop, and wakes those that wait at a ``Turnstile``.
  public func cancel() {
    flag.store(true, ordering: .relaxed)
    for wake in wakers.withLock({ $0 }) { wake() }
  }

  /// Has `wake` called by ``cancel()``, here and on what this is part of.
  func onCancel(_ wake: @escaping @Sendable () -> Void) {
    wakers.withLock { $0.append(wake) }
    parent?.onCancel(wake)
  }

  /// Runs `body` with this as the thread's current one.
  func asCurrent<R>(_ body: () throws -> R) rethrows -> R {
    let outer = cs_thread_context()
    // Held by the caller for as long as `body` runs, so the pointer needs no reference of its own.
    cs_set_thread_context(Unmanaged.passUnretained(self).toOpaque())
    defer { cs_set_thread_context(outer) }
    return try withExtendedLifetime(self, body)
  }

  /// The one whose ``asCurrent(_:)`` the calling thread is in.
  private static var current: Cancellation? {
    cs_thread_context().map { Unmanaged<Cancellation>.fromOpaque($0).takeUnretainedValue() }
  }
}

/// Runs long work on a thread of its own, so that the task that waits for it holds up no other.
///
/// When the task is cancelled, the workers of `body` (``runWorkers(_:cancellation:_:)``) stop at their next piece of work, and
/// `CancellationError` is thrown. Where the system refuses a thread, `body` runs where it is called. Cost: some 20 µs.
public func runDetached<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
  let cancellation = Cancellation()
  return try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      let run: @Sendable () -> Void = {
        continuation.resume(
          with: Result {
            try cancellation.asCurrent {
              if cancellation.isCancelled { throw CancellationError() }
              return try body()
            }
          })
      }
      if let thread = Thread(run) { thread.detach() } else { run() }
    }
  } onCancel: {
    cancellation.cancel()
  }
}
