// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization
import TestSupport
import Testing
import Workers

@testable import S3Storage

/// An object whose transfers are made here: what was fetched is counted, and transfers may be held up or fail.
private final class FakeObject: Sendable {
  struct Failure: Error, Equatable { var offset: Int }

  struct State {
    var startedByteCount = 0
    var startedCount = 0
    var runningCount = 0
    var mostRunning = 0
    var mostHeld = 0
    /// Bytes that readers have asked for so far.
    var askedByteCount = 0
    var failing: Range<Int>?
  }

  let content: [UInt8]
  let state = Mutex(State())
  let gate = Gate()
  let delays: Bool

  init(_ byteCount: Int, isHeldUp: Bool = false, delays: Bool = false) {
    content = testBytes(byteCount)
    self.delays = delays
    if !isHeldUp { gate.open() }
  }

  func ahead(window: Int, requests: Int, segment: Int, gap: Int = 0) -> ReadAhead {
    ahead(AheadBudget(AheadBudget.Limits(bytes: window, requests: requests)), segment: segment, gap: gap)
  }

  func ahead(_ budget: AheadBudget, segment: Int, gap: Int = 0) -> ReadAhead {
    ReadAhead(limits: ReadAhead.Limits(gap: gap, segment: segment), budget: budget, threads: TransferThreads(limit: 8))
    {
      [self] in try fetch($0, $1)
    }
  }

  func fetch(_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) throws {
    let failing = state.withLock { state in
      state.startedByteCount += buffer.count
      state.startedCount += 1
      state.runningCount += 1
      state.mostRunning = max(state.mostRunning, state.runningCount)
      state.mostHeld = max(state.mostHeld, state.startedByteCount - state.askedByteCount)
      return state.failing
    }
    defer { state.withLock { $0.runningCount -= 1 } }
    gate.wait()
    if delays { usleep(UInt32.random(in: 0...500)) }
    if let failing, failing.overlaps(offset..<offset + buffer.count) { throw Failure(offset: offset) }
    content.withUnsafeBytes {
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + buffer.count]))
    }
  }

  /// As an object reads: what is announced from `ahead`, the rest by itself. How many bytes that rest was.
  @discardableResult
  func check(_ range: Range<Int>, by ahead: ReadAhead) throws -> Int {
    var place = range.lowerBound
    var rest = 0
    var memory = [UInt8](repeating: 0, count: range.count)
    state.withLock { $0.askedByteCount += range.count }
    while place < range.upperBound {
      let count = try memory.withUnsafeMutableBytes { raw in
        try ahead.read(at: place, into: UnsafeMutableRawBufferPointer(rebasing: raw[(place - range.lowerBound)...]))
      }
      if count > 0 {
        place += count
        continue
      }
      let end = min(ahead.nextAnnounced(after: place) ?? range.upperBound, range.upperBound)
      guard end > place else { throw Unmet("nothing is announced at \(place), and the next is at \(end)") }
      for index in place..<end { memory[index - range.lowerBound] = content[index] }
      rest += end - place
      place = end
    }
    guard memory == Array(content[range]) else { throw Unmet("other bytes in \(range)") }
    return rest
  }

  /// Waits until as many transfers have been started; they are never more.
  func waitFor(started count: Int) throws {
    for _ in 0..<5000 {
      if state.withLock({ $0.startedCount }) == count { return }
      usleep(2000)
    }
    throw Unmet("\(state.withLock { $0.startedCount }) transfers were started and not \(count)")
  }
}

/// Runs `body` on `count` threads; the errors that they throw.
private func onThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [any Error] {
  let errors = Mutex<[any Error]>([])
  let threads = (0..<count).compactMap { number in
    Thread {
      do { try body(number) } catch { errors.withLock { $0.append(error) } }
    }
  }
  for thread in threads { thread.join() }
  return errors.withLock { $0 } + (threads.count < count ? [Unmet("no threads")] : [])
}

@Suite struct ReadAheadTests {
  /// Any plan, any order of reading, several threads.
  @Test(arguments: 1...60 as ClosedRange<UInt64>) func everyByteIsRight(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let object = FakeObject(20_000, delays: seed % 2 == 0)
    let ahead = object.ahead(
      window: Int.random(in: 1...8000, using: &random), requests: Int.random(in: 1...8, using: &random),
      segment: Int.random(in: 50...3000, using: &random), gap: Int.random(in: 0...300, using: &random))
    let plan = (0..<Int.random(in: 0...40, using: &random)).map { _ in
      let start = Int.random(in: 0..<20_000, using: &random)
      return start..<min(20_000, start + Int.random(in: 0...2000, using: &random))
    }
    ahead.announce(plan)
    let others = (0..<10).map { _ in
      let start = Int.random(in: 0..<20_000, using: &random)
      return start..<min(20_000, start + 500)
    }
    let orders = (0..<4).map { _ in (plan + others).shuffled(using: &random) }
    let errors = onThreads(4) { number in for range in orders[number] { try object.check(range, by: ahead) } }
    #expect(errors.isEmpty, "seed \(seed): \(errors)")
  }

  /// Ranges that are read once each, by threads that take one after the other, as pages are: nothing is fetched beside the plan.
  @Test(arguments: 1...20 as ClosedRange<UInt64>) func whatIsAnnouncedIsFetchedOnceOnly(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let object = FakeObject(60_000, delays: seed % 2 == 0)
    let ahead = object.ahead(window: 5000, requests: 4, segment: 1000)
    // Apart from one another by more than the gap.
    let plan = (0..<100).map { $0 * 600..<$0 * 600 + Int.random(in: 1...599, using: &random) }.shuffled(using: &random)
    ahead.announce(plan)
    let next = Count()
    let errors = onThreads(3) { _ in
      while true {
        let index = next.next()
        guard index < plan.count else { return }
        let rest = try object.check(plan[index], by: ahead)
        if rest > 0 { throw Unmet("\(rest) bytes of \(plan[index]) were not fetched ahead") }
      }
    }
    #expect(errors.isEmpty, "seed \(seed): \(errors)")
    #expect(object.state.withLock { $0.startedByteCount } == plan.reduce(0) { $0 + $1.count })
    #expect(object.state.withLock { $0.mostRunning } <= 4)
    #expect(object.state.withLock { $0.mostHeld } <= 5000)
  }

  @Test func noMoreIsHeldThanMayBe() throws {
    let object = FakeObject(100_000)
    let ahead = object.ahead(window: 10_000, requests: 8, segment: 1000)
    ahead.announce([0..<100_000])
    try object.waitFor(started: 10)
    for index in 0..<90 {
      try object.check(index * 1000..<(index + 1) * 1000, by: ahead)
      try object.waitFor(started: 11 + index)
    }
    #expect(object.state.withLock { $0.mostHeld } == 10_000)
    // One more than the limit, as a reader asks for it before its turn.
    ahead.announce([0..<50_000])
    try object.waitFor(started: 110)
    try object.check(40_000..<41_000, by: ahead)
    try object.waitFor(started: 111)
    ahead.announce([])
  }

  @Test func noMoreRequestsAreUnderWayThanMayBe() throws {
    let object = FakeObject(100_000, isHeldUp: true)
    let ahead = object.ahead(window: 100_000, requests: 3, segment: 1000)
    ahead.announce([0..<100_000])
    try object.waitFor(started: 3)
    object.gate.open()
    try object.waitFor(started: 100)
    #expect(object.state.withLock { $0.mostRunning } <= 3)
    try object.check(0..<100_000, by: ahead)
  }

  /// What is larger than the limit is fetched all the same, alone.
  @Test func aRangeLargerThanTheLimitIsFetched() throws {
    let object = FakeObject(10_000)
    let ahead = object.ahead(window: 10, requests: 4, segment: 1000)
    ahead.announce([0..<10_000])
    for start in stride(from: 0, to: 10_000, by: 1000) {
      try object.waitFor(started: start / 1000 + 1)
      #expect(try object.check(start..<start + 1000, by: ahead) == 0)
    }
    #expect(object.state.withLock { $0.mostHeld } <= 1000)
  }

  /// No reader waits for one that comes later, whatever the order.
  @Test func readersInReverseOrderGetTheirBytes() {
    let object = FakeObject(100_000, delays: true)
    let ahead = object.ahead(window: 3000, requests: 2, segment: 1000)
    ahead.announce([0..<100_000])
    let errors = onThreads(4) { number in
      for piece in (0..<25).reversed() {
        let start = (number * 25 + piece) * 1000
        try object.check(start..<start + 1000, by: ahead)
      }
    }
    #expect(errors.isEmpty, "\(errors)")
    #expect(object.state.withLock { $0.startedByteCount } == 100_000)
  }

  @Test func failuresAreThrownToThoseWhoRead() throws {
    let object = FakeObject(10_000)
    object.state.withLock { $0.failing = 4200..<4300 }
    let ahead = object.ahead(window: 4000, requests: 2, segment: 1000)
    ahead.announce([0..<10_000])
    try object.check(0..<4000, by: ahead)
    for _ in 0..<3 {
      #expect(throws: FakeObject.Failure(offset: 4000)) { try object.check(4000..<4100, by: ahead) }
    }
    // The others come, and do so without waiting for it.
    #expect(try object.check(5000..<10_000, by: ahead) == 0)
    object.state.withLock { $0.failing = nil }
    ahead.announce([4000..<5000])
    #expect(try object.check(4000..<5000, by: ahead) == 0)
  }

  @Test func newPlansTakeTheOldOnesPlace() throws {
    let object = FakeObject(100_000, isHeldUp: true)
    let ahead = object.ahead(window: 4000, requests: 4, segment: 1000)
    ahead.announce([0..<50_000])
    try object.waitFor(started: 4)
    // A reader waits for what is then no longer announced: it gets its bytes all the same.
    let bytes = Mutex(-1)
    let errors = Mutex<[any Error]>([])
    let reader = try #require(
      Thread {
        do {
          let rest = try object.check(0..<1000, by: ahead)
          bytes.withLock { $0 = rest }
        } catch { errors.withLock { $0.append(error) } }
      })
    usleep(20_000)
    ahead.announce([60_000..<70_000])
    object.gate.open()
    reader.join()
    #expect(errors.withLock { $0.isEmpty })
    #expect([0, 1000].contains(bytes.withLock { $0 }))
    #expect(try object.check(60_000..<70_000, by: ahead) == 0)
    #expect(try object.check(49_000..<50_000, by: ahead) == 1000)
    #expect(object.state.withLock { $0.startedCount } == 14)
  }

  /// Plans that change while threads read.
  @Test(arguments: 1...10 as ClosedRange<UInt64>) func plansMayChangeAtAnyTime(_ seed: UInt64) {
    let object = FakeObject(50_000, delays: true)
    let ahead = object.ahead(window: 6000, requests: 4, segment: 700, gap: 50)
    let errors = onThreads(4) { number in
      var random = RandomSource(seed: seed * 10 + UInt64(number))
      for _ in 0..<40 {
        let start = Int.random(in: 0..<50_000, using: &random)
        let range = start..<min(50_000, start + Int.random(in: 1...1500, using: &random))
        if number == 0 { ahead.announce([range, 0..<500, start..<50_000]) }
        try object.check(range, by: ahead)
      }
    }
    #expect(errors.isEmpty, "seed \(seed): \(errors)")
  }

  /// One budget for all: each gets its turn, and what one gives up is another's.
  @Test(arguments: 1...10 as ClosedRange<UInt64>) func severalObjectsShareOneBudget(_ seed: UInt64) throws {
    let budget = AheadBudget(AheadBudget.Limits(bytes: 5000, requests: 4))
    let object = FakeObject(100_000, delays: seed % 2 == 0)
    let readers = (0..<4).map { _ in object.ahead(budget, segment: 1000) }
    for reader in readers { reader.announce([0..<50_000]) }
    let errors = onThreads(4) { number in
      var random = RandomSource(seed: seed * 10 + UInt64(number))
      for piece in (0..<50).shuffled(using: &random) {
        let rest = try object.check(piece * 1000..<(piece + 1) * 1000, by: readers[number])
        if rest > 0 { throw Unmet("\(rest) bytes were not fetched ahead") }
      }
      readers[number].close()
    }
    #expect(errors.isEmpty, "seed \(seed): \(errors)")
    #expect(object.state.withLock { $0.startedByteCount } == 200_000)
    // Nothing is taken of the budget any more.
    let last = object.ahead(budget, segment: 1000)
    last.announce([0..<5000])
    try object.waitFor(started: 205)
    last.close()
  }

  /// The first object holds all there is, and is not read; the others are read all the same, and what it gives up is theirs.
  @Test func anObjectThatIsNotReadHoldsUpNoOther() throws {
    let budget = AheadBudget(AheadBudget.Limits(bytes: 4000, requests: 4))
    let object = FakeObject(100_000)
    let (idle, busy) = (object.ahead(budget, segment: 1000), object.ahead(budget, segment: 1000))
    idle.announce([0..<50_000])
    try object.waitFor(started: 4)
    busy.announce([50_000..<100_000])
    for start in stride(from: 50_000, to: 60_000, by: 1000) {
      #expect(try object.check(start..<start + 1000, by: busy) == 0)
    }
    #expect(object.state.withLock { $0.startedCount } == 14)
    idle.close()
    try object.waitFor(started: 18)
    busy.close()
  }

  /// Neither what was never read nor what is under way keeps it, or its memory, alive.
  @Test func nothingIsLeft() throws {
    let object = FakeObject(100_000, isHeldUp: true)
    weak var seen: ReadAhead?
    do {
      let ahead = object.ahead(window: 50_000, requests: 4, segment: 1000)
      seen = ahead
      ahead.announce([0..<100_000])
      try object.waitFor(started: 4)
      ahead.close()
    }
    object.gate.open()
    for _ in 0..<5000 where seen != nil { usleep(2000) }
    #expect(seen == nil)
    #expect(object.state.withLock { $0.startedCount } == 4)
  }
}

@Suite struct TransferThreadsTests {
  @Test func allWorkIsDoneInOrderByAsManyThreadsAsMayBe() throws {
    for limit in [1, 3, 16] {
      let threads = TransferThreads(limit: limit)
      let state = Mutex((running: 0, most: 0, started: [Int]()))
      let promises = (0..<200).map { index in
        threads.promise {
          state.withLock { state in
            state.running += 1
            state.most = max(state.most, state.running)
            state.started.append(index)
          }
          usleep(50)
          state.withLock { $0.running -= 1 }
          return index * 2
        }
      }
      for (index, promise) in promises.enumerated() { #expect(try promise.value() == index * 2) }
      #expect(state.withLock { $0.most } <= limit)
      if limit == 1 { #expect(state.withLock { $0.started } == Array(0..<200)) }
    }
  }

  @Test func failuresAreThrownByThePromise() {
    let promise = TransferThreads(limit: 2).promise { () throws -> Int in throw Unmet("it") }
    #expect(throws: Unmet.self) { try promise.value() }
  }
}
