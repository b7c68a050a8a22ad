// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import TestSupport
import Testing

@testable import Aggregation

@Test
func groupsAreGivenUpAtAThirdOfTheRoom() throws {
  let held = Atomic(1_000)
  let watch = MemoryWatch(roomByteCount: 300, above: 1_000, rowCount: 80) { _ in held.load(ordering: .relaxed) }
  held.store(1_100, ordering: .relaxed)
  try watch.noteRows(10)
  held.store(1_101, ordering: .relaxed)
  // 101 bytes for 20 of 80 rows, and three times as much in all.
  #expect(throws: MemoryExceeded(neededByteCount: 3 * 101 * 4)) { try watch.noteRows(10) }
  #expect(watch.fits(groups: 100))
  #expect(!watch.fits(groups: 101))
}

@Test
func whatIsMadeOfGroupsNeedsRoomToo() throws {
  let watch = MemoryWatch(roomByteCount: 300, above: 1_000, rowCount: 80) { _ in 1_100 }
  try watch.require(200)
  #expect(throws: MemoryExceeded(neededByteCount: 301)) { try watch.require(201) }
  #expect(throws: MemoryExceeded(neededByteCount: 1_600)) { try watch.require(300, done: 1, of: 4) }
}

@Test
func freedMemoryIsGivenBackBeforeGroupsAreGivenUp() throws {
  let watch = MemoryWatch(roomByteCount: 300, above: 1_000, rowCount: 80) { $0 ? 1_050 : 1_250 }
  try watch.noteRows(1)
  try watch.require(250)
  #expect(throws: MemoryExceeded.self) { try watch.require(251) }
}

@Test
func rowsThatAreKeptMayTakeTwoThirds() throws {
  let held = Atomic(1_200)
  let watch = MemoryWatch(roomByteCount: 300, above: 1_000, rowCount: 10) { _ in held.load(ordering: .relaxed) }
  try watch.noteRows(5, doubles: false)
  held.store(1_201, ordering: .relaxed)
  #expect(throws: MemoryExceeded(neededByteCount: 3 * 201)) { try watch.noteRows(5, doubles: false) }
}

@Test
func resultsTakeWhatTheGreatestOfTheirStepsTakes() throws {
  let keys = (0..<30).map { Int64($0) }
  let table = Table(
    schema: Schema([Field(name: "k", type: .int64), Field(name: "v", type: .int64)]),
    chunks: [[ColumnPage(values: .int64(keys)), ColumnPage(values: .int64(keys))]])
  func byteCount(
    _ aggregates: String, groups: Int, inOrder: Bool = false, narrow: Set<Int> = [], _ later: LaterBytes? = nil
  ) throws -> Int {
    try AggregatePlan(AggregateQuery(by: "k", aggregates: aggregates), [table]).byteCount(
      makingResultsOf: GroupFacts(count: groups, haveKeyColumns: inOrder, areInOrder: inOrder, narrowSums: narrow),
      later)
  }
  // A key, a sum of up to 128 bits, and 64 for another column on its way.
  #expect(try byteCount("sum(v)", groups: 10) == 10 * (8 + 16 + 64))
  // The row that is there, once more as one chunk, and 100 bytes.
  #expect(try byteCount("sum(v)", groups: 10, LaterBytes(rows: 1, bytesPerGroup: 100)) == 10 * (2 * 24 + 100))
  // Ordering five columns, all but the key 16 bytes wide, takes each twice; a key and a place are moved.
  let sums = "sum(v) as a, sum(v) as b, sum(v) as c, sum(v) as d"
  #expect(try byteCount(sums, groups: 10) == 10 * (2 * 72 + 16))
  // Those of 64 bits that are in order are copied, and their keys need not be made.
  #expect(try byteCount(sums, groups: 10, inOrder: true, narrow: [0]) == 10 * (4 * 8 + 40))
  // Each group has two rows; ten groups no more than there are rows.
  #expect(try byteCount("top(v, 2)", groups: 10) == 20 * (2 * 16 + 16))
  #expect(try byteCount("top(v, 100)", groups: 10) == 30 * (2 * 16 + 16))
}
