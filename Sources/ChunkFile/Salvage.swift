// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import ObjectStorage

/// Cells of a damaged file that could not be read.
public struct SalvageLoss: Sendable, Equatable {
  /// The column; nil for what belongs to none (the header, the metadata).
  public let column: String?
  /// First of the rows concerned, counted from 1 over the whole damaged table; 0 if no row is.
  public let firstRow: Int
  /// How many rows from there on; in each the column's cell is lost.
  public let rowCount: Int
  /// What is damaged, one line.
  public let reason: String
}

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
  /// Everything lost, column by column.
  public let losses: [SalvageLoss]
  /// Rows left out, as none of their cells could be read.
  public let lostRowCount: Int
  private let columns: [SalvagedColumn]
  /// Chunks that have rows left.
  private let chunks: [SalvagedChunk]
  /// Rows that are left.
  public let rowCount: Int

  /// Reads all of `object`; damage is noted, not thrown.
  ///
  /// Throws ``ChunkFileError``, or what the object throws, where the footer's end, directory, schema or chunk rows cannot be read:
  /// then nobody can tell where anything lies.
  public init(_ object: any ReadableObject) throws {
    file = try ChunkFile(object, isSalvaged: true)
    var losses = try lossesBesidesCells(of: file)
    var columns: [SalvagedColumn] = []
    for column in file.schema.fields.indices {
      columns.append(try SalvagedColumn(of: file, column, losses: &losses))
    }
    var chunks: [SalvagedChunk] = []
    for chunk in 0..<file.chunkCount {
      let kept = rowsKept(columns.map { $0.lost[chunk] }, rowCount: file.rowCount(ofChunk: chunk))
      if kept.rowCount > 0 { chunks.append(SalvagedChunk(number: chunk, kept: kept)) }
    }
    self.losses = losses
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

/// Damage that costs no cell.
private func lossesBesidesCells(of file: ChunkFile) throws -> [SalvageLoss] {
  guard let reason = try damage({ _ = try file.metadata }) else { return [] }
  return [SalvageLoss(column: nil, firstRow: 0, rowCount: 0, reason: "receipt and notes, \(reason)")]
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

  init(of file: ChunkFile, _ column: Int, losses: inout [SalvageLoss]) throws {
    let name = file.schema.fields[column].name
    if let reason = try damage({ _ = try file.section(column) }) {
      losses.append(SalvageLoss(column: name, firstRow: 1, rowCount: file.rowCount, reason: reason))
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
        losses.append(SalvageLoss(column: name, firstRow: rowsBefore + 1, rowCount: rowCount, reason: reason))
        lost.append(.all)
        continue
      }
      guard let page, let entries else {
        lost.append(.none)
        continue
      }
      lost.append(entries.rowsLost(in: page))
      losses += entries.losses(in: page, column: name, rowsBefore: rowsBefore)
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

  private func reason(for code: UInt32) -> String? { lost.first { $0.codes.contains(Int(code)) }?.reason }

  /// Rows whose strings were in a lost segment.
  func rowsLost(in page: ColumnPage) -> LostRows {
    guard !lost.isEmpty, case .codes(let codes) = page.values else { return .none }
    let rows = codes.indices.filter { page.validity.isValid($0) && reason(for: codes[$0]) != nil }
    if rows.isEmpty { return .none }
    return rows.count == codes.count ? .all : .some(rows.map { UInt32($0) })
  }

  /// One for each run of rows whose strings were in the same lost segment.
  func losses(in page: ColumnPage, column: String, rowsBefore: Int) -> [SalvageLoss] {
    guard !lost.isEmpty, case .codes(let codes) = page.values else { return [] }
    var losses: [SalvageLoss] = []
    var start = 0
    while start < codes.count {
      func reasonOf(_ row: Int) -> String? { page.validity.isValid(row) ? self.reason(for: codes[row]) : nil }
      let reason = reasonOf(start)
      var end = start + 1
      while end < codes.count, reasonOf(end) == reason { end += 1 }
      if let reason {
        losses.append(
          SalvageLoss(column: column, firstRow: rowsBefore + start + 1, rowCount: end - start, reason: reason))
      }
      start = end
    }
    return losses
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
