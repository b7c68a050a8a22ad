// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Encodings

/// Numbers a chunk file keeps to; readers refuse what passes them before they allocate.
///
/// Those that a caller of ``ChunkFileWriter`` has to mind are public; the specification has all of them.
public enum ChunkFileLimits {
  /// Rows of one chunk.
  public static let rowsPerChunk = 131_072
  /// Columns.
  public static let columns = 1_000_000
  /// Bytes of one column name.
  public static let nameBytes = 65_536
  /// Bytes of one page or dictionary segment before compression.
  static let pageBytes = PageEncoding.maximumRawByteCount
  /// Strings in one dictionary.
  package static let dictionaryEntries = 1 << 24
  /// Bytes of all strings in one dictionary.
  package static let dictionaryBytes = 1 << 30
  /// Strings in one dictionary segment.
  static let segmentEntries = 65_536
  /// Metadata entries.
  static let metadataEntries = 65_536
  /// Bytes of one footer section.
  static let sectionBytes = 1 << 30
  /// Size of a page against its stored size.
  static let expansion = maximumExpansion
}

/// Fixed numbers of format version 1.
enum Layout {
  /// High bit set, a name, both line ends and end-of-file: any transfer in text mode damages it.
  static let magic: [UInt8] = [0x89, 0x43, 0x4C, 0x4E, 0x0D, 0x0A, 0x1A, 0x0A]
  static let endMagic: [UInt8] = [0x0A, 0x1A, 0x0A, 0x0D, 0x4E, 0x4C, 0x43, 0x89]
  static let version: UInt16 = 1
  /// Magic, version and zeros: what the tail repeats.
  static let headerFieldsByteCount = 16
  /// The header fills one alignment unit.
  static let headerByteCount = 64
  static let alignment = 64
  static let tailByteCount = 96
  static let directoryEntryByteCount = 32
  /// Sections besides the columns': metadata, chunk rows, schema.
  static let fixedSectionCount = 3
  /// Read from the end in one go when a file is opened.
  static let firstReadByteCount = 65_536
  /// Feature bits this version must understand; it defines none.
  static let knownFeatures: UInt64 = 0
  /// Bytes after which a dictionary segment is closed.
  static let segmentTargetBytes = 4 << 20

  static var headerFields: [UInt8] {
    var writer = ByteWriter()
    writer.append(bytes: magic)
    writer.append(version)
    writer.append(bytes: repeatElement(0, count: headerFieldsByteCount - 10))
    return writer.bytes
  }

  static func padded(_ byteCount: Int) -> Int { (byteCount + alignment - 1) / alignment * alignment }
}

/// Kind of a footer section.
enum SectionKind: UInt16 {
  case column = 1
  case metadata = 2
  case chunkRows = 3
  case schema = 4

  /// For messages.
  var words: String {
    switch self {
    case .column: "column"
    case .metadata: "metadata"
    case .chunkRows: "chunk rows"
    case .schema: "schema"
    }
  }
}

/// Where a footer section lies.
struct SectionEntry {
  var kind: SectionKind
  var column: UInt32
  var offset: Int
  var byteCount: Int
  var checksum: UInt64

  var byteRange: Range<Int> { offset..<offset + byteCount }

  func serialize(to writer: inout ByteWriter) {
    writer.append(kind.rawValue)
    writer.append(UInt16(0))
    writer.append(column)
    writer.append(UInt64(offset))
    writer.append(UInt64(byteCount))
    writer.append(checksum)
  }
}

/// The last 96 bytes of a file.
struct Tail: Equatable {
  var directoryOffset: UInt64
  var directoryByteCount: UInt64
  var directoryChecksum: UInt64
  var fileByteCount: UInt64
  var rowCount: UInt64
  var columnCount: UInt32
  var chunkCount: UInt32
  var mustUnderstand: UInt64 = 0
  var mayIgnore: UInt64 = 0
  var headerFields: [UInt8] = Layout.headerFields

  func serialized() -> [UInt8] {
    var writer = ByteWriter()
    for value in [directoryOffset, directoryByteCount, directoryChecksum, fileByteCount, rowCount] {
      writer.append(value)
    }
    writer.append(columnCount)
    writer.append(chunkCount)
    writer.append(mustUnderstand)
    writer.append(mayIgnore)
    writer.append(bytes: headerFields)
    writer.append(checksum(writer.bytes))
    writer.append(bytes: Layout.endMagic)
    return writer.bytes
  }

  /// Reads the fields before checksum and magic, which the caller has checked.
  init(fields bytes: [UInt8]) throws(EncodingError) {
    var reader = ByteReader(bytes)
    directoryOffset = try reader.read()
    directoryByteCount = try reader.read()
    directoryChecksum = try reader.read()
    fileByteCount = try reader.read()
    rowCount = try reader.read()
    columnCount = try reader.read()
    chunkCount = try reader.read()
    mustUnderstand = try reader.read()
    mayIgnore = try reader.read()
    headerFields = try reader.readBytes(Layout.headerFieldsByteCount)
  }

  init(
    directoryOffset: UInt64, directoryByteCount: UInt64, directoryChecksum: UInt64, fileByteCount: UInt64,
    rowCount: UInt64, columnCount: UInt32, chunkCount: UInt32
  ) {
    self.directoryOffset = directoryOffset
    self.directoryByteCount = directoryByteCount
    self.directoryChecksum = directoryChecksum
    self.fileByteCount = fileByteCount
    self.rowCount = rowCount
    self.columnCount = columnCount
    self.chunkCount = chunkCount
  }
}
