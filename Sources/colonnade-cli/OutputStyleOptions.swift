// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines
import TextFormats

/// How outputs are spelled; wrong usage for forms that leave no such choice.
struct OutputStyleOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Cells of CSV output in quotes: minimal (those that need it), all (names and all values but null).",
      valueName: "style"))
  var quoteStyle: CSVWriter.QuoteStyle?

  @Option(
    help: ArgumentHelp(
      "What stands for null in CSV, Markdown and table output. (default: nothing; in tables, null)", valueName: "text"))
  var nullAs: String?

  @Option(
    help: ArgumentHelp(
      "Delimiter of CSV output: one ASCII character, or 'tab'. (default: comma)", valueName: "char"))
  var delimiterOut: String?

  @Option(
    help: ArgumentHelp(
      "Names as first line of CSV output: auto (unless the source had none), on, off.", valueName: "choice"))
  var headerOut: HeaderChoice?

  /// The options as the library takes them. Throws a usage error.
  func style() throws -> OutputStyle {
    let hasHeader: Bool? =
      switch headerOut {
      case .on: true
      case .off: false
      case .auto, nil: nil
      }
    return try usage {
      try OutputStyle(delimiter: delimiterOut, quoteStyle: quoteStyle, hasHeader: hasHeader, nullSpelling: nullAs)
    }
  }

  /// The first option that was given, nil if none was.
  var given: String? {
    if quoteStyle != nil { return "--quote-style" }
    if nullAs != nil { return "--null-as" }
    if delimiterOut != nil { return "--delimiter-out" }
    return headerOut != nil ? "--header-out" : nil
  }
}

/// When names are put out.
enum HeaderChoice: String, Choice {
  case auto, on, off
}

extension CSVWriter.QuoteStyle: Choice {}
