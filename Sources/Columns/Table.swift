// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A table in memory, as chunks of pages.
public struct Table: TableSource {
  /// Name for messages.
  public let name: String
  /// Names and types of the columns.
  public let schema: Schema
  /// True if the names were made up.
  public let hasInventedNames: Bool
  /// `chunks[k][c]` is column `c` of chunk `k`.
  public let chunks: [[ColumnPage]]
  /// Per column, the dictionary its codes refer to.
  public let dictionaries: [StringDictionary?]
  /// Rows in all chunks.
  public let rowCount: Int

  /// Precondition: every chunk has one page per column, all of the same number of rows; codes have a dictionary.
  public init(
    name: String = "memory", schema: Schema, chunks: [[ColumnPage]], dictionaries: [StringDictionary?]? = nil,
    hasInventedNames: Bool = false
  ) {
    let width = schema.fields.count
    for pages in chunks {
      precondition(pages.count == width, "a chunk has \(pages.count) pages for \(width) columns")
      precondition(pages.allSatisfy { $0.rowCount == pages[0].rowCount }, "pages of one chunk differ in rows")
    }
    self.name = name
    self.schema = schema
    self.hasInventedNames = hasInventedNames
    self.chunks = chunks
    self.dictionaries = dictionaries ?? Array(repeating: nil, count: width)
    rowCount = chunks.reduce(0) { $0 + ($1.first?.rowCount ?? 0) }
  }

  /// Copies all of another table into memory; one that is there already is itself. Throws what reading it throws. O(values).
  public init(copying source: any TableSource) throws {
    if let table = source as? Table {
      self = table
      return
    }
    let columns = source.schema.fields.indices
    self.init(
      name: source.name, schema: source.schema,
      chunks: try (0..<source.chunkCount).map { chunk in try columns.map { try source.page(column: $0, chunk: chunk) }
      },
      dictionaries: try columns.map { try source.dictionary(column: $0) }, hasInventedNames: source.hasInventedNames)
  }

  /// Number of chunks.
  public var chunkCount: Int { chunks.count }

  /// Rows of one chunk.
  public func rowCount(ofChunk chunk: Int) -> Int { chunks[chunk].first?.rowCount ?? 0 }

  /// Computed from the page: O(rows).
  public func statistics(column: Int, chunk: Int) -> PageStatistics {
    PageStatistics(of: chunks[chunk][column], dictionary: dictionaries[column])
  }

  /// The column's dictionary, if its pages hold codes.
  public func dictionary(column: Int) -> StringDictionary? { dictionaries[column] }

  /// True if every page of the column holds codes or nulls alone. O(chunks).
  public func holdsOnlyCodes(column: Int) -> Bool {
    guard dictionaries[column] != nil else { return false }
    return chunks.allSatisfy { pages in
      if case .codes = pages[column].values { return true }
      return pages[column].validity == .allNull
    }
  }

  /// The page as it is. O(1).
  public func page(column: Int, chunk: Int) -> ColumnPage { chunks[chunk][column] }

  /// The value in `row` (over all chunks) of `column`, boxed: for printing and tests.
  public func value(row: Int, column: Int) -> Value {
    var row = row
    for pages in chunks {
      let count = pages.first?.rowCount ?? 0
      if row < count {
        return pages[column].value(at: row, type: schema.fields[column].type, dictionary: dictionaries[column])
      }
      row -= count
    }
    preconditionFailure("row beyond the table")
  }
}
