// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Pages and the objects that hold the bytes are in the signatures here: who imports this product needs both.
@_exported import Columns
import Encodings
@_exported import ObjectStorage
import Synchronization

/// A chunk file open for reading: pages are read, checked and decoded when asked for.
///
/// Opening reads the last 64 KiB and the header, and more only if directory and schema do not fit. A column's part of the
/// footer is read on its first use and kept. All methods may be called from several threads at once.
public final class ChunkFile: TableSource {
  /// The file's bytes.
  let object: any ReadableObject
  /// Names and types of the columns.
  public let schema: Schema
  /// Rows in all chunks.
  public let rowCount: Int
  /// Format version of the file.
  public let formatVersion: Int
  let chunkRows: [UInt32]
  /// Rows before each chunk.
  private let rowsBefore: [Int]
  /// One per column, then metadata, chunk rows and schema.
  let directory: [SectionEntry]
  let tail: Tail
  let scratch = ScratchBuffers.shared
  /// True: faults that cost no rows are overlooked, see ``SalvagedTable``.
  let isSalvaged: Bool
  /// Whether the metadata say that names were made up.
  private let namesNote = Once<Bool>()
  private let readPages = Atomic(0)
  private let readBytes = Atomic(0)
  /// nil for columns not asked for yet.
  private let columns: Mutex<[LazyColumn?]>

  /// Opens a file. Throws ``ChunkFileError``, or what the object throws.
  ///
  /// `name` is for messages where the object's own would say nothing to the user: a temporary file.
  public convenience init(_ object: any ReadableObject, name: String? = nil) throws {
    try self.init(object, name: name, isSalvaged: false)
  }

  /// `isSalvaged`: damage to the header and to padding is overlooked.
  init(_ object: any ReadableObject, name: String? = nil, isSalvaged: Bool) throws {
    let opened = try OpenedFooter(object, ignoresHeader: isSalvaged)
    self.object = object
    self.isSalvaged = isSalvaged
    self.name = name ?? object.name
    schema = opened.schema
    rowCount = Int(opened.tail.rowCount)
    formatVersion = Int(Layout.version)
    chunkRows = opened.chunkRows
    directory = opened.directory
    tail = opened.tail
    columns = Mutex(Array(repeating: nil, count: opened.schema.fields.count))
    var total = 0
    rowsBefore = opened.chunkRows.map { rows in
      defer { total += Int(rows) }
      return total
    }
  }

  /// Pages read so far, and the stored bytes of pages and dictionaries read; a page that is read twice counts twice.
  public var readCounts: (pages: Int, byteCount: Int) {
    (readPages.load(ordering: .relaxed), readBytes.load(ordering: .relaxed))
  }

  /// Counts a reading.
  func noteRead(pages: Int = 0, byteCount: Int = 0) {
    if pages > 0 { readPages.wrappingAdd(pages, ordering: .relaxed) }
    if byteCount > 0 { readBytes.wrappingAdd(byteCount, ordering: .relaxed) }
  }

  /// True if a file that starts like this is a chunk file; 8 bytes are enough to tell.
  public static func hasMagic(_ firstBytes: UnsafeRawBufferPointer) -> Bool {
    firstBytes.count >= Layout.magic.count && firstBytes.prefix(Layout.magic.count).elementsEqual(Layout.magic)
  }

  /// Name for messages.
  public let name: String

  /// Number of chunks.
  public var chunkCount: Int { chunkRows.count }

  /// Rows of one chunk.
  public func rowCount(ofChunk chunk: Int) -> Int { Int(chunkRows[chunk]) }

  /// Rows of the table that come before a chunk. O(1).
  func rowCount(beforeChunk chunk: Int) -> Int { rowsBefore[chunk] }

  /// Size of the file in bytes.
  public var byteCount: Int { object.byteCount }

  /// XXH3 with 128 bits of the file's last 96 bytes. These hold the checksum of the directory, which has those of all sections, which have
  /// those of all pages: files with other bytes have another one, as far as 64-bit checksums tell. O(1), nothing is read.
  package var tailHash: UInt128 { wideHash(tail.serialized()) }

  /// What the writer noted besides the table, in its order. Reads its section each time.
  public var metadata: [(key: String, value: String)] {
    get throws {
      let entry = directory[schema.fields.count]
      let bytes = try readSection(entry, in: object)
      return try locating(base: entry.offset, Place(file: name)) { () throws(EncodingError) in
        try MetadataSection.parse(bytes)
      }
    }
  }

  /// Whether the writer noted that names were made up (``ChunkFileWriter/inventedNames``); read on first use and kept.
  ///
  /// False where the metadata cannot be read: names that are written needlessly lose nothing, and ``verify()`` tells of it.
  public var hasInventedNames: Bool {
    let note = ChunkFileWriter.inventedNames
    let found = try? namesNote.value { try metadata.contains { $0.key == note.key && $0.value == note.value } }
    return found ?? false
  }

  /// What the footer knows of a page, at the column's scale. Costs reading the column's section once.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    let section = try section(column)
    let page = section.pages[chunk]
    let isFloat = schema.fields[column].type == .float64
    return PageStatistics(
      rowCount: page.extent.rowCount, nullCount: page.nullCount, bounds: section.bounds(of: page),
      floatRange: page.floatRange
        ?? (isFloat ? PageStatistics.FloatRange(lowestBit: 0, highestBit: 0, hasNonFinite: false) : nil))
  }

  /// The column's dictionary, read on first use and kept; nil for a column without one.
  ///
  /// All callers get one object, which identifies the code space. Threads that ask at the same time wait for the one that
  /// reads; an error is thrown to one caller only, the next tries again.
  public func dictionary(column: Int) throws -> StringDictionary? {
    guard let index = try section(column).dictionary else { return nil }
    return try lazyColumn(column).dictionary.value { try readDictionary(index, column: column) }
  }

  /// Strings in the column's dictionary, which is not read; nil for a column without one.
  public func dictionaryCount(column: Int) throws -> Int? { try section(column).dictionary?.entryCount }

  /// True if every page of the column holds codes or nulls alone, as its part of the footer tells.
  public func holdsOnlyCodes(column: Int) throws -> Bool {
    let section = try section(column)
    guard section.dictionary != nil else { return false }
    return section.pages.allSatisfy { page in
      page.extent.encoding.physical == .codes || page.extent.encoding.physical == .none
    }
  }

  /// The column's part of the footer, read on first use and kept.
  func section(_ column: Int) throws -> ColumnSection {
    try lazyColumn(column).section.value { try readColumnSection(column) }
  }

  private func lazyColumn(_ column: Int) -> LazyColumn {
    columns.withLock { columns in
      if let known = columns[column] { return known }
      let made = LazyColumn()
      columns[column] = made
      return made
    }
  }

  func readColumnSection(_ column: Int) throws -> ColumnSection {
    let entry = directory[column]
    let field = schema.fields[column]
    let bytes = try readSection(entry, in: object, column: field.name)
    return try locating(base: entry.offset, Place(file: name, column: field.name)) { () throws(EncodingError) in
      try ColumnSection.parse(
        bytes, column: column, type: field.type, chunkRows: chunkRows, pagesEnd: directory[0].offset)
    }
  }

  /// Bytes of a column in the file: pages, dictionary (padding included) and its section.
  public func storedByteCount(column: Int) throws -> Int {
    let section = try section(column)
    let pages = section.pages.reduce(0) { $0 + $1.extent.paddedByteCount }
    let segments = section.dictionary?.segments.reduce(0) { $0 + $1.paddedByteCount } ?? 0
    return pages + segments + (section.dictionary?.ranks?.paddedByteCount ?? 0) + directory[column].byteCount
  }
}

/// What is read of a column once.
private final class LazyColumn: Sendable {
  let section = Once<ColumnSection>()
  let dictionary = Once<StringDictionary>()
}
