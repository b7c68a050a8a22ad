// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A word of an expression's text.
struct ExpressionToken {
  enum Kind: Equatable {
    /// A bare name or keyword.
    case word(String)
    /// A name in double quotes, which is never a keyword.
    case quotedName(String)
    /// Digits, perhaps a point, perhaps an exponent.
    case number(String)
    /// Text in single quotes.
    case string(String)
    /// An operator, bracket or comma.
    case symbol(String)
    case end
  }

  let kind: Kind
  /// Unicode scalars from the start of the text, counted from 1.
  let position: Int

  /// True of the bare word, in any case.
  func isWord(_ word: String) -> Bool {
    if case .word(let own) = kind { return own.lowercased() == word }
    return false
  }

  /// For messages.
  var text: String {
    switch kind {
    case .word(let text), .number(let text), .symbol(let text): "\"\(text)\""
    case .quotedName(let name): "the name \"\(name)\""
    case .string(let text): "'\(text)'"
    case .end: "the end"
    }
  }
}

/// Cuts the text of option `part` into tokens, the last of which is the end. Throws `query.syntax` with the position.
func expressionTokens(_ text: String, part: QuerySyntaxError.Part) throws(QuerySyntaxError) -> [ExpressionToken] {
  var lexer = ExpressionLexer(cursor: TextCursor(text), part: part)
  var tokens: [ExpressionToken] = []
  while true {
    let token = try lexer.next()
    tokens.append(token)
    if token.kind == .end { return tokens }
  }
}

private struct ExpressionLexer {
  var cursor: TextCursor
  let part: QuerySyntaxError.Part

  /// What ends a bare name.
  private static let separators: Set<Unicode.Scalar> = [
    ",", "(", ")", "\"", "'", "<", ">", "=", "!", "+", "-", "*", "/", "%", "|", ";", "≤", "≥", "≠",
  ]
  /// Quotes of running text, which close nothing here.
  private static let typographicQuotes: Set<Unicode.Scalar> = ["“", "”", "„", "‘", "’", "‚"]

  mutating func next() throws(QuerySyntaxError) -> ExpressionToken {
    cursor.skipSpace()
    let start = cursor.position
    guard let first = cursor.current else { return ExpressionToken(kind: .end, position: start + 1) }
    return ExpressionToken(kind: try kind(first), position: start + 1)
  }

  private mutating func kind(_ first: Unicode.Scalar) throws(QuerySyntaxError) -> ExpressionToken.Kind {
    if first == "\"" { return .quotedName(try quoted(first, "a quoted name")) }
    if first == "'" { return .string(try quoted(first, "a string")) }
    if Self.typographicQuotes.contains(first) { throw unexpected("strings go in single quotes: 'abc'") }
    if isDigit(0) || first == "." && isDigit(1) { return .number(try number()) }
    if Self.separators.contains(first) || first == ":" && cursor.ahead(1) == ":" {
      return .symbol(try symbol(first))
    }
    return .word(word())
  }

  /// What comes before a space, a separator or a "::".
  private mutating func word() -> String {
    let start = cursor.position
    while let next = cursor.current, !Self.endsWord(next), !(next == ":" && cursor.ahead(1) == ":") { cursor.advance() }
    if cursor.position == start { cursor.advance() }
    return cursor.text(from: start)
  }

  private static func endsWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || separators.contains(scalar)
  }

  private mutating func quoted(_ quote: Unicode.Scalar, _ what: String) throws(QuerySyntaxError) -> String {
    let start = cursor.position
    if let text = cursor.quoted() { return text }
    throw error(
      at: start + 1, "\(what) without its closing quote", "close it with \(quote); a quote inside is doubled")
  }

  private mutating func number() throws(QuerySyntaxError) -> String {
    let start = cursor.position
    skipDigits()
    if cursor.accept(".") { skipDigits() }
    if cursor.current == "e" || cursor.current == "E" {
      let hasSign = cursor.ahead(1) == "+" || cursor.ahead(1) == "-"
      if isDigit(hasSign ? 2 : 1) {
        cursor.advance(by: hasSign ? 2 : 1)
        skipDigits()
      }
    }
    if let next = cursor.current, !Self.endsWord(next), next != ":" {
      throw error(
        at: cursor.position + 1, "a number goes on with \(cursor.found)",
        "numbers are like 12.5 and 1e5; a name that starts with a digit goes in double quotes")
    }
    return cursor.text(from: start)
  }

  private mutating func symbol(_ first: Unicode.Scalar) throws(QuerySyntaxError) -> String {
    for symbol in ["<=", ">=", "<>", "!=", "==", "||", "::"] where cursor.accept(symbol) { return symbol }
    if "≤≥≠".unicodeScalars.contains(first) { throw unexpected("write <=, >= or !=") }
    guard "<>=(),+-*/%".unicodeScalars.contains(first) else {
      throw unexpected("names with other than letters, digits and _ go in double quotes")
    }
    cursor.advance()
    return String(first)
  }

  private func unexpected(_ advice: String) -> QuerySyntaxError {
    error(at: cursor.position + 1, "unexpected \(cursor.found)", advice)
  }

  private func error(at position: Int, _ summary: String, _ advice: String?) -> QuerySyntaxError {
    QuerySyntaxError(part: part, item: 0, position: position, summary: summary, advice: advice)
  }

  private mutating func skipDigits() {
    while isDigit(0) { cursor.advance() }
  }

  private func isDigit(_ distance: Int) -> Bool {
    cursor.ahead(distance).map { ("0"..."9").contains($0) } ?? false
  }
}

/// What conditions may look like, for advice.
let expressionForms = "x >= 5, x between 1 and 9, x in ('a', 'b'), x is null, joined by and, or, not"
