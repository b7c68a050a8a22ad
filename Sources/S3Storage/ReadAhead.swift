// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// Ranges of an object that will be read, fetched before they are asked for: several at once, within a limit of memory.
///
/// Ranges that lie close together are one request, long ones several. What was fetched is kept until all of it that was announced has been read.
/// A range that is asked for before its turn is fetched at once, whatever the limit: waiting for others could last for ever. The limit is one for
/// all objects that are open (``AheadBudget``).
///
/// @unchecked Sendable: everything that changes is changed inside `condition.locked`, and a segment's memory is written by the one transfer that
/// fetches it and read after that has said so there.
final class ReadAhead: @unchecked Sendable {
  /// How requests are cut.
  struct Limits: Sendable {
    /// Ranges with no more than this between them are one request.
    var gap = 64 << 10
    /// A request asks for no more than this, unless a single range is longer: those are cut in pieces of that size.
    var segment = 8 << 20
  }

  typealias Fetch = @Sendable (_ offset: Int, _ buffer: UnsafeMutableRawBufferPointer) throws -> Void

  fileprivate enum State {
    case waiting
    case fetching
    case ready
    case failed(any Error)
    /// Read, or not wanted any more.
    case dropped
  }

  fileprivate final class Segment {
    let range: Range<Int>
    /// Bytes of it that were announced and not read yet.
    var unread: Int
    var state = State.waiting
    var memory: TransferBuffer?
    /// Threads that copy from it now.
    var readers = 0
    /// False once others were announced in its place.
    var isWanted = true
    var isDropped: Bool { if case .dropped = state { true } else { false } }

    init(_ range: Range<Int>, unread: Int) {
      self.range = range
      self.unread = unread
    }
  }

  private let limits: Limits
  private let fetch: Fetch
  private let threads: TransferThreads
  private let budget: AheadBudget
  private let condition = Condition()
  /// In the order in which they will be read.
  private var segments: [Segment] = []
  /// The same, by place.
  private var ordered: [Segment] = []
  private var nextToFetch = 0
  /// Transfers that the threads have not been told of yet.
  private var started: [Work] = []
  private var isGradual = false
  /// Of what was announced last, bytes that were read, and bytes that were asked for and not read yet.
  private var readByteCount = 0
  private var aheadByteCount = 0
  private static let firstByteCount = 1 << 20

  init(limits: Limits, budget: AheadBudget, threads: TransferThreads, fetch: @escaping Fetch) {
    self.limits = limits
    self.budget = budget
    self.threads = threads
    self.fetch = fetch
  }

  deinit { for segment in segments { release(segment) } }

  /// Announces `ranges`, which will each be read once, in about this order. What was announced before and not read is forgotten.
  ///
  /// `gradually`: no more is fetched ahead than twice what was read, and a mebibyte.
  func announce(_ ranges: [Range<Int>], gradually: Bool = false) {
    let cut = cutRequests(ranges, limits, firstSegment: gradually ? Self.firstByteCount : limits.segment)
    condition.locked {
      for segment in segments {
        segment.isWanted = false
        drop(segment)
      }
      segments = cut.map { Segment($0.range, unread: $0.wanted) }
      ordered = segments.sorted { $0.range.lowerBound < $1.range.lowerBound }
      nextToFetch = 0
      isGradual = gradually
      (readByteCount, aheadByteCount) = (0, 0)
    }
    budget.serve(self)
  }

  /// Nothing is read any more; what is under way ends by itself.
  func close() {
    announce([])
    budget.forget(self)
  }

  /// Copies what is announced of the bytes from `offset` on to the start of `buffer`, waiting where they are under way.
  ///
  /// Returns how many bytes that were: 0 if `offset` was not announced. Throws what fetching threw.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    let wanted: Segment? = condition.locked {
      let segment = segment(holding: offset)
      if let segment, case .waiting = segment.state {
        budget.take(segment.range.count)
        start(segment)
      }
      return segment
    }
    launchStarted()
    guard let segment = wanted else { return 0 }
    let found: UnsafeRawBufferPointer? = try condition.locked {
      while case .fetching = segment.state { condition.wait() }
      switch segment.state {
      case .failed(let error): throw error
      case .ready:
        segment.readers += 1
        return segment.memory.map { UnsafeRawBufferPointer($0.bytes) }
      default: return nil
      }
    }
    guard let memory = found else { return 0 }
    let count = min(buffer.count, segment.range.upperBound - offset)
    buffer.copyMemory(
      from: UnsafeRawBufferPointer(rebasing: memory[(offset - segment.range.lowerBound)...].prefix(count)))
    condition.locked {
      segment.readers -= 1
      segment.unread -= count
      if segment.isWanted {
        readByteCount += count
        aheadByteCount -= count
      }
      if segment.unread <= 0 || !segment.isWanted { drop(segment) }
    }
    budget.serve(isGradual ? self : nil)
    return count
  }

  /// The place of the first announced byte after `offset`, nil if there is none: up to there others have to be fetched.
  func nextAnnounced(after offset: Int) -> Int? {
    condition.locked { ordered.first { $0.range.lowerBound > offset && !$0.isDropped }?.range.lowerBound }
  }

  private func segment(holding offset: Int) -> Segment? {
    let place = ordered.firstPosition { $0.range.upperBound > offset }
    guard place < ordered.count, ordered[place].range.contains(offset), !ordered[place].isDropped else { return nil }
    return ordered[place]
  }

  /// Hands to the threads what was started. Precondition: not inside `condition.locked`, as a transfer may run at once, here.
  private func launchStarted() {
    let works = condition.locked {
      defer { started = [] }
      return started
    }
    for work in works {
      threads.run { [self] in
        // Nobody may want it any more by the time that a thread is free.
        let isDropped = condition.locked { work.segment.isDropped }
        finish(work, Result { if !isDropped { try fetch(work.offset, work.memory.bytes) } })
      }
    }
  }

  /// Starts what fits the budget. False if something is left that did not fit.
  func startFetching() -> Bool {
    defer { launchStarted() }
    return condition.locked {
      while nextToFetch < segments.count {
        let segment = segments[nextToFetch]
        if case .waiting = segment.state {
          // More room comes with what is read next.
          if isGradual, aheadByteCount > 0,
            aheadByteCount + segment.range.count > 2 * readByteCount + Self.firstByteCount
          {
            return true
          }
          guard budget.takeIfFree(segment.range.count) else { return false }
          start(segment)
        }
        nextToFetch += 1
      }
      return true
    }
  }

  /// Precondition: inside `condition.locked`, and the segment waits; the budget has been asked.
  private func start(_ segment: Segment) {
    let memory = TransferBuffer(byteCount: segment.range.count)
    segment.memory = memory
    segment.state = .fetching
    aheadByteCount += segment.unread
    let work = Work(segment: segment, memory: memory)
    started.append(work)
  }

  /// What a transfer gets to know of a segment. @unchecked: see the class.
  private struct Work: @unchecked Sendable {
    let segment: Segment
    let memory: TransferBuffer
    var offset: Int { segment.range.lowerBound }
  }

  private func finish(_ work: Work, _ result: Result<Void, any Error>) {
    condition.locked {
      budget.endRequest()
      let segment = work.segment
      switch (segment.state, result) {
      case (.dropped, _): release(segment)
      case (_, .success): segment.state = .ready
      case (_, .failure(let error)):
        segment.state = .failed(error)
        release(segment)
      }
      condition.broadcast()
    }
    budget.serve(nil)
  }

  /// Precondition: inside `condition.locked`.
  private func drop(_ segment: Segment) {
    switch segment.state {
    case .fetching: segment.state = .dropped
    case .ready where segment.readers > 0: break
    case .ready:
      segment.state = .dropped
      release(segment)
    case .waiting: segment.state = .dropped
    case .failed, .dropped: break
    }
  }

  private func release(_ segment: Segment) {
    guard segment.memory != nil else { return }
    segment.memory = nil
    budget.give(segment.range.count)
  }
}

/// Requests for `ranges`: those that lie close together joined, wherever they stand in the list, long ones cut; in the order in which something of them
/// is first asked for. `wanted` are the bytes of a request that were asked for. Ranges that overlap count once, empty ones are left out.
/// `firstSegment`: the first request is no longer than that, the next ones double.
func cutRequests(
  _ ranges: [Range<Int>], _ limits: ReadAhead.Limits, firstSegment: Int? = nil
) -> [(range: Range<Int>, wanted: Int)] {
  var segment = min(limits.segment, firstSegment ?? limits.segment)
  var requests: [(range: Range<Int>, wanted: Int, firstUse: Int)] = []
  for (range, use) in disjoint(ranges) {
    if let last = requests.last, range.lowerBound - last.range.upperBound <= limits.gap,
      range.upperBound - last.range.lowerBound <= limits.segment
    {
      requests[requests.count - 1] = (
        last.range.lowerBound..<range.upperBound, last.wanted + range.count, min(last.firstUse, use)
      )
      continue
    }
    var start = range.lowerBound
    while start < range.upperBound {
      let piece = start..<min(start + segment, range.upperBound)
      requests.append((piece, piece.count, use))
      start = piece.upperBound
      segment = min(limits.segment, segment * 2)
    }
  }
  // A range that shares bytes with those before it may be wanted sooner than they.
  for (use, range) in ranges.enumerated() where !range.isEmpty {
    var index = requests.firstPosition { $0.range.upperBound > range.lowerBound }
    while index < requests.count, requests[index].range.lowerBound < range.upperBound {
      requests[index].firstUse = min(requests[index].firstUse, use)
      index += 1
    }
  }
  return requests.sorted { ($0.firstUse, $0.range.lowerBound) < ($1.firstUse, $1.range.lowerBound) }
    .map { ($0.range, $0.wanted) }
}

extension Array {
  /// Position of the first element for which `isPast` holds, which holds for all after it too; the count if there is none. O(log n).
  fileprivate func firstPosition(where isPast: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isPast(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

/// The ranges by place, each without what it shares with those before it, and where it stood in the list.
private func disjoint(_ ranges: [Range<Int>]) -> [(range: Range<Int>, use: Int)] {
  let byPlace = ranges.indices.sorted { (ranges[$0].lowerBound, $0) < (ranges[$1].lowerBound, $1) }
  var kept: [(range: Range<Int>, use: Int)] = []
  var end = 0
  for index in byPlace {
    let start = min(max(ranges[index].lowerBound, end), ranges[index].upperBound)
    if start < ranges[index].upperBound { kept.append((start..<ranges[index].upperBound, index)) }
    end = max(end, ranges[index].upperBound)
  }
  return kept
}
