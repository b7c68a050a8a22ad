// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Encodings

/// Stretches that come again at changing distances, which neither runs nor a distance shows.
struct RepetitionTests {
  /// Days over the same cities in the same order, each day with some left out.
  private func days<T: StreamInteger>(_ type: T.Type, count: Int, using random: inout RandomSource) -> [T] {
    let cities = (0..<2_000).map { _ in T(truncatingIfNeeded: random.next() % 60_000) }
    var values: [T] = []
    while values.count < count { values += cities.filter { _ in random.next() % 50 != 0 } }
    return Array(values[..<count])
  }

  private func checkShares<T: StreamInteger>(_ type: T.Type, seed: UInt64) {
    var random = RandomSource(seed: seed)
    let again = days(type, count: 50_000, using: &random)
    let never = (0..<50_000).map { _ in T(truncatingIfNeeded: random.next() % 60_000) }
    let message: Comment = "\(type), seed \(seed)"
    #expect(again.withUnsafeBufferPointer { RepeatedStretches.share(in: $0) } > 0.7, message)
    #expect(never.withUnsafeBufferPointer { RepeatedStretches.share(in: $0) } < 0.02, message)
    #expect(again[..<1_900].withUnsafeBufferPointer { RepeatedStretches.share(in: $0) } < 0.02, message)
    #expect(again[..<9].withUnsafeBufferPointer { RepeatedStretches.share(in: $0) } == 0, message)
  }

  @Test(arguments: 1...5 as ClosedRange<UInt64>) func theShareIsThatOfWhatComesAgain(seed: UInt64) {
    checkShares(Int64.self, seed: seed)
    checkShares(UInt32.self, seed: seed)
    checkShares(Int128.self, seed: seed)
  }

  @Test func suchPagesAreLaidOutForACodec() throws {
    var random = RandomSource(seed: 7)
    let page = ColumnPage(values: .codes(days(UInt32.self, count: 100_000, using: &random)))
    let policy = EncodingPolicy(hasCodec: true)
    let encoded = encodePage(page, scale: 0, policy: policy)
    #expect(encoded.encoding.description == "planes 2")
    let stored = encoded.bytes.withUnsafeBytes { zstdCompressed($0, ZstdEffort(level: 3), limit: $0.count) }
    #expect(try #require(stored).count < 40_000, "packed, it would take 200,000 bytes")

    let others = policy.alternatives(to: encoded.encoding)
    #expect(others.map(\.hasCodec) == [true, false], "the codec may break the promise")
    for other in others { #expect(!encodePage(page, scale: 0, policy: other).encoding.hasPlanes) }
  }
}
