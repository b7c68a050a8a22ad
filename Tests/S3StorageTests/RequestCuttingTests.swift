// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import S3Storage

@Suite struct ContentRangeTests {
  private func range(_ text: String?) -> ContentRange? {
    ContentRange(HTTPResponse(status: 206, headers: text.map { ["content-range": $0] } ?? [:], body: []))
  }

  @Test func rangesAreRead() {
    #expect(range("bytes 0-99/1000")?.range == 0..<100)
    #expect(range("bytes 0-99/1000")?.total == 1000)
    #expect(range("bytes 999-999/1000")?.range == 999..<1000)
    #expect(range("bytes 5-6/*")?.range == 5..<7)
    #expect(range("bytes 5-6/*")?.total == .some(nil))
  }

  @Test(
    arguments: [
      nil, "", "bytes", "bytes */1000", "bytes 0-99", "bytes 99-0/1000", "bytes 0-1000/1000", "bytes -5-6/10",
      "items 0-1/2",
      "bytes 0-9223372036854775807/*", "bytes 0-99999999999999999999/*", "bytes 0-1/2/3", "bytes 0-1-2/3",
      "bytes a-b/c",
    ] as [String?])
  func othersAreNot(_ text: String?) { #expect(range(text) == nil) }
}

@Suite struct RequestCuttingTests {
  private func limits(gap: Int, segment: Int) -> ReadAhead.Limits {
    var limits = ReadAhead.Limits()
    limits.gap = gap
    limits.segment = segment
    return limits
  }

  @Test func neighboursAreJoinedAndLongOnesCut() {
    func cut(_ ranges: [Range<Int>]) -> [Range<Int>] { cutRequests(ranges, limits(gap: 10, segment: 100)).map(\.range) }
    #expect(cut([]) == [])
    #expect(cut([5..<5]) == [])
    #expect(cut([0..<10, 20..<30]) == [0..<30])
    #expect(cut([0..<10, 21..<30]) == [0..<10, 21..<30])
    #expect(cut([0..<60, 60..<101]) == [0..<60, 60..<101])
    #expect(cut([0..<60, 60..<100]) == [0..<100])
    #expect(cut([0..<250]) == [0..<100, 100..<200, 200..<250])
    #expect(cut([20..<30, 0..<10]) == [0..<30])
    #expect(cut([500..<510, 0..<10, 520..<530, 12..<14]) == [500..<530, 0..<14])
    #expect(cut([0..<50, 40..<60]) == [0..<60])
  }

  /// What lies between two ranges that are joined may be a later one of the list.
  @Test func whatLiesBetweenIsNotFetchedTwice() {
    let cut = cutRequests([0..<10, 20..<30, 12..<15], limits(gap: 10, segment: 100))
    #expect(sharedByteCount(cut.map(\.range)) == 0, "\(cut)")
  }

  private func sharedByteCount(_ ranges: [Range<Int>]) -> Int {
    ranges.reduce(0) { $0 + $1.count } - ranges.reduce(into: Set()) { $0.formUnion($1) }.count
  }

  /// The plain twin: sets of bytes.
  @Test func randomRangesAreAllFetchedOnce() {
    for seed in 1...400 as ClosedRange<UInt64> {
      var random = RandomSource(seed: seed)
      let limits = limits(gap: Int.random(in: 0...12, using: &random), segment: Int.random(in: 1...40, using: &random))
      let ranges = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        let start = Int.random(in: 0..<200, using: &random)
        return start..<start + Int.random(in: 0...(seed % 2 == 0 ? 60 : 6), using: &random)
      }
      let cut = cutRequests(ranges, limits)
      let firstUses = cut.map { request in ranges.firstIndex { $0.overlaps(request.range) } ?? -1 }
      if sharedByteCount(ranges) == 0 { #expect(firstUses == firstUses.sorted(), "seed \(seed)") }
      let wanted = ranges.reduce(into: Set<Int>()) { $0.formUnion($1) }
      let fetched = cut.reduce(into: Set<Int>()) { $0.formUnion($1.range) }
      #expect(wanted.isSubset(of: fetched), "seed \(seed)")
      #expect(sharedByteCount(cut.map(\.range)) == 0, "seed \(seed)")
      for (range, count) in cut {
        #expect(!range.isEmpty && range.count <= limits.segment, "seed \(seed)")
        #expect(range.filter { wanted.contains($0) }.count == count, "seed \(seed)")
        #expect(wanted.contains(range.lowerBound) && wanted.contains(range.upperBound - 1), "seed \(seed)")
        var gap = 0
        for byte in range {
          gap = wanted.contains(byte) ? 0 : gap + 1
          #expect(gap <= limits.gap, "seed \(seed)")
        }
      }
    }
  }
}
