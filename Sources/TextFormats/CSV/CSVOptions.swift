// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// One text to read: a file, standard input, a decompressed stream.
public struct CSVStream: Sendable {
  /// Reads the next bytes into a buffer and says how many; 0 at the end.
  public typealias Read = (UnsafeMutableRawBufferPointer) throws -> Int

  /// Name for messages.
  public let name: String
  /// Starts from the beginning. Called again when a late value widens a column and the text must be read once more.
  public let open: @Sendable () throws -> Read

  /// About how many bytes it has, where that is known; the table's values do not depend on it.
  public let byteCount: Int?

  /// Gives any bytes of it, where that is possible: then pieces of it can be read.
  package var ranges: CSVByteRanges?

  /// `open` must give the same bytes each time.
  public init(name: String, byteCount: Int? = nil, open: @escaping @Sendable () throws -> Read) {
    self.name = name
    self.byteCount = byteCount
    self.open = open
  }

  /// A text any bytes of which can be had. `byteCount`: about how many of them will be read.
  package init(name: String, byteCount: Int, ranges: CSVByteRanges) {
    self.init(name: name, byteCount: byteCount) { try ranges.open(0..<ranges.byteCount) }
    self.ranges = ranges
  }

  /// A text in memory.
  public init(name: String, bytes: [UInt8]) {
    @Sendable func read(from start: Int) -> Read {
      var position = start
      return { buffer in
        let count = min(buffer.count, bytes.count - position)
        if count > 0 {
          bytes.withUnsafeBytes { buffer.copyMemory(from: .init(rebasing: $0[position..<position + count])) }
        }
        position += count
        return count
      }
    }
    self.init(name: name, byteCount: bytes.count) { read(from: 0) }
    ranges = CSVByteRanges(byteCount: bytes.count) { read(from: $0.lowerBound) }
  }
}

/// How to read CSVs as a table.
public struct CSVOptions: Sendable {
  /// What becomes of a record that cannot be read as a row.
  public enum ErrorPolicy: Sendable {
    /// Nothing is read; the first ten are told.
    case fail
    /// It is left out, and told as rejected.
    case skip
  }

  /// What is known of the dialect; the rest is found.
  public var dialect = CSVDialectHints()
  /// Spellings of null besides the unquoted empty field; they count where unquoted.
  public var nullSpellings: [String] = []
  /// Further spellings of null in some columns.
  public var nullSpellingsOfColumn: [String: [String]] = [:]
  /// Types that are given, not found. Names here and below are those after ``renames``.
  public var types: [String: ColumnType] = [:]
  /// How dates are written in the columns of which every value is written so; nil: found.
  public var dateFormat: CSVDateFormat?
  /// How dates are written in some columns; a type in ``types`` that the format does not give goes before it.
  public var dateFormatOfColumn: [String: CSVDateFormat] = [:]
  /// How numbers are written in all columns: others are text. Nil: found, column by column.
  public var numberStyle: CSVNumberStyle?
  /// True: every column not in `types` is text, as it stands.
  public var allText = false
  /// Columns to read; nil: all. They come in the text's order. Empty: the first one, so that rows can be counted.
  public var columns: [String]?
  /// New names of columns, by the old ones.
  public var renames: [String: String] = [:]
  /// True: what could be repaired without losing text (short rows, stray quotes, …) is an error.
  public var isStrict = false
  /// What becomes of records that cannot be read.
  public var errorPolicy = ErrorPolicy.fail
  /// Data rows to read; nil: all.
  public var rowLimit: Int?
  /// The records to read, of one text that bytes can be had of at any place; nil: all.
  public var piece: CSVPiece?
  /// The one text to read, in the state that this tells, where it is a piece itself; nil: nothing is known of the texts.
  public var whole: CSVWholeText?
  /// Called once with what was found, after the last byte was read.
  public var onReport: (@Sendable (CSVReport) -> Void)?
  /// Types of columns of these names, where there are such and nothing else is given: the table is to be added to another.
  package var knownTypes: [String: ColumnType] = [:]
  /// What is known of all values of columns, by name: what was found in pieces of a text (``CSVFoundTypes``).
  package var found: CSVFoundTypes?
  /// True where a text is only looked at for ``found``: of columns that are named, one without any record need have none.
  package var isLookedAt = false
  /// Dictionaries of the table added to, by column: their strings keep their codes, new ones get the next.
  package var knownDictionaries: [String: StringDictionary] = [:]
  /// Called with the names of the columns before any row is read, not for a text without header; what it throws ends the reading.
  package var onColumns: (@Sendable ([String]) throws -> Void)?
  /// Threads to read with.
  public var threads = 1
  /// Sizes that tests make small.
  package var limits = CSVLimits()

  /// Reads everything with one thread, and finds dialect and types.
  public init() {}
}

/// Sizes of the pieces that a text is read in.
package struct CSVLimits: Sendable {
  /// Most records of a chunk.
  package var recordsPerChunk = 131_072
  /// Bytes of a chunk's text: at least this, ...
  package var chunkBytes = 8 << 20
  /// ... or this times the number of columns, ...
  package var chunkBytesPerColumn = 16 << 10
  /// ... but at most this, or one record: typed values take several times what their text does, in each worker.
  package static let mostChunkBytes = 32 << 20
  /// A record may not be longer than this.
  package var recordBytes = 256 << 20
  /// Bytes asked for in one read.
  package var readBytes = 256 << 10
  /// Bytes of a text that its dialect is told from, unless its first records need more.
  package var dialectBytes = 64 << 10
  /// Bytes at a text's end in which lines that are no data are looked for.
  package var footerBytes = 4096
  /// Bytes of empty lines that are looked behind at once.
  package var blankBytes = 1 << 20
  /// Bytes of the first chunk that the first guess of types is made from.
  package var sampleBytes = 256 << 10
  /// Offsets indexed in one go; two million rows and a test with 64 must give the same.
  package var indexEntries = 16_384
  /// A page with more values than this, three quarters of them new, goes past its dictionary, unless all strings that the column seems to
  /// have will find room in it, and come again.
  package var dictionaryTrialValues = 4_096
  /// So often, at least, each of them.
  package var dictionaryRowsPerEntry = 4
  /// Most entries of one column's dictionary.
  package var dictionaryEntries = 1 << 21
  /// Most bytes of its strings.
  package var dictionaryTextBytes = 32 << 20
  /// Most bytes of one column's dictionary in memory: its strings and what it takes to find them.
  package var dictionaryBytes = 64 << 20
  /// Most bytes of all dictionaries.
  package var allDictionaryBytes = 96 << 20

  /// Bytes that text which stays such may take, in all workers, while pages are made of it; what one chunk needs it may take in any case.
  package var preparedTextBytes = Int.max

  package init() {}

  func bytesPerChunk(columns: Int) -> Int {
    min(max(chunkBytes, chunkBytesPerColumn * columns), Self.mostChunkBytes, recordBytes)
  }
}
