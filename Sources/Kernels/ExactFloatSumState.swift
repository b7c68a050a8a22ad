// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ExactFloatSum {
  /// Words of ``words``: one for what is not finite, then the limbs.
  package static let wordCount = 1 + FloatWindow.full.limbCount

  /// The sum, to be put together again elsewhere: equal sums have equal words. O(1).
  package var words: [UInt64] {
    let (limbs, nonFinite) = settled
    return [UInt64(nonFinite.rawValue)] + limbs.map { UInt64(bitPattern: $0) }
  }

  /// What ``words`` gave; nil for words that it never gives: a wrong number of them, unknown bits in the first, limbs past 32 bits, or a
  /// last one that the sum of 2^60 values does not reach.
  package init?(words: some Collection<UInt64>) {
    guard words.count == Self.wordCount, let first = words.first, first < 8 else { return nil }
    let limbs = words.dropFirst().map { Int64(bitPattern: $0) }
    guard limbs.dropLast().allSatisfy({ 0..<1 << 32 ~= $0 }), let last = limbs.last, last.magnitude < 1 << 60 else {
      return nil
    }
    self.init(limbs: limbs, nonFinite: NonFinite(rawValue: UInt8(first)))
  }
}
