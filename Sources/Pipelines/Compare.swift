// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import ObjectStorage
import TextFormats

/// A comparison of two inputs and what is to be written of it.
public struct CompareOptions: Sendable {
  /// INPUT argument of what was there.
  public var source: String
  /// INPUT argument of what is held against it.
  public var compare: String
  /// Keys and columns.
  public var request: CompareRequest
  /// How CSVs are read.
  public var reading = CSVOptions()
  /// Where the report goes, and in which form; nil for nowhere.
  public var report: CompareReportTarget?
  /// Whether sizes and checksums of the inputs are wanted besides: a report has them in any case. Costs 1 ms for 20 MB of CSV.
  public var notesInputs = false
  /// Where all differing rows go, nil for nowhere.
  public var rows: OutputTarget?
  /// Most rows written there, spread over all that differ; nil: all.
  public var sampleSize: Int?
  /// Path of a page for a browser, nil for none.
  public var html: String?
  /// What the places of the report, the rows and the page are told; the rows' target has its own.
  public var writing = WriteOptions()
  /// Most threads used.
  public var threads = 1
  /// What may differ, for texts to tell whether it is kept; nil: they do not.
  public var allowed: DifferenceLimits?
  /// Most memory used, and where rows go that have no room.
  public var limits = CompareLimits()
  /// Arrow streams of what was found of all parts elsewhere (``comparePartRows(_:)``), to be joined instead of comparing; `-` is standard input.
  public var partials: [String] = []

  /// True if rows that differ are wanted.
  var keepsRows: Bool { rows != nil || html != nil }

  /// True if the inputs' files are to be told.
  var notesFiles: Bool { notesInputs || report != nil }

  /// Compares `source` with `compare`; nothing is written yet.
  public init(source: String, compare: String, request: CompareRequest) {
    self.source = source
    self.compare = compare
    self.request = request
  }
}

/// A comparison and the files that it is about.
public struct InputComparison: Sendable {
  /// What differs.
  public let comparison: Comparison
  /// The source's files as they were read, in the order of their names; empty unless they were asked for.
  public let sourceFiles: [InputFile]
  /// The other table's.
  public let compareFiles: [InputFile]
  /// The inputs as they were named.
  public let (sourceName, compareName): (String, String)
  /// What may differ, if that was said: texts then tell whether it is kept.
  public let allowed: DifferenceLimits?

  /// Puts together what was found. Tables that are no files have none; `names`: of the inputs, nil for the tables' own.
  public init(
    _ comparison: Comparison, sourceFiles: [InputFile] = [], compareFiles: [InputFile] = [],
    names: (source: String, compare: String)? = nil, allowed: DifferenceLimits? = nil
  ) {
    self.comparison = comparison
    self.allowed = allowed
    (sourceName, compareName) = (names?.source ?? comparison.sourceName, names?.compare ?? comparison.compareName)
    self.sourceFiles = sourceFiles
    self.compareFiles = compareFiles
  }
}

/// Opens both inputs, compares them within the limits (``compareWithinMemory(_:_:_:_:threads:wantsRows:)``), and writes the rows, the page and the
/// report that are asked for, each published whole.
///
/// The report comes last: where it is, the others are. Throws a `Diagnosis`.
public func compareInputs(
  _ options: CompareOptions, progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> InputComparison {
  let found =
    options.partials.isEmpty ? try comparedAnew(options, progress: progress) : try joinedPartials(options)
  try writeFiles(of: found, options)
  let result = InputComparison(
    found.found.comparison, sourceFiles: found.inputs.sourceFiles, compareFiles: found.inputs.compareFiles,
    names: (options.source, options.compare), allowed: options.allowed)
  if let report = options.report {
    try writeText(compareText(result, as: report.format), to: report.path, options.writing)
  }
  return result
}

/// Both inputs of a comparison, and the files that were noted of them.
struct ComparedInputs {
  let source: any TableSource
  let other: any TableSource
  var sourceFiles: [InputFile] = []
  var compareFiles: [InputFile] = []

  /// Tables as they are, of so many files.
  init(
    _ source: any TableSource, _ other: any TableSource, sourceFiles: [InputFile] = [], compareFiles: [InputFile] = []
  ) {
    (self.source, self.other) = (source, other)
    (self.sourceFiles, self.compareFiles) = (sourceFiles, compareFiles)
  }

  /// Both by their arguments, source first. Throws what `open` throws.
  init(_ options: CompareOptions, _ open: (String) throws -> (any TableSource, [InputFile])) throws {
    (source, sourceFiles) = try open(options.source)
    (other, compareFiles) = try open(options.compare)
  }
}

/// A comparison with what it is of.
struct ComparedTables {
  let inputs: ComparedInputs
  let found: FoundComparison
}

private func comparedAnew(
  _ options: CompareOptions, progress: (@Sendable (ConvertOptions.Progress) -> Void)?
) throws -> ComparedTables {
  let inputs = try ComparedInputs(options) { input in
    let notes = options.notesFiles ? InputNotes() : nil
    let table = try openTable(
      input, reading: options.reading, threads: options.threads, memory: options.limits.given,
      temporaryFolder: options.limits.temporaryFolder, notes: notes, progress: progress)
    return (table, try notes?.files() ?? [])
  }
  let found = try compareWithinMemory(
    inputs.source, inputs.other, options.request, options.limits, threads: options.threads,
    wantsRows: options.keepsRows)
  return ComparedTables(inputs: inputs, found: found)
}

/// Writes the rows and the page that are asked for. Throws what reading the tables and writing throws.
private func writeFiles(of compared: ComparedTables, _ options: CompareOptions) throws {
  let found = compared.found
  if let target = options.rows, let rows = found.rows {
    try writeTable(try options.sampleSize.map(rows.sample) ?? rows.all, to: target, threads: options.threads)
  }
  if let html = options.html, let rows = found.rows {
    let charts = try ComparisonCharts(
      found.comparison, rows: rows.all, sample: try rows.sample(ComparisonCharts.sampleSize),
      source: compared.inputs.source, other: compared.inputs.other)
    try writeText(comparisonPage(found.comparison, charts), to: html, options.writing)
  }
}
