// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Kernels

/// A row has no result: an overflow, a division by zero.
struct PlainFailure: Error {}

/// The obviously right twin of expressions: one boxed row at a time. Types are those of the values at hand.
func plainValue(_ expression: QueryExpression, _ row: [Value], _ schema: Schema) throws -> Value {
  func value(_ part: QueryExpression) throws -> Value { try plainValue(part, row, schema) }
  switch expression {
  case .column(let name, _): return row[schema.position(of: name)!]
  case .literal(.decimal(let unscaled, 0), _) where Int64(exactly: unscaled) != nil: return .int64(Int64(unscaled))
  case .literal(let value, _): return value
  case .number, .interval: preconditionFailure("not drawn")
  case .comparison(let comparison, let left, let right):
    return boxed(compare(try value(left), try value(right), comparison))
  case .between(let operand, let low, let high):
    return try value(.all([.comparison(.greaterOrEqual, operand, low), .comparison(.lessOrEqual, operand, high)]))
  case .among(let operand, let options): return try value(.any(options.map { .comparison(.equal, operand, $0) }))
  case .isNull(let operand): return .bool(try value(operand) == .null)
  case .not(let operand):
    guard case .bool(let flag) = try value(operand) else { return .null }
    return .bool(!flag)
  case .all(let parts): return try joined(parts, isAll: true, value)
  case .any(let parts): return try joined(parts, isAll: false, value)
  case .cast(let operand, let type, _): return try plainCast(try value(operand), type)
  case .call("case", let parts, _):
    for pair in stride(from: 0, to: parts.count - 1, by: 2) where try value(parts[pair]) == .bool(true) {
      return try value(parts[pair + 1])
    }
    return try value(parts[parts.count - 1])
  case .call("coalesce", let parts, _):
    for part in parts {
      let known = try value(part)
      if known != .null { return known }
    }
    return .null
  case .call(let name, let parts, _):
    if case .interval(let span, _)? = parts.last {
      return try plainLater(try value(parts[0]), span, isBack: name == "-")
    }
    return try plainCall(name, try parts.map(value))
  }
}

private func boxed(_ flag: Bool?) -> Value { flag.map { .bool($0) } ?? .null }

private func joined(
  _ parts: [QueryExpression], isAll: Bool, _ value: (QueryExpression) throws -> Value
) throws -> Value {
  var hasNull = false
  for part in parts {
    switch try value(part) {
    case .bool(let flag): if flag != isAll { return .bool(flag) }
    default: hasNull = true
    }
  }
  return hasNull ? .null : .bool(isAll)
}

private func plainCall(_ name: String, _ values: [Value]) throws -> Value {
  if name == "least" || name == "greatest" {
    let known = values.filter { $0 != .null }
    return known.dropFirst().reduce(known.first ?? .null) { best, next in
      (name == "least" ? order(next, best) < 0 : order(next, best) > 0) ? next : best
    }
  }
  if name == "nullif" { return compare(values[0], values[1], .equal) == true ? .null : values[0] }
  if values.contains(.null) { return .null }
  switch (name, values[0]) {
  case (_, .string(let text)): return plainText(name, text, Array(values.dropFirst()))
  case ("date_trunc", _): preconditionFailure("a part first")
  case (_, .date(let days)) where values.count == 1: return plainPart(name, days)
  case (_, .date(let days)):
    if case .date(let other) = values[1] { return .int64(Int64(days - other)) }
    guard case .int64(let count) = values[1] else { preconditionFailure("days") }
    let moved = Int128(days) + (name == "+" ? Int128(count) : -Int128(count))
    guard (-719_162...2_932_896).contains(moved) else { throw PlainFailure() }
    return .date(daysSinceEpoch: Int(moved))
  default: break
  }
  if values.contains(where: { if case .float64 = $0 { true } else { false } }) { return plainFloat(name, values) }
  return try plainExact(name, values)
}

private func number(_ value: Value) -> (unscaled: Int128, scale: Int) {
  switch value {
  case .int64(let value): return (Int128(value), 0)
  case .decimal(let unscaled, let scale): return (unscaled, scale)
  default: preconditionFailure("no exact number: \(value)")
  }
}

private func double(_ value: Value) -> Double {
  if case .float64(let double) = value { return double }
  let (unscaled, scale) = number(value)
  return nearestQuotient(unscaled, dividedBy: 1, scale: scale)
}

private func plainFloat(_ name: String, _ values: [Value]) -> Value {
  let (a, b) = (double(values[0]), values.count > 1 ? double(values[1]) : 0)
  switch (name, values.count) {
  case ("+", _): return .float64(a + b)
  case ("-", 1): return .float64(-a)
  case ("-", _): return .float64(a - b)
  case ("*", _): return .float64(a * b)
  case ("/", _): return .float64(a / b)
  case ("%", _): return .float64(a.truncatingRemainder(dividingBy: b))
  case ("abs", _): return .float64(abs(a))
  case ("floor", _): return .float64(a.rounded(.down))
  case ("ceil", _): return .float64(a.rounded(.up))
  case ("round", _): return .float64(a.rounded(.toNearestOrAwayFromZero))
  default: preconditionFailure("no function \(name)")
  }
}

private func power(_ exponent: Int) -> Int128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }

/// The value, if it has at most 38 digits; whole numbers of two int64 must fit 64 bits.
private func checked(_ result: (partialValue: Int128, overflow: Bool), _ scale: Int, isInt64: Bool) throws -> Value {
  guard !result.overflow, result.partialValue.magnitude < power(38).magnitude else { throw PlainFailure() }
  guard isInt64 else { return .decimal(unscaled: result.partialValue, scale: scale) }
  guard let value = Int64(exactly: result.partialValue) else { throw PlainFailure() }
  return .int64(value)
}

private func plainExact(_ name: String, _ values: [Value]) throws -> Value {
  let isInt64 = values.allSatisfy { if case .int64 = $0 { true } else { false } }
  let (a, scaleA) = number(values[0])
  switch (name, values.count) {
  case ("-", 1): return try checked((-a, false), scaleA, isInt64: isInt64)
  case ("abs", _): return try checked((a < 0 ? -a : a, false), scaleA, isInt64: isInt64)
  case ("floor", _), ("ceil", _), ("round", _):
    if case .int64 = values[0] { return try plainRoundedInt(name, a, values) }
    let places = values.count > 1 ? Int(number(values[1]).unscaled) : 0
    if places >= scaleA { return values[0] }
    let cut = rounded(name, a, power(scaleA - places))
    return try checked(cut.multipliedReportingOverflow(by: power(max(0, -places))), max(places, 0), isInt64: false)
  default: break
  }
  let (b, scaleB) = number(values[1])
  if name == "*" { return try checked(a.multipliedReportingOverflow(by: b), scaleA + scaleB, isInt64: isInt64) }
  if name == "/" { return .float64(nearestRatio(a, dividedBy: b, powerOfTen: scaleB - scaleA)) }
  let scale = max(scaleA, scaleB)
  let left = a.multipliedReportingOverflow(by: power(scale - scaleA))
  let right = b.multipliedReportingOverflow(by: power(scale - scaleB))
  for side in [left, right] where side.overflow || side.partialValue.magnitude >= power(38).magnitude {
    throw PlainFailure()
  }
  switch name {
  case "+": return try checked(left.partialValue.addingReportingOverflow(right.partialValue), scale, isInt64: isInt64)
  case "-":
    return try checked(left.partialValue.subtractingReportingOverflow(right.partialValue), scale, isInt64: isInt64)
  case "%":
    guard b != 0 else { throw PlainFailure() }
    return try checked((left.partialValue % right.partialValue, false), scale, isInt64: isInt64)
  default: preconditionFailure("no function \(name)")
  }
}

private func plainRoundedInt(_ name: String, _ value: Int128, _ values: [Value]) throws -> Value {
  let places = values.count > 1 ? Int(number(values[1]).unscaled) : 0
  guard places < 0 else { return values[0] }
  return try checked((rounded(name, value, power(-places)) * power(-places), false), 0, isInt64: true)
}

private func rounded(_ name: String, _ value: Int128, _ divisor: Int128) -> Int128 {
  let below = value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
  let rest = value - below * divisor
  switch name {
  case "floor": return below
  case "ceil": return rest == 0 ? below : below + 1
  default: return 2 * rest > divisor || 2 * rest == divisor && value > 0 ? below + 1 : below
  }
}

private func plainText(_ name: String, _ text: String, _ others: [Value]) -> Value {
  let scalars = Array(text.unicodeScalars)
  func made(_ scalars: some Sequence<Unicode.Scalar>) -> Value { .string(String(String.UnicodeScalarView(scalars))) }
  switch (name, others.first) {
  case ("length", _): return .int64(Int64(scalars.count))
  // Words of the tests have no letters that change their number.
  case ("lower", _): return .string(text.lowercased())
  case ("upper", _): return .string(text.uppercased())
  case ("trim", _): return made(scalars.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  case ("||", .string(let other)): return .string(text + other)
  case ("substring", .int64(let from)):
    var rest = Array(scalars.enumerated().filter { $0.offset + 1 >= Int(from) })
    if case .int64(let count)? = others.dropFirst().first {
      rest = rest.filter { $0.offset + 1 < Int(from) + Int(count) }
    }
    return made(rest.map(\.element))
  case ("like", .string(let pattern)): return .bool(matches(scalars[...], Array(pattern.unicodeScalars)[...]))
  case ("date_trunc", .date(let days)):
    return .date(daysSinceEpoch: plainCut(text, days))
  default: preconditionFailure("no function \(name)")
  }
}

private func matches(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
  guard let first = pattern.first else { return text.isEmpty }
  let rest = pattern.dropFirst()
  if first == "%" { return matches(text, rest) || !text.isEmpty && matches(text.dropFirst(), pattern) }
  guard let own = text.first, first == "_" || own == first else { return false }
  return matches(text.dropFirst(), rest)
}

/// Year, month and day, by walking from year to year.
private func plainDay(_ days: Int) -> (year: Int, month: Int, day: Int) {
  func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
  var (year, rest) = (1970, days)
  while rest < 0 {
    year -= 1
    rest += isLeap(year) ? 366 : 365
  }
  while rest >= (isLeap(year) ? 366 : 365) {
    rest -= isLeap(year) ? 366 : 365
    year += 1
  }
  for (month, length) in [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
    if rest < length { return (year, month + 1, rest + 1) }
    rest -= length
  }
  preconditionFailure("a year has twelve months")
}

private func plainPart(_ name: String, _ days: Int) -> Value {
  let day = plainDay(days)
  switch name {
  case "year": return .int64(Int64(day.year))
  case "month": return .int64(Int64(day.month))
  case "day": return .int64(Int64(day.day))
  default: preconditionFailure("no part \(name)")
  }
}

private func plainCut(_ part: String, _ days: Int) -> Int {
  var first = days
  while part == "month" ? plainDay(first).day != 1 : plainDay(first).month != 1 || plainDay(first).day != 1 {
    first -= 1
  }
  return first
}

private func plainLater(_ value: Value, _ span: TimeSpan, isBack: Bool) throws -> Value {
  guard case .date(let days) = value else { return .null }
  var (steps, at) = (isBack ? -span.months : span.months, days)
  // A month at a time, from the first of one to that of the next; then the day, or the last one there is.
  let day = plainDay(days).day
  at -= day - 1
  while steps > 0 {
    repeat { at += 1 } while plainDay(at).day != 1
    steps -= 1
  }
  while steps < 0 {
    repeat { at -= 1 } while plainDay(at).day != 1
    steps += 1
  }
  let month = plainDay(at).month
  var last = at
  while plainDay(last + 1).month == month { last += 1 }
  let result = min(at + day - 1, last) + (isBack ? -span.days : span.days)
  guard (-719_162...2_932_896).contains(result) else { throw PlainFailure() }
  return .date(daysSinceEpoch: result)
}

private func plainCast(_ value: Value, _ type: ColumnType) throws -> Value {
  switch (value, type) {
  case (.null, _): return .null
  case (.int64, .float64), (.decimal, .float64): return .float64(double(value))
  case (.int64(let number), .string): return .string("\(number)")
  case (.int64, .decimal(_, let scale)):
    return try checked(number(value).unscaled.multipliedReportingOverflow(by: power(scale)), scale, isInt64: false)
  case (.decimal(let unscaled, let scale), .int64):
    return try checked((rounded("round", unscaled, power(scale)), false), 0, isInt64: true)
  default: preconditionFailure("\(value) as \(type)")
  }
}
