// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

// Types of results:
//
//   int64 + - * % int64                  int64; leaving 64 bits is an error of the row
//   decimal(p,s) + - decimal(q,t)        scale max(s,t), a digit more than the longer whole part
//   decimal(p,s) * decimal(q,t)          scale s + t, p + q digits
//   decimal(p,s) % decimal(q,t)          scale max(s,t)
//   exact / exact                        float64, the nearest to the exact quotient
//   anything with float64                float64, by IEEE 754
//   date + - int64                       date;  date - date  int64, days
//   date + - interval                    date, with hours a timestamp;  timestamp + - interval  timestamp
//
// int64 beside a decimal has 19 digits, a constant as many as it is written with. Results are cut at 38 digits; only where the rule
// gives more are rows checked.

extension ExpressionBinder {
  /// An operator or function of a row.
  mutating func call(
    _ name: String, _ arguments: [QueryExpression], _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    if name == "+" || name == "-", let shifted = try span(name, arguments, origin) { return shifted }
    if name == "case" { return try choice(arguments, origin) }
    if !knowsColumns, FunctionTable.isAggregate(name) {
      for argument in arguments where !argument.isConstant { _ = try bind(argument) }
      return null(nil, origin)
    }
    // A chain of || is one operation: each text is copied once, however long the chain.
    let operands = name == "||" ? arguments.flatMap(\.chainedTexts) : arguments
    let parts = try operands.map { try bind($0) }
    switch name {
    case "-" where parts.count == 1: return try signed(.negate, parts[0], origin)
    case "+", "-", "*": return try arithmetic(name, parts[0], parts[1], origin)
    case "/": return try quotient(parts[0], parts[1], origin)
    case "%": return try remainder(parts[0], parts[1], origin)
    case "abs": return try signed(.absolute, parts[0], origin)
    case "round": return try rounded(parts, origin)
    case "floor": return try floored(parts[0], .down, origin)
    case "ceil": return try floored(parts[0], .up, origin)
    default: return try function(name, parts, origin)
    }
  }

  private mutating func arithmetic(
    _ name: String, _ a: BoundExpression, _ b: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    let operation: Arithmetic = name == "+" ? .add : name == "-" ? .subtract : .multiply
    if let days = try dayArithmetic(operation, a, b, origin) { return days }
    guard let sides = try numbers(name, [a, b], origin) else { return null(nil, origin) }
    if sides.contains(where: { $0.type == .float64 }) {
      return made(.arithmetic(operation, isChecked: false), sides.map { double($0) }, .float64, origin)
    }
    if sides.allSatisfy({ $0.type == .int64 }) {
      return made(.arithmetic(operation, isChecked: true), sides, .int64, origin)
    }
    guard let left = digits(sides[0]), let right = digits(sides[1]) else { preconditionFailure("exact numbers") }
    if operation == .multiply { return try product(sides, left, right, origin) }
    let scale = max(left.scale, right.scale)
    let precision = scale + max(left.precision - left.scale, right.precision - right.scale) + 1
    let type = ColumnType.decimal(precision: min(precision, ColumnType.maximumDecimalPrecision), scale: scale)
    return made(
      .arithmetic(operation, isChecked: precision > ColumnType.maximumDecimalPrecision),
      sides.map { rescaled($0, to: type) }, type, origin)
  }

  private mutating func product(
    _ sides: [BoundExpression], _ left: (precision: Int, scale: Int), _ right: (precision: Int, scale: Int),
    _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    let most = ColumnType.maximumDecimalPrecision
    let (precision, scale) = (left.precision + right.precision, left.scale + right.scale)
    guard scale <= most else {
      throw typeError(
        origin, "the product has \(scale) digits behind the point, \(most) at most", "round a side: round(x, 6) * y")
    }
    let type = ColumnType.decimal(precision: min(precision, most), scale: scale)
    // Narrow factors have a product of at most 128 bits; else both are wide.
    let isNarrow = sides.allSatisfy { $0.type?.isWide == false }
    let factors = isNarrow ? sides : sides.map { widened($0) }
    return made(.arithmetic(.multiply, isChecked: precision > most), factors, type, origin)
  }

  private mutating func widened(_ bound: BoundExpression) -> BoundExpression {
    let scale = bound.type?.scale ?? 0
    return rescaled(bound, to: .decimal(precision: ColumnType.maximumDecimalPrecision, scale: scale))
  }

  private mutating func quotient(
    _ a: BoundExpression, _ b: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard let sides = try numbers("/", [a, b], origin) else { return null(.float64, origin) }
    guard let left = digits(sides[0]), let right = digits(sides[1]) else {
      return made(.quotient, sides.map { double($0) }, .float64, origin)
    }
    return made(.ratio(power: right.scale - left.scale), sides, .float64, origin)
  }

  private mutating func remainder(
    _ a: BoundExpression, _ b: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard let sides = try numbers("%", [a, b], origin) else { return null(nil, origin) }
    guard let type = commonType(sides) else { preconditionFailure("numbers mix") }
    return made(.remainder, try sides.map { try converted($0, to: type) }, type, origin)
  }

  private mutating func signed(
    _ operation: ExpressionOperation, _ operand: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard let sides = try numbers(operation == .negate ? "-" : "abs", [operand], origin), let type = sides[0].type
    else {
      return null(nil, origin)
    }
    return made(operation, sides, type, origin)
  }

  /// `round(x)`, `round(x, digits)`.
  private mutating func rounded(_ parts: [BoundExpression], _ origin: ExpressionOrigin) throws -> BoundExpression {
    var places = 0
    if parts.count > 1, knowsColumns || parts[1].type != nil {
      guard case .int64(let constant)? = program.constant(parts[1].node), (-38...38).contains(constant) else {
        throw typeError(parts[1].origin, "round takes a constant number of digits, -38 to 38", "round(x, 2)")
      }
      places = Int(constant)
    }
    guard let sides = try numbers("round", [parts[0]], origin), let type = sides[0].type else {
      return null(nil, origin)
    }
    if type == .float64 { return made(.round(digits: places, .halfAway), sides, type, origin) }
    return try shortened(sides[0], places, .halfAway, origin)
  }

  private mutating func floored(
    _ operand: BoundExpression, _ rounding: Rounding, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard let sides = try numbers("floor", [operand], origin), let type = sides[0].type else {
      return null(nil, origin)
    }
    if type == .float64 { return made(.round(digits: 0, rounding), sides, type, origin) }
    return try shortened(sides[0], 0, rounding, origin)
  }

  /// Exact numbers with so many digits behind the point (before it, if negative), rounded.
  private mutating func shortened(
    _ operand: BoundExpression, _ places: Int, _ rounding: Rounding, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    guard let type = operand.type, let (precision, scale) = digits(operand) else {
      preconditionFailure("exact numbers")
    }
    if places >= scale { return operand }
    let kept = max(places, 0)
    // Rounding may carry into one digit more.
    let most = ColumnType.maximumDecimalPrecision
    let wholeDigits = min(max(precision - scale + 1, 1 - min(places, 0)), most - kept)
    let result = type == .int64 ? ColumnType.int64 : .decimal(precision: max(wholeDigits + kept, 1), scale: kept)
    let dropped = scale - places
    guard dropped <= most else {
      throw typeError(origin, "round leaves out \(dropped) digits, \(most) at most", "cast to fewer digits first")
    }
    let cut = made(
      .dropDigits(dropped, rounding), [operand],
      places >= 0 ? result : .decimal(precision: result.isWide ? most : ColumnType.maximumNarrowPrecision, scale: 0),
      origin)
    guard places < 0 else { return cut }
    return made(.rescale(power: -places, digits: type == .int64 ? 19 : most), [cut], result, origin)
  }

  /// The operands, if all are numbers; nil if one is a null of no type. Throws `expression.type` for others.
  func numbers(
    _ name: String, _ parts: [BoundExpression], _ origin: ExpressionOrigin
  ) throws -> [BoundExpression]? {
    // A date beside a text is no number, but has a difference.
    if !knowsColumns, parts.contains(where: { $0.type == nil }) { return nil }
    for part in parts {
      guard let type = part.type, !type.isNumeric else { continue }
      throw typeError(
        parts.count == 1 ? origin : part.origin, "\(name) takes numbers, and this is \(type)",
        adviceOnOperand(of: name, type))
    }
    return parts.contains { $0.type == nil } ? nil : parts
  }

  /// What to write where an operator or function of numbers meets something else.
  private func adviceOnOperand(of name: String, _ type: ColumnType) -> String {
    switch (name, type) {
    case (_, .string): "bring a text to a number: cast(x as decimal(18,2)); for dates: cast(x as date)"
    case (_, .bool): "make 1 and 0 of it: cast(x as int64)"
    case ("+", .date): "add whole days or an interval: d + 7, d + interval '1' month"
    case ("-", .date): "take away a date, whole days or an interval: d - e, d - 7, d - interval '1' month"
    case ("+", .timestamp): "add an interval: t + interval '1' hour"
    case ("-", .timestamp):
      "take away an interval: t - interval '1' hour; days between two: cast(t as date) - cast(u as date)"
    default: "make a number of it: year(x), month(x), cast(x as date) - date '2020-01-01'"
    }
  }

  private mutating func dayArithmetic(
    _ operation: Arithmetic, _ a: BoundExpression, _ b: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression? {
    guard a.type == .date || b.type == .date, operation != .multiply else { return nil }
    let (a, b) = operation == .subtract ? (try moment(a, like: b), try moment(b, like: a)) : (a, b)
    switch (a.type, b.type) {
    case (.date, .date) where operation == .subtract:
      return made(.arithmetic(.subtract, isChecked: false), [a, b], .int64, origin)
    case (.date, .int64), (.int64, .date):
      guard operation == .add || a.type == .date else { return nil }
      return made(.knownDay, [made(.arithmetic(operation, isChecked: true), [a, b], .int64, origin)], .date, origin)
    case (nil, _), (_, nil): return null(nil, origin)
    default: return nil
    }
  }

  /// A date or timestamp and an interval; nil where there is none.
  private mutating func span(
    _ name: String, _ arguments: [QueryExpression], _ origin: ExpressionOrigin
  ) throws -> BoundExpression? {
    guard arguments.count == 2 else { return nil }
    var operand = arguments[0]
    var span: TimeSpan
    if case .interval(let written, _) = arguments[1] {
      span = written
    } else if name == "+", case .interval(let written, _) = arguments[0] {
      span = written
      operand = arguments[1]
    } else {
      return nil
    }
    if name == "-" { span = TimeSpan(months: -span.months, days: -span.days, microseconds: -span.microseconds) }
    var bound = try bind(operand)
    if bound.type == .date, span.microseconds != 0 { bound = made(.midnight, [bound], .timestamp(isUTC: false)) }
    switch bound.type {
    case nil: return null(knowsColumns ? .date : nil, origin)
    case .date: return made(.later(span, isDay: true), [bound], .date, origin)
    case .timestamp(let isUTC): return made(.later(span, isDay: false), [bound], .timestamp(isUTC: isUTC), origin)
    case .some(let type):
      throw typeError(origin, "an interval is added to \(type)", "intervals go with dates and timestamps")
    }
  }
}

extension QueryExpression {
  /// The operands of a chain of `||`, whatever brackets are in it; of all else, it itself.
  fileprivate var chainedTexts: [QueryExpression] {
    var (rest, last) = (self, [QueryExpression]())
    // Chains are deep on their left side.
    while case .call("||", let sides, _) = rest, sides.count == 2 {
      last.append(contentsOf: sides[1].chainedTexts.reversed())
      rest = sides[0]
    }
    return [rest] + last.reversed()
  }
}
