// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// What can still be read of a damaged chunk file, as a table.
///
/// It has the rows of which at least one cell can be read, in their order. Cells that cannot are null, and ``losses`` names each
/// of them: a null is the file's own unless it is listed there. Pages, dictionary segments, and column sections of the footer are
/// lost each by itself; damage to padding and header loses no rows. Where segments of a dictionary are lost, so are the cells
/// with strings of those segments, and no others. Directory, schema and chunk rows cannot be missed.
///
/// Making it reads and decodes all of the file once, on one thread, and keeps the dictionaries.
public final class SalvagedTable: TableSource {
  private let file: ChunkFile
  /// Everything lost, column by column, in the order of the rows; empty if making it was told not to list losses.
  public let losses: [SalvageLoss]
  /// The same by column and reason, however they were asked for: empty if nothing is lost.
  public let lossGroups: [SalvageLossGroup]
  /// Rows left out, as none of their cells could be read.
  public let lostRowCount: Int
  private let columns: [SalvagedColumn]
  /// Chunks that have rows left.
  private let chunks: [SalvagedChunk]
  /// Rows that are left.
  public let rowCount: Int

  /// Reads all of `object`; damage is noted, not thrown. `listsLosses`: keep each loss, of which there may be as many as cells.
  ///
  /// Throws ``ChunkFileError``, or what the object throws, where the footer's end, directory, schema or chunk rows cannot be read:
  /// then nobody can tell where anything lies.
  public init(_ object: any ReadableObject, listsLosses: Bool = true) throws {
    file = try ChunkFile(object, isSalvaged: true)
    var losses = SalvageLosses(isListing: listsLosses)
    try addLossesBesidesCells(of: file, to: &losses)
    var columns: [SalvagedColumn] = []
    for column in file.schema.fields.indices {
      columns.append(try SalvagedColumn(of: file, column, losses: &losses))
    }
    var chunks: [SalvagedChunk] = []
    for chunk in 0..<file.chunkCount {
      let kept = rowsKept(columns.map { $0.lost[chunk] }, rowCount: file.rowCount(ofChunk: chunk))
      if kept.rowCount > 0 { chunks.append(SalvagedChunk(number: chunk, kept: kept)) }
    }
    self.losses = losses.list
    lossGroups = losses.groups
    self.columns = columns
    self.chunks = chunks
    rowCount = chunks.reduce(0) { $0 + $1.kept.rowCount }
    lostRowCount = file.rowCount - rowCount
  }

  /// The file's name.
  public var name: String { file.name }
  /// All columns, also those of which nothing is left.
  public var schema: Schema { file.schema }
  /// As the file's; false if that is damaged.
  public var hasInventedNames: Bool { file.hasInventedNames }
  /// Chunks that have rows left.
  public var chunkCount: Int { chunks.count }
  /// Rows left of one chunk.
  public func rowCount(ofChunk chunk: Int) -> Int { chunks[chunk].kept.rowCount }

  /// Statistics of the cells that are given, found by looking at them.
  public func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    PageStatistics(of: try page(column: column, chunk: chunk), dictionary: try dictionary(column: column))
  }

  /// The column's dictionary, with an empty string for each that is lost; no page has their codes.
  public func dictionary(column: Int) throws -> StringDictionary? { columns[column].dictionary }

  /// A page of the rows that are left, null where the cell is lost. Throws if what was intact when the table was made no
  /// longer is.
  public func page(column: Int, chunk: Int) throws -> ColumnPage {
    let (number, kept) = (chunks[chunk].number, chunks[chunk].kept)
    let rowCount = file.rowCount(ofChunk: number)
    let page: ColumnPage
    switch columns[column].lost[number] {
    case .all: page = ColumnPage(nullRows: rowCount, type: schema.fields[column].type)
    case .none: page = try file.page(column: column, chunk: number)
    case .some(let lost): page = try file.page(column: column, chunk: number).losing(lost)
    }
    guard case .some(let rows) = kept else { return page }
    return page.gathering(rows[...])
  }
}

/// Which cells of a page are lost.
private enum LostRows {
  case none
  case all
  /// Ascending, at least one, not all.
  case some([UInt32])
}

private enum KeptRows {
  case all(Int)
  /// Ascending.
  case some([UInt32])

  var rowCount: Int {
    switch self {
    case .all(let count): count
    case .some(let rows): rows.count
    }
  }
}

private struct SalvagedChunk {
  /// In the file.
  let number: Int
  let kept: KeptRows
}

/// Rows of a chunk in which not every cell is lost.
private func rowsKept(_ lost: [LostRows], rowCount: Int) -> KeptRows {
  var lossCounts = [Int](repeating: 0, count: rowCount)
  for lost in lost {
    switch lost {
    case .none: return .all(rowCount)
    case .all: for row in 0..<rowCount { lossCounts[row] += 1 }
    case .some(let rows): for row in rows { lossCounts[Int(row)] += 1 }
    }
  }
  let kept = (0..<UInt32(rowCount)).filter { lossCounts[Int($0)] < lost.count }
  return kept.count == rowCount ? .all(rowCount) : .some(kept)
}

/// Adds damage that costs no cell, but what the writer noted.
private func addLossesBesidesCells(of file: ChunkFile, to losses: inout SalvageLosses) throws {
  guard let reason = try damage({ _ = try file.metadata }) else { return }
  losses.add(firstRow: 0, rowCount: 0, to: losses.group(column: nil, reason: "receipt and notes, \(reason)"))
}

/// What `body` throws about data or the environment, as text; nil if it throws nothing.
private func damage(_ body: () throws -> Void) throws -> String? {
  do {
    try body()
    return nil
  } catch let error as any Diagnosis {
    if let error = error as? ChunkFileError, error.fault == .checksum {
      return "not the bytes that were written (from byte \(error.place.byteOffset ?? 0) on)"
    }
    return error.place.byteOffset.map { "\(error.summary) (byte \($0))" } ?? error.summary
  }
}

/// What is left of one column.
private struct SalvagedColumn {
  let dictionary: StringDictionary?
  /// Per chunk of the file.
  private(set) var lost: [LostRows] = []

  init(of file: ChunkFile, _ column: Int, losses: inout SalvageLosses) throws {
    let name = file.schema.fields[column].name
    if let reason = try damage({ _ = try file.section(column) }) {
      losses.add(firstRow: 1, rowCount: file.rowCount, to: losses.group(column: name, reason: reason))
      dictionary = nil
      lost = Array(repeating: .all, count: file.chunkCount)
      return
    }
    let entries = try SalvagedEntries(of: file, column)
    dictionary = entries?.dictionary
    for chunk in 0..<file.chunkCount {
      let rowsBefore = file.rowCount(beforeChunk: chunk)
      let rowCount = file.rowCount(ofChunk: chunk)
      var page: ColumnPage?
      if let reason = try damage({ page = try file.page(column: column, chunk: chunk) }) {
        losses.add(firstRow: rowsBefore + 1, rowCount: rowCount, to: losses.group(column: name, reason: reason))
        lost.append(.all)
        continue
      }
      guard let page, let entries else {
        lost.append(.none)
        continue
      }
      lost.append(entries.rowsLost(in: page, column: name, rowsBefore: rowsBefore, losses: &losses))
    }
  }
}

/// A dictionary of which some segments may be lost.
private struct SalvagedEntries {
  let dictionary: StringDictionary
  /// Codes of lost segments, ascending, and why they are.
  private var lost: [(codes: Range<Int>, reason: String)] = []

  /// Nil for a column without a dictionary. Precondition: its section can be read.
  init?(of file: ChunkFile, _ column: Int) throws {
    guard let index = try file.section(column).dictionary else { return nil }
    var entries = StringArray(reservingStrings: index.entryCount)
    for segment in index.segments {
      let first = entries.count
      var strings: StringArray?
      if let reason = try damage({ strings = try file.segment(segment, column: column) }) {
        lost.append((codes: first..<first + segment.rowCount, reason: reason))
      }
      for entry in 0..<segment.rowCount {
        if let strings { strings.withUTF8(entry) { entries.append($0) } } else { entries.append(utf8: []) }
      }
    }
    // Ranks follow from the strings; the file's are not needed.
    dictionary = StringDictionary(entries: entries)
  }

  /// Position in ``lost`` of the segment that `code` was in, nil if that is there. O(log of the lost segments).
  private func lostSegment(of code: UInt32) -> Int? {
    var low = 0
    var high = lost.count
    while low < high {
      let middle = (low + high) / 2
      if lost[middle].codes.upperBound <= Int(code) { low = middle + 1 } else { high = middle }
    }
    return low < lost.count && lost[low].codes.contains(Int(code)) ? low : nil
  }

  /// Rows whose strings were in a lost segment; `losses` gets each run of rows whose strings were in the same one.
  func rowsLost(in page: ColumnPage, column: String, rowsBefore: Int, losses: inout SalvageLosses) -> LostRows {
    guard !lost.isEmpty, case .codes(let codes) = page.values else { return .none }
    var groups = [Int?](repeating: nil, count: lost.count)
    var rows: [UInt32] = []
    var run: (segment: Int?, start: Int) = (nil, 0)
    for row in 0...codes.count {
      let hasCode = row < codes.count && page.validity.isValid(row)
      let segment = hasCode ? lostSegment(of: codes[row]) : nil
      if segment != nil { rows.append(UInt32(row)) }
      guard segment != run.segment else { continue }
      if let ended = run.segment {
        let group = groups[ended] ?? losses.group(column: column, reason: lost[ended].reason)
        groups[ended] = group
        losses.add(firstRow: rowsBefore + run.start + 1, rowCount: row - run.start, to: group)
      }
      run = (segment, row)
    }
    if rows.isEmpty { return .none }
    return rows.count == codes.count ? .all : .some(rows)
  }
}

extension ColumnPage {
  /// The same page of codes without a value in `rows`.
  fileprivate func losing(_ rows: [UInt32]) -> ColumnPage {
    guard case .codes(var codes) = values else { return self }
    var words = [UInt64](repeating: 0, count: (codes.count + 63) / 64)
    for row in codes.indices where validity.isValid(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
    for row in rows {
      words[Int(row) >> 6] &= ~(1 << UInt64(row & 63))
      codes[Int(row)] = 0
    }
    return ColumnPage(values: .codes(codes), validity: Validity(words: words, rowCount: codes.count))
  }
}
