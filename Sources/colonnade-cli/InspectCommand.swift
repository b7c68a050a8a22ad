// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ChunkFile
import Columns
import Pipelines

/// `colonnade inspect`: what is inside a chunk file.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what is inside .cln files: schema, chunks, encodings, sizes, statistics.",
    discussion: """
      EXAMPLES
        colonnade inspect cities.cln
        colonnade inspect cities.cln --pages --format csv
        colonnade inspect cities.cln --receipt
        colonnade inspect archive/
        colonnade inspect archive/ --files --format ndjson

      Of a folder or pattern of several files, one line each; with --files of a
      single one too: path, rows, columns, chunks, bytes, and the checksum that a
      manifest lists, in the order in which they are read as one table.
      """)

  @Argument(help: ArgumentHelp("A .cln file, or a folder or pattern of them.", valueName: "file"))
  var input: String

  @Flag(help: "One line per page (column and chunk) instead of one per column.")
  var pages = false

  @Flag(help: "One line per file, also of a single one.")
  var files = false

  @Flag(help: "Print the receipt that the conversion left in the file, as JSON; of a file that grew, a list of all.")
  var receipt = false

  @OptionGroup var output: OutputOptions

  func validate() throws {
    _ = try output.target(forTables: true)
    if files, pages || receipt { throw ValidationError("--files goes with neither --pages nor --receipt") }
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: [input], onlyChunkFiles: true) }
    let opened = try openChunkFiles([input])
    if opened.count > 1 || files { return try showFiles(opened) }
    let file = opened[0]
    if receipt { return try writeText(conversionReceipt(of: file), to: output.output ?? "-") }
    let target = try output.target(forTables: true)
    if target.format == .table, !pages { try printToStandardOutput(overview(of: file)) }
    let table = pages ? try pageTable(of: file) : try columnTable(of: file)
    try writeTable(
      table, to: target, usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }

  private func showFiles(_ files: [ChunkFile]) throws {
    if pages || receipt { throw InputError(severalFiles: input) }
    let target = try output.target(forTables: true)
    if target.format == .table { try printToStandardOutput(overview(of: files)) }
    try writeTable(
      fileTable(of: files), to: target, usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount
    )
  }
}
