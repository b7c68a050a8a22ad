// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// Options about CSVs as the command's users write them; nil and empty: not given.
public struct CSVOptionTexts: Sendable {
  /// One to eight characters, or `tab`, `space`.
  public var delimiter: String?
  /// One ASCII character, or `none`.
  public var quote: String?
  /// `doubled` or `backslash`.
  public var escape: String?
  /// `lf` (or CR LF), `cr` or `mixed`.
  public var lineEnd: String?
  /// A name that iconv knows.
  public var encoding: String?
  /// What comments begin with, or `none`.
  public var comment: String?
  /// Lines before the header.
  public var skipLines: Int?
  /// Records with names; 0: none.
  public var headerRows: Int?
  /// Lines after the data.
  public var footerLines: Int?
  /// Spellings of null.
  public var nulls: [String] = []
  /// Spellings of null of one column: `age=-1`.
  public var nullsOfColumns: [String] = []
  /// `date:date,price:decimal(10,2)`.
  public var schema: String?
  /// `old=new,…`.
  public var rename: String?
  /// True: no types are found.
  public var allText = false
  /// True: nothing is repaired.
  public var isStrict = false
  /// True: what cannot be read is left out.
  public var skipsErrors = false

  /// Nothing is given.
  public init() {}

  /// The options for the reader. Throws `csv-option.…`.
  public func options() throws(CSVOptionError) -> CSVOptions {
    var options = CSVOptions()
    options.dialect = try hints()
    if let schema { options.types = try columnTypes(in: schema) }
    options.nullSpellings = nulls
    for text in nullsOfColumns {
      let (name, spelling) = try pair(text, .nullOf, "write column=text, 'age=-1'")
      options.nullSpellingsOfColumn[name, default: []].append(spelling)
    }
    for part in rename.map(topLevelParts) ?? [] {
      let (old, new) = try pair(String(part), .rename, "write old=new pairs, 'uf=state,n=cases'")
      guard !new.isEmpty, options.renames.updateValue(new, forKey: old) == nil else {
        throw CSVOptionError(.rename, found: String(part), advice: "name each column once, and give it a name")
      }
    }
    options.allText = allText
    options.isStrict = isStrict
    options.errorPolicy = skipsErrors ? .skip : .fail
    return options
  }

  private func hints() throws(CSVOptionError) -> CSVDialectHints {
    var hints = CSVDialectHints()
    if let encoding {
      guard !encoding.isEmpty else {
        throw CSVOptionError(.encoding, found: encoding, advice: "give a name such as windows-1252 or gbk")
      }
      hints.encoding = encoding
    }
    if let quote { hints.quote = .some(try quoteByte(quote)) }
    if let delimiter { hints.delimiter = try delimiterBytes(delimiter, quote: hints.quote ?? UInt8(ascii: "\"")) }
    if let escape {
      guard let known = CSVDialect.Escape(rawValue: escape) else {
        throw CSVOptionError(.escape, found: escape, advice: "say doubled or backslash")
      }
      hints.escape = known
    }
    if let lineEnd {
      guard let known = CSVDialect.LineEnd(rawValue: lineEnd) else {
        throw CSVOptionError(.lineEnd, found: lineEnd, advice: "say lf (which takes CR LF too), cr or mixed")
      }
      hints.lineEnd = known
    }
    hints.comment = comment.map { $0 == "none" ? [] : Array($0.utf8) }
    for count in [skipLines, headerRows, footerLines] {
      if let count, !(0...1_000_000).contains(count) {
        throw CSVOptionError(.lines, found: "\(count)", advice: "give a number of lines from 0 on")
      }
    }
    (hints.preambleLines, hints.headerRows, hints.footerLines) = (skipLines, headerRows, footerLines)
    return hints
  }

  private func delimiterBytes(_ text: String, quote: UInt8?) throws(CSVOptionError) -> [UInt8] {
    if text == "tab" || text == "\\t" { return [UInt8(ascii: "\t")] }
    if text == "space" { return [UInt8(ascii: " ")] }
    let bytes = Array(text.utf8)
    guard (1...8).contains(bytes.count), bytes.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F && $0 != quote) })
    else {
      throw CSVOptionError(.delimiter, found: text, advice: "give a character such as ';', or 'tab'")
    }
    return bytes
  }

  private func quoteByte(_ text: String) throws(CSVOptionError) -> UInt8? {
    if text == "none" { return nil }
    let bytes = Array(text.utf8)
    guard bytes.count == 1, bytes[0] > 0x20, bytes[0] < 0x7F else {
      throw CSVOptionError(.quote, found: text, advice: "give one character such as \"'\", or 'none'")
    }
    return bytes[0]
  }

  private func pair(_ text: String, _ kind: CSVOptionError.Kind, _ advice: String) throws(CSVOptionError)
    -> (String, String)
  {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw CSVOptionError(kind, found: text, advice: advice)
    }
    return (String(text[..<sign]), String(text[text.index(after: sign)...]))
  }
}

/// Column types in `name:type` pairs divided by commas; the last colon of a pair divides it.
private func columnTypes(in text: String) throws(CSVOptionError) -> [String: ColumnType] {
  var types: [String: ColumnType] = [:]
  for pair in topLevelParts(of: text) {
    guard let colon = pair.lastIndex(of: ":") else {
      throw CSVOptionError(
        .schema, found: String(pair), advice: "write name:type pairs, 'date:date,code:string'")
    }
    let name = String(pair[..<colon])
    let typeName = String(pair[pair.index(after: colon)...].filter { $0 != " " })
    guard let type = ColumnType(typeName) else {
      throw CSVOptionError(
        .type, found: typeName,
        advice: "types are \(ColumnType.spellings)")
    }
    guard types.updateValue(type, forKey: name) == nil else {
      throw CSVOptionError(.schema, found: name, advice: "name each column once")
    }
  }
  return types
}

/// Splits at commas outside parentheses; spaces at both ends of a part go.
private func topLevelParts(of text: String) -> [Substring] {
  var parts: [Substring] = []
  var depth = 0
  var start = text.startIndex
  for index in text.indices {
    switch text[index] {
    case "(": depth += 1
    case ")": depth -= 1
    case "," where depth == 0:
      parts.append(text[start..<index])
      start = text.index(after: index)
    default: break
    }
  }
  parts.append(text[start...])
  return parts.map { part in
    var part = part.drop { $0 == " " }
    while part.last == " " { part.removeLast() }
    return part
  }
}

/// An option about CSVs that cannot be understood.
public struct CSVOptionError: Diagnosis, Equatable {
  /// Kinds; the raw value is the ``Diagnosis/code``.
  public enum Kind: String, Sendable {
    /// A delimiter that cannot divide fields.
    case delimiter = "csv-option.delimiter"
    /// A quote that is no printable ASCII character.
    case quote = "csv-option.quote"
    /// An escape that does not exist.
    case escape = "csv-option.escape"
    /// An encoding without a name.
    case encoding = "csv-option.encoding"
    /// A line end that does not exist.
    case lineEnd = "csv-option.line-end"
    /// A number of lines that cannot be.
    case lines = "csv-option.lines"
    /// A null spelling that is not `column=text`.
    case nullOf = "csv-option.null-of"
    /// Names that are not `old=new` pairs, or name a column twice.
    case rename = "csv-option.rename"
    /// A schema that is not `name:type` pairs, or names a column twice.
    case schema = "csv-option.schema"
    /// A type that does not exist.
    case type = "csv-option.type"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// What was given.
  public let found: String
  /// What would do.
  public let advice: String?

  init(_ kind: Kind, found: String, advice: String) {
    self.kind = kind
    self.found = found
    self.advice = advice
  }

  /// The kind's raw value.
  public var code: String { kind.rawValue }
  /// One line.
  public var summary: String {
    switch kind {
    case .delimiter: "\"\(found)\" cannot be a delimiter"
    case .schema: "the schema is not understood at \"\(found)\""
    case .type: "\"\(found)\" is not a column type"
    case .quote: "\"\(found)\" cannot be a quote"
    case .escape: "\"\(found)\" is no way to escape"
    case .encoding: "\"\(found)\" is no encoding"
    case .lineEnd: "\"\(found)\" is no line end"
    case .lines: "\(found) is no number of lines"
    case .nullOf: "\"\(found)\" does not say which column it is null in"
    case .rename: "new names are not understood at \"\(found)\""
    }
  }
  /// Nowhere in a file.
  public var place: Place { Place() }
}
