// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines
import TextFormats

/// What becomes of records that cannot be read.
enum OnError: String, Choice {
  case fail, skip
}

/// How CSV inputs are to be read; of no effect on .cln inputs.
struct CSVInputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Field delimiter: a character, several, 'tab' or 'space'. (default: found)", valueName: "text"))
  var delimiter: String?

  @Option(help: ArgumentHelp("Quote: a character, or 'none'. (default: found)", valueName: "char"))
  var quote: String?

  @Option(
    help: ArgumentHelp(
      "How quotes in quoted fields are written: doubled or backslash. (default: found)", valueName: "way"))
  var escape: String?

  @Option(help: ArgumentHelp("Line end: lf (also CR LF), cr or mixed. (default: found)", valueName: "way"))
  var lineEnd: String?

  @Option(
    help: ArgumentHelp(
      "Encoding, as iconv names it: utf-16, windows-1252, gbk, … (default: found)", valueName: "name"))
  var encoding: String?

  @Option(
    help: ArgumentHelp("What lines that are no data begin with, or 'none'. (default: found)", valueName: "text"))
  var comment: String?

  @Option(help: ArgumentHelp("Lines before the header. (default: found)", valueName: "n"))
  var skipLines: Int?

  @Option(help: ArgumentHelp("Lines with names; several are joined. (default: found)", valueName: "n"))
  var headerRows: Int?

  @Flag(help: "The first line is data. As --header-rows 0.")
  var noHeader = false

  @Option(help: ArgumentHelp("Lines after the data. (default: found)", valueName: "n"))
  var footerLines: Int?

  @Option(
    name: .customLong("null"),
    help: ArgumentHelp("Unquoted text that means null, besides the empty field; may be repeated.", valueName: "text"))
  var nulls: [String] = []

  @Option(
    name: .customLong("null-of"),
    help: ArgumentHelp("The same in one column: 'age=-1'; may be repeated.", valueName: "column=text"))
  var nullsOfColumns: [String] = []

  @Option(
    help: ArgumentHelp(
      "Types of some columns: 'date:date,code:string'. Types: \(ColumnType.spellings).",
      valueName: "list"))
  var schema: String?

  @Option(
    help: ArgumentHelp(
      "How dates are written, '%d/%m/%Y', where a whole column is. (default: found)", valueName: "format"))
  var dateFormat: String?

  @Option(
    name: .customLong("date-format-of"),
    help: ArgumentHelp("The same of one column: 'day=%d/%m/%Y'; may be repeated.", valueName: "column=format"))
  var dateFormatsOfColumns: [String] = []

  @Option(help: ArgumentHelp("Decimal mark of all numbers: '.' or ','. (default: found)", valueName: "char"))
  var decimal: String?

  @Option(
    help: ArgumentHelp(
      "What groups digits in all numbers: a character or 'space'. (default: found)", valueName: "char"))
  var thousands: String?

  @Option(
    help: ArgumentHelp(
      "New names of columns: 'uf=state,n=cases'; of cmp, columns of the first table and the second that belong together.",
      valueName: "list"))
  var rename: String?

  @Flag(help: "Keep every column as the text it is.")
  var allText = false

  @Flag(help: "Repair nothing: short rows, stray quotes and the like are errors.")
  var strict = false

  @Option(help: ArgumentHelp("What becomes of rows that cannot be read: fail, skip.", valueName: "way"))
  var onError: OnError = .fail

  func validate() throws {
    if noHeader, headerRows ?? 0 > 0 { throw ValidationError("--no-header and --header-rows contradict each other") }
    _ = try reading()
  }

  /// The options, with what is odd about the inputs told on standard error. Throws a usage error.
  func reading(isQuiet: Bool) throws -> CSVOptions {
    var options = try reading()
    if !isQuiet { options.onReport = tellWarnings }
    return options
  }

  /// The options as the library takes them. Throws a usage error.
  func reading() throws -> CSVOptions {
    var texts = CSVOptionTexts()
    texts.delimiter = delimiter
    texts.quote = quote
    texts.escape = escape
    texts.encoding = encoding
    texts.lineEnd = lineEnd
    texts.comment = comment
    texts.skipLines = skipLines
    texts.headerRows = noHeader ? 0 : headerRows
    texts.footerLines = footerLines
    texts.nulls = nulls
    texts.nullsOfColumns = nullsOfColumns
    texts.schema = schema
    texts.dateFormat = dateFormat
    texts.dateFormatsOfColumns = dateFormatsOfColumns
    texts.decimal = decimal
    texts.thousands = thousands
    texts.rename = rename
    texts.allText = allText
    texts.isStrict = strict
    texts.skipsErrors = onError == .skip
    return try usage { try texts.options() }
  }
}

/// Writes what a user should know of how CSVs were read to standard error.
private func tellWarnings(_ report: CSVReport) {
  var lines = report.warnings.map { "warning: \($0)" }
  if report.rejectedRowCount > 0 {
    let count = report.rejectedRowCount
    lines.append("warning: \(count == 1 ? "1 row was" : "\(grouped(count)) rows were") left out")
    lines += report.firstRejected.map { "  \($0.place): \($0.summary)" }
  }
  if !lines.isEmpty { printToStandardError(lines.joined(separator: "\n") + "\n") }
}
