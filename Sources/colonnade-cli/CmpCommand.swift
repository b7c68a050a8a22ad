// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import Columns
import Compare
import Glibc
import ObjectStorage
import Pipelines

/// `colonnade cmp`: what differs between two tables.
struct CmpCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cmp",
    abstract: "Compare two tables by key, column by column, and say exactly what differs.",
    discussion: """
      EXAMPLES
        colonnade cmp published.csv computed.csv --on date,state
        colonnade cmp old.cln new.cln --on id --columns price,stock -o report.json
        colonnade cmp old.cln new.cln --on 'uf=state,date' --tolerance 'rate=0.1%'
        colonnade cmp old.cln new.cln --on id --rows changes.csv --html changes.html
        colonnade cmp old.cln new.cln --on id --format md >> "$GITHUB_STEP_SUMMARY"

      1358 equals 1358.0, null equals null. A key that occurs twice on one side
      is an error, unless --duplicates says what becomes of it. Without --on,
      columns that tell all rows apart are looked for, and named.
      Exit code: 0 equal, 1 rows on one side only or values that differ, 2 trouble.

      Several processes or machines: --part-rows, a shuffle by the column "part",
      --partial, --from-partials; give all three the same inputs and options.
      """)

  @Argument(help: "The first table: a CSV, a .cln file, a folder or pattern of them.")
  var source: String

  @Argument(help: "The table to compare it with.")
  var compare: String

  @Option(
    help: ArgumentHelp(
      "Key columns that name a row on both sides: 'date,state', or 'uf=state' where names differ.",
      valueName: "columns"))
  var on: String?

  @OptionGroup var rules: CompareRuleOptions

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "Write the report to this file: as JSON, or Markdown or text if its name ends in .md or .txt; then .gz or .zst.",
      valueName: "file"))
  var output: String?

  @Option(
    help: "What is printed: text, md (for pull requests), json (the report). (default: text, json with -o -)")
  var format: CompareFormat?

  @Option(
    help: ArgumentHelp(
      "Write every differing row to this file: .csv .json .ndjson .md .cln .arrow .arrows, then .gz or .zst.",
      valueName: "file"))
  var rows: String?

  @Option(
    help: ArgumentHelp(
      "Write only so many rows to --rows, spread over all that differ; the same ones each time.", valueName: "n"))
  var sample: Int?

  @Option(
    help: ArgumentHelp("Write a page for the browser to this file: summary, charts, samples.", valueName: "file"))
  var html: String?

  @OptionGroup(title: "Comparing by several processes (each step with the same inputs and options)")
  var steps: CompareStepOptions

  @OptionGroup var writing: WritingOptions
  @OptionGroup var room: MemoryOptions
  @OptionGroup var style: OutputStyleOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if source == "-", compare == "-" { throw ValidationError("standard input can be only one of the two tables") }
    if on != nil, rules.byPosition { throw ValidationError("--on and --by-position are two ways to pair rows") }
    if rules.byPosition, rules.duplicates != nil {
      throw ValidationError("--duplicates has no effect with --by-position, which has no keys")
    }
    if rows == "-" || html == "-", format != nil {
      throw ValidationError(
        "--format prints to standard output, where \(rows == "-" ? "--rows" : "--html") goes already")
    }
    if output == "-", format != nil { throw ValidationError("-o - and --format are two ways to print the report") }
    if let output, let option = Self.optionFor(output) {
      throw ValidationError("-o writes the report: JSON, or .md or .txt; \(option) writes what \(output) is named for")
    }
    try steps.check(source: source, compare: compare, on: on, byPosition: rules.byPosition)
    _ = try usage { try rules.request(on: on, renames: csv.rename) }
    _ = try rules.limits()
    if writing.ifNotExists || writing.sse != nil { _ = try writing.options(for: outputs) }
    if let sample, sample < 1 { throw ValidationError("--sample takes a number from 1 on") }
    if try rowsTarget() == nil, let option = sample == nil ? style.given : "--sample" {
      throw ValidationError("\(option) has no effect without --rows")
    }
  }

  /// The option that writes files of such a name, which is no report's; nil for a report.
  private static func optionFor(_ path: String) -> String? {
    var name = path.lowercased()
    for end in [".gz", ".zst"] where name.hasSuffix(end) { name.removeLast(end.count) }
    if [".html", ".htm"].contains(where: name.hasSuffix) { return "--html" }
    let ofRows = [".csv", ".ndjson", ".jsonl", ".cln", ".arrow", ".arrows"]
    return ofRows.contains(where: name.hasSuffix) ? "--rows" : nil
  }

  private func rowsTarget() throws -> OutputTarget? {
    guard let rows else { return nil }
    var target = try usage { try OutputTarget(path: rows, format: nil, fallback: .csv).styled(as: style.style()) }
    target.writing = try writing.options(for: outputs)
    return target
  }

  /// Paths of what is written.
  private var outputs: [String] { [output, rows, html].compactMap { $0 } }

  func run() throws {
    try usage { try refuseOverwriting(outputs: outputs, inputs: [source, compare] + steps.fromPartials) }
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    var options = CompareOptions(
      source: source, compare: compare, request: try usage { try rules.request(on: on, renames: csv.rename) })
    // Here, names are of the two tables, whatever these are: not new ones for a CSV's columns.
    var reading = csv
    reading.rename = nil
    options.reading = try reading.reading(isQuiet: common.quiet)
    // What goes to standard output is printed below, once.
    options.report = output.flatMap { $0 == "-" ? nil : CompareReportTarget(path: $0) }
    options.notesInputs = printedFormat == .json
    options.rows = try rowsTarget()
    options.sampleSize = sample
    options.html = html
    options.writing = outputs.isEmpty ? WriteOptions() : try writing.options(for: outputs)
    options.threads = common.threads
    options.allowed = try rules.limits()
    options.limits = CompareLimits(memory: try room.limit(), temporaryFolder: room.temp)
    options.partials = steps.fromPartials
    if let side = steps.partRows {
      return try writePartRows(
        options, PartRowsRequest(side, chunks: steps.chunks?.range, partCount: steps.parts ?? 1))
    }
    if steps.partial { return try comparePartRows(options) }
    let found = try compareInputs(options, progress: line.update)
    line.clear()
    if let printedFormat {
      let isOnTerminal = isTerminal(1)
      let text = compareText(
        found, as: printedFormat, width: isOnTerminal ? terminalWidth(1) : nil,
        usesColour: isOnTerminal && getenv("NO_COLOR") == nil)
      // Standard output is for one thing.
      if rows == "-" || html == "-" { printToStandardError(text) } else { try printToStandardOutput(text) }
    }
    if found.comparison.exceeds(try rules.limits()) { throw ExitCode(1) }
  }

  /// nil: nothing is printed.
  private var printedFormat: CompareFormat? {
    if output == "-" { return .json }
    return format ?? (common.quiet ? nil : .text)
  }
}

extension CompareFormat: Choice {
  /// The form's name, or `markdown`.
  public init?(argument: String) { self.init(rawValue: argument == "markdown" ? "md" : argument) }
}
