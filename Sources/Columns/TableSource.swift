// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A table that can be read page by page: a chunk file, or memory.
///
/// All methods may be called from several threads at once. A page is one column over one chunk's rows. Chunk files keep to
/// at most 131,072 rows a chunk; tables in memory may have longer ones.
public protocol TableSource: Sendable {
  /// Name for messages: the path as the user gave it.
  var name: String { get }
  /// Names and types of the columns.
  var schema: Schema { get }
  /// True if the source had no names and these were made up: what is exported again then has none either.
  var hasInventedNames: Bool { get }
  /// Number of chunks; 0 for a table without rows.
  var chunkCount: Int { get }
  /// Rows in all chunks.
  var rowCount: Int { get }
  /// Rows of one chunk.
  func rowCount(ofChunk chunk: Int) -> Int
  /// What is known without decoding the page. Costs at most reading the column's part of the footer.
  func statistics(column: Int, chunk: Int) throws -> PageStatistics
  /// Dictionary of a string column that has one, nil for other columns. Codes of all its pages refer to it.
  func dictionary(column: Int) throws -> StringDictionary?
  /// Strings in that dictionary, nil for other columns; a source may know without reading it.
  func dictionaryCount(column: Int) throws -> Int?
  /// True if every page of a string column holds codes or nulls alone; false also where finding out would cost reading pages.
  func holdsOnlyCodes(column: Int) throws -> Bool
  /// Reads, checks and decodes one page. The case of its values follows the column's type (see ``PageValues``).
  func page(column: Int, chunk: Int) throws -> ColumnPage
  /// The values of `rows` of a page, in their order; all without. A computed column works out these alone.
  func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage
  /// True of a column that is worked out of others when it is asked for: nothing is known of it without, and rows may fail.
  func isComputed(column: Int) -> Bool
  /// False of a column that is known to have values in the whole of which this is a piece, though there may be none here. Without any value, a column
  /// of strings is of any type.
  func mayLackValues(column: Int) -> Bool
  /// True if ``statistics(column:chunk:)`` were kept when the table was written; false if asking for them costs a look at the page.
  var hasStoredStatistics: Bool { get }
  /// Hash of a page's values, kept when the table was written; nil where none was. Equal for equal rows, however they are stored; of pages of
  /// codes it stands for the codes. Two pages of one type and of equal dictionaries whose hashes are equal hold the same rows.
  func contentHash(column: Int, chunk: Int) throws -> UInt128?
  /// True if ``willRead(columns:chunks:)`` is of use.
  var gainsFromAnnouncing: Bool { get }
  /// Announces that pages of `columns` will be read, chunk by chunk in the order of `chunks`, each once: a source for which a read costs a round trip
  /// fetches them ahead. Advice, not a promise; what was announced before and not read yet is forgotten. Reads parts of the footer at most.
  func willRead(columns: [Int], chunks: [Int]) throws
  /// Reads and checks one page, decodes it only where no simpler form of it is there, and runs `body` on that form.
  ///
  /// What the form points to is valid inside `body` alone. Checked is what ``page(column:chunk:)`` checks, but for what
  /// ``PackedIntegers/greatestOffset`` says. Throws what `page` or `body` throws.
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R
  /// Reads and checks one page and runs `body` on its integers a piece at a time, or on nil where that is not to be had:
  /// ``withForm(column:chunk:_:)`` then serves. What is given is valid inside `body` alone. Throws what reading or `body` throws.
  func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R
}

extension TableSource {
  /// False: statistics are computed when asked for.
  public var hasStoredStatistics: Bool { false }

  /// False.
  public var gainsFromAnnouncing: Bool { false }

  /// Nothing: reading costs no more without.
  public func willRead(columns: [Int], chunks: [Int]) throws {}

  /// None is kept.
  public func contentHash(column: Int, chunk: Int) throws -> UInt128? { nil }

  /// Asks the dictionary itself.
  public func dictionaryCount(column: Int) throws -> Int? { try dictionary(column: column)?.count }

  /// False: not known.
  public func holdsOnlyCodes(column: Int) throws -> Bool { false }

  /// The decoded page.
  public func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try body(PageForm(try page(column: column, chunk: chunk)))
  }

  /// None.
  public func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    try body(nil)
  }

  /// Picked from the whole page. O(rows picked), and what the page costs.
  public func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    let page = try page(column: column, chunk: chunk)
    return rows.map { page.gathering($0[...]) } ?? page
  }

  /// False: columns are stored.
  public func isComputed(column: Int) -> Bool { false }

  /// True: this is the whole.
  public func mayLackValues(column: Int) -> Bool { true }

  /// False: the names are the source's, or say what was computed.
  public var hasInventedNames: Bool { false }
}
