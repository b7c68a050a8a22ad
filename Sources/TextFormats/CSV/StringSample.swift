// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What one chunk shows of the number of different strings in its whole column.
struct StringSample {
  /// Values of the chunk.
  let valueCount: Int
  /// Different strings among them.
  let stringCount: Int
  /// Of these, strings that no chunk before had.
  let newCount: Int
  /// Different strings of all chunks before.
  let knownCount: Int

  /// About how many different strings the column has, as if values were drawn from them at random; nil if more than `limit`.
  ///
  /// The greater of two estimates: v values drawn from d strings show d (1 - e^(-v/d)) of them; and a share of knownCount / d of the
  /// strings seen is known already (capture and recapture: Lincoln 1930). Where some strings are more frequent than others both are too low.
  func columnStringCount(atMost limit: Int) -> Int? {
    // More strings show more of them: if `limit` shows no more than were seen, there are more.
    guard limit > 0, shown(of: Double(limit)) >= Double(stringCount) else { return nil }
    var (low, high) = (0.0, Double(limit))
    // Halved so often, a limit of 64 bits is 1 apart.
    for _ in 0..<64 where high - low > 1 {
      let middle = (low + high) / 2
      if shown(of: middle) < Double(stringCount) { low = middle } else { high = middle }
    }
    var estimate = max(high, Double(knownCount + newCount))
    if knownCount > 0 {
      guard newCount < stringCount else { return nil }
      estimate = max(estimate, Double(knownCount) * Double(stringCount) / Double(stringCount - newCount))
    }
    return estimate <= Double(limit) ? Int(estimate) : nil
  }

  /// Different strings that as many values show on average, drawn from so many.
  private func shown(of strings: Double) -> Double { strings * -expm1(-Double(valueCount) / strings) }
}
