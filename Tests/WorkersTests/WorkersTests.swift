// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
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

@Test func workersMayRunOnAllProcessors() throws {
  let here = availableProcessors()
  let found = Mutex<[Int]>([])
  try runWorkers(5) { _, _ in found.withLock { $0.append(availableProcessors()) } }
  #expect(found.withLock { $0 } == [Int](repeating: here, count: 5))
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

@Test func theFirstErrorIsThrownAndWaitingWorkersStop() {
  struct Failure: Error {}
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  let waiting = Mutex(0)
  let passed = Mutex<[Int]>([])
  #expect(throws: Failure.self) {
    try runWorkers(3, cancellation: cancellation) { worker, given in
      #expect(given === cancellation)
      if worker > 0 {
        waiting.withLock { $0 += 1 }
        #expect(turnstile.pass(ticket: worker) { passed.withLock { $0.append(worker) } } == nil)
        return
      }
      // Most likely both others wait at the turnstile when ticket 0 fails.
      while waiting.withLock({ $0 < 2 }) { usleep(1000) }
      usleep(20_000)
      try turnstile.pass(ticket: 0) { throw Failure() }
    }
  }
  #expect(passed.withLock { $0 } == [])
}

@Test func anErrorAtATurnstileCancelsWithoutWorkers() async {
  struct Failure: Error {}
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  #expect(throws: Failure.self) { try turnstile.pass(ticket: 0) { throw Failure() } }
  #expect(cancellation.isCancelled)
  guard cancellation.isCancelled else { return }
  #expect(turnstile.pass(ticket: 1) { true } == nil)
}

@Test(arguments: [0, 1, 3]) func refusedThreadsLeaveTheWorkToTheOthers(granted: Int) throws {
  let counter = WorkCounter(limit: 1000)
  let taken = Mutex<[Int]>([])
  let workers = Mutex<Set<Int>>([])
  var asked = 0
  try runWorkers(
    8, cancellation: Cancellation(),
    startThread: { body in
      asked += 1
      return asked <= granted ? Thread(body) : nil
    }
  ) { worker, _ in
    _ = workers.withLock { $0.insert(worker) }
    while let piece = counter.next() { taken.withLock { $0.append(piece) } }
  }
  #expect(taken.withLock { $0.sorted() } == Array(0..<1000))
  #expect(workers.withLock { $0 } == Set(0...granted))
}

@Test func noMoreIsHeldThanAllowedExceptAlone() throws {
  let allowance = Allowance(10)
  let held = Mutex((now: 0, most: 0, mostAlone: 0))
  let counter = WorkCounter(limit: 4000)
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  try runWorkers(4, cancellation: cancellation) { _, _ in
    while let ticket = counter.next() {
      let amount = [3, 0, 7, 25, 4, 10][ticket % 6]
      turnstile.pass(ticket: ticket) {
        allowance.take(amount)
        held.withLock { $0.now += amount }
      }
      held.withLock { held in
        // Who takes nothing may do so beside one who holds more than there is.
        if amount > 0, held.now != amount { held.most = max(held.most, held.now) }
        held.mostAlone = max(held.mostAlone, held.now)
      }
      held.withLock { $0.now -= amount }
      allowance.giveBack(amount)
    }
  }
  #expect(held.withLock { $0.now } == 0)
  #expect(held.withLock { $0.most } <= 10)
  #expect(held.withLock { $0.mostAlone } == 25)
}
