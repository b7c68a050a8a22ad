// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade head`: the first rows.
struct HeadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "head",
    abstract: "Show the first rows of CSVs, .cln files or Arrow streams.",
    discussion: """
      EXAMPLES
        colonnade head cities.cln
        colonnade head cities.csv.gz -n 3 --format json
        colonnade head cities.cln -o first.csv --quote-style all --null-as NULL
      """)

  @Argument(
    help: ArgumentHelp(
      "A CSV, a .cln file, an Arrow stream or file, a folder or pattern of them, or - for standard input.",
      valueName: "input"))
  var input: String

  @Option(name: .customShort("n"), parsing: .unconditional, help: ArgumentHelp("Rows to show.", valueName: "rows"))
  var rows = 10

  @OptionGroup var part: ChunksOption
  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if rows < 0 { throw ValidationError("-n takes a number from 0 on, not \(rows)") }
    _ = try output.target(forTables: true, style: style)
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: [input]) }
    let table = try openTable()
    try writeTable(
      table, to: output.target(forTables: true, style: style), threads: common.threads, usesColour: output.usesColour)
  }

  private func openTable() throws -> any TableSource {
    if let chunks = part.chunks { return FirstRows(of: try openChunkRange(input, chunks.range), limit: rows) }
    return try openFirstRows(
      of: input, count: rows, reading: csv.reading(isQuiet: common.quiet), threads: common.threads)
  }
}
