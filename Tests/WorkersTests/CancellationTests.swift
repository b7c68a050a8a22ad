// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import Testing

@testable import Workers

@Test func detachedWorkGivesItsResultOrItsError() async throws {
  struct Failure: Error {}
  #expect(try await runDetached { 7 } == 7)
  await #expect(throws: Failure.self) { try await runDetached { throw Failure() } }
}

@Test func cancellingATaskStopsTheWorkersOfItsWork() async throws {
  let pieces = Atomic(0)
  let task = Task {
    try await runDetached {
      try runWorkers(2) { _, cancellation in
        // Would run for ever.
        while !cancellation.isCancelled {
          pieces.wrappingAdd(1, ordering: .relaxed)
          usleep(100)
        }
      }
    }
  }
  while pieces.load(ordering: .relaxed) == 0 { await Task.yield() }
  task.cancel()
  await #expect(throws: CancellationError.self) { try await task.value }
}

@Test func cancellationReachesWorkersOfWorkersAndThoseThatWait() async throws {
  let started = Atomic(0)
  let task = Task {
    try await runDetached {
      try runWorkers(1) { _, _ in
        let inner = Cancellation()
        let turnstile = Turnstile(cancellation: inner)
        try runWorkers(2, cancellation: inner) { worker, _ in
          started.wrappingAdd(1, ordering: .relaxed)
          // Ticket 0 never passes.
          _ = turnstile.pass(ticket: worker + 1) {}
        }
      }
    }
  }
  while started.load(ordering: .relaxed) < 2 { await Task.yield() }
  task.cancel()
  await #expect(throws: CancellationError.self) { try await task.value }
}

@Test func workThatIsCancelledBeforeItBeginsDoesNot() async throws {
  let ran = Atomic(false)
  let task = Task {
    while !Task.isCancelled { await Task.yield() }
    try await runDetached { ran.store(true, ordering: .relaxed) }
  }
  task.cancel()
  await #expect(throws: CancellationError.self) { try await task.value }
  let hasRun = ran.load(ordering: .relaxed)
  #expect(!hasRun)
}

@Test func aCancellationMadeOutsideIsNoPartOfAnything() throws {
  let outer = Cancellation()
  let separate = Cancellation()
  outer.cancel()
  #expect(!separate.isCancelled)
  outer.asCurrent { #expect(Cancellation().isCancelled) }
  #expect(!Cancellation().isCancelled)
}
