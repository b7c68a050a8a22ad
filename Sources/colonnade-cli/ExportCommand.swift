// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import Columns
import Pipelines

/// `colonnade export`: a whole table as text.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a whole table as CSV, JSON, NDJSON, Arrow or .cln; every value is kept.",
    discussion: """
      EXAMPLES
        colonnade export cities.cln -o cities.csv
        colonnade export cities.cln -o cities.ndjson.zst
        colonnade export cities.cln -o cities.arrows
        colonnade export from_polars.arrow -o cities.cln
        colonnade export cities.cln -o cities.csv --delimiter-out ';' --null-as NA
        colonnade export cities.cln -o quoted.csv --quote-style all --header-out off
        colonnade export cities.cln --columns date,cases --where "state = 'SP'"
        colonnade export damaged.cln --salvage -o rest.csv --lost lost.csv
        colonnade export cities.cln --chunks 4:8 -o part.csv

      CSV: null is a bare empty cell, an empty string is "". A string that looks
      like the null of --null-as stands in quotes, so that it reads back as text.
      The header is left out where the source had none. JSON: numbers have all
      their digits; NaN and infinities, for which it has no word, are strings.
      Arrow: a stream, or a file where the name ends in .arrow.

      --salvage writes all rows of which any cell can be read. Cells that cannot
      are null; --lost lists them by column, row of the damaged file and reason.
      Exit code 2 says that cells, rows or the receipts were lost; the output is
      there nonetheless. Damage that costs none of them is told in a line.
      """)

  @Argument(
    help: ArgumentHelp(
      "A .cln file, a CSV, an Arrow stream or file, a folder or pattern of them, or - for standard input.",
      valueName: "input"))
  var input: String

  @Flag(help: "Of a damaged .cln file, write what can still be read.")
  var salvage = false

  @Option(
    help: ArgumentHelp("With --salvage: file for a table of all that is lost: .csv, .json, .ndjson.", valueName: "file")
  )
  var lost: String?

  @OptionGroup var part: ChunksOption
  @OptionGroup var csvPart: CSVPieceOptions
  @Option(help: ArgumentHelp("Columns to write: 'date,cases'. (default: all)", valueName: "list"))
  var columns: String?

  @Option(
    name: .customLong("where"), parsing: .unconditionalSingleValue,
    help: ArgumentHelp("Only rows for which this is true, as with agg: 'x > 5'.", valueName: "condition"))
  var filters: [String] = []

  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    _ = try output.target(forTables: false, style: style)
    if lost != nil, !salvage { throw ValidationError("--lost goes with --salvage") }
    if salvage, part.chunks != nil || csvPart.piece != nil || csvPart.types != nil {
      throw ValidationError("--salvage writes all that is left: without --chunks, --piece and --types")
    }
    if part.chunks != nil, csvPart.piece != nil || csvPart.types != nil {
      throw ValidationError("--chunks goes with a .cln file, --piece and --types with a CSV: give one of them")
    }
    if salvage, input == "-" { throw ValidationError("--salvage reads out of order: give a file, not standard input") }
    _ = try lostTarget()
    if salvage, columns != nil || !filters.isEmpty {
      throw ValidationError("--salvage writes all columns and rows that it can: --columns and --where go without it")
    }
    _ = (try chosenColumns(), try condition())
  }

  private func chosenColumns() throws -> [String]? {
    let names = try columns.map { list in try usage { try columnNames(in: list, part: .columns) } }
    if let names, Set(names).count < names.count { throw ValidationError("--columns names a column twice") }
    return names
  }

  private func condition() throws -> QueryExpression? {
    if filters.count > 1 { throw ValidationError("--where is given twice: join conditions with and") }
    return try filters.first.map { text in try usage { try QueryExpression(text) } }
  }

  /// The rows and columns that were asked for.
  private func wantedPart(of table: any TableSource) throws -> any TableSource {
    var part = table
    if let condition = try condition() { part = try TakenRows(of: part, where: condition) }
    if let names = try chosenColumns() { part = try ChosenColumns(part, names) }
    return part
  }

  private func lostTarget() throws -> OutputTarget? {
    try lost.map { path in
      var target = try usage { try OutputTarget(path: path, format: nil, fallback: .csv) }
      target.writing = try output.writing.options(for: [output.output, lost])
      return target
    }
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths + [lost].compactMap { $0 }, inputs: [input]) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    if salvage { return try runSalvage(line) }
    let table = try openTable(line)
    line.clear()
    // On a terminal the rows themselves show how far it is.
    let progress: (@Sendable (WriteProgress) -> Void)? = output.isOnTerminal ? nil : line.update(_:)
    try writeTable(
      wantedPart(of: table), to: output.target(forTables: false, style: style), threads: common.threads,
      progress: progress,
      usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }

  private func openTable(_ line: ProgressLine) throws -> any TableSource {
    if let chunks = part.chunks { return try openChunkRange(input, chunks.range) }
    var reading = try csv.reading(isQuiet: common.quiet)
    try csvPart.apply(to: &reading, inputs: [input])
    return try Pipelines.openTable(input, reading: reading, threads: common.threads, progress: line.update)
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
