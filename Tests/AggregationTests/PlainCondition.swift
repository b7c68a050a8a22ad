// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TestSupport

/// The obviously right twin of conditions: one boxed row at a time, SQL's three truth values as true, false and nil.
func truth(_ expression: QueryExpression, _ row: [Value], _ schema: Schema) -> Bool? {
  switch expression {
  case .column(let name, _):
    guard case .bool(let flag) = row[schema.position(of: name)!] else { return nil }
    return flag
  case .literal(let value, _):
    guard case .bool(let flag) = value else { return nil }
    return flag
  case .number: return nil
  case .comparison(let comparison, let left, let right):
    return compare(operand(left, row, schema), operand(right, row, schema), comparison)
  case .between(let of, let low, let high):
    return and([
      compare(operand(of, row, schema), operand(low, row, schema), .greaterOrEqual),
      compare(operand(of, row, schema), operand(high, row, schema), .lessOrEqual),
    ])
  case .among(let of, let options):
    return not(
      and(options.map { not(compare(operand(of, row, schema), operand($0, row, schema), .equal)) }))
  case .isNull(let of): return operand(of, row, schema) == .null
  case .not(let of): return not(truth(of, row, schema))
  case .all(let parts): return and(parts.map { truth($0, row, schema) })
  case .any(let parts): return not(and(parts.map { not(truth($0, row, schema)) }))
  case .call, .cast, .interval: preconditionFailure("see PlainExpression")
  }
}

private func operand(_ expression: QueryExpression, _ row: [Value], _ schema: Schema) -> Value {
  switch expression {
  case .column(let name, _): row[schema.position(of: name)!]
  case .literal(let value, _): value
  default: preconditionFailure("a condition as an operand")
  }
}

private func not(_ value: Bool?) -> Bool? { value.map { !$0 } }

private func and(_ values: [Bool?]) -> Bool? {
  if values.contains(false) { return false }
  return values.contains(nil) ? nil : true
}

func compare(_ a: Value, _ b: Value, _ comparison: Comparison) -> Bool? {
  if a == .null || b == .null { return nil }
  let order = order(a, b)
  switch comparison {
  case .less: return order < 0
  case .lessOrEqual: return order <= 0
  case .greater: return order > 0
  case .greaterOrEqual: return order >= 0
  case .equal: return order == 0
  case .notEqual: return order != 0
  }
}

/// Negative, 0 or positive.
func order(_ a: Value, _ b: Value) -> Int {
  switch (a, b) {
  case (.bool(let a), .bool(let b)): return (a ? 1 : 0) - (b ? 1 : 0)
  case (.string(let a), .string(let b)):
    if Array(a.utf8) == Array(b.utf8) { return 0 }
    return Array(a.utf8).lexicographicallyPrecedes(Array(b.utf8)) ? -1 : 1
  case (.date(let a), .date(let b)): return a - b
  case (.timestamp(let a, _), .timestamp(let b, _)): return a - b
  case (.date(let a), .timestamp(let b, _)): return a * 86_400_000_000 - b
  case (.timestamp(let a, _), .date(let b)): return a - b * 86_400_000_000
  case (.float64, _), (_, .float64): return doubleOrder(double(a), double(b))
  default:
    let (left, right) = (fraction(a), fraction(b))
    let scale = max(left.scale, right.scale)
    let difference = raised(left.unscaled, scale - left.scale) - raised(right.unscaled, scale - right.scale)
    return difference < 0 ? -1 : difference > 0 ? 1 : 0
  }
}

private func doubleOrder(_ a: Double, _ b: Double) -> Int {
  if a.isNaN || b.isNaN { return (a.isNaN ? 1 : 0) - (b.isNaN ? 1 : 0) }
  return a < b ? -1 : a > b ? 1 : 0
}

private func double(_ value: Value) -> Double {
  switch value {
  case .float64(let value): return value
  default:
    // The C library rounds a decimal text once.
    let (unscaled, scale) = fraction(value)
    return Double("\(unscaled)e-\(scale)")!
  }
}

private func fraction(_ value: Value) -> (unscaled: Int128, scale: Int) {
  switch value {
  case .int64(let value): (Int128(value), 0)
  case .decimal(let unscaled, let scale): (unscaled, scale)
  default: preconditionFailure("no number")
  }
}

private func raised(_ value: Int128, _ digits: Int) -> Int128 { (0..<digits).reduce(value) { power, _ in power * 10 } }

/// A random condition over columns of `schema`, with constants that are often values of `rows` or next to one.
func randomCondition(
  _ rows: [[Value]], _ schema: Schema, depth: Int = 3, using random: inout RandomSource
) -> QueryExpression {
  let kind = Int.random(in: 0...9, using: &random)
  if depth > 0, kind < 5 {
    if kind == 0 { return .not(randomCondition(rows, schema, depth: depth - 1, using: &random)) }
    let parts = (0..<Int.random(in: 1...3, using: &random)).map { _ in
      randomCondition(rows, schema, depth: depth - 1, using: &random)
    }
    return kind < 3 ? .all(parts) : .any(parts)
  }
  let column = Int.random(in: 0..<schema.fields.count, using: &random)
  let name = schema.fields[column].name
  func constant() -> QueryExpression {
    .literal(randomConstant(rows, column, schema.fields[column].type, using: &random))
  }
  switch kind {
  case 5: return .isNull(.column(name))
  case 6: return .between(.column(name), low: constant(), high: constant())
  case 7: return .among(.column(name), (0..<Int.random(in: 1...8, using: &random)).map { _ in constant() })
  case 8 where schema.fields[column].type == .bool: return .column(name)
  case 8: return .comparison(Comparison.allCases.randomElement(using: &random)!, constant(), .column(name))
  default: return .comparison(Comparison.allCases.randomElement(using: &random)!, .column(name), constant())
  }
}

private func randomConstant(
  _ rows: [[Value]], _ column: Int, _ type: ColumnType, using random: inout RandomSource
) -> Value {
  if Int.random(in: 0...15, using: &random) == 0 { return .null }
  let known = rows.randomElement(using: &random)?[column] ?? .null
  let step = Int.random(in: -1...1, using: &random)
  switch (type, known) {
  case (.bool, _): return .bool(Bool.random(using: &random))
  case (.int64, .int64(let value)), (.float64, .int64(let value)):
    return .decimal(unscaled: Int128(value) * 10 + Int128(step) * 5, scale: 1)
  case (.decimal(_, let scale), .decimal(let unscaled, _)):
    return step == 0
      ? .decimal(unscaled: unscaled, scale: scale)
      : .decimal(unscaled: unscaled * 10 + Int128(step) * 5, scale: scale + 1)
  case (.float64, .float64(let value)) where value.isFinite && abs(value) < 1e6 && abs(value) > 1e-6:
    return .decimal(unscaled: Int128((value * 64).rounded()) * 15_625, scale: 6)
  case (.date, .date(let days)):
    return step == 0
      ? .date(daysSinceEpoch: days)
      : .timestamp(microsecondsSinceEpoch: days * 86_400_000_000 + step, isUTC: false)
  case (.timestamp(isUTC: false), .timestamp(let moment, _)):
    return step == 0
      ? .date(daysSinceEpoch: 0) : .timestamp(microsecondsSinceEpoch: moment + step - 1, isUTC: false)
  case (.timestamp(isUTC: true), .timestamp(let moment, _)):
    return .timestamp(microsecondsSinceEpoch: moment + step, isUTC: true)
  case (.string, .string(let text)): return .string(step == 0 ? text : text + (step < 0 ? "" : "a"))
  case (.int64, _), (.decimal, _), (.float64, _):
    return .decimal(unscaled: Int128(step) * 999_999_999_999_999_999_999, scale: 3)
  case (.date, _), (.timestamp(isUTC: false), _): return .date(daysSinceEpoch: 18_000)
  case (.timestamp(isUTC: true), _): return .timestamp(microsecondsSinceEpoch: 0, isUTC: true)
  case (.string, _): return .string("Acre")
  }
}
