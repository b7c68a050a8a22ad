// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension Filter.Test {
  /// What a page's statistics, at the unified scale, say.
  func verdict(on statistics: PageStatistics) -> Verdict {
    let nullCount = statistics.nullCount
    let valueCount = statistics.rowCount - nullCount
    switch self {
    case .isNull: return nullCount == 0 ? .none : valueCount == 0 ? .all : .some
    case .isNotNull: return valueCount == 0 ? .none : nullCount == 0 ? .all : .some
    case .integers, .texts: break
    }
    guard valueCount > 0 else { return .none }
    let verdict = verdict(onValuesOf: statistics)
    // Null rows are not taken.
    return verdict == .all && nullCount > 0 ? .some : verdict
  }

  private func verdict(onValuesOf statistics: PageStatistics) -> Verdict {
    switch (self, statistics.bounds) {
    case (.integers(let set), .integer(let minimum, let maximum, _)):
      return set.verdict(minimum: minimum, maximum: maximum)
    case (.integers(let set), .float(let minimum, let maximum)):
      // NaN takes no part in bounds, and is the greatest value.
      let hasOthers = statistics.floatRange?.hasNonFinite ?? true
      return set.verdict(
        minimum: Int128(orderedBits(minimum)), maximum: Int128(orderedBits(hasOthers ? .nan : maximum)))
    case (.texts(let set), .string(let minimum, let maximum, _)):
      return set.verdict(minimum: TextBound(bytes: minimum), maximum: TextBound(bytes: maximum))
    default: return .some
    }
  }
}
