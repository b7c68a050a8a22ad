// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Compare

/// A table of integer columns in chunks of a few rows.
private func table(_ name: String, _ columns: [[Int64]], chunkRows: Int) -> Table {
  let count = columns[0].count
  let chunks = stride(from: 0, to: count, by: chunkRows).map { first in
    columns.map { ColumnPage(values: .int64(Array($0[first..<min(count, first + chunkRows)]))) }
  }
  let fields = columns.indices.map { Field(name: "k\($0)", type: .int64) }
  return Table(name: name, schema: Schema(fields), chunks: chunks)
}

private func plainPartners(_ source: [[Int64]], _ other: [[Int64]]) -> [UInt32] {
  let keys = other[0].indices.map { row in other.map { $0[row] } }
  let rows = Dictionary(uniqueKeysWithValues: zip(keys, keys.indices))
  return source[0].indices.map { row in rows[source.map { $0[row] }].map { UInt32($0) } ?? noPartner }
}

private func partners(_ source: Table, _ other: Table, threads: Int) throws -> [UInt32]? {
  let keys = try source.schema.names.map { try ColumnPairing(NamePair($0, $0), in: source, and: other) }
  let packed = try PackedAlignment(
    source, other, keys: keys, sourceRows: RowLocator(source), otherRows: RowLocator(other), threads: threads)
  return try #require(packed).partners()
}

/// Ranges of two key columns: an array of slots, ranks of a sparse column, a set of bits, merging or hashing.
private let ranges: [(ClosedRange<Int64>, ClosedRange<Int64>)] = [
  (0...40, -30...30), (-5_000_000...5_000_000, 0...3), (0...300, 0...300), (0...2_000_000_000, 0...2_000_000_000),
  (-(1 << 61)...(1 << 61), 0...0), (-4...4, Int64.max - 3...Int64.max),
]

@Test(arguments: ranges.indices, [false, true])
func partnersAreThoseOfEqualKeys(range: Int, isSorted: Bool) throws {
  var random = RandomSource(seed: UInt64(31 + range))
  var seen: Set<[Int64]> = []
  let limit = range == 5 ? 30 : 900
  while seen.count < limit {
    seen.insert([
      Int64.random(in: ranges[range].0, using: &random), Int64.random(in: ranges[range].1, using: &random),
    ])
  }
  let all = seen.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
  var left = all.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
  var right = all.filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
  if !isSorted {
    left.shuffle(using: &random)
    right.shuffle(using: &random)
  }
  func columns(_ rows: [[Int64]]) -> [[Int64]] { [rows.map { $0[0] }, rows.map { $0[1] }] }
  let expected = plainPartners(columns(left), columns(right))
  for threads in [1, 3] {
    let found = try partners(
      table("a", columns(left), chunkRows: 70), table("b", columns(right), chunkRows: 111), threads: threads)
    #expect(found == expected, "seed \(random.seed)")
  }
  // A key twice on either side.
  let twice = left + [left[3]]
  #expect(
    try partners(table("a", columns(twice), chunkRows: 70), table("b", columns(right), chunkRows: 50), threads: 2)
      == nil)
  #expect(
    try partners(table("a", columns(right), chunkRows: 70), table("b", columns(twice), chunkRows: 50), threads: 2)
      == nil)
  // Of keys that the other side lacks, too.
  let lone = try #require(expected.firstIndex(of: noPartner))
  let lonely = left + [left[lone]]
  #expect(
    try partners(table("a", columns(lonely), chunkRows: 70), table("b", columns(right), chunkRows: 50), threads: 2)
      == nil)
}

@Test func largeKeysAreJoinedInParts() throws {
  var random = RandomSource(seed: 5)
  let all = (0..<60_000).map { _ in UInt64.random(in: 0...(.max), using: &random) }
  let source = Array(all[..<40_000])
  let other = Array(all[25_000...])
  let rows = Dictionary(uniqueKeysWithValues: zip(other, other.indices))
  let expected = source.map { key in rows[key].map { UInt32($0) } ?? noPartner }
  #expect(try hashedPartners(source, other, threads: 3) == expected)
  #expect(try hashedPartners(source + [source[7]], other, threads: 2) == nil)
  #expect(try hashedPartners(source, other + [other[other.count - 1]], threads: 2) == nil)
  let ordered = (source.sorted(), other.sorted())
  #expect(
    try mergedPartners(ordered.0, ordered.1, threads: 2) == hashedPartners(ordered.0, ordered.1, threads: 2))
  #expect(try joinedPartners([], [], threads: 2) == [])
  #expect(try joinedPartners([3], [], threads: 2) == [noPartner])
}

@Test func ranksCountSmallerIntegers() {
  let bits = RankedBits(limit: 1_000)
  let members = [0, 31, 32, 63, 64, 500, 999]
  for member in members + [31] { bits.insert(member) }
  #expect(bits.finish() == members.count)
  #expect((0..<1_000).map { bits.rank($0) } == (0..<1_000).map { members.firstIndex(of: $0) ?? -1 })
}

@Test func ordersAreStrict() {
  func isAscending(_ keys: [UInt32]) -> Bool { keys.withUnsafeBufferPointer { isStrictlyAscending($0) } }
  #expect(isAscending([]) && isAscending([4]) && isAscending(Array(0..<5_000)))
  #expect(!isAscending([1, 1]) && !isAscending(Array(0..<3_000) + [2_999]))
}
