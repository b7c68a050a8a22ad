// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// What operators stand between: columns, constants, calls, brackets.

extension ExpressionParser {
  static let keywords: Set<String> = [
    "and", "or", "not", "in", "is", "between", "null", "true", "false", "like", "ilike", "case", "when", "then", "else",
    "end", "as",
  ]

  mutating func operand() throws(QuerySyntaxError) -> QueryExpression {
    let token = current
    switch token.kind {
    case .quotedName(let name):
      index += 1
      return .column(name, at: token.position)
    case .string(let text):
      index += 1
      return .literal(.string(text), at: token.position)
    case .number(let text):
      index += 1
      return number(text, at: token.position)
    case .symbol("("):
      return try nested { parser throws(QuerySyntaxError) in
        parser.index += 1
        let inside = try parser.expression()
        try parser.require(")", "\")\"")
        return inside
      }
    case .word(let word): return try wordOperand(word, at: token.position)
    case .symbol, .end: throw unexpected("a column or a constant")
    }
  }

  /// A decimal where that has all its digits.
  func number(_ text: String, at position: Int) -> QueryExpression {
    guard let numeral = Numeral(text) else { preconditionFailure("cut as a number: \(text)") }
    return numeral.decimal.map { .literal($0, at: position) } ?? .number(numeral, at: position)
  }

  private mutating func wordOperand(_ word: String, at position: Int) throws(QuerySyntaxError) -> QueryExpression {
    let lowered = word.lowercased()
    switch lowered {
    case "true", "false":
      index += 1
      return .literal(.bool(lowered == "true"), at: position)
    case "null":
      index += 1
      return .literal(.null, at: position)
    case "case":
      return try nested { parser throws(QuerySyntaxError) in try parser.choice() }
    case _ where Self.keywords.contains(lowered): throw unexpected("a column or a constant")
    default: break
    }
    index += 1
    if current.kind == .symbol("(") {
      index += 1
      return try nested { parser throws(QuerySyntaxError) in try parser.call(lowered, at: position) }
    }
    if lowered == "interval", let span = try interval() { return .interval(span, at: position) }
    guard lowered == "date" || lowered == "timestamp", case .string(let text) = current.kind else {
      return .column(word, at: position)
    }
    let value = lowered == "date" ? dateValue(text) : timestampValue(text)
    guard let value else {
      throw error(
        at: current.position, "'\(text)' is no \(lowered)",
        lowered == "date" ? "dates are like '2020-01-31'" : "timestamps are like '2020-01-31 12:00:00'")
    }
    index += 1
    return .literal(value, at: position)
  }

  /// The rest of a call, behind its bracket.
  private mutating func call(_ name: String, at position: Int) throws(QuerySyntaxError) -> QueryExpression {
    switch name {
    case "cast":
      let operand = try expression()
      guard accept(word: "as") else { throw unexpected("as and a type") }
      let type = try type()
      try require(")", "\")\"")
      return .cast(operand, to: type, at: position)
    case "extract":
      guard case .word(let part) = current.kind else { throw unexpected("a part such as year") }
      let partPosition = current.position
      index += 1
      guard accept(word: "from") else { throw unexpected("from") }
      let operand = try expression()
      try require(")", "\")\"")
      let function = part.lowercased()
      guard DatePart.extracted[function] != nil else {
        throw error(
          at: partPosition, "no part \"\(part)\"",
          adviceOnName(part, DatePart.extracted.keys.sorted(), list: "parts are"))
      }
      return .call(function, [operand], at: position)
    default: break
    }
    let name = FunctionTable.canonicalName(name)
    if accept(symbol: ")") {
      throw error(at: tokens[index - 1].position, "expected an argument of \(name), found \")\"", nil)
    }
    let star = current.position
    if accept(symbol: "*") {
      guard name == "count" else {
        throw error(at: star, "\(name)(*) has no meaning", "name a column; only count(*) counts rows")
      }
      try require(")", "\")\"")
      return .call(name, [], at: position)
    }
    let isDistinct = current.isWord("distinct") && !following.isEndOfArgument
    if isDistinct {
      guard name == "count" else {
        throw error(at: current.position, "\(name)(distinct …) has no meaning here", "only count takes distinct")
      }
      index += 1
    }
    return .call(isDistinct ? "count distinct" : name, try arguments(), at: position)
  }

  /// `case [x] when … then … [else …] end`; with `x`, conditions are equal to it.
  private mutating func choice() throws(QuerySyntaxError) -> QueryExpression {
    let position = current.position
    index += 1
    let subject = current.isWord("when") ? nil : try expression()
    var parts: [QueryExpression] = []
    while accept(word: "when") {
      let condition = try expression()
      parts.append(subject.map { .comparison(.equal, $0, condition) } ?? condition)
      guard accept(word: "then") else { throw unexpected("then") }
      parts.append(try expression())
    }
    if parts.isEmpty { throw unexpected("when") }
    parts.append(accept(word: "else") ? try expression() : .literal(.null))
    guard accept(word: "end") else { throw unexpected("when, else or end") }
    return .call("case", parts, at: position)
  }

  /// `'3' month`, `3 days`, `'3 hours'`, behind the word; nil where something else comes: a column is called interval.
  private mutating func interval() throws(QuerySyntaxError) -> TimeSpan? {
    let start = current.position
    var words: [String]
    switch current.kind {
    case .string(let text): words = text.split(separator: " ").map(String.init)
    case .number(let text): words = [text]
    default: return nil
    }
    index += 1
    if words.count == 1, case .word(let unit) = current.kind {
      words.append(unit)
      index += 1
    }
    guard words.count == 2, let count = Int(words[0]), count.magnitude <= 1_000_000_000,
      let span = TimeSpan(count: count, unit: words[1].lowercased())
    else {
      throw error(
        at: start, "\"\(words.joined(separator: " "))\" is no interval",
        "intervals are like interval '3' month; units are year, quarter, month, week, day, hour, minute, second")
    }
    return span
  }

  /// A type's name, with its digits.
  mutating func type() throws(QuerySyntaxError) -> ColumnType {
    guard case .word(let word) = current.kind else { throw unexpected("a type") }
    let position = current.position
    index += 1
    var text = FunctionTable.typeSynonyms[word.lowercased()] ?? word.lowercased()
    if accept(symbol: "(") {
      var digits: [String] = []
      repeat {
        guard case .number(let number) = current.kind else { throw unexpected("a number of digits") }
        index += 1
        digits.append(number)
      } while accept(symbol: ",")
      try require(")", "\")\"")
      text += "(\((digits.count == 1 ? digits + ["0"] : digits).joined(separator: ",")))"
    }
    guard let type = ColumnType(text) else {
      throw error(at: position, "no type \"\(text)\"", "types are \(ColumnType.spellings)")
    }
    return type
  }
}

extension ExpressionToken {
  /// True of a comma, a closing bracket and the end.
  fileprivate var isEndOfArgument: Bool { kind == .symbol(",") || kind == .symbol(")") || kind == .end }
}

extension TimeSpan {
  /// So many of a unit, in the singular or plural; nil for other units.
  init?(count: Int, unit: String) {
    let hour = 3_600_000_000
    switch unit.hasSuffix("s") ? String(unit.dropLast()) : unit {
    case "year": self.init(months: 12 * count)
    case "quarter": self.init(months: 3 * count)
    case "month": self.init(months: count)
    case "week": self.init(days: 7 * count)
    case "day": self.init(days: count)
    case "hour": self.init(microseconds: hour * count)
    case "minute": self.init(microseconds: hour / 60 * count)
    case "second": self.init(microseconds: 1_000_000 * count)
    default: return nil
    }
  }
}
