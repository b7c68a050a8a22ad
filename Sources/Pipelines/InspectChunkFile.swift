// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TextFormats

/// A chunk file in a few lines: rows, columns, chunks, size.
public func overview(of file: ChunkFile) -> String {
  let columns = file.schema.fields.count
  let chunks = file.chunkCount
  return "\(file.name): \(grouped(file.rowCount)) row\(file.rowCount == 1 ? "" : "s"), "
    + "\(columns) column\(columns == 1 ? "" : "s"), \(grouped(chunks)) chunk\(chunks == 1 ? "" : "s"), "
    + "\(ByteSize(file.byteCount))\n"
}

/// The receipt that the conversion left in the file. Throws `inspect.no-receipt` if it was not made by a conversion.
public func conversionReceipt(of file: ChunkFile) throws -> String {
  guard let entry = try file.metadata.first(where: { $0.key == "receipt" }) else {
    throw NoReceipt(place: Place(file: file.name))
  }
  return entry.value
}

/// One row per column: type, sizes, encodings, nulls, smallest and greatest value.
public func columnTable(of file: ChunkFile) throws -> Table {
  var rows: [[Value]] = []
  for (column, field) in file.schema.fields.enumerated() {
    var summary = ColumnSummary(type: field.type)
    for chunk in 0..<file.chunkCount {
      summary.add(
        try file.statistics(column: column, chunk: chunk), try file.pageDescription(column: column, chunk: chunk))
    }
    let dictionary = try file.dictionary(column: column)
    rows.append([
      .string(field.name), .string(field.type.description), .int64(Int64(summary.nullCount)),
      .int64(Int64(try file.storedByteCount(column: column))), dictionary.map { .int64(Int64($0.count)) } ?? .null,
      .string(summary.encodings.joined(separator: ", ")), summary.minimum, summary.maximum,
    ])
  }
  return Table(
    rows: rows,
    columns: [
      ("column", .string), ("type", .string), ("nulls", .int64), ("stored_bytes", .int64), ("distinct", .int64),
      ("encodings", .string), ("min", .string), ("max", .string),
    ])
}

/// One row per page: where it is, how it is stored, what is known of its values.
public func pageTable(of file: ChunkFile) throws -> Table {
  var rows: [[Value]] = []
  for (column, field) in file.schema.fields.enumerated() {
    for chunk in 0..<file.chunkCount {
      let statistics = try file.statistics(column: column, chunk: chunk)
      let page = try file.pageDescription(column: column, chunk: chunk)
      var summary = ColumnSummary(type: field.type)
      summary.add(statistics, page)
      rows.append([
        .string(field.name), .int64(Int64(chunk)), .int64(Int64(statistics.rowCount)),
        .int64(Int64(statistics.nullCount)), .string(page.encoding), .string(page.codec),
        .int64(Int64(page.rawByteCount)), .int64(Int64(page.storedByteCount)), summary.minimum, summary.maximum,
      ])
    }
  }
  return Table(
    rows: rows,
    columns: [
      ("column", .string), ("chunk", .int64), ("rows", .int64), ("nulls", .int64), ("encoding", .string),
      ("codec", .string), ("raw_bytes", .int64), ("stored_bytes", .int64), ("min", .string), ("max", .string),
    ])
}

/// What the pages of one column have in common.
private struct ColumnSummary {
  let type: ColumnType
  var nullCount = 0
  /// Distinct encodings (with codec) in order of first page.
  var encodings: [String] = []
  private var bounds = PageStatistics.Bounds.none

  init(type: ColumnType) { self.type = type }

  mutating func add(_ statistics: PageStatistics, _ page: PageDescription) {
    nullCount += statistics.nullCount
    let name = page.codec == "none" ? page.encoding : "\(page.encoding) + \(page.codec)"
    if !encodings.contains(name) { encodings.append(name) }
    bounds = bounds.joined(with: statistics.bounds)
  }

  var minimum: Value { text(of: bounds.edges?.minimum, isExact: bounds.isExact) }
  var maximum: Value { text(of: bounds.edges?.maximum, isExact: bounds.isExact) }

  private func text(of edge: PageStatistics.Bounds.Edge?, isExact: Bool) -> Value {
    switch edge {
    case nil: .null
    case .integer(let value)?: .string(plainText(of: type.value(of: value)))
    case .float(let value)?: .string(plainText(of: .float64(value)))
    case .string(let bytes)?: .string(String(decoding: bytes, as: UTF8.self) + (isExact ? "" : "…"))
    }
  }
}

/// The file was not made by a conversion.
public struct NoReceipt: Diagnosis {
  /// Always `inspect.no-receipt`.
  public var code: String { "inspect.no-receipt" }
  /// The file.
  public let place: Place
  /// One line.
  public var summary: String { "the file holds no receipt" }
  /// Why.
  public var advice: String? { "only files made by 'colonnade convert' have one" }
}
