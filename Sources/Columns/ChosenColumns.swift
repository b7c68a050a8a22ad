// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Some columns of another table, in an order of their own, as a table. The others are not read.
public struct ChosenColumns: TableSource {
  private let base: any TableSource
  /// Per column, its place in the base.
  private let places: [Int]
  /// The columns.
  public let schema: Schema

  /// The columns called `names` of `source`. Throws ``UnknownColumn``. Reads nothing.
  ///
  /// Precondition: no name comes twice.
  public init(_ source: any TableSource, _ names: [String]) throws(UnknownColumn) {
    base = source
    var places: [Int] = []
    for name in names { places.append(try source.schema.require(name, in: source.name)) }
    self.places = places
    schema = Schema(places.map { source.schema.fields[$0] })
  }

  /// The base's name.
  public var name: String { base.name }
  /// As the base's.
  public var hasInventedNames: Bool { base.hasInventedNames }
  /// As the base's.
  public var chunkCount: Int { base.chunkCount }
  /// As the base's.
  public var rowCount: Int { base.rowCount }
  /// As the base's.
  public var hasStoredStatistics: Bool { base.hasStoredStatistics }
  /// As the base's.
  public var gainsFromAnnouncing: Bool { base.gainsFromAnnouncing }
  /// As the base's.
  public func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }

  /// To the base.
  public func willRead(columns: [Int], chunks: [Int]) throws {
    try base.willRead(columns: columns.map { places[$0] }, chunks: chunks)
  }

  /// As the base's.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try base.statistics(column: places[column], chunk: chunk)
  }

  /// As the base's.
  public func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: places[column]) }

  /// As the base's.
  public func dictionaryCount(column: Int) throws -> Int? { try base.dictionaryCount(column: places[column]) }

  /// As the base's.
  public func holdsOnlyCodes(column: Int) throws -> Bool { try base.holdsOnlyCodes(column: places[column]) }

  /// As the base's.
  public func isComputed(column: Int) -> Bool { base.isComputed(column: places[column]) }

  /// As the base's.
  public func mayLackValues(column: Int) -> Bool { base.mayLackValues(column: places[column]) }

  /// As the base's.
  public func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    try base.contentHash(column: places[column], chunk: chunk)
  }

  /// As the base's.
  public func page(column: Int, chunk: Int) throws -> ColumnPage { try base.page(column: places[column], chunk: chunk) }

  /// As the base's.
  public func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    try base.page(column: places[column], chunk: chunk, rows: rows)
  }

  /// As the base's.
  public func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try base.withForm(column: places[column], chunk: chunk, body)
  }

  /// As the base's.
  public func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    try base.withPieces(column: places[column], chunk: chunk, body)
  }
}
