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

/// The receipt that the conversion left in the file, as JSON; of a file that was appended to or merged, an array of all its receipts,
/// the oldest first. Throws `inspect.no-receipt` if it was not made by a conversion.
public func conversionReceipt(of file: ChunkFile) throws -> String {
  let receipts = try file.metadata.filter { $0.key == receiptKey }.map(\.value)
  guard let first = receipts.first else { throw NoReceipt(place: Place(file: file.name)) }
  if receipts.count == 1 { return first }
  // Strings in JSON have no line ends of their own, so that lines can be indented.
  let items = receipts.map { receipt in
    receipt.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  }
  return "[\n\(items.joined(separator: ",\n"))\n]\n"
}

/// Several chunk files in a few lines: files, rows, size.
public func overview(of files: [ChunkFile]) -> String {
  let rowCount = files.reduce(0) { $0 + $1.rowCount }
  let byteCount = files.reduce(0) { $0 + $1.byteCount }
  return "\(grouped(files.count)) files: \(grouped(rowCount)) rows, \(ByteSize(byteCount))\n"
}

/// One row per file: rows, columns, chunks, size.
public func fileTable(of files: [ChunkFile]) -> Table {
  Table(
    rows: files.map { file in
      [
        .string(file.name), .int64(Int64(file.rowCount)), .int64(Int64(file.schema.fields.count)),
        .int64(Int64(file.chunkCount)), .int64(Int64(file.byteCount)), .string(checksumText(file.tailHash)),
      ]
    },
    columns: [
      ("file", .string), ("rows", .int64), ("columns", .int64), ("chunks", .int64), ("bytes", .int64),
      ("checksum", .string),
    ])
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
      .string(summary.encodings), summary.minimum, summary.maximum,
    ])
  }
  return Table(
    rows: rows,
    columns: [
      ("column", .string), ("type", .string), ("nulls", .int64), ("stored_bytes", .int64), ("dictionary", .int64),
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
  private var shapes: [String: PagesOfOneShape] = [:]
  private var bounds = PageStatistics.Bounds.none

  private struct PagesOfOneShape {
    var pageCount = 0
    let firstSeen: Int
    var bitWidths: ClosedRange<Int>?
  }

  init(type: ColumnType) { self.type = type }

  mutating func add(_ statistics: PageStatistics, _ page: PageDescription) {
    nullCount += statistics.nullCount
    let name = page.codec == "none" ? page.encodingShape : "\(page.encodingShape) + \(page.codec)"
    var pages = shapes[name] ?? PagesOfOneShape(firstSeen: shapes.count)
    pages.pageCount += 1
    if let width = page.bitWidth {
      let known = pages.bitWidths ?? width...width
      pages.bitWidths = min(known.lowerBound, width)...max(known.upperBound, width)
    }
    shapes[name] = pages
    bounds = bounds.joined(with: statistics.bounds)
  }

  /// Most encodings named; more are counted.
  private static let namedShapes = 4

  /// The most frequent encodings, the most frequent first: `packed 9–14, packed 3 + zstd, constant and 2 more`.
  var encodings: String {
    let ordered = shapes.sorted {
      ($1.value.pageCount, $0.value.firstSeen) < ($0.value.pageCount, $1.value.firstSeen)
    }
    let named = ordered.prefix(Self.namedShapes).map { name, pages in
      guard let widths = pages.bitWidths else { return name }
      let text = widths.count == 1 ? "\(widths.lowerBound)" : "\(widths.lowerBound)–\(widths.upperBound)"
      return "packed \(text)" + name.dropFirst("packed".count)
    }
    let more = ordered.count - named.count
    return named.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
  }

  var minimum: Value { text(of: bounds.edges?.minimum, isRaised: false) }
  var maximum: Value { text(of: bounds.edges?.maximum, isRaised: true) }

  private func text(of edge: PageStatistics.Bounds.Edge?, isRaised: Bool) -> Value {
    switch edge {
    case nil: .null
    case .integer(let value)?: .string(plainText(of: type.value(of: value)))
    case .float(let value)?: .string(plainText(of: .float64(value)))
    case .string(let bytes)?:
      .string(bounds.isExact ? String(decoding: bytes, as: UTF8.self) : beginning(of: bytes, isRaised: isRaised))
    }
  }
}

/// Text of a bound that may have been cut: what it shares with the string it was cut from, whole characters only, and `…`.
///
/// Shorter ones were not cut. An upper bound that was cut has its last byte raised, which is no byte of the string.
private func beginning(of bound: [UInt8], isRaised: Bool) -> String {
  let isCut = bound.count >= PageStatistics.stringBoundLimit
  let kept = isCut && isRaised ? bound.dropLast() : bound[...]
  let validCount = kept.withUnsafeBytes { firstInvalidUTF8($0) ?? $0.count }
  return String(decoding: kept.prefix(validCount), as: UTF8.self) + (isCut || validCount < kept.count ? "…" : "")
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
