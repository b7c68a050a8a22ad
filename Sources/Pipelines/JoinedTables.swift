// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Grouping

/// Several tables with the same columns, in any order, read as one: the rows of the first, then those of the second, and so on.
///
/// Columns stand as in the first table. Their types are joined as `agg` joins them: int64 and decimals to a decimal that holds both,
/// date and timestamp to timestamp; a column without values fits any. The dictionaries of a column are joined on first use, and codes
/// given anew page by page.
public final class JoinedTables: TableSource {
  private let tables: [any TableSource]
  private let columns: [UnifiedColumn]
  private let unions: [Once<DictionaryUnion>]
  /// First chunk of each table, then the number of all chunks.
  private let chunkStarts: [Int]
  /// Columns of the first table, in joined types.
  public let schema: Schema
  /// Rows of all tables.
  public let rowCount: Int
  /// The first table's name and the number of others.
  public let name: String
  /// True if all tables' are.
  public let hasInventedNames: Bool

  /// Joins `tables`. Reads the footer of string columns where types differ, else nothing.
  ///
  /// `rowLimit`: rows past it will not be asked for; tables that begin past it count for types alone. Throws `table.columns-differ`,
  /// `table.mismatch`, or what reading a footer throws. Precondition: there is a table.
  public init(_ tables: [any TableSource], rowLimit: Int? = nil) throws {
    let first = tables[0]
    let names = first.schema.names
    for other in tables.dropFirst() {
      if let error = TableError(
        names: other.schema.names, of: other.name, expected: names, in: first.name,
        advice: "take the files apart that differ; 'agg' reads them together, as it needs only the columns it names")
      {
        throw error
      }
    }
    columns = try names.map { try UnifiedColumn($0, in: tables, trustsStrings: true) }
    schema = Schema(columns.map { Field(name: $0.name, type: $0.type) })
    var used: [any TableSource] = []
    var rows = 0
    for table in tables where rows < rowLimit ?? .max {
      used.append(table)
      rows += table.rowCount
    }
    self.tables = used
    rowCount = rows
    chunkStarts = used.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.chunkCount) }
    unions = columns.map { _ in Once() }
    name = tables.count == 1 ? first.name : "\(first.name) and \(tables.count - 1) more"
    hasInventedNames = tables.allSatisfy(\.hasInventedNames)
  }

  /// True if all tables' statistics are.
  public var hasStoredStatistics: Bool { tables.allSatisfy(\.hasStoredStatistics) }

  /// True if any table's reading is.
  public var gainsFromAnnouncing: Bool { tables.contains(where: \.gainsFromAnnouncing) }

  /// To each table what concerns it.
  public func willRead(columns: [Int], chunks: [Int]) throws {
    for (number, table) in tables.enumerated() where table.gainsFromAnnouncing {
      let own = chunks.filter { $0 >= chunkStarts[number] && $0 < chunkStarts[number + 1] }
      try table.willRead(
        columns: columns.map { self.columns[$0].position(in: number) }, chunks: own.map { $0 - chunkStarts[number] })
    }
  }

  /// Chunks of all tables.
  public var chunkCount: Int { chunkStarts[tables.count] }

  /// As in its table.
  public func rowCount(ofChunk chunk: Int) -> Int {
    let (number, own) = location(ofChunk: chunk)
    return tables[number].rowCount(ofChunk: own)
  }

  /// As in its table, in the joined type. Throws `table.overflow` for a value that needs more than 38 digits in it.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    let (number, own) = location(ofChunk: chunk)
    return try columns[column].statistics(of: tables[number], number: number, chunk: own)
  }

  /// The strings of all tables: those of the first, then what others add. O(strings of all) on first use.
  public func dictionary(column: Int) throws -> StringDictionary? {
    guard schema.fields[column].type == .string else { return nil }
    return try union(column).dictionary
  }

  /// The page in the joined type and the joined dictionary's codes. Throws as ``statistics(column:chunk:)``, and what the table throws.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    try page(column: column, chunk: chunk, rows: 0..<rowCount(ofChunk: chunk))
  }

  /// Some rows of a page: what becomes text is no more than theirs. Precondition: `rows` lie within the chunk.
  func page(column: Int, chunk: Int, rows: Range<Int>) throws -> ColumnPage {
    let (number, own) = location(ofChunk: chunk)
    let whole = try columns[column].page(of: tables[number], number: number, chunk: own)
    let page = rows.count == whole.rowCount ? whole : whole.rows(rows)
    guard case .codes = page.values else { return page }
    return try union(column).recoded(page, of: number)
  }

  /// Where a page comes from: its table, the column and the chunk there.
  func ownPlace(column: Int, chunk: Int) -> (table: any TableSource, column: Int, chunk: Int) {
    let (number, own) = location(ofChunk: chunk)
    return (tables[number], columns[column].position(in: number), own)
  }

  /// True if the codes of some table become text: the union had no room for its strings.
  func hasCodesThatBecomeText(column: Int) throws -> Bool { try union(column).hasCodesThatBecomeText }

  /// How a page is stored, if its table is a chunk file.
  func pageDescription(column: Int, chunk: Int) throws -> PageDescription? {
    let (number, own) = location(ofChunk: chunk)
    return try storedPage(of: tables[number], column: columns[column].position(in: number), chunk: own)
  }

  private func location(ofChunk chunk: Int) -> (number: Int, chunk: Int) {
    precondition(chunk >= 0 && chunk < chunkCount, "no chunk \(chunk)")
    var low = 0
    var high = tables.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if chunkStarts[middle] <= chunk { low = middle } else { high = middle }
    }
    // Tables without chunks begin where the next one does, and are passed over.
    return (low, chunk - chunkStarts[low])
  }

  private func union(_ column: Int) throws -> DictionaryUnion {
    try unions[column].value {
      DictionaryUnion(
        try tables.enumerated().map { try columns[column].dictionary(of: $1, number: $0) },
        entryLimit: ChunkFileLimits.dictionaryEntries, byteLimit: ChunkFileLimits.dictionaryBytes)
    }
  }
}

/// How a page of `table` is stored; nil where it is not, or not known.
func storedPage(of table: any TableSource, column: Int, chunk: Int) throws -> PageDescription? {
  switch table {
  case let file as ChunkFile: try file.pageDescription(column: column, chunk: chunk)
  case let joined as JoinedTables: try joined.pageDescription(column: column, chunk: chunk)
  case let spilled as SpilledTable: try spilled.pageDescription(column: column, chunk: chunk)
  case let runs as SortedRuns: try runs.file.pageDescription(column: column, chunk: chunk)
  default: nil
  }
}

/// Several tables as one, as ``JoinedTables`` has them; one alone is itself. Throws what that throws. Precondition: there is a table.
public func oneTable(_ tables: [any TableSource]) throws -> any TableSource {
  tables.count == 1 ? tables[0] : try JoinedTables(tables)
}
