// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// What was written.
public struct ChunkFileSummary: Sendable, Equatable {
  /// Rows of the table.
  public let rowCount: Int
  /// Chunks.
  public let chunkCount: Int
  /// Size of the file.
  public let byteCount: Int
  /// Per column, bytes of its pages and dictionary, padding included.
  public let columnByteCounts: [Int]
}

/// Writes a chunk file front to back, without seeking.
///
/// Pages are held back until some 32 MiB of them are there, and are then written column by column: who reads a few columns of many finds their
/// pages side by side, in few large pieces. The footer is held as well (some 100 bytes a page). Not for use from several threads at once, except
/// ``encode(_:as:statistics:compression:)``. The same pages, schema, dictionaries and metadata give the same bytes.
public final class ChunkFileWriter {
  /// The metadata entry of a table whose column names were made up, because its source had none.
  public static let inventedNames: (key: String, value: String) = ("names", "invented")

  let object: any ObjectWriter
  private(set) var offset = 0
  var columns: [WrittenColumn]
  var chunkRows: [UInt32] = []
  private var isFinished = false
  /// Pages held back, chunk by chunk, and their bytes.
  private var held: [[EncodedPage]] = []
  private var heldByteCount = 0
  private let groupByteCount: Int
  /// Bytes of pages that are held back and written column by column, unless said otherwise.
  public static let standardGroupByteCount = 32 << 20

  /// Writes the header. Pages are held back until there are `groupByteCount` of them; 0 writes each chunk as it comes. Throws `chunkfile.limit` for too many columns, and what `object` throws.
  public init(
    to object: any ObjectWriter, columnCount: Int, groupByteCount: Int = ChunkFileWriter.standardGroupByteCount
  ) throws {
    self.groupByteCount = groupByteCount
    guard columnCount <= ChunkFileLimits.columns else {
      throw ChunkFileError(
        .limit, "\(columnCount) columns, at most \(ChunkFileLimits.columns)", at: Place(file: object.name))
    }
    self.object = object
    columns = Array(repeating: WrittenColumn(), count: columnCount)
    try write(Layout.headerFields + [UInt8](repeating: 0, count: Layout.headerByteCount - Layout.headerFieldsByteCount))
  }

  /// Adds a chunk of 1 to 131,072 rows: one page per column, all of `rowCount` rows. Throws what the object throws.
  public func append(rowCount: Int, pages: [EncodedPage]) throws {
    precondition(!isFinished, "append after finish")
    precondition(pages.count == columns.count && !pages.isEmpty, "\(pages.count) pages for \(columns.count) columns")
    precondition(pages.allSatisfy { $0.rowCount == rowCount }, "pages of one chunk differ in rows")
    chunkRows.append(UInt32(rowCount))
    held.append(pages)
    heldByteCount += pages.reduce(0) { $0 + $1.stored.count }
    if heldByteCount >= groupByteCount { try writeHeldPages() }
  }

  private func writeHeldPages() throws {
    defer {
      held = []
      heldByteCount = 0
    }
    for column in columns.indices {
      for pages in held {
        columns[column].add(pages[column], offset: offset)
        try write(pages[column].stored)
      }
    }
  }

  /// Writes dictionaries (codes in order of first row), footer and tail; the caller then publishes the object.
  ///
  /// `dictionaries` has one element per column, nil where no page holds codes. Throws `chunkfile.limit` for names,
  /// dictionaries or metadata past the limits, and what the object throws. Precondition: every page fits its column's type.
  public func finish(
    schema: Schema, dictionaries: [StringDictionary?], metadata: [(key: String, value: String)]
  ) throws -> ChunkFileSummary {
    precondition(!isFinished, "finish called twice")
    precondition(
      schema.fields.count == columns.count && dictionaries.count == columns.count,
      "schema or dictionaries of another width")
    isFinished = true
    try checkLimits(schema, metadata)
    try writeHeldPages()
    for column in columns.indices {
      columns[column].check(schema.fields[column], dictionaries[column])
      if let dictionary = dictionaries[column] { try writeDictionary(dictionary, column: column) }
    }
    try writeFooter(schema, metadata)
    return ChunkFileSummary(
      rowCount: chunkRows.reduce(0) { $0 + Int($1) }, chunkCount: chunkRows.count, byteCount: offset,
      columnByteCounts: columns.map(\.storedByteCount))
  }

  private func checkLimits(_ schema: Schema, _ metadata: [(key: String, value: String)]) throws {
    for field in schema.fields where field.name.utf8.count > ChunkFileLimits.nameBytes {
      throw ChunkFileError(
        .limit, "a column name of \(field.name.utf8.count) bytes, at most \(ChunkFileLimits.nameBytes)",
        at: Place(file: object.name, column: String(field.name.prefix(40))))
    }
    let metadataBytes = metadata.reduce(4) { $0 + 8 + $1.key.utf8.count + $1.value.utf8.count }
    guard metadata.count <= ChunkFileLimits.metadataEntries, metadataBytes <= ChunkFileLimits.sectionBytes else {
      throw ChunkFileError(
        .limit, "\(metadata.count) metadata entries of \(metadataBytes) bytes", at: Place(file: object.name))
    }
  }

  private func writeDictionary(_ dictionary: StringDictionary, column: Int) throws {
    let entries = dictionary.entries
    guard entries.count <= ChunkFileLimits.dictionaryEntries, entries.bytes.count <= ChunkFileLimits.dictionaryBytes
    else {
      throw ChunkFileError(
        .limit, "a dictionary of \(entries.count) strings in \(entries.bytes.count) bytes", at: Place(file: object.name)
      )
    }
    // Segments that were copied from another file hold the first entries.
    let copied = columns[column].dictionary
    precondition(copied?.entryCount ?? 0 <= entries.count, "a dictionary without the strings copied before")
    var index = DictionaryIndex(
      entryCount: entries.count, byteCount: entries.bytes.count, segments: copied?.segments ?? [], ranks: nil)
    for segment in segments(of: entries, from: copied?.entryCount ?? 0) {
      let encoded = encodePage(ColumnPage(values: .strings(segment)), scale: 0, policy: Compression.automatic.policy)
      index.segments.append(try writeExtent(encoded, rowCount: segment.count, column: column))
    }
    if entries.count > 0 {
      let encoded = encodePage(ColumnPage(values: .codes(dictionary.ranks)), scale: 0)
      index.ranks = try writeExtent(encoded, rowCount: entries.count, column: column)
    }
    columns[column].dictionary = index
  }

  private func writeExtent(_ encoded: EncodedValues, rowCount: Int, column: Int) throws -> Extent {
    let sealed = SealedExtent(encoded, rowCount: rowCount, compression: .automatic)
    var extent = sealed.extent
    extent.offset = sealed.stored.isEmpty ? 0 : offset
    try write(sealed.stored)
    columns[column].storedByteCount += sealed.stored.count
    return extent
  }

  private func writeFooter(_ schema: Schema, _ metadata: [(key: String, value: String)]) throws {
    var entries: [SectionEntry] = []
    for column in columns.indices {
      var writer = ByteWriter()
      writer.append(UInt32(column))
      writer.append(UInt32(chunkRows.count))
      DictionaryIndex.serialize(columns[column].dictionary, to: &writer)
      writer.append(bytes: columns[column].records.bytes)
      entries.append(try writeSection(.column, column: column, writer.bytes))
    }
    entries.append(try writeSection(.metadata, column: 0, MetadataSection.serialized(metadata)))
    entries.append(try writeSection(.chunkRows, column: 0, ChunkRowsSection.serialized(chunkRows)))
    entries.append(try writeSection(.schema, column: 0, SchemaSection.serialized(schema)))
    var directory = ByteWriter()
    for entry in entries { entry.serialize(to: &directory) }
    let tail = Tail(
      directoryOffset: UInt64(offset), directoryByteCount: UInt64(directory.bytes.count),
      directoryChecksum: checksum(directory.bytes),
      fileByteCount: UInt64(offset + directory.bytes.count + Layout.tailByteCount),
      rowCount: chunkRows.reduce(0) { $0 + UInt64($1) }, columnCount: UInt32(columns.count),
      chunkCount: UInt32(chunkRows.count))
    try write(directory.bytes)
    try write(tail.serialized())
  }

  private func writeSection(_ kind: SectionKind, column: Int, _ bytes: [UInt8]) throws -> SectionEntry {
    guard bytes.count <= ChunkFileLimits.sectionBytes else {
      throw ChunkFileError(.limit, "a footer section of \(bytes.count) bytes", at: Place(file: object.name))
    }
    let entry = SectionEntry(
      kind: kind, column: UInt32(column), offset: offset, byteCount: bytes.count, checksum: checksum(bytes))
    try write(bytes)
    return entry
  }

  private func write(_ bytes: [UInt8]) throws {
    guard !bytes.isEmpty else { return }
    try bytes.withUnsafeBytes { try write($0) }
  }

  /// Adds bytes at the end.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    try object.write(bytes)
    offset += bytes.count
  }
}

/// Cuts a dictionary's entries from `first` on into segments of at most 65,536 strings and, single longer strings apart, some 4 MiB.
private func segments(of entries: StringArray, from first: Int) -> [StringArray] {
  var result: [StringArray] = []
  var start = first
  while start < entries.count {
    let base = Int(entries.offsets[start])
    var end = start + 1
    while end < entries.count, end - start < ChunkFileLimits.segmentEntries,
      Int(entries.offsets[end + 1]) - base <= Layout.segmentTargetBytes
    {
      end += 1
    }
    let last = Int(entries.offsets[end])
    result.append(
      StringArray(
        offsets: entries.offsets[start...end].map { $0 - UInt32(base) }, bytes: Array(entries.bytes[base..<last])))
    start = end
  }
  return result
}
