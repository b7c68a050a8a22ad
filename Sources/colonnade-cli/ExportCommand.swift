// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade export`: a whole table as text.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a whole table as CSV, JSON or NDJSON; every value is kept.",
    discussion: """
      EXAMPLES
        colonnade export cities.cln -o cities.csv
        colonnade export cities.cln -o cities.ndjson.zst
        colonnade export cities.cln -o cities.csv --delimiter-out ';' --null-as NA
        colonnade export cities.cln -o quoted.csv --quote-style all --header-out off

      CSV: null is a bare empty cell, an empty string is "". A string that looks
      like the null of --null-as stands in quotes, so that it reads back as text.
      The header is left out where the source had none. JSON: numbers have all
      their digits; NaN and infinities, for which it has no word, are strings.
      """)

  @Argument(
    help: ArgumentHelp("A .cln file, a CSV, a folder or pattern of them, or - for standard input.", valueName: "input"))
  var input: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { _ = try output.target(forTables: false, style: style) }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: [input]) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    let table = try openTable(
      input, reading: csv.reading(isQuiet: common.quiet), threads: common.threads, progress: line.update)
    line.clear()
    // On a terminal the rows themselves show how far it is.
    let progress: (@Sendable (WriteProgress) -> Void)? = output.isOnTerminal ? nil : line.update(_:)
    try writeTable(
      table, to: output.target(forTables: false, style: style), threads: common.threads, progress: progress,
      usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }
}
