// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade manifest`: publishes a folder of parts as one table.
struct ManifestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest",
    abstract: "Publish .cln files that many wrote into a folder as one table, all at once.",
    discussion: """
      EXAMPLES
        colonnade convert part7.csv -o s3://bucket/table/part-0007.cln   # each writer
        colonnade manifest s3://bucket/table/                            # the last step
        colonnade agg s3://bucket/table/ --agg 'count(*)'
        colonnade manifest 'table/v2-*.cln' -o table/_manifest.cln

      The footers of all parts are read, their columns compared, and FOLDER/_manifest.cln
      is written, which lists them with rows, bytes and checksums. From then on the folder
      is these files and no others, in the order of their names: what a failed or a second
      attempt left there, or writes later, is not read, and a part that is missing or was
      replaced is an error. A new manifest is the table's next version; parts of both may
      lie in the folder. A FOLDER stands for all .cln files in it: where some are not to
      be read, name the parts, or a quoted pattern of them, and -o.
      """)

  @Argument(help: ArgumentHelp("A folder, or .cln files in one and patterns of them.", valueName: "part"))
  var parts: [String]

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("FOLDER/_manifest.cln. (default: in the folder that is the only argument)", valueName: "file"))
  var output: String?

  @OptionGroup var writing: WritingOptions

  @Flag(name: [.short, .long], help: "Print nothing but errors.")
  var quiet = false

  func validate() throws {
    if output == nil, parts.count > 1 {
      throw ValidationError("several parts, but no folder that they are the table of: say -o FOLDER/_manifest.cln")
    }
    if let output, output != Manifest.fileName, !output.hasSuffix("/" + Manifest.fileName) {
      throw ValidationError(
        "a folder's manifest is called \(Manifest.fileName), not \(output)\n  try: -o FOLDER/\(Manifest.fileName)")
    }
    _ = try writing.options(for: [output ?? parts.first])
  }

  func run() throws {
    let manifest = try writeManifest(
      of: parts, to: output, writing: try writing.options(for: [output ?? parts.first]))
    if !quiet { printToStandardError(manifest.text) }
  }
}
