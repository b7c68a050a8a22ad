// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

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
    /// A text that is no format of dates.
    case dateFormat = "csv-option.date-format"
    /// A format that is not `column=format`, or not the column's only one.
    case dateFormatOf = "csv-option.date-format-of"
    /// A decimal mark that is neither point nor comma.
    case decimal = "csv-option.decimal"
    /// What cannot stand between groups of digits.
    case thousands = "csv-option.thousands"
  }

  /// What kind of mistake it is.
  public let kind: Kind
  /// What was given.
  public let found: String
  /// What would do.
  public let advice: String?

  init(_ kind: Kind, found: String, advice: String) {
    self.kind = kind
    // A message is one line.
    self.found = found.unicodeScalars.map { $0.value < 32 ? $0.escaped(asASCII: false) : String($0) }.joined()
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
    case .dateFormat: "the date format is not understood: \(found)"
    case .dateFormatOf: "\"\(found)\" does not say how dates of a column are written"
    case .decimal: "\"\(found)\" cannot be a decimal mark"
    case .thousands: "\"\(found)\" cannot stand between groups of digits"
    case .rename: "new names are not understood at \"\(found)\""
    }
  }
  /// Nowhere in a file.
  public var place: Place { Place() }
}
