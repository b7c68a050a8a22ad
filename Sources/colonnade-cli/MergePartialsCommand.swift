// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade merge-partials`: states of many tasks to one result.
struct MergePartialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge-partials",
    abstract: "Merge states that agg --partial wrote, and finish their query.",
    discussion: """
      EXAMPLES
        colonnade agg a.cln --by state --agg 'mean(cases)' --partial -o a.arrows
        colonnade agg b.cln --by state --agg 'mean(cases)' --partial -o b.arrows \\
          --first-place 100
        colonnade merge-partials a.arrows b.arrows -o means.csv
        cat shuffled.arrows | colonnade merge-partials - --schema-from a.arrows

      The result is, to the byte, what agg gives on all rows together, however they
      were split. Streams say of which query they are; where an engine has dropped
      that on the way, --schema-from names a stream that says it. With --partial,
      states are merged to states. Formats/PartialAggregate has the format.

      Groups, and the values of median, quantile, top and count(distinct), are held
      in memory; where --memory has no room for them, that is an error that says how
      much is needed.
      """)

  @Argument(
    help: ArgumentHelp("Streams of states, or - for standard input. (default: standard input)", valueName: "input"))
  var inputs: [String] = []

  @Option(
    help: ArgumentHelp(
      "A stream as agg --partial wrote it, which says of which query the inputs are.", valueName: "file"))
  var schemaFrom: String?

  @Flag(help: "Write merged states, an Arrow stream, instead of the result.")
  var partial = false

  @OptionGroup var room: MemoryOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var common: CommonOptions

  private var paths: [String] { inputs.isEmpty ? ["-"] : inputs }

  func validate() throws {
    if (paths + [schemaFrom].compactMap { $0 }).filter({ $0 == "-" }).count > 1 {
      throw ValidationError("standard input can be only one of the inputs")
    }
    _ = try partial ? output.statesTarget(style) : output.target(forTables: true, style: style)
  }

  func run() throws {
    try usage { try refuseOverwriting(outputs: output.paths, inputs: paths + [schemaFrom].compactMap { $0 }) }
    let limits = try room.aggregationLimits(threads: common.threads)
    if partial {
      return try mergePartials(
        paths, schemaFrom: schemaFrom, toStatesIn: output.statesTarget(style), within: limits)
    }
    let result = try mergePartials(paths, schemaFrom: schemaFrom, within: limits)
    try writeTable(
      result, to: output.target(forTables: true, style: style), threads: common.threads,
      usesColour: output.usesColour, maximumTableRowCount: output.maximumTableRowCount)
  }
}
