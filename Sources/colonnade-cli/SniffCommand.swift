// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines

/// `colonnade sniff`: what a CSV looks like, and why.
struct SniffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sniff",
    abstract: "Say how a CSV is divided and what its columns hold, with reasons.",
    discussion: """
      EXAMPLES
        colonnade sniff unknown.txt
        colonnade sniff export.csv.gz --json
        colonnade sniff export.csv --delimiter ';' --header-rows 2

      Each choice can be overruled by its option, here and in every other command.
      Types are those of the first rows; convert looks at all rows.
      """)

  @Argument(help: ArgumentHelp("A CSV (plain, .gz, .zst), or - for standard input.", valueName: "input"))
  var input: String

  @Option(help: ArgumentHelp("Rows to look at.", valueName: "n"))
  var rows = 10_000

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var csv: CSVInputOptions

  func validate() throws {
    guard rows >= 1 else { throw ValidationError("--rows takes a number from 1 on, not \(rows)") }
  }

  func run() throws {
    let report = try sniffFile(input, rowLimit: rows, reading: csv.reading())
    try printToStandardOutput(json ? report.json : report.text)
  }
}
