// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Compare

/// The first step of a comparison in parts: writes rows of one side to standard output, as an Arrow stream, each with the number of its part.
///
/// Of the options, inputs, request and limits count. In memory is a chunk of the columns that are looked at. Throws a `Diagnosis`.
public func writePartRows(_ options: CompareOptions, _ wanted: PartRowsRequest) throws {
  let opened = try OpenedComparison(options)
  try writingArrow { start in try writePartRows(opened, options.request, wanted, to: start) }
}

/// The second step: reads rows of whole parts from standard input, an Arrow stream, and writes what is found of them to standard output, as another.
///
/// Rows that differ are kept if ``CompareOptions/rows`` or ``CompareOptions/html`` asks for them; nothing is written there. Throws a `Diagnosis`.
public func comparePartRows(_ options: CompareOptions) throws {
  let opened = try OpenedComparison(options)
  let rows = try ArrowBatchReader("-")
  try writingArrow { start in
    try comparePartRows(
      opened, options.request, options.limits, threads: options.threads, keepsRows: options.keepsRows, from: rows,
      to: start)
  }
}

/// The last step: the comparison of all parts, from what was found of them elsewhere. Throws a `Diagnosis`.
func joinedPartials(_ options: CompareOptions) throws -> ComparedTables {
  let opened = try OpenedComparison(options)
  let streams = try options.partials.map { try ArrowBatchReader($0) }
  let found = try finishedComparison(
    opened, options.request, options.limits, threads: options.threads, from: streams, keepsRows: options.keepsRows)
  var inputs = opened.inputs
  // As of a comparison anew: files are told where a report is.
  if !options.notesFiles { (inputs.sourceFiles, inputs.compareFiles) = ([], []) }
  return ComparedTables(inputs: inputs, found: found)
}
