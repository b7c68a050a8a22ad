// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Compare
import Pipelines

/// Which step of a comparison in parts this is; none for a comparison from beginning to end.
struct CompareStepOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Step 1 of 3 of a comparison by several processes: write the rows of source or compare, each with the number of its part, as an Arrow stream to standard output and nowhere else (-o, --rows, --html and --format are for step 3).",
      valueName: "side"))
  var partRows: ComparedSide?

  @Option(
    help: ArgumentHelp("With --part-rows: into how many parts rows go by their keys.", valueName: "n"))
  var parts: Int?

  @Option(
    help: ArgumentHelp(
      "With --part-rows: read only these chunks, counted from 0 over all files of the side, the last not included: 4:8.",
      valueName: "a:b"))
  var chunks: NumberRange?

  @Flag(
    help: ArgumentHelp(
      "Step 2 of 3: read rows of whole parts from standard input, and write what is found as an Arrow stream to standard output and nowhere else; --rows and --html say that the rows that differ are kept for step 3."
    ))
  var partial = false

  @Option(
    help: ArgumentHelp(
      "Step 3 of 3: join what --partial found, and go on as if compared here. May be given several times.",
      valueName: "file"))
  var fromPartials: [String] = []

  /// True if this is a step, and no comparison from beginning to end.
  var isStep: Bool { partRows != nil || partial || !fromPartials.isEmpty }

  func validate() throws {
    guard [partRows != nil, partial, !fromPartials.isEmpty].filter({ $0 }).count < 2 else {
      throw ValidationError("--part-rows, --partial and --from-partials are three steps, one at a time")
    }
    if partRows == nil {
      if parts != nil { throw ValidationError("--parts is for --part-rows") }
      if chunks != nil { throw ValidationError("--chunks is for --part-rows, the others get their rows from it") }
    } else {
      guard let parts, 1...1_000_000 ~= parts else {
        throw ValidationError("--part-rows needs --parts, a number from 1 to 1000000, the same for both sides")
      }
    }
  }

  /// Throws a usage error for what no step can do.
  func check(source: String, compare: String, on: String?, byPosition: Bool) throws {
    guard isStep else { return }
    if source == "-" || compare == "-" {
      throw ValidationError("each step of a comparison in parts opens both tables: give them by their paths")
    }
    if on == nil, !byPosition {
      throw ValidationError(
        "a comparison in parts needs --on, or --by-position: keys are found by looking at all rows at once")
    }
    if fromPartials.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("--from-partials - is given twice: standard input can be only one of them")
    }
    if partRows != nil || partial, isTerminal(1) {
      throw ValidationError(
        "an Arrow stream does not go to a terminal: say > FILE.arrows, or | a program that reads it")
    }
  }
}

extension ComparedSide: ExpressibleByArgument {}
