// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import ChunkFile
import Columns
import Grouping
import ObjectStorage
import TextFormats
import Workers

/// How an Arrow stream is read as a table.
struct ArrowReading {
  /// Names of the columns that will be asked for; nil: all.
  var columns: [String]?
  /// Threads that decode and encode.
  var threads = 1
  /// Sizes of dictionaries.
  var limits = CSVLimits()
  /// Where the temporary file is made; nil for `$TMPDIR`, else `/tmp`.
  var temporaryFolder: String?
  /// Called after each chunk, from any thread.
  var progress: (@Sendable (ConvertOptions.Progress) -> Void)?

  init(_ reading: CSVOptions, temporaryFolder: String? = nil) {
    columns = reading.columns
    threads = reading.threads
    limits = reading.limits
    self.temporaryFolder = temporaryFolder
  }
}

/// Reads an Arrow stream or file, to its end, as a table whose pages lie in a nameless temporary file: for streams of any size.
///
/// Strings get codes of a dictionary as those of CSVs do, where they come again. Memory: one batch of the stream and its dictionaries, per thread
/// the pages of a chunk, besides at most 96 MiB of dictionaries. Throws ``ArrowError``, among them `arrow.columns` for a stream whose columns are no
/// table's, and what reading and the temporary file throw.
func readLargeArrow(_ input: ArrowInput, _ options: ArrowReading) throws -> any TableSource {
  let opened = try input.open(temporaryFolder: options.temporaryFolder)
  let schema = try opened.reader.tableSchema()
  let file = try TemporaryFile(in: options.temporaryFolder)
  let flow = try ArrowFlow(
    opened, columns: wantedColumns(schema, options.columns), schema, to: file, options)
  let cancellation = Cancellation()
  let recoding = Turnstile(cancellation: cancellation)
  let adding = Turnstile(cancellation: cancellation)
  try runWorkers(max(1, options.threads), cancellation: cancellation) { _, cancellation in
    while !cancellation.isCancelled, let (ticket, task) = try flow.next() {
      let decoded = try flow.decoded(task)
      guard let pages = try recoding.pass(ticket: ticket, { try flow.recoded(decoded) }) else { return }
      let encoded = try flow.encoded(decoded, pages)
      guard try adding.pass(ticket: ticket, { try flow.append(encoded) }) != nil else { return }
    }
  }
  try flow.finish()
  return try ChunkFile(try file.reading(), name: input.name)
}

/// Positions of the columns named, at least one: a table is not without columns, though `count(*)` asks for none.
private func wantedColumns(_ schema: Schema, _ names: [String]?) -> [Int] {
  guard let names else { return Array(schema.fields.indices) }
  let wanted = Set(names)
  let positions = schema.fields.indices.filter { wanted.contains(schema.fields[$0].name) }
  return positions.isEmpty ? [0] : positions
}

extension ArrowStreamReader {
  /// The columns as a table's. Throws `arrow.columns` where there are none, or two of one name.
  func tableSchema() throws -> Schema {
    let place = Place(file: name)
    let fields = schema.fields.map { Field(name: $0.name, type: $0.type.columnType) }
    if fields.isEmpty {
      throw ArrowError(.columns, "the stream has no columns", at: place, advice: "write at least one")
    }
    switch Schema.checked(fields) {
    case .schema(let schema): return schema
    case .nameTwice(let position):
      throw ArrowError(
        .columns, "two columns are called \"\(fields[position].name)\"",
        at: Place(file: name, column: fields[position].name), advice: "rename one before writing the stream")
    }
  }
}

/// The first rows of an Arrow stream, in memory; what comes after them is not read. Throws as reading all does.
func readFirstArrowRows(_ input: ArrowInput, count: Int) throws -> Table {
  let reader = try input.open().reader
  let schema = try reader.tableSchema()
  var chunks: [[ColumnPage]] = []
  var left = count
  while left > 0, let batch = try reader.next() {
    let rows = 0..<min(left, batch.rowCount)
    if rows.isEmpty { continue }
    chunks.append(try schema.fields.indices.map { try batch.textPage(column: $0, rows: rows) })
    left -= rows.count
  }
  return Table(
    name: input.name, schema: schema, chunks: chunks, hasInventedNames: reader.schema.hasInventedNames)
}

extension ArrowSchema {
  /// True if the stream says that the names were made up.
  var hasInventedNames: Bool { metadata[inventedNamesInArrow.key] == inventedNamesInArrow.value }
}
