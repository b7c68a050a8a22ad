// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Rows of an Arrow stream, decoded column by column when they are asked for. May be used by several threads at once.
public struct ArrowBatch: Sendable {
  /// Its rows.
  public let rowCount: Int
  /// Bytes that the batch takes, decompressed, shared dictionaries not counted.
  public let byteCount: Int

  private let columns: [Column]
  private let place: MessagePlace

  private struct Column: Sendable {
    let name: String
    let stored: StoredColumn
    let dictionary: ArrowDictionary?
    /// True of bytes that need not be text.
    let isBytes: Bool
  }

  /// Reads the table `RecordBatch` of columns `fields`.
  init(
    _ table: FlatBufferTable, _ body: ArrowMemory, _ fields: [StoredField], _ dictionaries: ArrowDictionaries,
    at place: MessagePlace
  ) throws(ArrowFault) {
    let stored = try StoredColumn.columns(of: table, body, fields.map { ($0.name, $0.typeInBatch) })
    rowCount = stored.rowCount
    byteCount = stored.columns.reduce(0) { $0 + $1.buffers.reduce(0) { $0 + $1.byteCount } }
    var columns: [Column] = []
    for (field, column) in zip(fields, stored.columns) {
      let dictionary = try field.codes.map { (codes) throws(ArrowFault) in
        try dictionaries.dictionary(codes.dictionary, column: field.name, mayLack: column.hasNoValues)
      }
      columns.append(
        Column(
          name: field.name, stored: column, dictionary: dictionary, isBytes: field.type.type == .binary))
    }
    self.columns = columns
    self.place = place
  }

  /// Number of columns.
  public var columnCount: Int { columns.count }

  /// The dictionary that codes of a column refer to, perhaps with strings that were added after the batch; nil where the stream has none, or of
  /// other values than strings. O(1), but O(strings + bytes) where some were added since it was asked for last.
  public func dictionary(column: Int) -> StringDictionary? { columns[column].dictionary?.strings }

  /// What the column's dictionary has in common with those of other batches that go on with it, or that it goes on with; nil without one.
  package func dictionaryOrigin(column: Int) -> DictionaryOrigin? { columns[column].dictionary?.origin }

  /// True if pages of `earlier` and of this batch may stand in one column: their codes, if they have some, mean the same in the dictionary here.
  package func continues(_ earlier: ArrowBatch, column: Int) -> Bool {
    switch (earlier.columns[column].dictionary, columns[column].dictionary) {
    case (nil, nil): true
    case (let before?, let own?): !own.isOfStrings || own.extends(before)
    default: false
    }
  }

  /// A column's rows, all or some; strings are strings, whatever they are in the stream.
  ///
  /// Text is checked to be UTF-8, nulls hold zeros, decimals have no more digits than they may. Throws `arrow.value` with row and column for
  /// values that cannot be kept, `arrow.limit` for 4 GiB of strings or more, `arrow.malformed`. O(rows + bytes). Precondition: `rows` lies in the
  /// batch.
  public func page(column: Int, rows: Range<Int>? = nil) throws(ArrowError) -> ColumnPage {
    try decoded(column, rows, isText: false, isPlain: true)
  }

  /// The same with strings as codes where they are codes in the stream. The dictionary is the stream's own: strings may come twice in it, and it may
  /// have some that came after the batch.
  public func codedPage(
    column: Int, rows: Range<Int>? = nil
  ) throws(ArrowError) -> (page: ColumnPage, dictionary: StringDictionary?) {
    (try decoded(column, rows, isText: false, isPlain: false), dictionary(column: column))
  }

  /// As ``page(column:rows:)`` for a table, whose strings are text: throws `arrow.value` also for bytes that are not UTF-8.
  package func textPage(column: Int, rows: Range<Int>) throws(ArrowError) -> ColumnPage {
    try decoded(column, rows, isText: true, isPlain: true)
  }

  /// The same with codes of ``dictionary(column:)`` where the stream has them.
  package func codedTextPage(column: Int, rows: Range<Int>) throws(ArrowError) -> ColumnPage {
    try decoded(column, rows, isText: true, isPlain: false)
  }

  private func decoded(
    _ column: Int, _ rows: Range<Int>?, isText: Bool, isPlain: Bool
  ) throws(ArrowError) -> ColumnPage {
    let rows = rows ?? 0..<rowCount
    precondition(rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of \(rowCount)")
    let column = columns[column]
    return try place.placing { () throws(ArrowFault) in
      do throws(ArrowFault) {
        guard let dictionary = column.dictionary else {
          let page = try column.stored.page(rows)
          if isText, column.isBytes, case .strings(let strings) = page.values, let row = firstRowNotUTF8(strings) {
            throw notText(row: rows.lowerBound + row)
          }
          return page
        }
        let page = try dictionary.page(column.stored, rows)
        // Looked for among the entries, not in the rows, of which any number may have one entry.
        if isText, column.isBytes, let row = dictionary.firstRowNotUTF8(page) {
          throw notText(row: rows.lowerBound + row)
        }
        return isPlain ? try dictionary.plain(page) : page
      } catch {
        throw ArrowFault(error.kind, error.summary, advice: error.advice, row: error.row, column: column.name)
      }
    }
  }

  private func notText(row: Int) -> ArrowFault {
    ArrowFault(
      .value, "bytes that are not UTF-8 in a binary column",
      advice: "leave the column out, or write it as text, in hexadecimal for instance", row: row)
  }
}
