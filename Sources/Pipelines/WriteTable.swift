// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import Synchronization
import TextFormats

/// Writes a whole table to a target in its form, and publishes it: afterwards all of it is there, or an error was thrown
/// and what was there before still is.
///
/// `threads` format texts, the same whatever their number; `progress` is called as a text grows, from any thread. The
/// last two matter for the form `table` alone: `usesColour` for a terminal, and `maximumTableRowCount`, after which a line
/// says how many rows are left out (nil: all are shown).
public func writeTable(
  _ table: any TableSource, to target: OutputTarget, threads: Int = 1,
  progress: (@Sendable (WriteProgress) -> Void)? = nil, usesColour: Bool = false, maximumTableRowCount: Int? = nil
) throws {
  try publishing(to: target) { writer in
    try writeTable(
      table, as: target, to: writer, threads: threads, progress: progress, usesColour: usesColour,
      maximumTableRowCount: maximumTableRowCount)
  }
}

/// Writes a whole table in the form of `target` to `writer`, which the caller opened for it and publishes. Else as above.
func writeTable(
  _ table: any TableSource, as target: OutputTarget, to writer: any ObjectWriter, threads: Int = 1,
  progress: (@Sendable (WriteProgress) -> Void)? = nil, usesColour: Bool = false, maximumTableRowCount: Int? = nil
) throws {
  let byteCount = Atomic(0)
  let options = WritingOptions(threads: threads) { [totalRowCount = table.rowCount] rowCount in
    progress?(
      WriteProgress(
        rowCount: rowCount, totalRowCount: totalRowCount, byteCount: byteCount.load(ordering: .relaxed)))
  }
  let sink: ByteSink = { bytes in
    try writer.write(bytes)
    byteCount.wrappingAdd(bytes.count, ordering: .relaxed)
  }
  if target.format == .arrow { return try writeArrow(table, form: target.arrowForm, options: options, to: sink) }
  guard let form = textWriter(target, usesColour: usesColour, maximumTableRowCount: maximumTableRowCount) else {
    var options = ChunkWriting(threads: threads)
    options.groupByteCount = ChunkFileWriter.standardGroupByteCount
    options.metadata = table.hasInventedNames ? [ChunkFileWriter.inventedNames] : []
    _ = try writeChunks(of: table, chunksAsTheyAre(of: table), to: writer, options)
    return
  }
  try form.write(table, options: options, to: sink)
}

/// The writer of a target's form in its style; nil for chunk files and Arrow.
private func textWriter(
  _ target: OutputTarget, usesColour: Bool, maximumTableRowCount: Int?
) -> (any TableTextWriter)? {
  let null = target.style.nullSpelling
  switch target.format {
  case .cln, .arrow: return nil
  case .csv: return target.style.csvWriter
  case .json: return JSONWriter()
  case .ndjson: return NDJSONWriter()
  case .table:
    return TableWriter(
      maximumRowCount: maximumTableRowCount, moreRowsHint: "-o FILE or --format csv for all", usesColour: usesColour,
      nullSpelling: null ?? "null")
  case .markdown: return MarkdownWriter(nullSpelling: null ?? "")
  }
}
