// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// One worker's means to turn chunks into rows of text: columns by blocks, then row by row.
final class RowAssembler {
  private let layout: RowLayout
  private let blockRowCount: Int
  /// Per column, cells of the block at hand, made when first needed; for columns that have entries, where in those they lie.
  private var texts: [CellTexts?]
  private var places: [EntryPlaces?]
  /// Before each row but the first, and after each row.
  private let betweenRows: GrowingBytes
  private let rowEnd: GrowingBytes

  init(_ layout: RowLayout) {
    self.layout = layout
    blockRowCount = TextFormats.blockRowCount(columnCount: layout.columns.count)
    texts = layout.columns.map { _ in nil }
    places = layout.columns.map { _ in nil }
    betweenRows = GrowingBytes(layout.frame.betweenRows)
    rowEnd = GrowingBytes(layout.frame.rowEnd)
  }

  /// Pages of one chunk.
  func pages(ofChunk chunk: Int) throws -> [ColumnPage] {
    try layout.columns.map { try layout.source.page(column: $0, chunk: chunk) }
  }

  /// Adds the next block of a chunk's rows, from `start` on, to `output`; returns where the one after it starts.
  func appendBlock(of pages: [ColumnPage], chunk: Int, from start: Int, to output: GrowingBytes) -> Int {
    let rows = start..<min(start + blockRowCount, layout.chunks[chunk].rowCount)
    var byteCount = rows.count * (betweenRows.count + rowEnd.count)
    let cells = pages.indices.map { column in
      let cells = blockCells(of: pages[column], column: column, rows: rows)
      byteCount += cells.byteCount
      return cells
    }
    output.reserve(byteCount)
    let isFirst = start == 0 && layout.chunks[chunk].rowsBefore == 0
    append(rows.count, cells, isFirst: isFirst, to: output)
    return rows.upperBound
  }

  private func blockCells(of page: ColumnPage, column: Int, rows: Range<Int>) -> BlockCells {
    if let entries = layout.entries[column], case .codes(let codes) = page.values {
      let places = places[column] ?? EntryPlaces(capacity: blockRowCount)
      self.places[column] = places
      places.find(codes, page.validity, rows, in: entries)
      return BlockCells(
        bytes: entries.bytes.start, starts: places.starts, ends: places.ends, byteCount: places.byteCount)
    }
    let texts =
      texts[column]
      ?? CellTexts(style: layout.style, lead: layout.frame.leads[column], cellCapacity: blockRowCount)
    self.texts[column] = texts
    texts.format(page, rows: rows, type: layout.fields[column].type, dictionary: layout.dictionaries[column])
    return BlockCells(bytes: texts.bytes.start, starts: texts.ends - 1, ends: texts.ends, byteCount: texts.bytes.count)
  }

  /// Puts `count` rows together from their columns' cells. Precondition: `output` has room for them.
  private func append(_ count: Int, _ columns: [BlockCells], isFirst: Bool, to output: GrowingBytes) {
    let start = output.start
    var at = output.count
    let (between, betweenCount) = (betweenRows.start, betweenRows.count)
    let (end, endCount) = (rowEnd.start, rowEnd.count)
    columns.withUnsafeBufferPointer { columns in
      for row in 0..<count {
        // All copies end inside the room that the precondition promises, with copySlack behind it; sources have it too.
        if betweenCount > 0, row > 0 || !isFirst {
          copyBytes(between, betweenCount, to: start + at)
          at &+= betweenCount
        }
        for column in columns {
          let from = column.starts[row]
          let length = column.ends[row] &- from
          copyBytes(column.bytes + from, length, to: start + at)
          at &+= length
        }
        copyBytes(end, endCount, to: start + at)
        at &+= endCount
      }
    }
    output.count = at
  }
}

/// Cells of one column over a block's rows: that of row `i` is `bytes[starts[i]..<ends[i]]`.
private struct BlockCells {
  let bytes: UnsafeMutablePointer<UInt8>
  let starts: UnsafeMutablePointer<Int>
  let ends: UnsafeMutablePointer<Int>
  let byteCount: Int
}

/// Where in a dictionary's cells those of a block's rows lie.
private final class EntryPlaces {
  let starts: UnsafeMutablePointer<Int>
  let ends: UnsafeMutablePointer<Int>
  /// Bytes of all of them.
  private(set) var byteCount = 0

  init(capacity: Int) {
    starts = .allocate(capacity: capacity)
    ends = .allocate(capacity: capacity)
  }

  deinit {
    starts.deallocate()
    ends.deallocate()
  }

  /// Precondition: no more rows than the capacity. Traps on a code outside the dictionary.
  func find(_ codes: [UInt32], _ validity: Validity, _ rows: Range<Int>, in entries: CellTexts) {
    var total = 0
    codes.withUnsafeBufferPointer { codes in
      for row in rows {
        // Cell 0 is the null.
        let cell = validity.isValid(row) ? Int(codes[row]) &+ 1 : 0
        precondition(cell < entries.cellCapacity, "a code outside its dictionary")
        let (start, end) = (entries.ends[cell &- 1], entries.ends[cell])
        starts[row &- rows.lowerBound] = start
        ends[row &- rows.lowerBound] = end
        total &+= end &- start
      }
    }
    byteCount = total
  }
}
