// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
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
  /// Path of the JSON report (`-`: standard output; `.gz` and `.zst` compress), nil for none.
  public var report: String?
  /// Where all differing rows go, nil for nowhere.
  public var rows: OutputTarget?
  /// Most rows written there, spread over all that differ; nil: all.
  public var sampleSize: Int?
  /// Path of a page for a browser, nil for none.
  public var html: String?
  /// Most threads used.
  public var threads = 1

  /// Compares `source` with `compare`; nothing is written yet.
  public init(source: String, compare: String, request: CompareRequest) {
    self.source = source
    self.compare = compare
    self.request = request
  }
}

/// Opens both inputs, compares them, and writes the rows, the page and the report that are asked for, each published whole.
///
/// The report comes last: where it is, the others are. Throws a `Diagnosis`.
public func compareInputs(
  _ options: CompareOptions, progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> Comparison {
  let source = try openTable(
    options.source, reading: options.reading, threads: options.threads, progress: progress)
  let other = try openTable(
    options.compare, reading: options.reading, threads: options.threads, progress: progress)
  let comparison = try compare(source, other, options.request, threads: options.threads)
  if let rows = options.rows {
    let differing = DifferingRows(comparison, source, other, sampleSize: options.sampleSize)
    try writeTable(differing, to: rows, threads: options.threads)
  }
  if let html = options.html {
    try writeText(comparisonPage(comparison, ComparisonCharts(comparison, source, other)), to: html)
  }
  if let report = options.report { try writeText(compareReport(comparison).text, to: report) }
  return comparison
}
