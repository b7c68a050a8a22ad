// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipelines

/// `colonnade csv`: one CSV on many machines.
struct CSVCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "csv",
    abstract: "Cut one large CSV into pieces that many machines can read, each for itself.",
    discussion: """
      EXAMPLES
        colonnade csv scan big.csv --bytes 0:1000000000 > scan.0   # one machine each
        colonnade csv scan big.csv --bytes 1000000000:2000000000 > scan.1
        colonnade csv cut scan.0 scan.1 > pieces                   # in one place
        colonnade csv types big.csv --piece PIECE > types.0        # one machine each
        colonnade csv types --join types.0 types.1 > types         # in one place
        colonnade convert big.csv --piece PIECE --types @types -o part0.cln

      The parts after each other are the table of the whole file, types included,
      and errors name rows, lines and bytes of the whole file. Every step takes
      the same options about CSVs; each prints lines of JSON.
      """, subcommands: [CSVScanCommand.self, CSVCutCommand.self, CSVTypesCommand.self])
}

/// `colonnade csv scan`: a task's range.
struct CSVScanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Say what a range of a CSV's bytes does to a reader that comes into it.",
    discussion: """
      EXAMPLES
        colonnade csv scan big.csv --bytes 0:268435456
        colonnade csv scan s3://bucket/big.csv --bytes 268435456:536870912 --delimiter ';'

      Reads the range, the first 64 KiB of the file, and what the last record
      takes behind the range. Ranges may end anywhere, also in the middle of a
      record or a quoted field; one that ends behind the file ends with it.
      A file that is compressed, not UTF-8 or a stream has no ranges: "whole" then
      says why, and 'csv cut' makes one piece of it.
      """)

  @Argument(help: ArgumentHelp("A CSV, here or in S3.", valueName: "input"))
  var input: String

  @Option(help: ArgumentHelp("The range, counted from 0, the last byte not included: 0:1000000.", valueName: "a:b"))
  var bytes: NumberRange

  @OptionGroup var csv: CSVInputOptions

  func run() throws {
    try printToStandardOutput(scanCSV(input, bytes: bytes.range, reading: csv.reading()))
  }
}

/// `colonnade csv cut`: the driver's part.
struct CSVCutCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cut",
    abstract: "Join the scans of all ranges into pieces with exact borders of records.",
    discussion: """
      EXAMPLES
        cat scans/* | colonnade csv cut
        colonnade csv cut scan.0 scan.1 scan.2

      Scans may come in any order, and of several files. Prints one line for each
      piece; its "piece" goes to --piece. The file is looked at again only where
      scans leave a question, which a quoted field across a border may do.
      """)

  @Argument(help: ArgumentHelp("Files with lines of 'csv scan', or - for standard input.", valueName: "scans"))
  var inputs: [String] = ["-"]

  @OptionGroup var csv: CSVInputOptions

  func run() throws {
    for line in try cutCSVs(pieceLines(of: inputs), reading: csv.reading()) { try printToStandardOutput(line) }
  }
}

/// `colonnade csv types`: what values show.
struct CSVTypesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "types",
    abstract: "Say what the values of a piece show of its columns; or, with --join, of all pieces together.",
    discussion: """
      EXAMPLES
        colonnade csv types big.csv --piece PIECE
        cat types/* | colonnade csv types --join
        colonnade csv types big.csv --piece PIECE --types @types

      --join prints "types", for --types, and "settled". Where that is false, dates
      or numbers are written in two ways, or need a closer look: every piece is to
      be looked at once more, with these --types, and all is to be joined again.
      """)

  @Argument(
    help: ArgumentHelp(
      "A CSV; with --join, files with lines of 'csv types', or - for standard input.", valueName: "input"))
  var inputs: [String] = ["-"]

  @Flag(help: "Join what was found in all pieces.")
  var join = false

  @Option(help: ArgumentHelp("The piece, as 'csv cut' prints it.", valueName: "text"))
  var piece: PieceArgument?

  @Option(
    help: ArgumentHelp("What an earlier --join printed that was not settled: the text, or @FILE.", valueName: "text"))
  var types: TypesArgument?

  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if join, piece != nil || types != nil {
      throw ValidationError("--join takes what was printed of all pieces, and no piece")
    }
    if !join, piece == nil { throw ValidationError("say which piece: --piece TEXT, or --piece whole") }
    if !join, inputs.count != 1 { throw ValidationError("--piece goes with one file, the one that was cut") }
  }

  func run() throws {
    var reading = try csv.reading()
    if join { return try printToStandardOutput(joinTypes(pieceLines(of: inputs), reading: reading)) }
    reading.threads = common.threads
    piece?.apply(to: &reading)
    try types?.known().apply(to: &reading)
    try printToStandardOutput(typesOfCSV(inputs[0], reading: reading))
  }
}
