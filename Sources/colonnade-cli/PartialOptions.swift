// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines

/// What `agg` makes states of instead of results.
struct PartialOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Write mergeable exact states of the groups, an Arrow stream for merge-partials, instead of the result."))
  var partial = false

  @Option(
    help: ArgumentHelp(
      "With --partial, number of the first chunk read among all chunks of the job: first, last and any go by it. (default: its own)",
      valueName: "n"))
  var firstPlace: Int?

  func validate() throws {
    if firstPlace != nil, !partial { throw ValidationError("--first-place goes with --partial") }
    if let firstPlace, !(0..<1 << 30).contains(firstPlace) {
      throw ValidationError("--first-place takes a number from 0 to \(1 << 30 - 1), not \(firstPlace)")
    }
  }
}

extension OutputOptions {
  /// Where a stream of states goes. Throws a usage error for options that ask for another form.
  func statesTarget(_ style: OutputStyleOptions) throws -> OutputTarget {
    if format != nil || style.given != nil {
      throw ValidationError("\(style.given ?? "--format") has no effect with --partial: states are an Arrow stream")
    }
    if isOnTerminal { throw ValidationError("an Arrow stream does not go to a terminal: say -o FILE.arrows") }
    return try usage {
      var target = try OutputTarget(states: output ?? "-")
      target.writing = try writing.options(for: [output])
      return target
    }
  }
}
