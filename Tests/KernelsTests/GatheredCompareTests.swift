// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Kernels

private struct Found: Equatable {
  var totals = GatheredTotals()
  var differs: [Int] = []
}

private func bits(_ words: [UInt64]) -> [Int] {
  words.indices.flatMap { word in (0..<64).filter { words[word] >> UInt64($0) & 1 == 1 }.map { word * 64 + $0 } }
}

/// A row at a time, as the documentation says it.
private func plain(_ own: [UInt32], _ partners: [UInt32], _ others: [UInt32], _ limit: UInt32) -> Found {
  var found = Found()
  for row in own.indices {
    let other = partners[row] >= limit ? others[Int(limit)] : others[Int(partners[row])]
    found.totals.ownSum += UInt64(own[row])
    found.totals.partnerSum += UInt64(other)
    if own[row] == 0 { found.totals.zeroCount += 1 }
    if own[row] != other { found.differs.append(row) }
  }
  return found
}

@Test(arguments: [0, 1, 63, 64, 65, 128, 1000])
func gatheredCodesAgreeWithPlainOnes(count: Int) {
  var random = RandomSource(seed: UInt64(77 + count))
  let limit = UInt32(max(1, count / 2))
  let others = (0..<Int(limit)).map { _ in UInt32.random(in: 0...2, using: &random) } + [UInt32.max]
  let own = (0..<count).map { _ in UInt32.random(in: 0...2, using: &random) }
  let partners = (0..<count).map { _ in
    Bool.random(using: &random)
      ? UInt32.random(in: 0..<limit, using: &random) : UInt32.random(in: limit...(.max), using: &random)
  }
  var words = [UInt64](repeating: .max, count: (count + 63) / 64)
  let totals = own.withUnsafeBufferPointer { own in
    words.withUnsafeMutableBufferPointer { words in
      compareGathered(own, partners, others, limit: limit, differs: words.baseAddress!)
    }
  }
  #expect(Found(totals: totals, differs: bits(words)) == plain(own, partners, others, limit), "seed \(random.seed)")

  let wideOwn = own.map { UInt64($0) << 40 }
  let wideOthers = others.map { $0 == .max ? UInt64.max : UInt64($0) << 40 }
  words = [UInt64](repeating: .max, count: words.count)
  wideOwn.withUnsafeBufferPointer { own in
    words.withUnsafeMutableBufferPointer { words in
      compareGatheredRecords(own, partners, wideOthers, limit: limit, differs: words.baseAddress!)
    }
  }
  #expect(bits(words) == plain(own, partners, others, limit).differs, "seed \(random.seed)")
}

@Test(arguments: [1, 64, 100, 700])
func codesInStepAgreeWithPlainOnes(count: Int) {
  var random = RandomSource(seed: UInt64(177 + count))
  let own = (0..<count).map { _ in UInt32.random(in: 0...9, using: &random) }
  var others = own
  for _ in 0..<count / 50 { others[Int.random(in: 0..<count, using: &random)] = .max - 1 }
  others[count - 1] = others[count - 1] ^ 1
  var words = [UInt64](repeating: .max, count: (count + 63) / 64)
  let totals = own.withUnsafeBufferPointer { own in
    words.withUnsafeMutableBufferPointer { compareInStep(own, others, differs: $0.baseAddress!) }
  }
  let expected = plain(own, (0..<UInt32(count)).map { $0 }, others + [0], UInt32(count))
  #expect(Found(totals: totals, differs: bits(words)) == expected, "seed \(random.seed)")
}

@Test func codesArePlacedBesideOthers() {
  var records: [UInt64] = [1, 2, 3]
  let codes: [UInt32] = [5, 0, .max]
  let placed = codes.withUnsafeBufferPointer { placeCodes($0, shift: 8, in: &records) }
  #expect(records == [1 | 5 << 8, 2, 3 | UInt64(UInt32.max) << 8])
  #expect(placed.sum == 5 + UInt64(UInt32.max) && placed.zeroCount == 1)
}
