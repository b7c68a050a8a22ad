// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Testing

@testable import Workers

@Test func everyPieceIsTakenOnce() throws {
  let counter = WorkCounter(limit: 1000)
  let taken = Mutex<[Int]>([])
  try runWorkers(4) { _, _ in
    while let piece = counter.next() { taken.withLock { $0.append(piece) } }
  }
  #expect(taken.withLock { $0.sorted() } == Array(0..<1000))
}

@Test func turnstileKeepsOrder() throws {
  let counter = WorkCounter(limit: 200)
  let order = Mutex<[Int]>([])
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  try runWorkers(4) { _, _ in
    while let ticket = counter.next() {
      turnstile.pass(ticket: ticket) { order.withLock { $0.append(ticket) } }
    }
  }
  #expect(order.withLock { $0 } == Array(0..<200))
}

@Test func firstErrorIsThrownAndOthersStop() {
  struct Failure: Error {}
  #expect(throws: Failure.self) {
    try runWorkers(3) { worker, cancellation in
      if worker == 1 { throw Failure() }
      let turnstile = Turnstile(cancellation: cancellation)
      // Ticket 5 would wait for ever if the failure of worker 1 did not wake it.
      _ = turnstile.pass(ticket: 5) {}
    }
  }
}
