// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension Table {
  /// A small table from boxed values, one array per column; for reports, examples and tests.
  ///
  /// Precondition: all columns are equally long, and each value is null or of its column's type.
  public init(name: String = "memory", columns: [(name: String, type: ColumnType, values: [Value])]) {
    let pages = columns.map { ColumnPage(boxed: $0.values, type: $0.type) }
    self.init(
      name: name, schema: Schema(columns.map { Field(name: $0.name, type: $0.type) }),
      chunks: pages.isEmpty || pages[0].rowCount == 0 ? [] : [pages])
  }
}

extension Table {
  /// The same from rows: each has one value per column.
  public init(name: String = "memory", rows: [[Value]], columns: [(name: String, type: ColumnType)]) {
    self.init(
      name: name,
      columns: columns.enumerated().map { position, column in
        (column.name, column.type, rows.map { $0[position] })
      })
  }
}

extension ColumnPage {
  /// A page from boxed values. Precondition: each is null or of type `type`. O(values), with an allocation per string.
  public init(boxed values: [Value], type: ColumnType) {
    var words = [UInt64](repeating: 0, count: (values.count + 63) / 64)
    for (row, value) in values.enumerated() where value != .null { words[row >> 6] |= 1 << UInt64(row & 63) }
    let validity = Validity(words: words, rowCount: values.count)
    switch type {
    case .string:
      self.init(values: .strings(StringArray(values.map(\.unboxedString))), validity: validity)
    case .float64:
      self.init(values: .float64(values.map(\.unboxedFloat)), validity: validity)
    case _ where type.isWide:
      self.init(values: .int128(values.map(\.unboxedInteger)), validity: validity)
    default:
      self.init(values: .int64(values.map { Int64($0.unboxedInteger) }), validity: validity)
    }
  }
}

extension Value {
  fileprivate var unboxedString: String {
    switch self {
    case .string(let text): text
    case .null: ""
    default: preconditionFailure("a string column holds \(self)")
    }
  }

  fileprivate var unboxedFloat: Double {
    switch self {
    case .float64(let value): value
    case .null: 0
    default: preconditionFailure("a float64 column holds \(self)")
    }
  }

  fileprivate var unboxedInteger: Int128 {
    switch self {
    case .null: 0
    case .bool(let truth): truth ? 1 : 0
    case .int64(let value): Int128(value)
    case .decimal(let unscaled, _): unscaled
    case .date(let days): Int128(days)
    case .timestamp(let microseconds, _): Int128(microseconds)
    default: preconditionFailure("an integer-like column holds \(self)")
    }
  }
}
