// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// Decimals of a stream that an engine on the way may have given another number of digits.

extension ColumnType {
  /// True if a column of this type may stand for one of type `wanted`: it is the same, or a decimal of as many digits after the point.
  func fits(_ wanted: ColumnType) -> Bool {
    if case .decimal(_, let scale) = self, case .decimal(_, let wantedScale) = wanted { return scale == wantedScale }
    return self == wanted
  }
}

extension ColumnPage {
  /// Decimals of type `own` as those of type `type`, which it fits; all else as it is. nil if a value has more digits than that. O(rows), O(1) where
  /// the types are the same.
  func fitted(from own: ColumnType, to type: ColumnType) -> ColumnPage? {
    guard case .decimal(let precision, _) = type, own != type else { return self }
    let limit = powerOfTen(precision).magnitude
    func fits(_ magnitude: UInt128, _ row: Int) -> Bool { magnitude < limit || !validity.isValid(row) }
    switch values {
    case .int64(let all):
      guard all.enumerated().allSatisfy({ fits(UInt128($1.magnitude), $0) }) else { return nil }
      return type.isWide ? ColumnPage(values: .int128(all.map { Int128($0) }), validity: validity) : self
    case .int128(let all):
      guard all.enumerated().allSatisfy({ fits($1.magnitude, $0) }) else { return nil }
      return type.isWide
        ? self : ColumnPage(values: .int64(all.map { Int64(truncatingIfNeeded: $0) }), validity: validity)
    default: return self
    }
  }
}
