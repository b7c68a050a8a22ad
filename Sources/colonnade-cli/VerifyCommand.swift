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
      """)

  @Argument(help: ArgumentHelp(".cln files, folders or patterns of them.", valueName: "file"))
  var inputs: [String]

  @Flag(name: [.short, .long], help: "Print only what is wrong.")
  var quiet = false

  func run() throws {
    var isIntact = true
    for path in try expandInputs(inputs, onlyChunkFiles: true) {
      let outcome = try verifyChunkFile(path)
      isIntact = isIntact && outcome.isIntact
      if !outcome.isIntact || !quiet { try printToStandardOutput(outcome.text) }
    }
    if !isIntact { throw ExitCode(2) }
  }
}
