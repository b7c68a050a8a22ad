// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension PageStatistics.Bounds {
  /// The smallest or the greatest value.
  public enum Edge: Sendable, Equatable {
    /// Of integer-like columns, scaled by the column's scale.
    case integer(Int128)
    /// Of float64 columns.
    case float(Double)
    /// Of string columns: UTF-8 bytes.
    case string([UInt8])
  }

  /// Both ends, nil where there are no values.
  public var edges: (minimum: Edge, maximum: Edge)? {
    switch self {
    case .none: nil
    case .integer(let minimum, let maximum, _): (.integer(minimum), .integer(maximum))
    case .float(let minimum, let maximum): (.float(minimum), .float(maximum))
    case .string(let minimum, let maximum, _): (.string(minimum), .string(maximum))
    }
  }

  /// False where string bounds were cut.
  public var isExact: Bool {
    if case .string(_, _, let exact) = self { return exact }
    return true
  }

  /// Bounds of the values of both. Precondition: both are of the same kind, or one is `none`.
  public func joined(with other: Self) -> Self {
    switch (self, other) {
    case (.none, let bounds), (let bounds, .none): return bounds
    case (.integer(let lowA, let highA, let sumA), .integer(let lowB, let highB, let sumB)):
      var sum: Int128?
      if let sumA, let sumB {
        let (total, overflowed) = sumA.addingReportingOverflow(sumB)
        sum = overflowed ? nil : total
      }
      return .integer(minimum: min(lowA, lowB), maximum: max(highA, highB), sum: sum)
    case (.float(let lowA, let highA), .float(let lowB, let highB)):
      return .float(minimum: min(lowA, lowB), maximum: max(highA, highB))
    case (.string(let lowA, let highA, let exactA), .string(let lowB, let highB, let exactB)):
      return .string(
        minimum: lowB.lexicographicallyPrecedes(lowA) ? lowB : lowA,
        maximum: highA.lexicographicallyPrecedes(highB) ? highB : highA, exact: exactA && exactB)
    default: preconditionFailure("bounds of different kinds")
    }
  }
}

extension ColumnType {
  /// What an integer held for this type means. Precondition: the type is held as an integer.
  public func value(of held: Int128) -> Value {
    switch self {
    case .bool: .bool(held != 0)
    case .int64: .int64(Int64(held))
    case .decimal(_, let scale): .decimal(unscaled: held, scale: scale)
    case .date: .date(daysSinceEpoch: Int(held))
    case .timestamp(let isUTC): .timestamp(microsecondsSinceEpoch: Int(held), isUTC: isUTC)
    case .float64, .string: preconditionFailure("\(self) is not held as an integer")
    }
  }
}
