// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

extension CSVOptions {
  /// Takes options as the command's users write them.
  ///
  /// `delimiter` is one ASCII character or `tab`; `schema` is `date:date,price:decimal(10,2)`. Throws `csv-option.…`.
  public init(
    delimiter: String?, nullSpellings: [String], schema: String?, allText: Bool
  ) throws(CSVOptionError) {
    self.init()
    if let delimiter { self.delimiter = try Self.delimiterByte(delimiter) }
    if let schema { types = try columnTypes(in: schema) }
    self.nullSpellings = nullSpellings
    self.allText = allText
  }

  static func delimiterByte(_ text: String) throws(CSVOptionError) -> UInt8 {
    if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
    let bytes = Array(text.utf8)
    guard bytes.count == 1, bytes[0] < 0x80, bytes[0] == 0x09 || bytes[0] >= 0x20, bytes[0] != 0x7F,
      bytes[0] != UInt8(ascii: "\"")
    else {
      throw CSVOptionError(.delimiter, found: text, advice: "give one character such as ';', or 'tab'")
    }
    return bytes[0]
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
        advice: "types are bool, int64, decimal(P,S), float64, date, string")
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
    /// A delimiter that is not one ASCII character, or one that cannot divide fields.
    case delimiter = "csv-option.delimiter"
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
    }
  }
  /// Nowhere in a file.
  public var place: Place { Place() }
}
