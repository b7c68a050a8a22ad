// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Kernels

/// The obviously right twin: boxed rows in a dictionary, arithmetic value by value, comparison sorts.
struct PlainAggregation {
  let query: AggregateQuery
  let schema: Schema
  private var groups: [[Value]: [[Value]]] = [:]

  init(_ query: AggregateQuery, _ tables: [Table], schema: Schema) {
    self.query = query
    self.schema = schema
    if query.keys.isEmpty { groups[[]] = [] }
    for table in tables {
      for pages in table.chunks {
        for row in 0..<(pages.first?.rowCount ?? 0) {
          let values = schema.fields.map { field in
            let column = table.schema.position(of: field.name)!
            let value = pages[column].value(
              at: row, type: table.schema.fields[column].type, dictionary: table.dictionaries[column])
            return brought(value, to: field.type)
          }
          let key = query.keys.map { canonical(values[schema.position(of: $0.column)!]) }
          groups[key, default: []].append(values)
        }
      }
    }
  }

  /// Rows of the result: keys, then aggregates, as texts that tell every bit.
  func rows() throws -> [[String]] {
    let order = try query.sortColumns()
    var rows: [[Value]] = groups.map { key, rows in key + query.aggregates.map { value(of: $0, rows) } }
    rows.sort { a, b in
      for (column, sortKey) in zip(order, query.order) {
        if let smaller = isBefore(a[column], b[column], descending: sortKey.isDescending) { return smaller }
      }
      for column in query.keys.indices {
        if let smaller = isBefore(a[column], b[column], descending: false) { return smaller }
      }
      return false
    }
    return rows.prefix(query.limit ?? rows.count).map { $0.map(exactText) }
  }

  private func value(of aggregate: Aggregate, _ rows: [[Value]]) -> Value {
    guard let name = aggregate.column else { return .int64(Int64(rows.count)) }
    let column = schema.position(of: name)!
    let values = rows.map { $0[column] }.filter { $0 != .null }
    switch aggregate.function {
    case .count: return .int64(Int64(values.count))
    case .min: return values.min { isBefore($0, $1, descending: false) == true }.map(canonical) ?? .null
    case .max: return values.max { isBefore($0, $1, descending: false) == true }.map(canonical) ?? .null
    case .sum, .mean: break
    }
    if values.isEmpty { return .null }
    let isMean = aggregate.function == .mean
    if schema.fields[column].type == .float64 {
      let doubles = values.map { value -> Double in
        guard case .float64(let number) = value else { return .nan }
        return number
      }
      let sum = exactSum(doubles)
      // Tests draw doubles whose exact sum is a double, so that the quotient rounds once.
      return .float64(isMean ? sum / Double(doubles.count) : sum)
    }
    let scale = schema.fields[column].type.scale
    let sum = values.reduce(Int128(0)) { $0 + unscaled($1) }
    if isMean { return .float64(nearestQuotient(sum, dividedBy: values.count, scale: scale)) }
    return .decimal(unscaled: sum, scale: scale)
  }
}

/// NaN, which equals nothing as a Double, becomes one text; -0.0 becomes 0.0.
private func canonical(_ value: Value) -> Value {
  guard case .float64(let number) = value else { return value }
  return number.isNaN ? .string("NaN of float64") : .float64(number + 0.0)
}

private func brought(_ value: Value, to type: ColumnType) -> Value {
  guard case .decimal(_, let scale) = type, value != .null else { return value }
  var own = 0
  if case .decimal(_, let ownScale) = value { own = ownScale }
  return .decimal(unscaled: (own..<scale).reduce(unscaled(value)) { power, _ in power * 10 }, scale: scale)
}

private func unscaled(_ value: Value) -> Int128 {
  switch value {
  case .int64(let value): Int128(value)
  case .decimal(let unscaled, _): unscaled
  default: preconditionFailure("no number")
  }
}

/// nil if equal. Nulls last in either direction, NaN greatest.
private func isBefore(_ a: Value, _ b: Value, descending: Bool) -> Bool? {
  let (a, b) = (canonical(a), canonical(b))
  if a == b { return nil }
  if a == .null || b == .null { return b == .null }
  return isLess(a, b) != descending
}

private func isLess(_ a: Value, _ b: Value) -> Bool {
  switch (a, b) {
  case (.bool(let a), .bool(let b)): !a && b
  case (.int64(let a), .int64(let b)): a < b
  case (.date(let a), .date(let b)): a < b
  case (.timestamp(let a, _), .timestamp(let b, _)): a < b
  case (.decimal(let a, let scaleA), .decimal(let b, let scaleB)):
    // Sums of one column have one scale.
    scaleA == scaleB ? a < b : scaleA < scaleB
  case (.float64(let a), .float64(let b)): a < b
  case (.float64, .string): true
  case (.string, .float64): false
  case (.string(let a), .string(let b)): Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8))
  default: preconditionFailure("two types in one column: \(a), \(b)")
  }
}

/// Tells every bit, and not whether an integer is an int64 or a decimal without fraction.
func exactText(_ value: Value) -> String {
  switch value {
  case .null: "null"
  case .bool(let value): "\(value)"
  case .int64(let value): "\(value)"
  case .decimal(let unscaled, let scale): scale == 0 ? "\(unscaled)" : "\(unscaled)e-\(scale)"
  case .float64(let value): value.isNaN ? "NaN of float64" : "double \(value.bitPattern)"
  case .date(let days): "day \(days)"
  case .timestamp(let microseconds, let isUTC): "\(isUTC ? "instant" : "timestamp") \(microseconds)"
  case .string(let text): text
  }
}

/// All rows of a table as texts that tell every bit.
func exactRows(_ table: Table) -> [[String]] {
  table.chunks.flatMap { pages in
    (0..<(pages.first?.rowCount ?? 0)).map { row in
      pages.indices.map { column in
        exactText(
          pages[column].value(
            at: row, type: table.schema.fields[column].type, dictionary: table.dictionaries[column]))
      }
    }
  }
}
