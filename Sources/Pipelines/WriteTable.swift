// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Encodings
import ObjectStorage
import TextFormats

/// Writes a whole table to a target in its form, and publishes it: afterwards all of it is there, or an error was thrown
/// and what was there before still is.
///
/// The last two matter for the form `table` alone: `usesColour` for a terminal, and `maximumTableRowCount`, after which a line
/// says how many rows are left out (nil: all are shown).
public func writeTable(
  _ table: any TableSource, to target: OutputTarget, usesColour: Bool = false, maximumTableRowCount: Int? = nil
) throws {
  try publishing(to: target) { writer in
    switch target.format {
    case .cln: try writeChunks(of: table, to: writer)
    case .csv: try target.style.csvWriter.write(table, to: writer.write)
    case .json: try JSONWriter().write(table, to: writer.write)
    case .ndjson: try NDJSONWriter().write(table, to: writer.write)
    case .table:
      let form = TableWriter(
        maximumRowCount: maximumTableRowCount, moreRowsHint: "-o FILE or --format csv for all",
        usesColour: usesColour, nullSpelling: target.style.nullSpelling ?? "null")
      try form.write(table, to: writer.write)
    case .markdown: try MarkdownWriter(nullSpelling: target.style.nullSpelling ?? "").write(table, to: writer.write)
    }
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
  _ = try writer.finish(schema: table.schema, dictionaries: dictionaries.map { $0?.dictionary },
    metadata: table.hasInventedNames ? [ChunkFileWriter.inventedNames] : [])
}
