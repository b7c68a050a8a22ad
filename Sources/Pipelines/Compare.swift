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
  /// Most threads used.
  public var threads = 1
  /// Most memory used, and where rows go that have no room.
  public var limits = CompareLimits()

  /// Compares `source` with `compare`; nothing is written yet.
  public init(source: String, compare: String, request: CompareRequest) {
    self.source = source
    self.compare = compare
    self.request = request
  }
}

/// Opens both inputs, compares them within the limits (``compareWithinMemory(_:_:_:_:threads:wantsRows:)``), and writes the rows and the report
/// that are asked for, each published whole.
///
/// The report comes last: where it is, the rows are. Throws a `Diagnosis`.
public func compareInputs(
  _ options: CompareOptions, progress: (@Sendable (ConvertOptions.Progress) -> Void)? = nil
) throws -> Comparison {
  let tables = try [options.source, options.compare].map { input in
    try openTable(
      input, reading: options.reading, threads: options.threads, memory: options.limits.given,
      temporaryFolder: options.limits.temporaryFolder, progress: progress)
  }
  let found = try compareWithinMemory(
    tables[0], tables[1], options.request, options.limits, threads: options.threads, wantsRows: options.rows != nil)
  if let target = options.rows, let rows = found.rows { try writeTable(rows, to: target, threads: options.threads) }
  if let report = options.report { try writeText(compareReport(found.comparison).text, to: report) }
  return found.comparison
}
