// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Findings about a dialect in words, for receipts and warnings.
struct CSVFindingWords {
  let hints: CSVDialectHints
  let dialect: CSVDialect

  private func finding(
    _ name: String, _ value: String, _ reason: String, asked: Bool, closeCall: Bool = false
  ) -> CSVFinding {
    CSVFinding(
      name: name, value: value, reason: asked ? "as asked" : reason, isCloseCall: !asked && closeCall)
  }

  func encoding(_ guess: CSVEncodingGuess) -> CSVFinding {
    finding("encoding", dialect.encoding, guess.reason, asked: hints.encoding != nil, closeCall: guess.isCloseCall)
  }

  func delimiter(_ choice: CSVDialectChoice, statedByText: Bool) -> CSVFinding {
    if hints.delimiter != nil, let other = choice.runnerUp {
      return CSVFinding(
        name: "delimiter", value: Self.name(of: dialect),
        reason: "as asked, but it divides no record; \(Self.name(of: other.dialect)) would, "
          + "into \(other.widths.width) fields",
        isCloseCall: true)
    }
    let widths = choice.best.widths
    var reason: String
    if statedByText {
      reason = "the first line says so"
    } else if choice.isDefault {
      reason = "the default; no other delimiter divides the records alike"
    } else {
      let count = (widths.width - 1) == 1 ? "1 of them" : "\(widths.width - 1) of them"
      if widths.records == 1 {
        reason = "the only record has \(count)"
      } else if widths.fits == widths.records {
        reason = "each of the first \(widths.records) records has \(count)"
      } else {
        reason = "\(widths.fits) of the first \(widths.records) records have \(count)"
      }
    }
    if choice.isCloseCall || (choice.isDefault && choice.runnerUp != nil), let second = choice.runnerUp {
      reason += "; \(Self.name(of: second.dialect)) divides them nearly as well: if it is that, say --delimiter"
    }
    let closeCall = choice.isCloseCall || (choice.isDefault && choice.runnerUp != nil)
    return finding(
      "delimiter", Self.name(of: dialect), reason, asked: hints.delimiter != nil, closeCall: closeCall && !statedByText)
  }

  func quote(_ score: CSVDialectScore) -> CSVFinding {
    let reason: String
    if dialect.quote == nil {
      reason = "the quotes in the first \(score.widths.records) records are text"
    } else if score.quotedFields > 0 {
      reason = score.quotedFields == 1 ? "1 field is in them" : "\(score.quotedFields) fields are in them"
    } else {
      reason = "the default; no field is in quotes"
    }
    return finding("quote", Self.name(ofQuote: dialect.quote), reason, asked: hints.quote != nil)
  }

  func escape(_ score: CSVDialectScore) -> CSVFinding {
    var reason = "the default; nothing is escaped otherwise"
    if dialect.escape == .backslash {
      reason =
        score.hasBackslashNull ? "some fields are \\N alone" : "with backslashes as escapes more records are in form"
    }
    return finding("escape", dialect.escape.rawValue, reason, asked: hints.escape != nil)
  }

  func header(_ choice: CSVHeaderChoice) -> CSVFinding {
    let value = choice.rows == 0 ? "none" : choice.rows == 1 ? "1 row" : "\(choice.rows) rows"
    return finding("header", value, choice.reason, asked: hints.headerRows != nil, closeCall: choice.isCloseCall)
  }

  func preamble(_ top: CSVTableTop) -> CSVFinding {
    let lines = dialect.preambleLines
    let value = lines == 0 ? "none" : lines == 1 ? "1 line" : "\(lines) lines"
    let fields = top.width == 1 ? "1 field" : "\(top.width) fields"
    let reason =
      lines == 0 ? "the first line belongs to the table" : "the table of \(fields) begins on line \(lines + 1)"
    return finding("preamble", value, reason, asked: hints.preambleLines != nil)
  }

  /// Only where it was asked for: a sample has no end.
  func footer() -> CSVFinding? {
    hints.footerLines.map { finding("footer", $0 == 1 ? "1 line" : "\($0) lines", "", asked: true) }
  }

  /// `choice`: nil if comments were stated by the user or by the text.
  func comment(_ choice: CSVCommentChoice?) -> CSVFinding {
    let value = dialect.comment.isEmpty ? "none" : String(decoding: dialect.comment, as: UTF8.self)
    return finding("comment", value, choice?.reason ?? "the first line says so", asked: hints.comment != nil)
  }

  private static func name(ofQuote quote: UInt8?) -> String {
    switch quote {
    case nil: "none"
    case UInt8(ascii: "\""): "double quote"
    case UInt8(ascii: "'"): "single quote"
    case let byte?: name(of: byte)
    }
  }

  private static func name(of dialect: CSVDialect) -> String {
    if dialect.joinsDelimiters, dialect.delimiter == [32] { return "spaces" }
    var text = dialect.delimiter.count == 1 ? name(of: dialect.delimiter[0]) : ""
    if text.isEmpty { text = "\"" + dialect.delimiter.map(shown).joined() + "\"" }
    return dialect.skipsSpaces ? text + " and space" : text
  }

  private static func name(of byte: UInt8) -> String {
    switch byte {
    case UInt8(ascii: ","): "comma"
    case UInt8(ascii: ";"): "semicolon"
    case UInt8(ascii: "\t"): "tab"
    case UInt8(ascii: "|"): "vertical bar"
    case UInt8(ascii: " "): "space"
    case UInt8(ascii: ":"): "colon"
    default: "\"" + shown(byte) + "\""
    }
  }

  private static func shown(_ byte: UInt8) -> String {
    let scalar = Unicode.Scalar(byte)
    return byte < 32 || byte > 126 ? scalar.escaped(asASCII: true) : String(scalar)
  }
}
