// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade inspect`: what is inside a chunk file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is inside a .cln file: schema, chunks, encodings, sizes, statistics.",
    discussion: """
      EXAMPLES
        colonnade inspect cities.cln
        colonnade inspect cities.cln --pages --format csv
        colonnade inspect cities.cln --receipt
      """)

  @Argument(help: ArgumentHelp("A .cln file.", valueName: "file"))
  var input: String

  @Flag(help: "One line per page (column and chunk) instead of one per column.")
  var pages = false

  @Flag(help: "Print the receipt that the conversion left in the file, as JSON.")
  var receipt = false

  @OptionGroup var output: OutputOptions

  func validate() throws { _ = try output.target(forTables: true) }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: [input]) }
    let file = try openChunkFile(input)
    if receipt { return try writeText(conversionReceipt(of: file), to: output.output ?? "-") }
    let target = try output.target(forTables: true)
    if target.format == .table, !pages { try printToStandardOutput(overview(of: file)) }
    let table = pages ? try pageTable(of: file) : try columnTable(of: file)
    try writeTable(
      table, to: target, usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }
}
