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
  /// How dates are written in columns of which every value is: `%d/%m/%Y`.
  public var dateFormat: String?
  /// How dates are written in one column: `day=%d/%m/%Y`.
  public var dateFormatsOfColumns: [String] = []
  /// `.` or `,`.
  public var decimal: String?
  /// One character, or `space`.
  public var thousands: String?
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
    options.numberStyle = try numberStyle(decimal: decimal, thousands: thousands)
    options.dateFormat = try dateFormat.map(parsedDateFormat)
    for text in dateFormatsOfColumns {
      let (name, format) = try pair(text, .dateFormatOf, "write column=format, 'day=%d/%m/%Y'")
      let parsed = try parsedDateFormat(format)
      guard options.types[name].map(parsed.gives) ?? true,
        options.dateFormatOfColumn.updateValue(parsed, forKey: name) == nil
      else {
        throw CSVOptionError(
          .dateFormatOf, found: text, advice: "give a column one format, and its type only as that gives it")
      }
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
