// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension QueryExpression {
  /// Reads an expression as SQL writes it: `v2 >= 0 and (state in ('SP', 'RJ') or day is null)`, `price * (1 - discount)`.
  ///
  /// From what binds least: `or`; `and`; `not`; `< <= > >= = != <>`, `between … and …`, `in (…)`, `like … [escape …]`, `ilike` (each with `not`
  /// before it), `is [not] null`; `||`; `+ -`; `* / %`; `-` of one; `x::type`. Then `case [x] when … then … [else …] end`, `cast(x as type)`,
  /// `extract(part from x)`, functions, brackets. Constants are numbers of any size and length, strings in single quotes (a quote inside
  /// doubled), `date '2020-01-31'`, `timestamp '2020-01-31 12:00:00'`, `interval '3' month`, `true`, `false`, `null`. A column's name is
  /// bare, or in double quotes if it has other than letters, digits and `_` or is a keyword. Keywords and functions may be written in any
  /// case. Throws `query.syntax` with the position.
  public init(_ text: String) throws(QuerySyntaxError) {
    try self.init(text, part: .filter, hasHaving: false)
  }

  /// The same, read from the option `part`. `hasHaving`: of a query, which can ask groups too.
  init(_ text: String, part: QuerySyntaxError.Part, hasHaving: Bool = true) throws(QuerySyntaxError) {
    let tokens = try expressionTokens(text, part: part)
    if tokens.count == 1 {
      throw QuerySyntaxError(
        part: part, item: 0, summary: "the condition is empty", advice: "conditions are \(expressionForms)")
    }
    var parser = ExpressionParser(tokens: tokens, part: part)
    self = try parser.expression()
    try parser.requireEnd("and, or, or the end")
    try checkFunctions(part, mayAggregate: part == .having, hasHaving: hasHaving)
    try parser.checkCondition(self)
  }
}

extension ExpressionParser {
  /// Throws `query.syntax` for a constant that is no truth value, where a condition must be.
  fileprivate func checkCondition(_ expression: QueryExpression) throws(QuerySyntaxError) {
    switch expression {
    case .literal(.bool, _), .literal(.null, _): return
    case .literal(_, let position), .number(_, let position), .interval(_, let position):
      throw error(at: position ?? 1, "a constant where a condition must be", "compare a column with it: x = 5")
    case .not(let operand): try checkCondition(operand)
    case .all(let parts), .any(let parts): for part in parts { try checkCondition(part) }
    default: return
    }
  }
}

/// Reads tokens by descending from what binds least.
struct ExpressionParser {
  let tokens: [ExpressionToken]
  let part: QuerySyntaxError.Part
  /// The token that is looked at.
  var index = 0
  /// Which item of a list is read.
  var item = 0
  private var depth = 0
  private var operatorCount = 0
  /// Brackets, calls and nots inside each other that are accepted.
  private static let maximumDepth = 100
  /// Operators of one text, as they may make a tree as deep.
  private static let maximumOperators = 1000

  init(tokens: [ExpressionToken], part: QuerySyntaxError.Part) {
    self.tokens = tokens
    self.part = part
  }

  var current: ExpressionToken { tokens[index] }
  /// The token behind; the end's is itself.
  var following: ExpressionToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func expression() throws(QuerySyntaxError) -> QueryExpression {
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
    var left = try concatenation()
    if let comparison = acceptComparison() { left = .comparison(comparison, left, try concatenation()) }
    while accept(word: "is") {
      let isNegated = accept(word: "not")
      guard accept(word: "null") else { throw unexpected("null") }
      left = isNegated ? .not(.isNull(left)) : .isNull(left)
      // Each is one level more, as brackets are.
      operatorCount += 1
      try checkOperators()
    }
    let isNegated = accept(word: "not")
    guard let found = try test(of: left) else {
      if isNegated { throw unexpected("between, in or like") }
      return left
    }
    return isNegated ? .not(found) : found
  }

  /// `between`, `in` or `like` behind their operand, if one of them comes.
  private mutating func test(of operand: QueryExpression) throws(QuerySyntaxError) -> QueryExpression? {
    let position = current.position
    if accept(word: "between") {
      let low = try concatenation()
      guard accept(word: "and") else { throw unexpected("and") }
      return .between(operand, low: low, high: try concatenation())
    }
    if accept(word: "in") {
      try require("(", "\"(\" after in")
      return .among(operand, try arguments())
    }
    for name in ["like", "ilike"] where accept(word: name) {
      var parts = [operand, try concatenation()]
      if accept(word: "escape") { parts.append(try concatenation()) }
      return .call(name, parts, at: position)
    }
    return nil
  }

  private mutating func concatenation() throws(QuerySyntaxError) -> QueryExpression {
    var left = try sum()
    while let sign = acceptOperator(["||"]) { left = .call(sign.name, [left, try sum()], at: sign.position) }
    return left
  }

  private mutating func sum() throws(QuerySyntaxError) -> QueryExpression {
    var left = try product()
    while let sign = acceptOperator(["+", "-"]) { left = .call(sign.name, [left, try product()], at: sign.position) }
    return left
  }

  private mutating func product() throws(QuerySyntaxError) -> QueryExpression {
    var left = try signed()
    while let sign = acceptOperator(["*", "/", "%"]) {
      left = .call(sign.name, [left, try signed()], at: sign.position)
    }
    try checkOperators()
    return left
  }

  private mutating func signed() throws(QuerySyntaxError) -> QueryExpression {
    let position = current.position
    let isNegative = current.kind == .symbol("-")
    guard isNegative || current.kind == .symbol("+") else { return try converted(try operand()) }
    index += 1
    if case .number(let text) = current.kind {
      index += 1
      return try converted(number(isNegative ? "-" + text : text, at: position))
    }
    return try nested { parser throws(QuerySyntaxError) in
      let operand = try parser.signed()
      return isNegative ? .call("-", [operand], at: position) : operand
    }
  }

  /// `operand` with the `::type` that may follow.
  private mutating func converted(_ operand: QueryExpression) throws(QuerySyntaxError) -> QueryExpression {
    var operand = operand
    while let sign = acceptOperator(["::"]) { operand = .cast(operand, to: try type(), at: sign.position) }
    try checkOperators()
    return operand
  }

  /// Expressions between commas, and the bracket that closes them.
  mutating func arguments() throws(QuerySyntaxError) -> [QueryExpression] {
    var arguments = [try nested { parser throws(QuerySyntaxError) in try parser.expression() }]
    while accept(symbol: ",") {
      arguments.append(try nested { parser throws(QuerySyntaxError) in try parser.expression() })
    }
    try require(")", "a comma or \")\"")
    return arguments
  }

  private mutating func acceptComparison() -> Comparison? {
    guard case .symbol(let symbol) = current.kind else { return nil }
    let known = ["==": Comparison.equal, "<>": .notEqual][symbol] ?? Comparison(rawValue: symbol)
    if known != nil { index += 1 }
    return known
  }

  private mutating func acceptOperator(_ names: [String]) -> (name: String, position: Int)? {
    guard case .symbol(let name) = current.kind, names.contains(name) else { return nil }
    operatorCount += 1
    index += 1
    return (name, tokens[index - 1].position)
  }

  private func checkOperators() throws(QuerySyntaxError) {
    guard operatorCount <= Self.maximumOperators else {
      throw error(at: current.position, "more than \(Self.maximumOperators) operators", nil)
    }
  }

  mutating func accept(word: String) -> Bool {
    guard current.isWord(word) else { return false }
    index += 1
    return true
  }

  mutating func accept(symbol: String) -> Bool {
    guard current.kind == .symbol(symbol) else { return false }
    index += 1
    return true
  }

  mutating func require(_ symbol: String, _ wanted: String) throws(QuerySyntaxError) {
    guard accept(symbol: symbol) else { throw unexpected(wanted) }
  }

  func requireEnd(_ wanted: String) throws(QuerySyntaxError) {
    guard current.kind == .end else { throw unexpected(wanted) }
  }

  /// Runs `body` one level deeper, so that no text exhausts the stack.
  mutating func nested(
    _ body: (inout ExpressionParser) throws(QuerySyntaxError) -> QueryExpression
  ) throws(QuerySyntaxError) -> QueryExpression {
    guard depth < Self.maximumDepth else {
      throw error(at: current.position, "more than \(Self.maximumDepth) levels of brackets and not", nil)
    }
    depth += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  func unexpected(_ wanted: String) -> QuerySyntaxError {
    error(
      at: current.position, "expected \(wanted), found \(current.text)",
      part == .filter ? "conditions are \(expressionForms)" : nil)
  }

  func error(at position: Int, _ summary: String, _ advice: String?) -> QuerySyntaxError {
    QuerySyntaxError(part: part, item: item, position: position, summary: summary, advice: advice)
  }
}
