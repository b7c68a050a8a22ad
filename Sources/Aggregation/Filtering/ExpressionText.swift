// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

extension QueryExpression {
  /// Reads a condition as SQL writes it: `v2 >= 0 and (state in ('SP', 'RJ') or day is null)`.
  ///
  /// A column or a constant is held against the other with `<`, `<=`, `>`, `>=`, `=`, `!=` (`<>`), `between … and …`, `in (…)`,
  /// each with `not` before it; `is null` and `is not null`; `not` binds closer than `and`, that closer than `or`. Constants are
  /// numbers of any size and length, strings in single quotes (a quote inside doubled), `date '2020-01-31'`,
  /// `timestamp '2020-01-31 12:00:00'`, `true`, `false`, `null`. A column's name is bare, or in double quotes if it has other than
  /// letters, digits and `_` or is a keyword. Keywords may be written in any case. Throws `query.syntax` with the position.
  public init(_ text: String) throws(QuerySyntaxError) {
    let tokens = try expressionTokens(text)
    if tokens.count == 1 {
      throw QuerySyntaxError(
        part: .filter, item: 0, summary: "the condition is empty", advice: "conditions are \(expressionForms)")
    }
    var parser = ExpressionParser(tokens: tokens)
    self = try parser.whole()
    try check()
  }
}

private struct ExpressionParser {
  let tokens: [ExpressionToken]
  private var index = 0
  private var depth = 0
  /// Brackets and nots inside each other that are accepted.
  private static let maximumDepth = 100
  private static let keywords: Set<String> = ["and", "or", "not", "in", "is", "between", "null", "true", "false"]

  init(tokens: [ExpressionToken]) { self.tokens = tokens }

  private var current: ExpressionToken { tokens[index] }

  mutating func whole() throws(QuerySyntaxError) -> QueryExpression {
    let expression = try disjunction()
    guard current.kind == .end else { throw unexpected("and, or, or the end") }
    return expression
  }

  private mutating func disjunction() throws(QuerySyntaxError) -> QueryExpression {
    var parts = [try conjunction()]
    while accept(word: "or") { parts.append(try conjunction()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func conjunction() throws(QuerySyntaxError) -> QueryExpression {
    var parts = [try negation()]
    while accept(word: "and") { parts.append(try negation()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  private mutating func negation() throws(QuerySyntaxError) -> QueryExpression {
    guard current.isWord("not") else { return try predicate() }
    return try nested { parser throws(QuerySyntaxError) in
      parser.index += 1
      return .not(try parser.negation())
    }
  }

  private mutating func predicate() throws(QuerySyntaxError) -> QueryExpression {
    let left = try operand()
    if let comparison = acceptComparison() { return .comparison(comparison, left, try operand()) }
    if accept(word: "is") {
      let isNegated = accept(word: "not")
      guard accept(word: "null") else { throw unexpected("null") }
      return isNegated ? .not(.isNull(left)) : .isNull(left)
    }
    let isNegated = accept(word: "not")
    var found: QueryExpression?
    if accept(word: "between") {
      let low = try operand()
      guard accept(word: "and") else { throw unexpected("and") }
      found = .between(left, low: low, high: try operand())
    } else if accept(word: "in") {
      found = .among(left, try list())
    }
    guard let found else {
      if isNegated { throw unexpected("between or in") }
      return left
    }
    return isNegated ? .not(found) : found
  }

  private mutating func list() throws(QuerySyntaxError) -> [QueryExpression] {
    guard accept(symbol: "(") else { throw unexpected("\"(\" after in") }
    var options = [try operand()]
    while accept(symbol: ",") { options.append(try operand()) }
    guard accept(symbol: ")") else { throw unexpected("a comma or \")\"") }
    return options
  }

  private mutating func operand() throws(QuerySyntaxError) -> QueryExpression {
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
        let inside = try parser.disjunction()
        guard parser.accept(symbol: ")") else { throw parser.unexpected("\")\"") }
        return inside
      }
    case .symbol("-"), .symbol("+"):
      index += 1
      guard case .number(let text) = current.kind else { throw unexpected("a number") }
      index += 1
      return number(token.kind == .symbol("-") ? "-" + text : text, at: token.position)
    case .word(let word): return try wordOperand(word, at: token.position)
    case .symbol, .end: throw unexpected("a column or a constant")
    }
  }

  /// A decimal where that has all its digits.
  private func number(_ text: String, at position: Int) -> QueryExpression {
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
    case _ where Self.keywords.contains(lowered): throw unexpected("a column or a constant")
    default: break
    }
    index += 1
    guard lowered == "date" || lowered == "timestamp", case .string(let text) = current.kind else {
      return .column(word, at: position)
    }
    let value = lowered == "date" ? dateValue(text) : timestampValue(text)
    guard let value else {
      throw filterError(
        at: current.position, "'\(text)' is no \(lowered)",
        lowered == "date" ? "dates are like '2020-01-31'" : "timestamps are like '2020-01-31 12:00:00'")
    }
    index += 1
    return .literal(value, at: position)
  }

  private mutating func acceptComparison() -> Comparison? {
    guard case .symbol(let symbol) = current.kind else { return nil }
    let known = ["==": Comparison.equal, "<>": .notEqual][symbol] ?? Comparison(rawValue: symbol)
    if known != nil { index += 1 }
    return known
  }

  private mutating func accept(word: String) -> Bool {
    guard current.isWord(word) else { return false }
    index += 1
    return true
  }

  private mutating func accept(symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    index += 1
    return true
  }

  /// Runs `body` one level deeper, so that no text exhausts the stack.
  private mutating func nested(
    _ body: (inout ExpressionParser) throws(QuerySyntaxError) -> QueryExpression
  ) throws(QuerySyntaxError) -> QueryExpression {
    guard depth < Self.maximumDepth else {
      throw filterError(at: current.position, "more than \(Self.maximumDepth) levels of brackets and not", nil)
    }
    depth += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private func unexpected(_ wanted: String) -> QuerySyntaxError {
    filterError(
      at: current.position, "expected \(wanted), found \(current.text)", "conditions are \(expressionForms)")
  }
}
