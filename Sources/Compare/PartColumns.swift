// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping

/// The columns of one side that a comparison in parts looks at, as its parts hold them: keys, then compared columns, then the rows' numbers.
///
/// Strings that have codes on both sides have codes of one dictionary here, all others are text.
struct PartColumns: TableSource {
  let schema: Schema
  /// Per column, what its codes refer to; nil where it has none.
  let dictionaries: [StringDictionary?]
  private let base: any TableSource
  private let positions: [Int]
  private let unions: [DictionaryUnion?]
  private let side: ComparedSide
  private let rows: RowLocator
  private let firstNumber: Int

  /// `unions`: of both sides' dictionaries, by column. `numberName`: of the column of numbers, which count from `firstNumber` on.
  init(
    _ base: any TableSource, _ side: ComparedSide, _ pairings: [ColumnPairing], _ unions: [DictionaryUnion?],
    numberName: String, firstNumber: Int
  ) {
    self.base = base
    self.side = side
    self.unions = unions
    self.firstNumber = firstNumber
    positions = pairings.map { side == .source ? $0.sourcePosition : $0.comparePosition }
    dictionaries = unions.map { $0?.dictionary } + [nil]
    schema = Schema(positions.map { base.schema.fields[$0] } + [Field(name: numberName, type: .int64)])
    rows = RowLocator(base)
  }

  var name: String { base.name }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func dictionary(column: Int) -> StringDictionary? { dictionaries[column] }
  func holdsOnlyCodes(column: Int) -> Bool { dictionaries[column] != nil }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    column < positions.count
      ? try base.statistics(column: positions[column], chunk: chunk)
      : PageStatistics(of: numbers(ofChunk: chunk), dictionary: nil)
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage {
    let (page, dictionary) = try storedPage(column: column, chunk: chunk)
    return dictionary == nil ? page : page.withPlainStrings(dictionary)
  }

  /// All columns of a chunk's rows.
  func rowsToGather(chunk: Int) throws -> RowsToGather {
    var rows = RowsToGather()
    for column in schema.fields.indices {
      let (page, dictionary) = try storedPage(column: column, chunk: chunk)
      rows.pages.append(page)
      rows.dictionaries.append(dictionary)
    }
    return rows
  }

  /// A page, and the dictionary of its codes if those are to become text.
  private func storedPage(column: Int, chunk: Int) throws -> (ColumnPage, StringDictionary?) {
    guard column < positions.count else { return (numbers(ofChunk: chunk), nil) }
    let page = try base.page(column: positions[column], chunk: chunk)
    guard case .codes = page.values else { return (page, nil) }
    if let union = unions[column] { return (union.recoded(page, of: side == .source ? 0 : 1), nil) }
    return (page, try base.dictionary(column: positions[column]))
  }

  private func numbers(ofChunk chunk: Int) -> ColumnPage {
    ColumnPage(values: .int64(rows.rows(ofChunk: chunk).map { Int64(firstNumber + $0) }))
  }
}

/// Rows of a chunk to be taken in another order. Codes become text when they are taken: a dictionary is in the processor's caches where a chunk's text is not.
package struct RowsToGather {
  fileprivate(set) var pages: [ColumnPage] = []
  /// By column, of codes that are to become text.
  fileprivate var dictionaries: [StringDictionary?] = []

  /// A column of all rows.
  func page(_ column: Int) -> ColumnPage {
    dictionaries[column] == nil ? pages[column] : pages[column].withPlainStrings(dictionaries[column])
  }

  /// The columns of some rows, in their order. Precondition: all are of the chunk. O(rows + bytes of their strings).
  package func gathering(_ rows: ArraySlice<UInt32>) -> [ColumnPage] {
    zip(pages, dictionaries).map { page, dictionary in
      let gathered = page.gathering(rows)
      return dictionary == nil ? gathered : gathered.withPlainStrings(dictionary)
    }
  }
}

/// For each pairing of string columns that have codes on both sides, one dictionary for both; nil where it would pass a limit, and for others.
///
/// O(strings of both). Throws what reading dictionaries throws.
func dictionaryUnions(
  _ pairings: [ColumnPairing], _ source: any TableSource, _ other: any TableSource, entryLimit: Int, byteLimit: Int
) throws -> [DictionaryUnion?] {
  try pairings.map { pairing in
    guard pairing.comparedAs == .string, try source.holdsOnlyCodes(column: pairing.sourcePosition),
      try other.holdsOnlyCodes(column: pairing.comparePosition)
    else { return nil }
    let union = DictionaryUnion(
      [
        try source.dictionary(column: pairing.sourcePosition), try other.dictionary(column: pairing.comparePosition),
      ], entryLimit: entryLimit, byteLimit: byteLimit)
    return union.hasCodesThatBecomeText || union.dictionary == nil ? nil : union
  }
}

/// Rows that are parted by the hash of their keys: equal keys of either side, by the rules of the comparison, go to parts of one number. Rows
/// that are paired by their positions are parted by the hash of their numbers.
package struct KeyedRows: Sendable {
  /// What is hashed.
  enum Hashed: Sendable {
    /// The table's first columns, in these forms.
    case keys([KeyForm])
    /// The rows' numbers, counted from `first` on.
    case number(column: Int, first: Int)
  }

  private let table: any TableSource
  /// The same rows with texts as they are compared.
  private let folded: any TableSource
  private let hashed: Hashed
  private var sliceCount = 1
  /// Columns of the rows as parts keep them.
  package var schema: Schema { table.schema }
  /// Per column, what its codes refer to; nil where it has none.
  package let dictionaries: [StringDictionary?]
  /// The table's name.
  package var name: String { table.name }
  /// Chunks to read, or slices of them.
  package var chunkCount: Int { table.chunkCount * sliceCount }

  init(_ table: any TableSource, folded: any TableSource, hashed: Hashed, dictionaries: [StringDictionary?]) {
    (self.table, self.folded, self.hashed, self.dictionaries) = (table, folded, hashed, dictionaries)
  }

  /// The same rows, a part of a chunk at a time: fewer are in memory at once, and pages are read so often.
  package func sliced(_ count: Int) -> KeyedRows {
    var rows = self
    rows.sliceCount = count
    return rows
  }

  /// The rows of a chunk (or slice) by part, in their order; parts without rows are left out. Throws what reading throws. O(rows x columns).
  package func parts(ofChunk number: Int, partCount: Int, level: Int) throws -> [(part: Int, pages: [ColumnPage])] {
    let chunk = number / sliceCount
    let (rowCount, slice) = (table.rowCount(ofChunk: chunk), number % sliceCount)
    let rows = rowCount * slice / sliceCount..<rowCount * (slice + 1) / sliceCount
    let (order, starts) = rowsByPart(try hashes(ofChunk: chunk, rows), partCount: partCount, level: level)
    let present = (0..<partCount).filter { starts[$0 + 1] > starts[$0] }
    var parts: [(part: Int, pages: [ColumnPage])] = present.map { ($0, []) }
    for column in table.schema.fields.indices {
      let page = try page(of: table, column: column, chunk, rows)
      for (index, part) in present.enumerated() {
        parts[index].pages.append(page.gathering(order[starts[part]..<starts[part + 1]]))
      }
    }
    return parts
  }

  /// The part of each row of a chunk. Equal keys have one part in any process where no column has codes (``dictionaries`` has none). Throws what
  /// reading throws. O(rows x keys).
  package func partNumbers(ofChunk chunk: Int, partCount: Int) throws -> [Int64] {
    try hashes(ofChunk: chunk, 0..<table.rowCount(ofChunk: chunk)).map {
      Int64(part(of: $0, partCount: partCount, level: 0))
    }
  }

  private func hashes(ofChunk chunk: Int, _ rows: Range<Int>) throws -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: rows.count)
    switch hashed {
    case .keys(let keys):
      for (column, form) in keys.enumerated() {
        let forms = form.pages(
          try page(of: folded, column: column, chunk, rows), type: table.schema.fields[column].type,
          dictionary: try folded.dictionary(column: column))
        for page in forms { mixHashes(of: page, into: &hashes) }
      }
    case .number(let column, let first):
      guard case .int64(let numbers) = try page(of: table, column: column, chunk, rows).values else {
        preconditionFailure("row numbers are 64-bit integers")
      }
      mixHashes(of: ColumnPage(values: .int64(numbers.map { $0 - Int64(first) })), into: &hashes)
    }
    return hashes
  }

  private func page(of table: any TableSource, column: Int, _ chunk: Int, _ rows: Range<Int>) throws -> ColumnPage {
    let page = try table.page(column: column, chunk: chunk)
    return rows.count == page.rowCount ? page : page.rows(rows)
  }
}
