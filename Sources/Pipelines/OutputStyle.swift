// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// What a text output's form leaves open; nil: as the form has it unless told otherwise.
public struct OutputStyle: Sendable, Equatable {
  /// Byte between the cells of a CSV.
  public var delimiter: UInt8?
  /// Which cells of a CSV stand in quotes.
  public var quoteStyle: CSVWriter.QuoteStyle?
  /// Whether names come first in a CSV; nil: unless they were made up.
  public var hasHeader: Bool?
  /// Stands for a row without a value in CSV, Markdown and tables.
  public var nullSpelling: String?

  /// Nothing is asked for.
  public init() {}

  /// Takes the delimiter as the command's users write it: one ASCII character, or `tab`. Throws `csv-option.delimiter`.
  public init(
    delimiter: String?, quoteStyle: CSVWriter.QuoteStyle? = nil, hasHeader: Bool? = nil, nullSpelling: String? = nil
  ) throws(CSVOptionError) {
    self.delimiter = if let delimiter { try delimiterByte(delimiter) } else { nil }
    self.quoteStyle = quoteStyle
    self.hasHeader = hasHeader
    self.nullSpelling = nullSpelling
  }

  /// The first thing asked for that has no effect in `format`, by the name of the command's option.
  func optionWithoutEffect(in format: OutputFormat) -> String? {
    if format != .csv {
      if quoteStyle != nil { return "--quote-style" }
      if delimiter != nil { return "--delimiter-out" }
      if hasHeader != nil { return "--header-out" }
    }
    let spellsNull = [.csv, .table, .markdown].contains(format)
    return nullSpelling != nil && !spellsNull ? "--null-as" : nil
  }

  /// A writer of CSVs in this style. Precondition: null can be spelled so, which ``OutputTarget/styled(as:)`` checks.
  var csvWriter: CSVWriter {
    CSVWriter(
      delimiter: delimiter ?? UInt8(ascii: ","), hasHeader: hasHeader, quoteStyle: quoteStyle ?? .minimal,
      nullSpelling: nullSpelling ?? "")
  }
}

private func delimiterByte(_ text: String) throws(CSVOptionError) -> UInt8 {
  if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
  guard text.utf8.count == 1, let byte = text.utf8.first, byte == 0x09 || 0x20..<0x7F ~= byte,
    byte != UInt8(ascii: "\"")
  else { throw CSVOptionError(.delimiter, found: text, advice: "give one ASCII character such as ';', or 'tab'") }
  return byte
}

extension OutputTarget {
  /// The same target in a style. Throws `output.style-without-effect` and `output.null-spelling`.
  public func styled(as style: OutputStyle) throws(OutputError) -> OutputTarget {
    if let option = style.optionWithoutEffect(in: format) {
      throw OutputError(.styleWithoutEffect, path: path, found: "\(option) has no effect on \(format.name)")
    }
    let null = style.nullSpelling ?? ""
    if format == .csv, !CSVWriter.canSpellNull(null, delimiter: style.delimiter ?? UInt8(ascii: ",")) {
      throw OutputError(.nullSpelling, path: path, found: "\"\(null)\" cannot stand for null in this CSV")
    }
    var styled = self
    styled.style = style
    return styled
  }
}
