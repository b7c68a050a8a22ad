// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade merge`: many chunk files into one.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merge .cln files into one, with full chunks and one dictionary for each column.",
    discussion: """
      EXAMPLES
        colonnade merge 2023.cln 2024.cln -o both.cln
        colonnade merge daily/ -o year.cln
        colonnade merge 'daily/2024-*.cln' -o year.cln --sort-by 'state, date'

      Columns are joined by name, in the order of the first file: whole numbers
      and decimals to a decimal, dates and timestamps to timestamps. Files of a
      folder come in byte order of their names. One file alone is written anew:
      that evens out the short chunks that --append leaves.
      """)

  @Argument(help: ArgumentHelp(".cln files, folders or patterns of them.", valueName: "input"))
  var inputs: [String]

  @OptionGroup var chunkFile: ChunkFileOptions

  @OptionGroup var sorting: SortOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    // Without it, a merge takes a few pages and the dictionaries, which no limit makes less.
    if sorting.memory != nil, sorting.sortBy == nil {
      throw ValidationError("--memory has no effect without --sort-by")
    }
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: [chunkFile.output], inputs: inputs, onlyChunkFiles: true) }
    try sorting.prepareMemory()
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    var options = MergeOptions()
    options.compression = chunkFile.compression
    options.order = try sorting.order()
    options.memory = try sorting.limit() ?? .standard
    options.threads = common.threads
    options.progress = line.update
    let receipt = try mergeFiles(inputs, to: chunkFile.target(), options)
    line.clear()
    if !common.quiet { printToStandardError(receipt.text) }
  }
}
