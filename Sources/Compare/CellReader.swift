// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Single values of a table, for examples: keeps the page last read of each column.
final class CellReader {
  private let table: any TableSource
  private let rows: RowLocator
  private var pages: [Int: (chunk: Int, page: ColumnPage)] = [:]

  init(_ table: any TableSource) {
    self.table = table
    rows = RowLocator(table)
  }

  /// The value of `column` in `row`, counted from 0 over all chunks.
  func value(row: Int, column: Int) throws -> Value {
    let chunk = rows.chunk(of: row)
    let page: ColumnPage
    if let known = pages[column], known.chunk == chunk {
      page = known.page
    } else {
      page = try table.page(column: column, chunk: chunk)
      pages[column] = (chunk, page)
    }
    return page.value(
      at: row - rows.starts[chunk], type: table.schema.fields[column].type,
      dictionary: try table.dictionary(column: column))
  }
}
