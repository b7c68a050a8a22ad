// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import Glibc
import ObjectStorage
import Synchronization

/// Results of parts, each in order, as runs in one temporary chunk file, to be merged.
///
/// What the types of the columns are is known when all parts are: a sum that needs more digits than those before makes the column wider.
///
/// @unchecked Sendable: all that changes does so under `lock`.
final class GroupedRuns: @unchecked Sendable {
  private let rows: QueryRows
  private let file: TemporaryFile
  /// Per column of the result that is a key with codes, the dictionary that these are brought to.
  private let dictionaries: [StringDictionary?]
  /// Their codes in ascending order of their strings.
  private let codesInOrder: [[UInt32]]
  private let lock = Mutex(())
  private var writer: ChunkFileWriter?
  private var fields: [Field] = []
  /// Per field, whether a part had a value in it.
  private var valued: [Bool] = []
  private var rowsPerRun: [Int] = []
  /// What comes of no groups.
  private(set) var empty: Table?

  /// Chunks of runs are small, since a chunk of the result takes a few rows of each.
  static let rowsPerChunk = 4096

  /// `keys`: names of the inputs' columns that the result's first columns are.
  init(_ rows: QueryRows, keys: [String], columnCount: Int, in folder: String?) throws {
    self.rows = rows
    file = try TemporaryFile(in: folder)
    let ofKeys = keys.map { name in rows.schema.names.firstIndex(of: name).flatMap { rows.dictionaries[$0] } }
    dictionaries = ofKeys + Array(repeating: nil, count: columnCount - keys.count)
    codesInOrder = dictionaries.map { $0.map(inOrder) ?? [] }
  }

  /// Rows of all runs.
  var rowCount: Int { lock.withLock { _ in rowsPerRun.reduce(0, +) } }
  /// Bytes written so far.
  var byteCount: Int { lock.withLock { _ in file.byteCount } }

  /// Adds the groups of one part, which are in order. Throws what writing throws.
  func append(_ result: Table) throws {
    if result.rowCount == 0 {
      lock.withLock { _ in empty = result }
      return
    }
    var chunks: [(rowCount: Int, pages: [EncodedPage])] = []
    let maps = dictionaries.enumerated().map { column, shared in
      shared.flatMap { shared in result.dictionaries[column].flatMap { codes(of: $0, in: shared, codesInOrder[column]) }
      }
    }
    for pages in result.chunks {
      for start in stride(from: 0, to: pages[0].rowCount, by: Self.rowsPerChunk) {
        let slice = start..<min(pages[0].rowCount, start + Self.rowsPerChunk)
        let encoded = try pages.enumerated().map { column, page in
          try ChunkFileWriter.encode(
            shared(page.rows(slice), column: column, maps[column], result), as: result.schema.fields[column].type,
            statistics: nil, compression: .none)
        }
        chunks.append((slice.count, encoded))
      }
    }
    try lock.withLock { _ in
      let writer =
        try self.writer ?? ChunkFileWriter(to: file, columnCount: result.schema.fields.count, groupByteCount: 0)
      self.writer = writer
      join(result)
      for chunk in chunks { try writer.append(rowCount: chunk.rowCount, pages: chunk.pages) }
      rowsPerRun.append(result.rowCount)
    }
  }

  /// A page with codes of the shared dictionary, where the column has one, else without codes.
  private func shared(_ page: ColumnPage, column: Int, _ map: [UInt32]?, _ result: Table) -> ColumnPage {
    guard case .codes(let codes) = page.values else { return page }
    if page.validity == .allNull { return ColumnPage(nullRows: page.rowCount, type: .string) }
    if dictionaries[column] == nil { return page.withPlainStrings(result.dictionaries[column]) }
    guard let map else { return page }
    return ColumnPage(values: .codes(codes.map { map[Int($0)] }), validity: page.validity)
  }

  /// Joins a part's types with those of the parts before. A column without a value says nothing.
  private func join(_ result: Table) {
    for (column, field) in result.schema.fields.enumerated() {
      let hasValues = result.chunks.contains { $0[column].validity != .allNull }
      if column == fields.count {
        fields.append(field)
        valued.append(hasValues)
      } else if hasValues, valued[column] {
        widen(column, field)
      } else if hasValues {
        fields[column] = field
        valued[column] = true
      }
    }
  }

  private func widen(_ column: Int, _ field: Field) {
    guard fields[column].type != field.type else { return }
    guard let joined = joinedType(fields[column].type, field.type) else {
      preconditionFailure("column \(field.name) is \(fields[column].type) in one part and \(field.type) in another")
    }
    fields[column] = Field(name: field.name, type: joined)
  }

  /// Ends writing, and gives the runs; nil if there is no row.
  func finish() throws -> SortedRuns? {
    guard let writer else { return nil }
    _ = try writer.finish(schema: Schema(fields), dictionaries: dictionaries, metadata: [])
    let file = try ChunkFile(try file.reading())
    return SortedRuns(
      file, of: SpilledTable(file, dictionaries: dictionaries, name: "result"), rowsPerRun: rowsPerRun)
  }
}

/// What each code of `own` is in `shared`, whose codes in order of their strings are `sharedCodes`; nil where they are one.
///
/// Both are walked in order. O(strings of both), after the ranks are known. Precondition: `shared` has all of `own`'s strings.
private func codes(of own: StringDictionary, in shared: StringDictionary, _ sharedCodes: [UInt32]) -> [UInt32]? {
  if own === shared || own.entries == shared.entries { return nil }
  var map = [UInt32](repeating: 0, count: own.count)
  var next = 0
  for code in inOrder(own) {
    own.entries.withUTF8(Int(code)) { text in
      while !shared.entries.withUTF8(Int(sharedCodes[next]), { areEqual($0, text) }) { next += 1 }
    }
    map[Int(code)] = sharedCodes[next]
  }
  return map
}

private func areEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
  guard a.count == b.count else { return false }
  guard let first = a.baseAddress, let second = b.baseAddress else { return true }
  return memcmp(first, second, a.count) == 0
}

/// Codes in ascending order of their strings.
private func inOrder(_ dictionary: StringDictionary) -> [UInt32] {
  var codes = [UInt32](repeating: 0, count: dictionary.count)
  for (code, rank) in dictionary.ranks.enumerated() { codes[Int(rank)] = UInt32(code) }
  return codes
}
