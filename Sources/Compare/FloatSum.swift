// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The sum of doubles, exact and then rounded once to nearest, ties to even.
///
/// NaN and infinities follow IEEE 754 addition. Keeps the sum as doubles whose bits do not overlap: Shewchuk, "Adaptive Precision
/// Floating-Point Arithmetic and Fast Robust Geometric Predicates" (1997). A partial sum past the range of doubles gives an infinity.
func correctlyRoundedSum(_ values: [Double]) -> Double {
  var parts: [Double] = []
  var special = 0.0
  for value in values {
    guard value.isFinite else {
      special += value
      continue
    }
    var carried = value
    var kept = 0
    for index in parts.indices {
      var (large, small) = (carried, parts[index])
      if large.magnitude < small.magnitude { swap(&large, &small) }
      let sum = large + small
      let error = small - (sum - large)
      if error != 0 {
        parts[kept] = error
        kept += 1
      }
      carried = sum
    }
    parts.removeSubrange(kept...)
    parts.append(carried)
  }
  if special != 0 || special.isNaN { return special }
  return rounded(parts)
}

/// Sums parts of growing magnitude from the greatest down; only the first inexact addition rounds.
private func rounded(_ parts: [Double]) -> Double {
  guard var sum = parts.last else { return 0 }
  var index = parts.count - 1
  var error = 0.0
  while index > 0 {
    index -= 1
    let large = sum
    let small = parts[index]
    sum = large + small
    error = small - (sum - large)
    if error != 0 { break }
  }
  // Half-way: the parts below decide which neighbour is nearer.
  if index > 0, (error < 0) == (parts[index - 1] < 0), error != 0, parts[index - 1] != 0 {
    let twice = error * 2
    let candidate = sum + twice
    if candidate - sum == twice { sum = candidate }
  }
  return sum
}
