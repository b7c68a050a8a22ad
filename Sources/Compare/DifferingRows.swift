// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// The rows in which two tables differ, as a table to be written or read on: each has its key, what kind of difference it is, where it is, and
/// both sides' values of every compared column.
///
/// Columns: the keys, as the source has them (rows of the other table alone: as that has them); `change` (`source_only`, `compare_only`,
/// `different`); `columns` (of different rows, the names of those that differ, written as `--columns` takes them); `source_row` and
/// `compare_row` (counted from 1, null on the side that lacks the row); then `X_source` and `X_compare` for each compared column `X`
/// (underscores are added where a name is taken). Rows follow the source's order; rows of the other table alone come last, in its order. Keys
/// of unlike types are strings, as printed.
///
/// Nothing is kept but which rows of a few chunks are meant: a page is put together from the tables' own pages when asked for, of which one
/// is in memory at a time. Cost of a page: those pages of the table that its rows lie in.
public final class DifferingRows: TableSource {
  /// Names both tables.
  public let name: String
  /// Keys, `change`, `columns`, row numbers, and pairs of values.
  public let schema: Schema
  /// Rows of all three kinds.
  public let rowCount: Int
  private let source: any TableSource
  private let other: any TableSource
  private let layout: DifferingRowLayout
  private let numbers: Numbers?
  private let pieces: DifferingRowPieces
  private let sourceRows: RowLocator
  private let otherRows: RowLocator
  /// Per compared column, bits of the rows that differ in it, by chunk of the source; none where no row of the chunk does.
  private let differingByColumn: [[[UInt64]]]
  /// The pieces last asked for, the latest at the end.
  private let recent = Mutex<[(index: Int, piece: DifferingRowPiece)]>([])

  /// `source` and `other` must be the tables that `comparison` was made from.
  ///
  /// `sampleSize`: at most so many rows, spread over all of them: those whose hashed row numbers are the smallest (``Formats/CompareReport``
  /// has the formula), in their order. The same rows differ: the same sample.
  public convenience init(
    _ comparison: Comparison, _ source: any TableSource, _ other: any TableSource, sampleSize: Int? = nil
  ) {
    self.init(comparison, source, other, sampleSize: sampleSize, numbers: nil)
  }

  /// Numbers that rows of a part have in their whole tables, counted from 0: a column of both sides.
  struct Numbers {
    let column: ColumnPairing
    /// Number of the other table's first row.
    let firstOther: Int
  }

  /// `numbers`: what `source_row` and `compare_row` are made of; nil where the tables are whole.
  init(
    _ comparison: Comparison, _ source: any TableSource, _ other: any TableSource, sampleSize: Int?, numbers: Numbers?
  ) {
    precondition(
      comparison.alignment.sourceRows.rowCount == source.rowCount, "rows of a comparison that was made in parts")
    self.numbers = numbers
    self.source = source
    self.other = other
    name = "differences between \(comparison.sourceName) and \(comparison.compareName)"
    layout = DifferingRowLayout(comparison)
    schema = layout.schema
    pieces = DifferingRowPieces(comparison, sampleSize: sampleSize)
    rowCount = pieces.rowCount
    sourceRows = comparison.alignment.sourceRows
    otherRows = comparison.alignment.otherRows
    differingByColumn = comparison.differingByColumn
  }

  /// Pieces of about a chunk's size.
  public var chunkCount: Int { pieces.count }

  /// Rows of one of them.
  public func rowCount(ofChunk chunk: Int) -> Int { pieces.rowCount(of: chunk) }

  /// Computed from the page.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    PageStatistics(of: try page(column: column, chunk: chunk), dictionary: nil)
  }

  /// None: both tables' strings stand side by side here, as plain strings.
  public func dictionary(column: Int) -> StringDictionary? { nil }

  /// Gathers the rows from the tables' own pages.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    let piece = piece(chunk)
    let isSource = piece.side == .source
    switch layout.role(ofColumn: column) {
    case .change: return changePage(piece)
    case .columns: return columnsPage(piece)
    case .sourceRow: return try sourceRowPage(piece)
    case .compareRow: return try compareRowPage(piece)
    case .key(let key):
      let (position, type) = isSource ? (key.sourcePosition, key.sourceType) : (key.comparePosition, key.compareType)
      let page =
        try isSource
        ? values(source, sourceRows, position, piece.rows)
        : values(other, otherRows, position, piece.rows)
      return DifferingRowLayout.keyType(key) == type ? page : textPage(page, type: type, dictionary: nil)
    case .source(let pairing):
      guard isSource else { return ColumnPage(nullRows: piece.rows.count, type: pairing.sourceType) }
      return try values(source, sourceRows, pairing.sourcePosition, piece.rows)
    case .compare(let pairing):
      guard isSource else { return try values(other, otherRows, pairing.comparePosition, piece.rows) }
      return try partnerValues(pairing, piece)
    }
  }

  private func piece(_ index: Int) -> DifferingRowPiece {
    if let known = recent.withLock({ $0.first { $0.index == index }?.piece }) { return known }
    let piece = pieces.piece(index)
    recent.withLock { recent in
      // Writers ask for the columns of a chunk one after another, on some threads, each of which has a chunk of its own.
      if recent.count >= 8 { recent.removeFirst() }
      recent.append((index, piece))
    }
    return piece
  }

  private func changePage(_ piece: DifferingRowPiece) -> ColumnPage {
    var texts = StringArray(reservingStrings: piece.rows.count)
    let (lone, paired) = (
      Array((piece.side == .source ? RowChange.sourceOnly : .compareOnly).rawValue.utf8),
      Array(RowChange.different.rawValue.utf8)
    )
    for row in piece.rows.indices {
      texts.append(utf8: piece.partners.isEmpty || piece.partners[row] == noPartner ? lone : paired)
    }
    return ColumnPage(values: .strings(texts))
  }

  private func columnsPage(_ piece: DifferingRowPiece) -> ColumnPage {
    guard !piece.partnerOrder.isEmpty else { return ColumnPage(nullRows: piece.rows.count, type: .string) }
    var texts = StringArray(reservingStrings: piece.rows.count)
    var words = [UInt64](repeating: 0, count: (piece.rows.count + 63) / 64)
    var (chunk, range) = (0, 0..<0)
    var text: [UInt8] = []
    for (position, row) in piece.rows.enumerated() {
      text.removeAll(keepingCapacity: true)
      if piece.partners[position] != noPartner {
        if !range.contains(Int(row)) {
          chunk = sourceRows.chunk(of: Int(row))
          range = sourceRows.rows(ofChunk: chunk)
        }
        let local = Int(row) - range.lowerBound
        for (column, bits) in differingByColumn.enumerated()
        where !bits[chunk].isEmpty && bits[chunk][local >> 6] >> UInt64(local & 63) & 1 == 1 {
          if !text.isEmpty { text.append(UInt8(ascii: ",")) }
          text += layout.listedNames[column]
        }
        words[position >> 6] |= 1 << UInt64(position & 63)
      }
      texts.append(utf8: text)
    }
    return ColumnPage(values: .strings(texts), validity: Validity(words: words, rowCount: piece.rows.count))
  }

  private func sourceRowPage(_ piece: DifferingRowPiece) throws -> ColumnPage {
    guard piece.side == .source else { return ColumnPage(nullRows: piece.rows.count, type: .int64) }
    guard let numbers else { return rowNumbers(piece.rows) }
    return try values(source, sourceRows, numbers.column.sourcePosition, piece.rows).plus(1)
  }

  private func compareRowPage(_ piece: DifferingRowPiece) throws -> ColumnPage {
    guard let numbers else { return rowNumbers(piece.side == .source ? piece.partners : piece.rows) }
    let page =
      try piece.side == .source
      ? partnerValues(numbers.column, piece)
      : values(other, otherRows, numbers.column.comparePosition, piece.rows)
    return page.plus(1 - Int64(numbers.firstOther))
  }

  /// Row numbers counted from 1; none for ``noPartner``.
  private func rowNumbers(_ rows: [UInt32]) -> ColumnPage {
    var words = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
    for (position, row) in rows.enumerated() where row != noPartner {
      words[position >> 6] |= 1 << UInt64(position & 63)
    }
    return ColumnPage(
      values: .int64(rows.map { $0 == noPartner ? 0 : Int64($0) + 1 }),
      validity: Validity(words: words, rowCount: rows.count))
  }

  /// Values of `rows`, which ascend, of a column, as plain strings where they are strings.
  private func values(
    _ table: any TableSource, _ locator: RowLocator, _ column: Int, _ rows: [UInt32]
  ) throws -> ColumnPage {
    let dictionary = try table.dictionary(column: column)
    var parts: [ColumnPage] = []
    var next = 0
    while next < rows.count {
      let chunk = locator.chunk(of: Int(rows[next]))
      let range = locator.rows(ofChunk: chunk)
      let first = next
      while next < rows.count, Int(rows[next]) < range.upperBound { next += 1 }
      let local = rows[first..<next].map { $0 - UInt32(range.lowerBound) }
      parts.append(try table.page(column: column, chunk: chunk).gathering(local[...]).withPlainStrings(dictionary))
    }
    return ColumnPage(concatenating: parts, type: table.schema.fields[column].type, dictionary: nil)
  }

  /// The other table's values beside rows of the source: read in its order, then put in the source's.
  private func partnerValues(_ pairing: ColumnPairing, _ piece: DifferingRowPiece) throws -> ColumnPage {
    let order = piece.partnerOrder
    if order.isEmpty { return ColumnPage(nullRows: piece.rows.count, type: pairing.compareType) }
    let found = try values(
      other, otherRows, pairing.comparePosition, order.map { piece.partners[Int($0)] })
    // Rows without a partner get the first one's value, and are null.
    var places = [UInt32](repeating: 0, count: piece.rows.count)
    for (place, position) in order.enumerated() { places[Int(position)] = UInt32(place) }
    let page = found.gathering(places[...])
    if order.count == piece.rows.count { return page }
    var words = [UInt64](repeating: 0, count: (piece.rows.count + 63) / 64)
    for position in order where page.validity.isValid(Int(position)) {
      words[Int(position) >> 6] |= 1 << UInt64(position & 63)
    }
    return ColumnPage(values: page.values, validity: Validity(words: words, rowCount: piece.rows.count))
  }
}

extension ColumnPage {
  /// The same page of 64-bit integers, each so much greater.
  fileprivate func plus(_ addend: Int64) -> ColumnPage {
    guard case .int64(let numbers) = values else { preconditionFailure("row numbers are 64-bit integers") }
    return ColumnPage(values: .int64(numbers.map { $0 &+ addend }), validity: validity)
  }
}
