// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Columns
import Glibc
import Pipelines
import TextFormats

/// Where a table goes and in which form.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "File to write; its extension tells the form: .csv .json .ndjson .md .cln .arrow .arrows, then .gz or .zst. (default: standard output)",
      valueName: "file"))
  var output: String?

  @Option(
    help:
      "Form of the output, whatever its name: csv, json, ndjson, table, md, cln, arrow (a stream, or a file named .arrow). (default on standard output: a table on a terminal, else csv)"
  )
  var format: OutputFormat?

  @OptionGroup var writing: WritingOptions

  /// The target, with a table as the form on a terminal and CSV elsewhere. Throws a usage error.
  func target(forTables: Bool, style: OutputStyleOptions? = nil) throws -> OutputTarget {
    if isOnTerminal, format == .cln {
      throw ValidationError("a chunk file does not go to a terminal: say -o FILE.cln")
    }
    if isOnTerminal, format == .arrow {
      throw ValidationError(
        "an Arrow stream does not go to a terminal: say -o FILE.arrows, or | a program that reads it")
    }
    return try usage {
      let fallback: OutputFormat = forTables && isOnTerminal ? .table : .csv
      let target = try OutputTarget(path: output ?? "-", format: format, fallback: fallback)
      var styled = if let style { try target.styled(as: style.style()) } else { target }
      styled.writing = try writing.options(for: [output])
      return styled
    }
  }

  /// The file that is written, if any.
  var paths: [String] { output.map { [$0] } ?? [] }

  /// Rows that a table on a terminal shows of a result whose length nobody asked for, nil elsewhere.
  var maximumTableRowCount: Int? { isOnTerminal ? 100 : nil }

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

  /// True if the output goes to a terminal.
  var isOnTerminal: Bool { (output ?? "-") == "-" && isTerminal(1) }

  /// True where colours are wanted: a terminal whose user did not say no.
  var usesColour: Bool { isOnTerminal && getenv("NO_COLOR") == nil }
}

extension OutputFormat: Choice {
  /// The form's name, or `markdown`.
  public init?(argument: String) { self.init(rawValue: argument == "markdown" ? "md" : argument) }
}

/// Turns an error that can be decided without opening an input into wrong usage (exit 64).
func usage<R>(_ body: () throws -> R) throws -> R {
  do {
    return try body()
  } catch let error as InputError {
    // What an argument stands for is only known by looking: a folder without tables is no wrong usage.
    throw error
  } catch let error as any Diagnosis
    where ["storage.", "s3.", "manifest.", "chunkfile."].contains(where: error.code.hasPrefix)
  {
    throw error
  } catch let error as any Diagnosis {
    let place = error.place.file.map { "\($0): " } ?? ""
    throw ValidationError([place + error.summary, error.advice].compactMap { $0 }.joined(separator: "\n  try: "))
  }
}
