// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import ObjectStorage
import TextFormats
import Workers

/// What an Arrow stream says of a table whose names were made up, because its source had none.
let inventedNamesInArrow = (key: "colonnade.names", value: "invented")

/// Writes a whole table as an Arrow stream or file: a batch per chunk, or more where a chunk has very much text.
///
/// Batches are encoded on several threads and given to `sink` in order: the same bytes for any number of threads. Memory: per thread the pages
/// of one chunk, and their texts. Throws what reading and `sink` throw, `arrow.value` for dates that have no room in 32 bits, `arrow.limit` for a
/// string of 2 GiB.
func writeArrow(
  _ table: any TableSource, form: ArrowWriter.Form, options: WritingOptions, to sink: @escaping ByteSink
) throws {
  var schema = ArrowSchema(table.schema)
  if table.hasInventedNames {
    schema.metadata = [inventedNamesInArrow.key: inventedNamesInArrow.value]
  }
  let flow = ArrowWriting(
    try ArrowWriter(schema, form: form, to: sink), table, schema,
    dictionaries: try schema.fields.indices.map { try table.dictionary(column: $0) }, options)
  // Each thread holds a chunk: very many columns take much memory for few rows.
  let threads = min(options.threads, table.chunkCount, max(1, (1 << 18) / max(1, schema.fields.count)))
  let counter = WorkCounter(limit: table.chunkCount)
  let cancellation = Cancellation()
  let turnstile = Turnstile(cancellation: cancellation)
  try runWorkers(max(1, threads), cancellation: cancellation) { _, cancellation in
    while !cancellation.isCancelled, let chunk = counter.next() {
      let batches = try flow.encoded(chunk: chunk)
      guard try turnstile.pass(ticket: chunk, { try flow.write(batches) }) != nil else { return }
    }
  }
  try flow.finish()
}

/// One table being written.
///
/// @unchecked Sendable: the writer is touched in the turnstile alone, and when all threads have ended.
private final class ArrowWriting: @unchecked Sendable {
  private var writer: ArrowWriter
  private let table: any TableSource
  private let schema: ArrowSchema
  private let dictionaries: [StringDictionary?]
  private let options: WritingOptions
  private var rowCount = 0

  init(
    _ writer: ArrowWriter, _ table: any TableSource, _ schema: ArrowSchema, dictionaries: [StringDictionary?],
    _ options: WritingOptions
  ) {
    (self.writer, self.table, self.schema) = (writer, table, schema)
    (self.dictionaries, self.options) = (dictionaries, options)
  }

  func encoded(chunk: Int) throws -> [EncodedArrowBatch] {
    let rowCount = table.rowCount(ofChunk: chunk)
    let pages = try schema.fields.indices.map { try table.page(column: $0, chunk: chunk) }
    return try arrowRowRanges(pages, rowCount: rowCount, dictionaries: dictionaries).map { rows in
      try EncodedArrowBatch(
        rows.count == rowCount ? pages : pages.map { $0.rows(rows) }, rowCount: rows.count, schema: schema,
        dictionaries: dictionaries)
    }
  }

  func write(_ batches: [EncodedArrowBatch]) throws {
    for batch in batches {
      try writer.write(batch)
      rowCount += batch.rowCount
    }
    options.progress?(rowCount)
  }

  func finish() throws { try writer.finish() }
}
