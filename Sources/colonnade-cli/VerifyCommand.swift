// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Pipelines

/// `colonnade verify`: every checksum.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every byte of .cln files against its checksum and every rule of the format.",
    discussion: """
      EXAMPLES
        colonnade verify cities.cln
        colonnade verify archive/*.cln
        colonnade verify s3://bucket/table/

      Of a folder with a manifest, that and the parts it lists are checked: a part
      that is missing, or is another file than the listed one, counts as damage.
      """)

  @Argument(help: ArgumentHelp(".cln files, folders or patterns of them.", valueName: "file"))
  var inputs: [String]

  @Flag(name: [.short, .long], help: "Print only what is wrong.")
  var quiet = false

  func run() throws {
    var isIntact = true
    try verifyInputs(inputs) { outcome in
      isIntact = isIntact && outcome.isIntact
      if !outcome.isIntact || !quiet { try printToStandardOutput(outcome.text) }
    }
    if !isIntact { throw ExitCode(2) }
  }
}
