// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import Compare
import Pipelines

/// What is compared, when two values are alike, and how much may differ.
struct CompareRuleOptions: ParsableArguments {
  @Flag(help: "Pair rows by their positions: the first with the first, and so on.")
  var byPosition = false

  @Option(
    help: ArgumentHelp("Columns to compare. (default: all that both sides have)", valueName: "columns"))
  var columns: String?

  @Option(name: .customLong("ignore"), help: ArgumentHelp("Columns that take no part.", valueName: "columns"))
  var ignored: String?

  @Option(
    name: .customLong("tolerance"),
    help: ArgumentHelp(
      "How far numbers may be apart, or by what part of the first: 'cases=1, rate=0.1%, *=0.01'.", valueName: "numbers")
  )
  var tolerances: String?

  @Flag(help: "Texts that differ in letter case alone are equal, in keys too.")
  var ignoreCase = false

  @Flag(help: "White space around texts does not count, in keys too.")
  var trim = false

  @Flag(help: "An empty text is no value, in keys too.")
  var emptyAsNull = false

  @Option(
    help: ArgumentHelp(
      "Keys that several rows of a side have: error, pair-in-order (first with first), count (not looked at otherwise). (default: error)",
      valueName: "policy"))
  var duplicates: DuplicatePolicy?

  @Option(help: ArgumentHelp("Exit with 0 if at most so many rows differ.", valueName: "n"))
  var maxDifferent: Int?

  @Option(help: ArgumentHelp("Exit with 0 if at most this percentage of the rows differs.", valueName: "percent"))
  var maxDifferentPercent: String?

  @Option(
    help: ArgumentHelp(
      "Differences that make the exit code 1, of: schema, rows (on one side only), values.", valueName: "kinds"))
  var failOn: String = "rows,values"

  /// `renames`: columns with another name in the second table. Throws `query.syntax` for texts that cannot be read.
  func request(on: String?, renames: String?) throws(QuerySyntaxError) -> CompareRequest {
    var request = try CompareRequest(
      on: on, byPosition: byPosition, columns: columns, ignored: ignored, renames: renames, tolerances: tolerances)
    request.texts = TextRules(ignoresCase: ignoreCase, trims: trim, emptyIsNull: emptyAsNull)
    request.duplicates = duplicates ?? .error
    return request
  }

  /// Throws `ValidationError` for texts that cannot be read.
  func limits() throws -> DifferenceLimits {
    let kinds = try failOn.split(separator: ",", omittingEmptySubsequences: false).map { name in
      let name = String(name.drop { $0 == " " })
      guard let kind = DifferenceKind(rawValue: name) else {
        throw ValidationError("--fail-on takes some of schema, rows and values, not \"\(name)\"")
      }
      return kind
    }
    if let maxDifferent, maxDifferent < 0 { throw ValidationError("--max-different takes a number from 0 on") }
    let share = try maxDifferentPercent.map { text in
      guard let share = Tolerance(text.hasSuffix("%") ? text : text + "%") else {
        throw ValidationError("--max-different-percent takes a number such as 0.5, not \"\(text)\"")
      }
      return share
    }
    return DifferenceLimits(kinds: Set(kinds), maximumCount: maxDifferent, maximumShare: share)
  }
}

extension DuplicatePolicy: Choice {}
