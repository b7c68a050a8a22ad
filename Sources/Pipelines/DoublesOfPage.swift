// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension ColumnPage {
  /// Whole numbers or decimals of `scale` as doubles; nil if one of them would change: a decimal of more than 15 digits, or a whole number
  /// that is no double. 15 digits always come back from the nearest double (IEEE 754, section 5.12.2). O(rows).
  func asDoubles(scale: Int) -> ColumnPage? {
    var doubles = [Double](repeating: 0, count: rowCount)
    for row in 0..<rowCount where validity.isValid(row) {
      let value: Int128
      switch values {
      case .int64(let all): value = Int128(all[row])
      case .int128(let all): value = all[row]
      default: preconditionFailure("only numbers become doubles")
      }
      if value.magnitude < 1_000_000_000_000_000 {
        doubles[row] = nearestQuotient(value, dividedBy: 1, scale: scale)
      } else {
        guard scale == 0, let exact = Double(exactly: value) else { return nil }
        doubles[row] = exact
      }
    }
    return ColumnPage(values: .float64(doubles), validity: validity)
  }
}
