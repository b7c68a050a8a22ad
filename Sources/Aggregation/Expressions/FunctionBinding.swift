// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// Functions of texts and moments, and those that choose among values.

extension ExpressionBinder {
  /// A function other than of numbers.
  mutating func function(
    _ name: String, _ parts: [BoundExpression], _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    switch name {
    case "coalesce", "least", "greatest": return try picked(name, parts, origin)
    case "nullif":
      let isEqual = try comparison(.equal, parts[0], parts[1], origin)
      guard let type = parts[0].type else { return null(nil, origin) }
      return made(.choose, [isEqual, null(type, origin), parts[0]], type, origin)
    case "like", "ilike": return try textFunction(name, .like(ignoresCase: name == "ilike"), parts, .bool, origin)
    case "||": return try textFunction(name, .concatenate, parts, .string, origin)
    case "length": return try textFunction(name, .length, parts, .int64, origin)
    case "lower": return try textFunction(name, .lower, parts, .string, origin)
    case "upper": return try textFunction(name, .upper, parts, .string, origin)
    case "trim": return try textFunction(name, .trim(leading: true, trailing: true), parts, .string, origin)
    case "ltrim": return try textFunction(name, .trim(leading: true, trailing: false), parts, .string, origin)
    case "rtrim": return try textFunction(name, .trim(leading: false, trailing: true), parts, .string, origin)
    case "substring": return try substring(parts, origin)
    case "date_trunc": return try cut(parts, origin)
    default:
      guard let part = DatePart.extracted[name] else { preconditionFailure("checked: no function \(name)") }
      return try datePart(part, parts[0], origin)
    }
  }

  /// `case`: conditions and results in turn.
  mutating func choice(_ arguments: [QueryExpression], _ origin: ExpressionOrigin) throws -> BoundExpression {
    var conditions: [BoundExpression] = []
    var results: [BoundExpression] = []
    for (index, argument) in arguments.enumerated() {
      if index % 2 == 0, index < arguments.count - 1 {
        conditions.append(try condition(argument))
      } else {
        results.append(try bind(argument))
      }
    }
    let (unified, type) = try self.unified(results, "case has results")
    guard let type else { return null(nil, origin) }
    let typed = try unified.map { try converted($0, to: type) }
    return made(.choose, zip(conditions, typed).flatMap { [$0, $1] } + [typed[typed.count - 1]], type, origin)
  }

  private mutating func picked(
    _ name: String, _ parts: [BoundExpression], _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    let (unified, type) = try self.unified(parts, "\(name) has arguments")
    guard let type else { return null(nil, origin) }
    let typed = try unified.map { try converted($0, to: type) }
    if typed.count == 1 { return typed[0] }
    return made(name == "coalesce" ? .coalesce : .extreme(isGreatest: name == "greatest"), typed, type, origin)
  }

  private mutating func textFunction(
    _ name: String, _ operation: ExpressionOperation, _ parts: [BoundExpression], _ type: ColumnType,
    _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    for part in parts {
      guard let own = part.type, own != .string else { continue }
      throw typeError(
        part.origin, "\(name) takes strings, and this is \(own)", "make it one: cast(x as string)")
    }
    if case .like(let ignoresCase) = operation, let pattern = constantText(parts[1]),
      let escape = parts.count > 2 ? constantText(parts[2]) : ""
    {
      guard LikePattern(Array(pattern.utf8), escape: Array(escape.utf8), ignoresCase: ignoresCase) != nil
      else {
        throw typeError(
          parts[parts.count - 1].origin, "no pattern",
          "an escape is one character, with one behind it: like '10\\%' escape '\\'")
      }
    }
    guard parts.allSatisfy({ $0.type != nil }) else { return null(type, origin) }
    return made(operation, parts, type, origin)
  }

  private func constantText(_ bound: BoundExpression) -> String? {
    if case .string(let text)? = program.constant(bound.node) { text } else { nil }
  }

  private mutating func substring(_ parts: [BoundExpression], _ origin: ExpressionOrigin) throws -> BoundExpression {
    if let own = parts[0].type, own != .string {
      throw typeError(parts[0].origin, "substring takes strings, and this is \(own)", "make it one: cast(x as string)")
    }
    for part in parts.dropFirst() {
      guard let own = part.type, own != .int64 else { continue }
      throw typeError(part.origin, "substring counts characters in int64, not \(own)", "substring(x, 1, 3)")
    }
    guard parts.allSatisfy({ $0.type != nil }) else { return null(.string, origin) }
    return made(.substring, parts, .string, origin)
  }

  /// `date_trunc('month', x)`: a date stays one, but cut by parts of the day a timestamp.
  private mutating func cut(_ parts: [BoundExpression], _ origin: ExpressionOrigin) throws -> BoundExpression {
    let name = constantText(parts[0])
    if !knowsColumns, parts[0].type == nil { return null(nil, origin) }
    guard let name, let part = DatePart.cut[name.lowercased()] else {
      throw typeError(
        parts[0].origin, name.map { "no part \"\($0)\" to cut by" } ?? "date_trunc takes a part such as 'month' first",
        adviceOnName(name ?? "", DatePart.cut.keys.sorted(), list: "parts are"))
    }
    switch parts[1].type {
    case nil: return null(knowsColumns ? .date : nil, origin)
    case .date: return made(.cut(part, isDay: true), [parts[1]], .date, origin)
    case .timestamp(let isUTC): return made(.cut(part, isDay: false), [parts[1]], .timestamp(isUTC: isUTC), origin)
    case .some(let type):
      throw typeError(parts[1].origin, "date_trunc takes a date or timestamp, and this is \(type)", "cast(x as date)")
    }
  }

  private mutating func datePart(
    _ part: DatePart, _ operand: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression {
    switch operand.type {
    case nil: return null(.int64, origin)
    case .date: return made(.part(part, isDay: true), [operand], .int64, origin)
    case .timestamp: return made(.part(part, isDay: false), [operand], .int64, origin)
    case .some(let type):
      throw typeError(
        operand.origin, "\(part.rawValue) takes a date or timestamp, and this is \(type)", "cast(x as date)")
    }
  }
}
