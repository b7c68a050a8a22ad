// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// Tail, directory, schema and chunk rows of a file, read and checked.
struct OpenedFooter {
  let tail: Tail
  let directory: [SectionEntry]
  let chunkRows: [UInt32]
  let schema: Schema

  /// `ignoresHeader`: the tail's copy of the header is enough.
  init(_ object: any ReadableObject, ignoresHeader: Bool) throws {
    let end = try FileEnd(object)
    try checkSize(end)
    if !ignoresHeader { try checkHeader(end) }
    tail = try readTail(end, ignoresHeader: ignoresHeader)
    directory = try readDirectory(end, tail)
    let sections = directory.suffix(Layout.fixedSectionCount)
    let place = Place(file: object.name)
    let rowsEntry = sections[sections.endIndex - 2]
    let rowsBytes = try end.section(rowsEntry)
    let tail = self.tail
    chunkRows = try locating(base: rowsEntry.offset, place) { () throws(EncodingError) in
      try ChunkRowsSection.parse(rowsBytes, chunkCount: Int(tail.chunkCount), rowCount: tail.rowCount)
    }
    let schemaEntry = sections[sections.endIndex - 1]
    let schemaBytes = try end.section(schemaEntry)
    schema = try locating(base: schemaEntry.offset, place) { () throws(EncodingError) in
      try SchemaSection.parse(schemaBytes, columnCount: Int(tail.columnCount))
    }
  }
}

/// The last bytes of an object, read in one go, and its header; what lies between is read when asked for.
private struct FileEnd {
  let object: any ReadableObject
  let start: Int
  let bytes: [UInt8]
  /// The first bytes of the object, at most as many as a header has.
  let header: [UInt8]

  init(_ object: any ReadableObject) throws {
    self.object = object
    let size = min(object.byteCount, Layout.firstReadByteCount)
    start = object.byteCount - size
    bytes = try readBytes(object, at: start, count: size)
    let headerByteCount = min(object.byteCount, Layout.headerByteCount)
    header =
      start == 0 ? Array(bytes.prefix(headerByteCount)) : try readBytes(object, at: 0, count: headerByteCount)
  }

  var place: Place { Place(file: object.name) }

  func error(_ fault: ChunkFileError.Fault, _ summary: String, at offset: Int) -> ChunkFileError {
    ChunkFileError(fault, summary, at: Place(file: object.name, byteOffset: offset))
  }

  /// Precondition: the range lies in the file.
  func bytes(at offset: Int, count: Int) throws -> [UInt8] {
    guard offset < start else { return Array(bytes[(offset - start)..<(offset - start + count)]) }
    return try readBytes(object, at: offset, count: count)
  }

  func section(_ entry: SectionEntry) throws -> [UInt8] {
    let bytes = try bytes(at: entry.offset, count: entry.byteCount)
    try checkSection(bytes, entry, in: object, column: nil)
    return bytes
  }
}

/// Reads `count` bytes. Precondition: they lie in the object, so that `count` is bounded by its size.
func readBytes(_ object: any ReadableObject, at offset: Int, count: Int) throws -> [UInt8] {
  guard count > 0 else { return [] }
  return try [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
    try object.read(
      at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
    initialized = count
  }
}

/// Reads a section and checks its checksum. Precondition: its entry was checked against the file's size.
func readSection(_ entry: SectionEntry, in object: any ReadableObject, column: String? = nil) throws -> [UInt8] {
  let bytes = try readBytes(object, at: entry.offset, count: entry.byteCount)
  try checkSection(bytes, entry, in: object, column: column)
  return bytes
}

private func checkSection(
  _ bytes: [UInt8], _ entry: SectionEntry, in object: any ReadableObject, column: String?
) throws {
  guard checksum(bytes) == entry.checksum else {
    if object.hasChanged { throw StorageError(changedWhileRead: object.name, byteOffset: entry.offset) }
    throw ChunkFileError(
      .checksum, "the footer's \(entry.kind.words) section is damaged (\(entry.byteCount) bytes)",
      at: Place(file: object.name, byteOffset: entry.offset, column: column))
  }
}

/// Header, three empty sections' directory, tail. Anything shorter was cut, if it starts as a chunk file.
private func checkSize(_ end: FileEnd) throws {
  let size = end.object.byteCount
  let start = end.header.prefix(Layout.magic.count)
  let least = Layout.headerByteCount + Layout.fixedSectionCount * Layout.directoryEntryByteCount + Layout.tailByteCount
  guard size < least else { return }
  guard !start.isEmpty, start.elementsEqual(Layout.magic.prefix(start.count)) else { throw badMagic(end) }
  throw end.error(.truncated, "\(size) bytes, a chunk file has at least \(least)", at: size)
}

private func badMagic(_ end: FileEnd) -> ChunkFileError {
  end.error(.badMagic, "the file does not start as a chunk file", at: 0)
}

/// Precondition: the file has one.
private func checkHeader(_ end: FileEnd) throws {
  let header = end.header
  guard header.prefix(Layout.magic.count).elementsEqual(Layout.magic) else { throw badMagic(end) }
  if let wrong = header.indices.first(where: { $0 >= 10 && header[$0] != 0 }) {
    throw end.error(.padding, "the header has a byte \(header[wrong]) where zero must be", at: wrong)
  }
}

private func readTail(_ end: FileEnd, ignoresHeader: Bool) throws -> Tail {
  let size = end.object.byteCount
  let start = size - Layout.tailByteCount
  let bytes = try end.bytes(at: start, count: Layout.tailByteCount)
  guard bytes.suffix(Layout.endMagic.count).elementsEqual(Layout.endMagic) else {
    throw end.error(.truncated, "the file does not end as a chunk file", at: size - Layout.endMagic.count)
  }
  let fields = Array(bytes.prefix(80))
  var reader = ByteReader(Array(bytes[80..<88]))
  guard let stored = try? reader.read(UInt64.self), stored == checksum(fields) else {
    throw end.error(.checksum, "the tail is damaged", at: start)
  }
  let tail = try locating(base: start, end.place) { () throws(EncodingError) in try Tail(fields: fields) }
  let version = Int(tail.headerFields[8]) | Int(tail.headerFields[9]) << 8
  guard version == Int(Layout.version) else {
    throw end.error(
      .unsupportedVersion,
      version == 0
        ? "format version 0, the draft that version 1 replaced"
        : "format version \(version), this reader knows \(Layout.version)", at: start + 72)
  }
  guard tail.headerFields == Layout.headerFields else {
    throw end.error(.malformed, "the tail's copy of the header is not a header", at: start + 64)
  }
  guard ignoresHeader || end.header.starts(with: tail.headerFields) else {
    throw end.error(.checksum, "the header differs from its copy in the tail", at: 8)
  }
  let unknown = tail.mustUnderstand & ~Layout.knownFeatures
  guard unknown == 0 else {
    throw end.error(
      .unknownFeature, "the file uses feature \(unknown.trailingZeroBitCount), which this reader does not know",
      at: start + 48)
  }
  guard tail.fileByteCount == UInt64(size) else {
    throw end.error(.truncated, "\(size) bytes, \(tail.fileByteCount) were written", at: start + 24)
  }
  return tail
}

private func readDirectory(_ end: FileEnd, _ tail: Tail) throws -> [SectionEntry] {
  let tailStart = end.object.byteCount - Layout.tailByteCount
  guard tail.columnCount <= ChunkFileLimits.columns else {
    throw end.error(.limit, "\(tail.columnCount) columns, at most \(ChunkFileLimits.columns)", at: tailStart + 40)
  }
  guard tail.rowCount <= UInt64(tail.chunkCount) * UInt64(ChunkFileLimits.rowsPerChunk),
    tail.columnCount > 0 || tail.chunkCount == 0
  else {
    throw end.error(.malformed, "\(tail.rowCount) rows in \(tail.chunkCount) chunks", at: tailStart + 32)
  }
  let count = Int(tail.columnCount) + Layout.fixedSectionCount
  let byteCount = count * Layout.directoryEntryByteCount
  // The directory ends where the tail starts, so its place follows from its size.
  guard tail.directoryByteCount == UInt64(byteCount), byteCount <= tailStart - Layout.headerByteCount,
    tail.directoryOffset == UInt64(tailStart - byteCount)
  else {
    throw end.error(.malformed, "a directory that does not lie between sections and tail", at: tailStart)
  }
  let directoryStart = tailStart - byteCount
  let bytes = try end.bytes(at: directoryStart, count: byteCount)
  guard checksum(bytes) == tail.directoryChecksum else {
    throw end.error(.checksum, "the section directory is damaged", at: directoryStart)
  }
  return try locating(base: directoryStart, end.place) { () throws(EncodingError) in
    try parseDirectory(bytes, columnCount: Int(tail.columnCount), directoryStart: directoryStart)
  }
}

private func parseDirectory(
  _ bytes: [UInt8], columnCount: Int, directoryStart: Int
) throws(EncodingError) -> [SectionEntry] {
  var reader = ByteReader(bytes)
  let fixed: [SectionKind] = [.metadata, .chunkRows, .schema]
  var entries: [SectionEntry] = []
  entries.reserveCapacity(columnCount + fixed.count)
  var expectedOffset: UInt64?
  for index in 0..<columnCount + fixed.count {
    let start = reader.position
    let kind = index < columnCount ? SectionKind.column : fixed[index - columnCount]
    let number = try reader.read(UInt16.self)
    guard number == kind.rawValue else {
      throw EncodingError(.malformed, "section kind \(number) where \(kind.rawValue) must be", at: start)
    }
    try reader.readZeros(2)
    let column = try reader.read(UInt32.self)
    let offset = try reader.read(UInt64.self)
    let byteCount = try reader.read(UInt64.self)
    let checksum = try reader.read(UInt64.self)
    guard column == (index < columnCount ? UInt32(index) : 0) else {
      throw EncodingError(.malformed, "the section of column \(column) out of order", at: start + 4)
    }
    let startsRight =
      expectedOffset.map { offset == $0 }
      ?? (offset >= UInt64(Layout.headerByteCount) && offset % UInt64(Layout.alignment) == 0)
    guard startsRight, offset <= UInt64(directoryStart), byteCount <= UInt64(directoryStart) - offset else {
      throw EncodingError(.malformed, "a section at byte \(offset) that does not follow the one before", at: start + 8)
    }
    guard byteCount <= UInt64(ChunkFileLimits.sectionBytes) else {
      throw EncodingError(.limit, "a section of \(byteCount) bytes", at: start + 16)
    }
    expectedOffset = offset + byteCount
    entries.append(
      SectionEntry(kind: kind, column: column, offset: Int(offset), byteCount: Int(byteCount), checksum: checksum))
  }
  guard expectedOffset == UInt64(directoryStart) else {
    throw EncodingError(.malformed, "bytes between the last section and the directory", at: bytes.count)
  }
  return entries
}
