// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Exact sums of doubles, in limbs of a window that grows with the exponents met.
final class FloatSums: Accumulator {
  private var window: FloatWindow?
  private var limbs: [Int64] = []
  private var nonFinite: [NonFinite] = []
  private var additionsSinceCarries = 0
  /// Rows added between looks at the carries.
  private static let pieceRows = maximumAdditionsBetweenCarries / 2

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .float64(let values) = page.values else { preconditionFailure("doubles expected") }
    precondition(values.count <= Self.pieceRows, "a page of more than 2^29 rows")
    values.withUnsafeBufferPointer { values in
      let window = widen(to: floatWindow(values))
      grow(to: rows.groupCount, window)
      reserveAdditions(values.count)
      withValidityBits(page) { validity in
        limbs.withUnsafeMutableBufferPointer { limbs in
          nonFinite.withUnsafeMutableBufferPointer { nonFinite in
            if rows.isSingleGroup {
              exactSum(values, validity: validity, window: window, into: limbs, nonFinite: &nonFinite[0])
            } else {
              exactSums(
                values, groups: rows.groups, validity: validity, window: window, into: limbs, nonFinite: nonFinite)
            }
          }
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? FloatSums else { preconditionFailure("accumulators of two kinds") }
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

  private func grow(to groupCount: Int, _ window: FloatWindow) {
    limbs.grow(to: groupCount * window.limbCount, with: 0)
    nonFinite.grow(to: groupCount, with: [])
  }

  private func reserveAdditions(_ count: Int) {
    if additionsSinceCarries + count > maximumAdditionsBetweenCarries { passAllCarries() }
    additionsSinceCarries += count
  }

  private func passAllCarries() {
    guard let window else { return }
    limbs.withUnsafeMutableBufferPointer { limbs in
      for first in stride(from: 0, to: limbs.count, by: window.limbCount) {
        passCarries(UnsafeMutableBufferPointer(rebasing: limbs[first..<first + window.limbCount]))
      }
    }
    additionsSinceCarries = 1
  }

  /// The window, widened so that it covers `wanted` (nil: no finite value but zeros).
  private func widen(to wanted: FloatWindow?) -> FloatWindow {
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
