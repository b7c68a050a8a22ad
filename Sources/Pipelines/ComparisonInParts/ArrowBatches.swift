// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ArrowIPC
import Columns
import ObjectStorage

/// Batches of an Arrow stream.
final class ArrowBatchReader: BatchReading {
  let name: String
  let fields: [BatchField]
  private let reader: ArrowStreamReader

  /// Reads the schema. `path` is a file, an object, or `-` for standard input. Throws ``ArrowError``, and what opening throws.
  init(_ path: String) throws {
    reader = try ArrowStreamReader(try openText(path))
    name = path
    fields = reader.schema.fields.map {
      BatchField(name: $0.name, type: $0.type.columnType, isBinary: $0.type == .binary)
    }
  }

  func next() throws -> [ColumnPage]? {
    guard let batch = try reader.next() else { return nil }
    return try fields.indices.map { try batch.page(column: $0) }
  }
}

/// Writes batches as an Arrow stream.
final class ArrowBatchWriter: BatchWriting {
  private var writer: ArrowWriter

  /// Writes the schema to `output`. Throws what writing throws.
  init(_ fields: [BatchField], to output: any ObjectWriter) throws {
    let schema = ArrowSchema(
      fields.map { ArrowField(name: $0.name, type: $0.isBinary ? .binary : ArrowType($0.type)) })
    writer = try ArrowWriter(schema) { try output.write($0) }
  }

  func append(_ pages: [ColumnPage]) throws { try writer.write(pages, rowCount: pages[0].rowCount) }

  /// Writes the end of the stream. Throws what writing throws.
  func finish() throws { try writer.finish() }
}

/// Writes an Arrow stream to standard output: `body` gives the columns, then batches. Throws what `body` and writing throw.
func writingArrow(_ body: (_ start: @escaping ([BatchField]) throws -> any BatchWriting) throws -> Void) throws {
  let target = try OutputTarget(path: "-", format: .table, fallback: .table)
  try publishing(to: target) { output in
    var writer: ArrowBatchWriter?
    try body { fields in
      let started = try ArrowBatchWriter(fields, to: output)
      writer = started
      return started
    }
    try writer?.finish()
  }
}
