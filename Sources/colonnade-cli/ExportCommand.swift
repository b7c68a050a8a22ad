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
        colonnade export damaged.cln --salvage -o rest.csv --lost lost.csv

      CSV: null is a bare empty cell, an empty string is "". A string that looks
      like the null of --null-as stands in quotes, so that it reads back as text.
      The header is left out where the source had none. JSON: numbers have all
      their digits; NaN and infinities, for which it has no word, are strings.

      --salvage writes all rows of which any cell can be read. Cells that cannot
      are null; --lost lists them by column, row of the damaged file and reason.
      Exit code 2 says that cells, rows or the receipts were lost; the output is
      there nonetheless. Damage that costs none of them is told in a line.
      """)

  @Argument(
    help: ArgumentHelp("A .cln file, a CSV, a folder or pattern of them, or - for standard input.", valueName: "input"))
  var input: String

  @Flag(help: "Of a damaged .cln file, write what can still be read.")
  var salvage = false

  @Option(
    help: ArgumentHelp("With --salvage: file for a table of all that is lost: .csv, .json, .ndjson.", valueName: "file")
  )
  var lost: String?

  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try output.target(forTables: false, style: style)
    if lost != nil, !salvage { throw ValidationError("--lost goes with --salvage") }
    if salvage, input == "-" { throw ValidationError("--salvage reads out of order: give a file, not standard input") }
    _ = try lostTarget()
  }

  private func lostTarget() throws -> OutputTarget? {
    try lost.map { path in try usage { try OutputTarget(path: path, format: nil, fallback: .csv) } }
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths + [lost].compactMap { $0 }, inputs: [input]) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    if salvage { return try runSalvage(line) }
    let table = try openTable(
      input, reading: csv.reading(isQuiet: common.quiet), threads: common.threads, progress: line.update)
    line.clear()
    // On a terminal the rows themselves show how far it is.
    let progress: (@Sendable (WriteProgress) -> Void)? = output.isOnTerminal ? nil : line.update(_:)
    try writeTable(
      table, to: output.target(forTables: false, style: style), threads: common.threads, progress: progress,
      usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }

  private func runSalvage(_ line: ProgressLine) throws {
    let progress: (@Sendable (WriteProgress) -> Void)? = output.isOnTerminal ? nil : line.update(_:)
    var isSomethingLost = false
    try Pipelines.salvage(
      input, to: output.target(forTables: false, style: style), lost: lostTarget(), threads: common.threads,
      progress: progress
    ) { found in
      line.clear()
      if let losses = found.losses { printDiagnosis(losses) }
      if let damage = found.harmlessDamage { printToStandardError("note: \(input): \(damage)\n") }
      isSomethingLost = found.losses != nil
    }
    line.clear()
    if isSomethingLost { throw ExitCode(2) }
  }
}
