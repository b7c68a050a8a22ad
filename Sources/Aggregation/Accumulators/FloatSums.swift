// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Exact sums of doubles.
final class FloatSums: Accumulator {
  var limbs = GroupLimbs()

  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .float64(let values) = page.values else { preconditionFailure("doubles expected") }
    add(values, page, rows)
  }

  /// Takes in `values`, those of a page with `page`'s validity.
  func add(_ values: [Double], _ page: ColumnPage, _ rows: GroupedRows) {
    values.withUnsafeBufferPointer { values in
      withValidityBits(page) { validity in
        limbs.add(rowCount: values.count, window: floatWindow(values), groupCount: rows.groupCount) {
          window, limbs, nonFinite in
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

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? FloatSums else { preconditionFailure("accumulators of two kinds") }
    limbs.merge(&other.limbs, groups: groups, groupCount: groupCount)
  }

  /// Correctly rounded quotients of each group's sum and its divisor (not 0; 1 for the sum itself).
  func rounded(dividedBy divisors: [UInt64]) -> [Double] { limbs.rounded(dividedBy: divisors) }
}

/// Exact sums of products of doubles.
final class FloatProducts: Accumulator {
  var limbs = GroupLimbs()

  /// Adds the squares of a page.
  func add(_ page: ColumnPage, _ dictionary: StringDictionary?, _ rows: GroupedRows) {
    guard case .float64(let values) = page.values else { preconditionFailure("doubles expected") }
    add(values, values, page, rows)
  }

  /// Adds products of `xs` and `ys`, those of a page with `page`'s validity.
  func add(_ xs: [Double], _ ys: [Double], _ page: ColumnPage, _ rows: GroupedRows) {
    xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        let exponents = (floatExponents(xs), floatExponents(ys))
        // Without one, all products are zero.
        let window = exponents.0.flatMap { x in exponents.1.map { productWindow(x, $0) } }
        withValidityBits(page) { validity in
          limbs.add(rowCount: 2 * xs.count, window: window, groupCount: rows.groupCount) { window, limbs, nonFinite in
            exactProducts(
              xs, ys, groups: rows.groups, validity: validity, window: window, into: limbs, nonFinite: nonFinite)
          }
        }
      }
    }
  }

  func merge(_ other: any Accumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? FloatProducts else { preconditionFailure("accumulators of two kinds") }
    limbs.merge(&other.limbs, groups: groups, groupCount: groupCount)
  }
}
