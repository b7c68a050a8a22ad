// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Exact sums of doubles, or of their products, per group: limbs of a window that grows with the exponents met.
struct GroupLimbs {
  private var window: FloatWindow?
  private var limbs: [Int64] = []
  private var nonFinite: [NonFinite] = []
  private var additionsSinceCarries = 0
  /// Rows added between looks at the carries.
  private static let pieceRows = maximumAdditionsBetweenCarries / 2

  /// Has `body` add to the limbs of so many groups, at most `rowCount` times to any of them; `window` holds what is added, nil if that
  /// is zero.
  mutating func add(
    rowCount: Int, window wanted: FloatWindow?, groupCount: Int,
    _ body: (FloatWindow, UnsafeMutableBufferPointer<Int64>, UnsafeMutableBufferPointer<NonFinite>) -> Void
  ) {
    precondition(rowCount <= Self.pieceRows, "a page of more than 2^29 rows")
    let window = widen(to: wanted)
    grow(to: groupCount, window)
    reserveAdditions(rowCount)
    limbs.withUnsafeMutableBufferPointer { limbs in
      nonFinite.withUnsafeMutableBufferPointer { body(window, limbs, $0) }
    }
  }

  /// Takes in another's: its group `g` is group `groups[g]` here. Passes the other's carries on.
  mutating func merge(_ other: inout GroupLimbs, groups: [UInt32], groupCount: Int) {
    guard let otherWindow = other.window else { return }
    let window = widen(to: otherWindow)
    grow(to: groupCount, window)
    other.passAllCarries()
    // After that each limb is as one addition to the one it joins, but for the last, which has room for 2^43 rows.
    reserveAdditions(1)
    let offset = (otherWindow.baseExponent - window.baseExponent) / 32
    for group in other.nonFinite.indices {
      let target = Int(groups[group])
      nonFinite[target].formUnion(other.nonFinite[group])
      for limb in 0..<otherWindow.limbCount {
        limbs[target * window.limbCount + offset + limb] += other.limbs[group * otherWindow.limbCount + limb]
      }
    }
    passAllCarries()
  }

  /// What other than finite numbers was added to a group.
  func nonFinite(_ group: Int) -> NonFinite { group < nonFinite.count ? nonFinite[group] : [] }

  /// A group's sum is the integer x 2^exponent, but for what is not finite.
  func sum(_ group: Int) -> (integer: BigInteger, exponent: Int) {
    guard let window, group < nonFinite.count else { return (BigInteger(0), 0) }
    let integer = limbs.withUnsafeBufferPointer {
      Kernels.integer(
        ofLimbs: UnsafeBufferPointer(rebasing: $0[group * window.limbCount..<(group + 1) * window.limbCount]))
    }
    return (integer, window.baseExponent)
  }

  /// Correctly rounded quotients of each group's sum and its divisor (not 0; 1 for the sum itself).
  func rounded(dividedBy divisors: [UInt64]) -> [Double] {
    var scratch: [UInt64] = []
    return divisors.enumerated().map { group, divisor in
      guard let window, group < nonFinite.count else { return 0 }
      if let sum = nonFinite[group].sum { return sum }
      return limbs.withUnsafeBufferPointer {
        let own = UnsafeBufferPointer(rebasing: $0[group * window.limbCount..<(group + 1) * window.limbCount])
        return nearestDouble(own, window: window, dividedBy: divisor, scratch: &scratch)
      }
    }
  }

  private mutating func grow(to groupCount: Int, _ window: FloatWindow) {
    limbs.grow(to: groupCount * window.limbCount, with: 0)
    nonFinite.grow(to: groupCount, with: [])
  }

  private mutating func reserveAdditions(_ count: Int) {
    if additionsSinceCarries + count > maximumAdditionsBetweenCarries { passAllCarries() }
    additionsSinceCarries += count
  }

  private mutating func passAllCarries() {
    guard let window else { return }
    limbs.withUnsafeMutableBufferPointer { limbs in
      for first in stride(from: 0, to: limbs.count, by: window.limbCount) {
        passCarries(UnsafeMutableBufferPointer(rebasing: limbs[first..<first + window.limbCount]))
      }
    }
    additionsSinceCarries = 1
  }

  /// The window, widened so that it covers `wanted` (nil: no finite value but zeros).
  private mutating func widen(to wanted: FloatWindow?) -> FloatWindow {
    let wanted = wanted ?? window ?? FloatWindow(leastExponent: 0, greatestExponent: 0)
    guard let old = window else {
      window = wanted
      return wanted
    }
    if old.covers(wanted) { return old }
    passAllCarries()
    let fresh = old.union(wanted)
    let offset = (old.baseExponent - fresh.baseExponent) / 32
    var moved = [Int64](repeating: 0, count: nonFinite.count * fresh.limbCount)
    for group in nonFinite.indices {
      for limb in 0..<old.limbCount {
        moved[group * fresh.limbCount + offset + limb] = limbs[group * old.limbCount + limb]
      }
    }
    limbs = moved
    window = fresh
    passAllCarries()
    return fresh
  }
}
