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
      """)

  @Argument(
    help: ArgumentHelp("A .cln file, a CSV, a folder or pattern of CSVs, or - for standard input.", valueName: "input"))
  var input: String

  @OptionGroup var output: OutputOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { _ = try output.target(forTables: false) }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: [input]) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    let table = try openTable(input, reading: csv.reading(isQuiet: common.quiet), threads: common.threads, progress: line.update)
    line.clear()
    try writeTable(
      table, to: output.target(forTables: false), usesColour: output.usesColour,
      maximumTableRowCount: output.maximumTableRowCount)
  }
}
