// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// An expression with its type.
struct BoundExpression {
  let node: Int
  /// nil for nulls of no type: they are of any.
  let type: ColumnType?
  /// For messages.
  let origin: ExpressionOrigin
  /// Of a constant that no decimal has all digits of: the number that `node` is the nearest double of.
  var numeral: Numeral?
}

/// Finds columns, works out types and brings the sides of each operation to one form.
struct ExpressionBinder {
  let sources: [any TableSource]
  /// The option that the expressions are of.
  var part: QuerySyntaxError.Part
  var program = ExpressionProgram()
  /// False where columns and aggregates are nulls of no type: see ``QueryExpression/checkTypes(_:item:)``.
  var knowsColumns = true

  init(sources: [any TableSource], part: QuerySyntaxError.Part, program: ExpressionProgram = ExpressionProgram()) {
    self.sources = sources
    self.part = part
    self.program = program
  }

  /// Throws `column.unknown`, `expression.type`, `table.mismatch`, or what an input throws.
  mutating func bind(_ expression: QueryExpression) throws -> BoundExpression {
    let origin = ExpressionOrigin(part: part, position: expression.position)
    switch expression {
    case .column(let name, _): return try column(name, origin)
    case .literal(let value, _): return constant(value, origin)
    case .number(let numeral, _):
      var bound = constant(.float64(numeral.nearestDouble), origin)
      bound.numeral = numeral
      return bound
    case .interval:
      throw typeError(origin, "an interval by itself", "add it to a date or timestamp: day + interval '3' month")
    case .comparison(let comparison, let left, let right):
      return try self.comparison(comparison, try bind(left), try bind(right), origin)
    case .between(let operand, let low, let high):
      let bound = try bind(operand)
      return logic(
        .all,
        [
          try comparison(.greaterOrEqual, bound, try bind(low), origin),
          try comparison(.lessOrEqual, bound, try bind(high), origin),
        ], origin)
    case .among(let operand, let options):
      let bound = try bind(operand)
      if !knowsColumns {
        for option in options where !option.isConstant { _ = try comparison(.equal, bound, try bind(option), origin) }
        return null(.bool, origin)
      }
      return logic(.any, try options.map { try comparison(.equal, bound, try bind($0), origin) }, origin)
    case .isNull(let operand):
      return BoundExpression(
        node: program.node(.isNull, [try bind(operand).node], .bool, origin), type: .bool, origin: origin)
    case .not(let operand):
      return BoundExpression(
        node: program.node(.not, [try condition(operand).node], .bool, origin), type: .bool, origin: origin)
    case .all(let parts): return logic(.all, try parts.map { try condition($0) }, origin)
    case .any(let parts): return logic(.any, try parts.map { try condition($0) }, origin)
    case .cast(let operand, let type, _): return try cast(try bind(operand), to: type, origin)
    case .call(let name, let arguments, _): return try call(name, arguments, origin)
    }
  }

  /// The same as a truth value. Throws `expression.type` if it is none.
  mutating func condition(_ expression: QueryExpression) throws -> BoundExpression {
    let bound = try bind(expression)
    guard let type = bound.type else { return null(.bool, bound.origin) }
    guard type == .bool else {
      throw typeError(
        bound.origin, "\(told(expression)) is \(type), not a condition", "compare it with something: x > 5")
    }
    return bound
  }

  /// A name for messages: a column is called by its name.
  private func told(_ expression: QueryExpression) -> String {
    if case .column = expression { "the column" } else { "what stands here" }
  }

  private mutating func column(_ name: String, _ origin: ExpressionOrigin) throws -> BoundExpression {
    guard knowsColumns else { return null(nil, origin) }
    var position = program.columns.firstIndex { $0.name == name }
    if position == nil {
      do {
        program.columns.append(try UnifiedColumn(name, in: sources))
      } catch let error as UnknownColumn {
        throw AggregateError(error, at: origin)
      }
      position = program.columns.count - 1
    }
    let column = program.columns[position ?? 0]
    if column.hasNoValues { return null(nil, origin) }
    return BoundExpression(
      node: program.node(.column(position ?? 0), [], column.type, origin), type: column.type, origin: origin)
  }

  /// A constant; whole numbers of up to 64 bits are int64.
  func typeOfConstant(_ value: Value) -> (type: ColumnType?, value: Value) {
    switch value {
    case .null: return (nil, .null)
    case .bool: return (.bool, value)
    case .int64: return (.int64, value)
    case .decimal(let unscaled, 0) where Int64(exactly: unscaled) != nil: return (.int64, .int64(Int64(unscaled)))
    case .decimal(let unscaled, let scale):
      return (.decimal(precision: max(digitCount(unscaled.magnitude), scale, 1), scale: scale), value)
    case .float64: return (.float64, value)
    case .date: return (.date, value)
    case .timestamp(_, let isUTC): return (.timestamp(isUTC: isUTC), value)
    case .string: return (.string, value)
    }
  }

  mutating func constant(_ value: Value, _ origin: ExpressionOrigin) -> BoundExpression {
    let (type, value) = typeOfConstant(value)
    return BoundExpression(
      node: program.node(.constant(value), [], type ?? .int64, origin), type: type, origin: origin)
  }

  /// A null of a type, or of any.
  mutating func null(_ type: ColumnType?, _ origin: ExpressionOrigin) -> BoundExpression {
    BoundExpression(node: program.node(.constant(.null), [], type ?? .int64, origin), type: type, origin: origin)
  }

  private mutating func logic(
    _ operation: ExpressionOperation, _ parts: [BoundExpression], _ origin: ExpressionOrigin
  ) -> BoundExpression {
    if parts.count == 1 { return parts[0] }
    return BoundExpression(
      node: program.node(operation, parts.map(\.node), .bool, origin), type: .bool, origin: origin)
  }

  /// Throws `expression.type` for types that do not compare.
  mutating func comparison(
    _ comparison: Comparison, _ left: BoundExpression, _ right: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard left.type != nil, right.type != nil else { return null(.bool, origin) }
    if let exact = try numeralComparison(comparison, left, right, origin) { return exact }
    var (a, b) = (try moment(left, like: right), try moment(right, like: left))
    var ordering: Ordering
    switch comparison {
    case .less: ordering = .less
    case .lessOrEqual: ordering = .lessOrEqual
    case .greater: (a, b, ordering) = (b, a, .less)
    case .greaterOrEqual: (a, b, ordering) = (b, a, .lessOrEqual)
    case .equal: ordering = .equal
    case .notEqual: ordering = .notEqual
    }
    if let scaled = scaledComparison(ordering, a, b, origin) { return scaled }
    guard let type = commonType([a, b]) else {
      let (one, other) = (left.type.map { "\($0)" } ?? "null", right.type.map { "\($0)" } ?? "null")
      throw typeError(
        right.origin, "\(one) is compared with \(other)", "bring both to one type: cast(x as \(one))")
    }
    let sides = [try converted(a, to: type), try converted(b, to: type)]
    return BoundExpression(
      node: program.node(.compare(ordering), sides.map(\.node), .bool, origin), type: .bool, origin: origin)
  }

  /// Exact numbers whose common form would need more than 38 digits.
  private mutating func scaledComparison(
    _ ordering: Ordering, _ a: BoundExpression, _ b: BoundExpression, _ origin: ExpressionOrigin
  ) -> BoundExpression? {
    guard let left = digits(a), let right = digits(b) else { return nil }
    let scale = max(left.scale, right.scale)
    let precision = scale + max(left.precision - left.scale, right.precision - right.scale)
    guard precision > ColumnType.maximumDecimalPrecision else { return nil }
    let isLeftFiner = left.scale > right.scale
    let (coarse, fine) = isLeftFiner ? (b, a) : (a, b)
    let node: Int
    switch (isLeftFiner, ordering) {
    case (true, .less), (true, .lessOrEqual):
      // a < b is not (b <= a), and a null is neither.
      let mirrored = program.node(
        .compareScaled(ordering == .less ? .lessOrEqual : .less, power: abs(left.scale - right.scale)),
        [coarse.node, fine.node], .bool, origin)
      node = program.node(.not, [mirrored], .bool, origin)
    default:
      node = program.node(
        .compareScaled(ordering, power: abs(left.scale - right.scale)), [coarse.node, fine.node], .bool, origin)
    }
    return BoundExpression(node: node, type: .bool, origin: origin)
  }

  /// A constant text beside a date or timestamp is one; a date beside a timestamp is its midnight.
  mutating func moment(_ bound: BoundExpression, like other: BoundExpression) throws -> BoundExpression {
    guard bound.type == .string, case .string(let text)? = program.constant(bound.node), let type = other.type else {
      return bound
    }
    let value: Value?
    switch type {
    case .date: value = dateValue(text) ?? timestampValue(text)
    case .timestamp: value = dateValue(text) ?? timestampValue(text)
    default: return bound
    }
    guard let value else {
      throw typeError(
        bound.origin, "'\(text)' is no \(type == .date ? "date" : "timestamp")",
        type == .date ? "dates are like '2020-01-31'" : "timestamps are like '2020-01-31 12:00:00'")
    }
    return constant(value, bound.origin)
  }

  func typeError(_ origin: ExpressionOrigin, _ summary: String, _ advice: String?) -> AggregateError {
    AggregateError(
      code: "expression.type", summary: summary + origin.told, place: Place(file: sources.first?.name), advice: advice)
  }
}

/// Number of decimal digits, 1 for 0.
func digitCount(_ magnitude: UInt128) -> Int {
  var digits = 1
  var rest = magnitude / 10
  while rest > 0 {
    digits += 1
    rest /= 10
  }
  return digits
}

extension AggregateError {
  /// The same at a place in an option's text.
  init(_ error: UnknownColumn, at origin: ExpressionOrigin) {
    var advice = error.advice
    if ["nan", "inf", "infinity"].contains(error.name.lowercased()) {
      advice = "there is no such constant; x > 1e999 takes infinity and NaN, the greatest of all"
    } else if origin.part == .filter, let known = advice, !known.hasPrefix("did you mean") {
      advice = "\(known); strings go in single quotes: '\(error.name)'"
    }
    self.init(code: error.code, summary: error.summary + origin.told, place: error.place, advice: advice)
  }
}
