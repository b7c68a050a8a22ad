// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

/// The schema section: each column's name and type, in order.
enum SchemaSection {
  static func serialized(_ schema: Schema) -> [UInt8] {
    var writer = ByteWriter()
    for field in schema.fields {
      let (kind, precision, scale) = numbers(of: field.type)
      writer.append(kind)
      writer.append(precision)
      writer.append(scale)
      writer.append(UInt8(0))
      writer.append(UInt32(field.name.utf8.count))
      writer.append(bytes: field.name.utf8)
    }
    return writer.bytes
  }

  private static func numbers(of type: ColumnType) -> (UInt8, UInt8, UInt8) {
    switch type {
    case .bool: (1, 0, 0)
    case .int64: (2, 0, 0)
    case .decimal(let precision, let scale): (3, UInt8(precision), UInt8(scale))
    case .float64: (4, 0, 0)
    case .date: (5, 0, 0)
    case .string: (6, 0, 0)
    case .timestamp(let isUTC): (isUTC ? 8 : 7, 0, 0)
    }
  }

  static func parse(_ bytes: [UInt8], columnCount: Int) throws(EncodingError) -> Schema {
    var reader = ByteReader(bytes)
    var fields: [Field] = []
    // An entry takes at least 8 bytes.
    fields.reserveCapacity(min(columnCount, bytes.count / 8))
    for _ in 0..<columnCount {
      let start = reader.position
      let kind = try reader.read(UInt8.self)
      let precision = Int(try reader.read(UInt8.self))
      let scale = Int(try reader.read(UInt8.self))
      try reader.readZeros(1)
      let type = try columnType(kind, precision: precision, scale: scale, at: start)
      let nameByteCount = Int(try reader.read(UInt32.self))
      guard nameByteCount <= ChunkFileLimits.nameBytes else {
        throw EncodingError(.limit, "a column name of \(nameByteCount) bytes", at: start + 4)
      }
      let name = try text(try reader.readBytes(nameByteCount), at: start + 8)
      fields.append(Field(name: name, type: type))
    }
    guard reader.remaining == 0 else {
      throw EncodingError(.malformed, "\(reader.remaining) bytes too many in the schema", at: reader.position)
    }
    // Swift compares strings by canonical equivalence, and so does the format.
    switch Schema.checked(fields) {
    case .schema(let schema): return schema
    case .nameTwice(let position):
      let start = fields[..<position].reduce(8) { $0 + 8 + $1.name.utf8.count }
      throw EncodingError(.malformed, "two columns are called \"\(fields[position].name)\"", at: start)
    }
  }

  private static func columnType(
    _ kind: UInt8, precision: Int, scale: Int, at start: Int
  ) throws(EncodingError) -> ColumnType {
    let type: ColumnType
    switch kind {
    case 1: type = .bool
    case 2: type = .int64
    case 3:
      guard precision >= 1, precision <= ColumnType.maximumDecimalPrecision, scale <= precision else {
        throw EncodingError(.malformed, "decimal(\(precision),\(scale)) is not a type", at: start + 1)
      }
      return .decimal(precision: precision, scale: scale)
    case 4: type = .float64
    case 5: type = .date
    case 6: type = .string
    case 7: type = .timestamp(isUTC: false)
    case 8: type = .timestamp(isUTC: true)
    default: throw EncodingError(.unknown, "column type \(kind) is not known", at: start)
    }
    guard precision == 0, scale == 0 else {
      throw EncodingError(.malformed, "precision or scale for a column of type \(type)", at: start + 1)
    }
    return type
  }
}

/// Bytes from a file as text; throws unless they are valid UTF-8.
func text(_ bytes: [UInt8], at offset: Int) throws(EncodingError) -> String {
  guard bytes.withUnsafeBytes({ firstInvalidUTF8($0) }) == nil else {
    throw EncodingError(.malformed, "text that is not valid UTF-8", at: offset)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The chunk rows section: rows of each chunk.
enum ChunkRowsSection {
  static func serialized(_ rows: [UInt32]) -> [UInt8] {
    var writer = ByteWriter()
    for count in rows { writer.append(count) }
    return writer.bytes
  }

  static func parse(_ bytes: [UInt8], chunkCount: Int, rowCount: UInt64) throws(EncodingError) -> [UInt32] {
    guard bytes.count == chunkCount * 4 else {
      throw EncodingError(.malformed, "\(bytes.count) bytes of row counts for \(chunkCount) chunks", at: 0)
    }
    var reader = ByteReader(bytes)
    var rows: [UInt32] = []
    rows.reserveCapacity(chunkCount)
    var total: UInt64 = 0
    for _ in 0..<chunkCount {
      let start = reader.position
      let count = try reader.read(UInt32.self)
      guard count > 0, count <= UInt32(ChunkFileLimits.rowsPerChunk) else {
        throw EncodingError(
          .limit, "a chunk of \(count) rows, 1 to \(ChunkFileLimits.rowsPerChunk) are possible", at: start)
      }
      rows.append(count)
      total += UInt64(count)
    }
    guard total == rowCount else {
      throw EncodingError(.malformed, "chunks of \(total) rows in all, the tail has \(rowCount)", at: 0)
    }
    return rows
  }
}

/// The metadata section: ordered keys and values.
enum MetadataSection {
  static func serialized(_ metadata: [(key: String, value: String)]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(metadata.count))
    for (key, value) in metadata {
      for part in [key, value] {
        writer.append(UInt32(part.utf8.count))
        writer.append(bytes: part.utf8)
      }
    }
    return writer.bytes
  }

  static func parse(_ bytes: [UInt8]) throws(EncodingError) -> [(key: String, value: String)] {
    var reader = ByteReader(bytes)
    let count = Int(try reader.read(UInt32.self))
    guard count <= ChunkFileLimits.metadataEntries else {
      throw EncodingError(.limit, "\(count) metadata entries", at: 0)
    }
    var metadata: [(key: String, value: String)] = []
    for _ in 0..<count {
      let key = try part(from: &reader)
      metadata.append((key: key, value: try part(from: &reader)))
    }
    guard reader.remaining == 0 else {
      throw EncodingError(.malformed, "\(reader.remaining) bytes too many in the metadata", at: reader.position)
    }
    return metadata
  }

  private static func part(from reader: inout ByteReader) throws(EncodingError) -> String {
    let byteCount = Int(try reader.read(UInt32.self))
    let start = reader.position
    return try text(try reader.readBytes(byteCount), at: start)
  }
}
