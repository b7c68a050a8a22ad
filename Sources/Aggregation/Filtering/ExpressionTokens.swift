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
  /// Characters from the start of the text, counted from 1.
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

/// Cuts a text into tokens, the last of which is the end. Throws `query.syntax` with the position.
func expressionTokens(_ text: String) throws(QuerySyntaxError) -> [ExpressionToken] {
  var lexer = ExpressionLexer(characters: Array(text))
  var tokens: [ExpressionToken] = []
  while true {
    let token = try lexer.next()
    tokens.append(token)
    if token.kind == .end { return tokens }
  }
}

private struct ExpressionLexer {
  let characters: [Character]
  var position = 0

  /// What ends a bare name.
  private static let separators: Set<Character> = [
    ",", "(", ")", "\"", "'", "<", ">", "=", "!", "+", "-", "*", "/", "%", "|", ";",
  ]

  mutating func next() throws(QuerySyntaxError) -> ExpressionToken {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
    let start = position
    guard start < characters.count else { return ExpressionToken(kind: .end, position: start + 1) }
    return ExpressionToken(kind: try kind(), position: start + 1)
  }

  private mutating func kind() throws(QuerySyntaxError) -> ExpressionToken.Kind {
    let first = characters[position]
    if first == "\"" { return .quotedName(try quoted("\"", "a quoted name")) }
    if first == "'" { return .string(try quoted("'", "a string")) }
    if isDigit(position) || first == "." && isDigit(position + 1) { return .number(try number()) }
    if Self.separators.contains(first) { return .symbol(try symbol()) }
    let start = position
    while position < characters.count, !characters[position].isWhitespace,
      !Self.separators.contains(characters[position])
    {
      position += 1
    }
    return .word(String(characters[start..<position]))
  }

  private mutating func quoted(_ quote: Character, _ what: String) throws(QuerySyntaxError) -> String {
    let start = position
    var text = ""
    position += 1
    while position < characters.count {
      let character = characters[position]
      position += 1
      if character != quote {
        text.append(character)
      } else if position < characters.count, characters[position] == quote {
        text.append(quote)
        position += 1
      } else {
        return text
      }
    }
    throw filterError(
      at: start + 1, "\(what) without its closing quote", "close it with \(quote); a quote inside is doubled")
  }

  private mutating func number() throws(QuerySyntaxError) -> String {
    let start = position
    skipDigits()
    if position < characters.count, characters[position] == "." {
      position += 1
      skipDigits()
    }
    if position < characters.count, characters[position] == "e" || characters[position] == "E" {
      let hasSign = position + 1 < characters.count && "+-".contains(characters[position + 1])
      if isDigit(position + (hasSign ? 2 : 1)) {
        position += hasSign ? 2 : 1
        skipDigits()
      }
    }
    if position < characters.count, !characters[position].isWhitespace, !Self.separators.contains(characters[position])
    {
      throw filterError(
        at: position + 1, "a number goes on with \"\(characters[position])\"",
        "a name that starts with a digit goes in double quotes")
    }
    return String(characters[start..<position])
  }

  private mutating func symbol() throws(QuerySyntaxError) -> String {
    let rest = characters[position...]
    for symbol in ["<=", ">=", "<>", "!=", "=="] where rest.starts(with: symbol) {
      position += 2
      return symbol
    }
    let symbol = characters[position]
    guard "<>=(),+-".contains(symbol) else {
      throw filterError(at: position + 1, "unexpected \"\(symbol)\"", "conditions are \(expressionForms)")
    }
    position += 1
    return String(symbol)
  }

  private mutating func skipDigits() {
    while isDigit(position) { position += 1 }
  }

  private func isDigit(_ index: Int) -> Bool {
    index < characters.count && ("0"..."9").contains(characters[index])
  }
}

/// What conditions may look like, for advice.
let expressionForms = "x >= 5, x between 1 and 9, x in ('a', 'b'), x is null, joined by and, or, not"

/// Something wrong with the text of a condition.
func filterError(at position: Int, _ summary: String, _ advice: String?) -> QuerySyntaxError {
  QuerySyntaxError(part: .filter, item: 0, position: position, summary: summary, advice: advice)
}
