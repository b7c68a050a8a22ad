// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Encodings
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
    guard let form = textWriter(target, usesColour: usesColour, maximumTableRowCount: maximumTableRowCount) else {
      return try writeChunks(of: table, to: writer)
    }
    let byteCount = Atomic(0)
    let options = WritingOptions(threads: threads) { [totalRowCount = table.rowCount] rowCount in
      progress?(
        WriteProgress(
          rowCount: rowCount, totalRowCount: totalRowCount, byteCount: byteCount.load(ordering: .relaxed)))
    }
    try form.write(table, options: options) { bytes in
      try writer.write(bytes)
      byteCount.wrappingAdd(bytes.count, ordering: .relaxed)
    }
  }
}

/// The writer of a target's form in its style; nil for chunk files.
private func textWriter(
  _ target: OutputTarget, usesColour: Bool, maximumTableRowCount: Int?
) -> (any TableTextWriter)? {
  let null = target.style.nullSpelling
  switch target.format {
  case .cln: return nil
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

/// Writes `table` as a chunk file, chunk by chunk; longer chunks of tables in memory are cut, and codes given anew in order of row.
func writeChunks(of table: any TableSource, to object: any ObjectWriter) throws {
  let fields = table.schema.fields
  let writer = try ChunkFileWriter(to: object, columnCount: fields.count)
  let sources = try fields.indices.map { try table.dictionary(column: $0) }
  var dictionaries = sources.map { source in source.map { OutputDictionary(recoding: $0) } }
  for chunk in 0..<table.chunkCount {
    let pages = try fields.indices.map { try table.page(column: $0, chunk: chunk) }
    let rowCount = table.rowCount(ofChunk: chunk)
    for start in stride(from: 0, to: rowCount, by: ChunkFileLimits.rowsPerChunk) {
      let range = start..<min(start + ChunkFileLimits.rowsPerChunk, rowCount)
      let encoded = try fields.indices.map { column in
        let page = pages[column].rows(range)
        return try ChunkFileWriter.encode(
          dictionaries[column]?.recoded(page) ?? page, as: fields[column].type,
          statistics: PageStatistics(of: page, dictionary: sources[column]), compression: .automatic)
      }
      try writer.append(rowCount: range.count, pages: encoded)
    }
  }
  _ = try writer.finish(
    schema: table.schema, dictionaries: dictionaries.map { $0?.dictionary },
    metadata: table.hasInventedNames ? [ChunkFileWriter.inventedNames] : [])
}
