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
    var rows: [[Value]] = groups.flatMap { key, rows in resultRows(key, rows) }
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

  /// Single values are repeated; lists that are shorter than the longest end in nulls.
  private func resultRows(_ key: [Value], _ rows: [[Value]]) -> [[Value]] {
    var columns = query.aggregates.map { values(of: $0, rows) }
    var rowCount = 1
    for (aggregate, column) in zip(query.aggregates, columns) where isList(aggregate.function) {
      rowCount = max(rowCount, column.count)
    }
    for (index, aggregate) in query.aggregates.enumerated() {
      let filler: Value = isList(aggregate.function) ? .null : columns[index][0]
      while columns[index].count < rowCount { columns[index].append(filler) }
    }
    return (0..<rowCount).map { row in key + columns.map { $0[row] } }
  }

  /// One value, or as many as `top` and `bottom` have.
  private func values(of aggregate: Aggregate, _ rows: [[Value]]) -> [Value] {
    guard let name = aggregate.arguments.first else { return [.int64(Int64(rows.count))] }
    let column = schema.position(of: name)!
    let type = schema.fields[column].type
    if aggregate.arguments.count == 2 {
      let other = schema.position(of: aggregate.arguments[1])!
      let pairs = rows.map { ($0[column], $0[other]) }.filter { $0.0 != .null && $0.1 != .null }
      return [plainMoment(aggregate.function, pairs, (type, schema.fields[other].type))]
    }
    let values = rows.map { $0[column] }.filter { $0 != .null }
    let sorted = values.map(canonical).sorted { isBefore($0, $1, descending: false) == true }
    switch aggregate.function {
    case .count: return [.int64(Int64(values.count))]
    case .countDistinct: return [.int64(Int64(Set(values.map(canonical)).count))]
    case .min: return [sorted.first ?? .null]
    case .max: return [sorted.last ?? .null]
    case .top(let count): return Array(sorted.reversed().prefix(count))
    case .bottom(let count): return Array(sorted.prefix(count))
    case .first, .any: return [values.first ?? .null]
    case .last: return [values.last ?? .null]
    case .median: return [plainQuantile(sorted, 5, 10, type)]
    case .quantile(let level):
      let digits = "\(level)".split(separator: ".").dropFirst().first ?? ""
      let unit = digits.reduce(1) { power, _ in power * 10 }
      return [plainQuantile(sorted, Int("\(level)".filter { $0 != "." })!, unit, type)]
    case .variance, .standardDeviation:
      return [plainMoment(aggregate.function, values.map { ($0, $0) }, (type, type))]
    case .sum, .mean: return [plainSum(values, type, isMean: aggregate.function == .mean)]
    case .correlation, .covariance: preconditionFailure("of two columns")
    }
  }
}

private func isList(_ function: AggregateFunction) -> Bool {
  switch function {
  case .top, .bottom: true
  default: false
  }
}

private func plainSum(_ values: [Value], _ type: ColumnType, isMean: Bool) -> Value {
  if values.isEmpty { return .null }
  if type == .float64 {
    let doubles = values.map(nearestDouble)
    let sum = exactSum(doubles)
    // Tests draw doubles whose exact sum is a double, so that the quotient rounds once.
    return .float64(isMean ? sum / Double(doubles.count) : sum)
  }
  let sum = values.reduce(Int128(0)) { $0 + unscaled($1) }
  if isMean { return .float64(nearestQuotient(sum, dividedBy: values.count, scale: type.scale)) }
  return .decimal(unscaled: sum, scale: type.scale)
}

/// NaN, which equals nothing as a Double, becomes one text; -0.0 becomes 0.0.
func canonical(_ value: Value) -> Value {
  guard case .float64(let number) = value else { return value }
  return number.isNaN ? .string("NaN of float64") : .float64(number + 0.0)
}

private func brought(_ value: Value, to type: ColumnType) -> Value {
  guard case .decimal(_, let scale) = type, value != .null else { return value }
  var own = 0
  if case .decimal(_, let ownScale) = value { own = ownScale }
  return .decimal(unscaled: (own..<scale).reduce(unscaled(value)) { power, _ in power * 10 }, scale: scale)
}

func unscaled(_ value: Value) -> Int128 {
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
