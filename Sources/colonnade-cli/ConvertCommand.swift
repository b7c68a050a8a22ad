// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArgumentParser
import Columns
import Pipelines

/// `colonnade convert`: CSVs into one chunk file.
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Convert CSVs into one compressed columnar file (.cln), losing no value.",
    discussion: """
      EXAMPLES
        colonnade convert cities.csv.gz -o cities.cln
        colonnade convert 2024/*.csv -o 2024.cln --null NA
        zcat big.csv.gz | colonnade convert - -o big.cln --compression zstd:9
        colonnade convert today.csv --append -o all.cln
        colonnade convert cities.csv -o cities.cln --sort-by 'state, date desc'

      A column gets a type only if every value of the whole input keeps its value
      in it: bool, int64, decimal, float64, date, timestamp (timestamp_utc if all
      have an offset), else string. Codes such as 007 stay text. The receipt on
      standard error says each column's type and why.

      --append copies what the file has, unread, and adds the new rows behind it.
      Columns must be the same by name; what is stored decides on types: whole
      numbers and decimals widen to a decimal that holds both, else new values
      must fit. --sort-by orders rows: nulls last, NaN greatest, strings by bytes.
      --memory bounds the whole process, but for rows of more than a sixteenth of it.
      """)

  @Argument(
    help: ArgumentHelp(
      "CSVs (plain, .gz, .zst), folders or patterns of them, or - for standard input.", valueName: "input"))
  var inputs: [String]

  @OptionGroup var chunkFile: ChunkFileOptions

  @Option(help: ArgumentHelp("Also write the receipt, as JSON, to this file.", valueName: "file"))
  var receipt: String?

  @Option(
    help: ArgumentHelp(
      "With --on-error skip: file for the rows left out, each as it stands below the reason.", valueName: "file"))
  var rejects: String?

  @Option(help: ArgumentHelp("Columns to read: 'date,cases'. (default: all)", valueName: "list"))
  var columns: String?

  @Flag(help: "Add the rows to the chunk file that is there; make one where there is none.")
  var append = false

  @OptionGroup var part: CSVPieceOptions
  @OptionGroup var sorting: SortOptions
  @OptionGroup var csv: CSVInputOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if append, chunkFile.output == "-" { throw ValidationError("--append adds to a file: say -o FILE.cln") }
    if append, chunkFile.writing.ifNotExists {
      throw ValidationError("--append adds to what is there, --if-not-exists wants nothing there")
    }
    if append, sorting.sortBy != nil {
      throw ValidationError(
        "--append puts rows at the end, --sort-by everywhere\n  try: --append, then colonnade merge --sort-by")
    }
    if csv.onError == .skip, rejects == nil {
      throw ValidationError("--on-error skip needs --rejects FILE for the rows left out\n  try: --rejects rejects.csv")
    }
    if csv.onError == .fail, rejects != nil { throw ValidationError("--rejects goes with --on-error skip") }
    _ = try rejectsTarget()
    if inputs.filter({ $0 == "-" }).count > 1 { throw ValidationError("standard input can be only one of the inputs") }
  }

  private func rejectsTarget() throws -> OutputTarget? {
    try rejects.map { path in
      let named = try? OutputTarget(path: path, format: nil, fallback: .csv)
      if let named, ![.csv, .table].contains(named.format) {
        throw ValidationError("rejects are text like the input: end the name of --rejects in .csv or .txt")
      }
      return try sideTarget(path, .csv)
    }
  }

  private func receiptTarget() throws -> OutputTarget? {
    try receipt.map { try sideTarget($0, .table) }
  }

  /// A file beside the chunk file; what the places are told goes for both.
  private func sideTarget(_ path: String, _ format: OutputFormat) throws -> OutputTarget {
    var target = try usage { try OutputTarget(path: path, format: format, fallback: format) }
    target.writing = try chunkFile.target().writing
    return target
  }

  func run() throws {
    let outputs = [chunkFile.output, self.receipt, rejects].compactMap { $0 }
    try usage { try refuseOverwriting(outputs: outputs, inputs: inputs) }
    var options = ConvertFilesOptions()
    options.reading = try csv.reading()
    try part.apply(to: &options.reading, inputs: inputs)
    options.reading.columns = try columns.map { list in try usage { try columnNames(in: list, part: .columns) } }
    options.reading.threads = common.threads
    options.compression = chunkFile.compression
    options.rejects = try rejectsTarget()
    options.receipt = try receiptTarget()
    options.appends = append
    options.order = try sorting.order()
    options.memory = try sorting.limit()
    try sorting.prepareMemory()
    let line = ProgressLine(isOn: common.showsProgress)
    defer { line.clear() }
    options.progress = line.update
    options.sortProgress = line.update
    let receipt = try convertFiles(inputs, to: chunkFile.target(), options)
    line.clear()
    if !common.quiet { printToStandardError(receipt.text) }
  }
}
