// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

extension QueryExpression {
  /// The expression as a text that reads back as it, with brackets where they are needed: names of results, messages.
  public var text: String {
    switch self {
    case .column(let name, _): Self.written(name)
    case .literal(let value, _): Self.written(value)
    case .number(let numeral, _): "\(numeral.isNegative ? "-" : "")\(numeral.digits)e\(numeral.exponent)"
    case .interval(let span, _): span.text
    case .comparison(let comparison, let left, let right):
      "\(left.text(inside: 4)) \(comparison.rawValue) \(right.text(inside: 4))"
    case .between(let operand, let low, let high):
      "\(operand.text(inside: 4)) between \(low.text(inside: 4)) and \(high.text(inside: 4))"
    case .among(let operand, let options):
      "\(operand.text(inside: 4)) in (\(options.map(\.text).joined(separator: ", ")))"
    case .not(.isNull(let operand)): "\(operand.text(inside: 4)) is not null"
    case .isNull(let operand): "\(operand.text(inside: 4)) is null"
    case .not(let operand): "not \(operand.text(inside: 3))"
    case .all(let parts): parts.map { $0.text(inside: 2) }.joined(separator: " and ")
    case .any(let parts): parts.map { $0.text(inside: 1) }.joined(separator: " or ")
    case .cast(let operand, let type, _): "cast(\(operand.text) as \(type))"
    case .call(let name, let arguments, _): Self.written(name, arguments)
    }
  }

  /// How tightly it binds, from 0 for `or`.
  private var binding: Int {
    switch self {
    case .any(let parts): parts.count > 1 ? 0 : 9
    case .all(let parts): parts.count > 1 ? 1 : 9
    case .not(.isNull), .comparison, .between, .among, .isNull: 3
    case .not: 2
    case .call("like", _, _), .call("ilike", _, _): 3
    case .call("||", _, _): 4
    case .call("+", _, _): 5
    case .call("-", let arguments, _): arguments.count == 1 ? 7 : 5
    case .call("*", _, _), .call("/", _, _), .call("%", _, _): 6
    // A minus in front is read as the number's only where nothing binds tighter.
    case .literal(.decimal(let unscaled, _), _) where unscaled < 0: 7
    case .literal(.int64(let value), _) where value < 0: 7
    default: 9
    }
  }

  private func text(inside least: Int) -> String { binding < least ? "(\(text))" : text }

  private static func written(_ name: String, _ arguments: [QueryExpression]) -> String {
    switch (name, arguments.count) {
    case ("-", 1): return "-\(arguments[0].text(inside: 8))"
    case ("+", 2), ("-", 2): return "\(arguments[0].text(inside: 5)) \(name) \(arguments[1].text(inside: 6))"
    case ("*", 2), ("/", 2), ("%", 2): return "\(arguments[0].text(inside: 6)) \(name) \(arguments[1].text(inside: 7))"
    case ("||", 2): return "\(arguments[0].text(inside: 4)) || \(arguments[1].text(inside: 5))"
    case ("like", _), ("ilike", _):
      let escape = arguments.count > 2 ? " escape \(arguments[2].text(inside: 4))" : ""
      return "\(arguments[0].text(inside: 4)) \(name) \(arguments[1].text(inside: 4))\(escape)"
    case ("case", _):
      var text = "case"
      for pair in stride(from: 0, to: arguments.count - 1, by: 2) {
        text += " when \(arguments[pair].text) then \(arguments[pair + 1].text)"
      }
      return "\(text) else \(arguments[arguments.count - 1].text) end"
    case ("count", 0): return "count(*)"
    case ("count distinct", _): return "count(distinct \(arguments.map(\.text).joined(separator: ", ")))"
    default: return "\(name)(\(arguments.map(\.text).joined(separator: ", ")))"
    }
  }

  private static func written(_ name: String) -> String {
    let isBare =
      !name.isEmpty && !ExpressionParser.keywords.contains(name.lowercased())
      && name.unicodeScalars.allSatisfy { $0 == "_" || $0.properties.isAlphabetic || ("0"..."9").contains($0) }
      && !("0"..."9").contains(name.unicodeScalars.first ?? "0")
    return isBare ? name : "\"\(name.replacing("\"", with: "\"\""))\""
  }

  private static func written(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .string(let text): "'\(text.replacing("'", with: "''"))'"
    case .date: "date '\(plainText(of: value))'"
    case .timestamp: "timestamp '\(plainText(of: value))'"
    default: plainText(of: value)
    }
  }
}

extension TimeSpan {
  fileprivate var text: String {
    if months != 0 { return "interval '\(months)' month" }
    if days != 0 { return "interval '\(days)' day" }
    return "interval '\(microseconds / 1_000_000)' second"
  }
}
