// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Synchronization

/// What the rows of a chunk, or of a part of it, weigh against ``chunkByteBudget``.
enum RowWeights: Sendable, Equatable {
  /// So many bytes each, at least 1.
  case equal(Int)
  /// Element `row + 1` is what the rows up to and including `row` weigh together; element 0 is 0.
  case sums([Int])

  /// The weight of one row. O(1).
  func weight(ofRow row: Int) -> Int {
    switch self {
    case .equal(let bytes): bytes
    case .sums(let sums): sums[row + 1] - sums[row]
    }
  }

  /// How many of `rows`, from the first one on, weigh at most `byteCount`. O(log rows).
  func rowsFitting(_ rows: Range<Int>, in byteCount: Int) -> Int {
    switch self {
    case .equal(let bytes): return min(rows.count, max(0, byteCount) / bytes)
    case .sums(let sums):
      var (low, high) = (rows.lowerBound, rows.upperBound)
      while low < high {
        let middle = (low + high + 1) / 2
        if sums[middle] - sums[rows.lowerBound] <= byteCount { low = middle } else { high = middle - 1 }
      }
      return low - rows.lowerBound
    }
  }

  /// The weight of some rows together. O(1).
  func weight(of rows: Range<Int>) -> Int {
    switch self {
    case .equal(let bytes): bytes * rows.count
    case .sums(let sums): sums[rows.upperBound] - sums[rows.lowerBound]
    }
  }
}

/// Weighs the rows of a table: 8 or 16 bytes a value, 4 a string, and each byte of text four times, be it stored as text or as codes.
///
/// Codes weigh what they become as text, since any reader may need them as such. Their pages are read only where an entry of the
/// dictionary is longer than ``longestUnread``; with shorter ones each counts as the average entry.
final class RowWeigher: Sendable {
  /// Bytes of a dictionary's longest entry up to which pages of codes are not read: 16 MiB of text in a full chunk at most.
  static let longestUnread = 128
  /// Bytes of text of a page's rows.
  enum TextWidths {
    /// All of them about the same.
    case average(Int)
    /// Each one's.
    case each([Int])
  }

  private let table: any TableSource
  private let mostUnreadText: Int
  /// Of a row without its text, at least 1.
  let fixedWeight: Int
  /// Positions of string columns, and whether their codes stay such whatever rows come together.
  private let textColumns: [(position: Int, staysCodes: Bool)]
  private let entries = Mutex<[ObjectIdentifier: (longest: Int, average: Int)]>([:])

  /// `mostUnreadText`: bytes of a page's text up to which the average stands for each of its rows; 0 where rows change places, or where
  /// a row's weight must not depend on the chunk that it is in. Reads footers, joins dictionaries.
  init(_ table: any TableSource, mostUnreadText: Int = 16 << 20) throws {
    self.table = table
    self.mostUnreadText = mostUnreadText
    let fields = table.schema.fields
    fixedWeight = max(1, fields.reduce(0) { $0 + fixedWidth($1.type) })
    textColumns = try fields.indices.filter { fields[$0].type == .string }.map {
      ($0, try staysCodes(column: $0, of: table))
    }
  }

  /// Of rows `rows` of a chunk, the first one being row 0 of the result; nil: of all rows. Throws what reading a page throws.
  ///
  /// Reads footers, and pages of text where the average says too little. O(rows x such columns).
  func weights(ofChunk chunk: Int, rows: Range<Int>? = nil) throws -> RowWeights {
    let rows = rows ?? 0..<table.rowCount(ofChunk: chunk)
    var equal = fixedWeight
    var sums: [Int] = []
    for column in textColumns {
      switch try textWidths(column: column.position, staysCodes: column.staysCodes, chunk: chunk) {
      case .average(let bytes): equal += 4 * bytes
      case .each(let lengths):
        if sums.isEmpty { sums = [Int](repeating: 0, count: rows.count + 1) }
        for row in rows { sums[row - rows.lowerBound + 1] += 4 * lengths[row] }
      }
    }
    guard !sums.isEmpty else { return .equal(equal) }
    for row in 0..<rows.count { sums[row + 1] += sums[row] + equal }
    return .sums(sums)
  }

  /// What rows take in memory while they are sorted by `keyCount` columns: the order and its copy, packed keys and the key columns they
  /// are made of, one column as read, joined and in order, and all columns encoded, which saves a quarter at least. Codes that stay
  /// such are no text. Throws and costs as ``weights(ofChunk:rows:)``.
  func sortingWeights(ofChunk chunk: Int, keyCount: Int) throws -> RowWeights {
    let rowCount = table.rowCount(ofChunk: chunk)
    var widths = table.schema.fields.map { fixedWidth($0.type) }
    var sums: [Int] = []
    for column in textColumns where !column.staysCodes {
      switch try textWidths(column: column.position, staysCodes: false, chunk: chunk) {
      case .average(let bytes): widths[column.position] += bytes
      case .each(let lengths):
        if sums.isEmpty { sums = [Int](repeating: 0, count: rowCount + 1) }
        for row in 0..<rowCount { sums[row + 1] += lengths[row] * 15 / 4 }
      }
    }
    let equal = 8 + 32 * keyCount + 3 * (widths.max() ?? 0) + widths.reduce(0, +) * 3 / 4
    guard !sums.isEmpty else { return .equal(equal) }
    for row in 0..<rowCount { sums[row + 1] += sums[row] + equal }
    return .sums(sums)
  }

  /// What each row of a string page takes as text, nulls nothing.
  private func textWidths(column: Int, staysCodes: Bool, chunk: Int) throws -> TextWidths {
    // The whole column's average for all its pages, so that it does not matter in which of them a row or a null is.
    if staysCodes {
      guard let dictionary = try table.dictionary(column: column) else { return .average(0) }
      let (longest, average) = lengths(of: dictionary)
      if longest <= Self.longestUnread { return .average(average) }
    }
    let (table, column, chunk) = ownPlace(of: table, column: column, chunk: chunk)
    let rowCount = table.rowCount(ofChunk: chunk)
    let stored = try storedPage(of: table, column: column, chunk: chunk)
    if rowCount == 0 || stored?.physicalType == "none" { return .average(0) }
    let dictionary = try table.dictionary(column: column)
    if mostUnreadText > 0, let stored {
      if stored.physicalType == "codes", let dictionary {
        let (longest, average) = lengths(of: dictionary)
        if longest <= Self.longestUnread { return .average(average) }
      } else if stored.rawByteCount <= mostUnreadText, !stored.encodingShape.hasPrefix("dictionary") {
        // A page with a dictionary of its own has few bytes for much text.
        return .average((stored.rawByteCount + rowCount - 1) / rowCount)
      }
    }
    return .each(try table.page(column: column, chunk: chunk).textLengths(dictionary))
  }

  /// O(entries) the first time, then O(1).
  private func lengths(of dictionary: StringDictionary) -> (longest: Int, average: Int) {
    entries.withLock { known in
      if let found = known[ObjectIdentifier(dictionary)] { return found }
      let offsets = dictionary.entries.offsets
      let longest = (0..<dictionary.count).reduce(0) { max($0, Int(offsets[$1 + 1] - offsets[$1])) }
      let found = (longest, (dictionary.entries.bytes.count + dictionary.count - 1) / max(1, dictionary.count))
      known[ObjectIdentifier(dictionary)] = found
      return found
    }
  }
}

extension ColumnPage {
  /// Bytes of text in each row, nulls none. `dictionary` is needed for codes. O(rows).
  fileprivate func textLengths(_ dictionary: StringDictionary?) -> [Int] {
    if validity == .allNull { return [Int](repeating: 0, count: rowCount) }
    switch values {
    case .strings(let strings): return (0..<strings.count).map { strings.range($0).count }
    case .codes(let codes):
      guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
      return codes.indices.map { validity.isValid($0) ? entries.range(Int(codes[$0])).count : 0 }
    default: return [Int](repeating: 0, count: rowCount)
    }
  }
}

/// Bytes of a value, of a string its code alone.
private func fixedWidth(_ type: ColumnType) -> Int { type == .string ? 4 : type.isWide ? 16 : 8 }

/// True if no page of a string column is, or becomes, text. Reads footers, joins dictionaries.
func staysCodes(column: Int, of table: any TableSource) throws -> Bool {
  if let runs = table as? SortedRuns { return try staysCodes(column: column, of: runs.base) }
  if let joined = table as? JoinedTables, try joined.hasCodesThatBecomeText(column: column) { return false }
  return try (0..<table.chunkCount).allSatisfy { chunk in
    let stored = try storedPage(of: table, column: column, chunk: chunk)
    if let stored { return stored.physicalType != "strings" }
    let page = try table.page(column: column, chunk: chunk)
    if case .strings = page.values { return page.validity == .allNull }
    return true
  }
}

/// The table that a chunk is read from, with the column and the chunk there.
private func ownPlace(of table: any TableSource, column: Int, chunk: Int) -> (any TableSource, Int, Int) {
  guard let joined = table as? JoinedTables else { return (table, column, chunk) }
  let own = joined.ownPlace(column: column, chunk: chunk)
  return ownPlace(of: own.table, column: own.column, chunk: own.chunk)
}
