// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Values of one column over one chunk's rows, decoded, in the form that kernels read.
///
/// Slots of null rows hold 0 (an empty string, code 0) and mean nothing.
public enum PageValues: Sendable, Equatable {
  /// bool (0, 1), int64, date (days), timestamp (microseconds), and decimals of at most 18 digits (scaled by the column's scale).
  case int64([Int64])
  /// Decimals of more than 18 digits, scaled by the column's scale.
  case int128([Int128])
  /// float64.
  case float64([Double])
  /// string, as codes into the column's ``StringDictionary``.
  case codes([UInt32])
  /// string, where the column went on past its dictionary.
  case strings(StringArray)

  /// Number of slots.
  public var count: Int {
    switch self {
    case .int64(let values): values.count
    case .int128(let values): values.count
    case .float64(let values): values.count
    case .codes(let values): values.count
    case .strings(let values): values.count
    }
  }
}

/// One column of one chunk: values and which of them are there.
public struct ColumnPage: Sendable, Equatable {
  /// One slot per row.
  public let values: PageValues
  /// Which rows have a value.
  public let validity: Validity

  /// Pairs values with validity over the same rows.
  public init(values: PageValues, validity: Validity = .allValid) {
    self.values = values
    self.validity = validity
  }

  /// A page of nulls of type `type`.
  public init(nullRows rowCount: Int, type: ColumnType) {
    let values: PageValues =
      switch type {
      case .float64: .float64([Double](repeating: 0, count: rowCount))
      case .string: .strings(StringArray(offsets: [UInt32](repeating: 0, count: rowCount + 1), bytes: []))
      case _ where type.isWide: .int128([Int128](repeating: 0, count: rowCount))
      default: .int64([Int64](repeating: 0, count: rowCount))
      }
    self.init(values: values, validity: .allNull)
  }

  /// Rows.
  public var rowCount: Int { values.count }

  /// Rows without a value. O(rows / 64).
  public var nullCount: Int { validity.nullCount(ofRows: rowCount) }

  /// The value of `row`, boxed: for printing and examples, not for loops over rows.
  ///
  /// `dictionary` is needed for ``PageValues/codes(_:)`` alone.
  public func value(at row: Int, type: ColumnType, dictionary: StringDictionary?) -> Value {
    guard validity.isValid(row) else { return .null }
    switch values {
    case .int64(let values):
      return type.value(of: Int128(values[row]))
    case .int128(let values): return type.value(of: values[row])
    case .float64(let values): return .float64(values[row])
    case .codes(let codes):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      return .string(dictionary.entries[Int(codes[row])])
    case .strings(let strings): return .string(strings[row])
    }
  }
}
