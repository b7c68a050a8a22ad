// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Glibc
import ObjectStorage
import Synchronization
import TextFormats

/// A chunk file that the rows of CSVs are added to: what is stored stays, byte for byte, and decides what may be added.
///
/// Used by one conversion. Pages are prepared by several threads; the rest is called by one at a time.
final class GrowingFile: Sendable {
  /// What is there.
  let file: ChunkFile
  private let path: String
  private let hasValues: [Bool]
  private let state = Mutex(State())

  private struct State {
    /// For each stored column, its position among those read; nil before the header was read, and where there is none.
    var positions: [Int]?
    /// Per column read, the greatest magnitude of its whole numbers.
    var magnitudes: [Int: UInt128] = [:]
  }

  /// Opens the file at `path`; nil if there is none, or one without columns, to which any rows can be added by making a new one.
  ///
  /// Throws `input.not-a-chunk-file`, and what opening a chunk file throws.
  init?(_ path: String) throws {
    guard try store(of: path).status(path) != nil else { return nil }
    file = try openChunkFile(path)
    if file.schema.fields.isEmpty { return nil }
    self.path = path
    let file = self.file
    hasValues = try file.schema.fields.indices.map { try file.hasValues(column: $0) }
  }

  /// How rows to be added are read: text stays text, strings keep their codes, and columns must be those stored.
  func reading(_ options: CSVOptions, sources: [String]) throws -> CSVOptions {
    var options = options
    let names = file.schema.names
    for (column, field) in file.schema.fields.enumerated() where field.type == .string && hasValues[column] {
      options.knownTypes[field.name] = .string
      options.knownDictionaries[field.name] = try file.dictionary(column: column)
    }
    options.onColumns = { [self] found in
      if let error = TableError(
        names: found, of: sources.first ?? "-", expected: names, in: path,
        advice:
          "--rename gives columns other names, --columns leaves some out; for other columns make a file of their own")
      {
        throw error
      }
      let schema = Schema(found.map { Field(name: $0, type: .string) })
      let positions = try names.map { try schema.require($0, in: path) }
      state.withLock { $0.positions = positions }
    }
    return options
  }

  /// A page read, in the form that the stored column asks for, with its type: whole numbers and decimals as doubles, days as timestamps.
  ///
  /// Throws `append.type` for a number that a double does not hold exactly.
  func page(_ page: ColumnPage, column: Int, type: ColumnType) throws -> (page: ColumnPage, type: ColumnType) {
    guard let stored = storedColumn(of: column), hasValues[stored] else { return (page, type) }
    let field = file.schema.fields[stored]
    switch (field.type, type) {
    case (.float64, .int64), (.float64, .decimal):
      guard let doubles = page.asDoubles(scale: type.scale) else {
        throw AppendError(
          column: field.name, stored: .float64, in: path, found: type, reason: "more digits than float64 holds")
      }
      return (doubles, .float64)
    case (.timestamp(isUTC: false), .date): return (page.rescaled(from: type, to: field.type), field.type)
    default: return (page, type)
    }
  }

  /// Keeps in mind how great whole numbers are, which tells the digits that a decimal column needs for them.
  func note(_ statistics: PageStatistics, column: Int, type: ColumnType) {
    guard type == .int64, case .integer(let minimum, let maximum, _) = statistics.bounds else { return }
    state.withLock { state in
      state.magnitudes[column] = max(state.magnitudes[column] ?? 0, minimum.magnitude, maximum.magnitude)
    }
  }

  /// Forgets ``note(_:column:type:)``: the rows are read again.
  func restart() { state.withLock { $0.magnitudes = [:] } }

  /// `items`, one per column read, in the order of the stored columns.
  func inStoredOrder<T>(_ items: [T]) -> [T] {
    state.withLock { $0.positions }.map { positions in positions.map { items[$0] } } ?? items
  }

  private func storedColumn(of column: Int) -> Int? { state.withLock { $0.positions?.firstIndex(of: column) } }

  /// The columns of the file with what was added: types that hold both.
  ///
  /// int64 and decimals become the decimal with as many digits as their values need; a column without values takes the other's type.
  /// Throws `append.type` where stored pages cannot stay in any type that holds what was found.
  func schema(_ report: CSVReport) throws -> Schema {
    guard let positions = state.withLock({ $0.positions }), report.rowCount > 0 else { return file.schema }
    return Schema(
      try file.schema.fields.enumerated().map { column, field in
        let found = report.columns[positions[column]]
        guard found.nullCount < report.rowCount, found.type != field.type else { return field }
        guard hasValues[column] else { return Field(name: field.name, type: found.type) }
        guard let type = try type(of: column, with: found, at: positions[column]) else {
          throw AppendError(column: field.name, stored: field.type, in: path, found: found.type, reason: found.reason)
        }
        return Field(name: field.name, type: type)
      })
  }

  private func type(of column: Int, with found: CSVReport.Column, at position: Int) throws -> ColumnType? {
    let stored = file.schema.fields[column].type
    switch (stored, found.type) {
    case (.float64, .int64), (.float64, .decimal), (.timestamp(isUTC: false), .date): return stored
    case (.int64, .decimal), (.decimal, .int64), (.decimal, .decimal): break
    default: return nil
    }
    let magnitude = state.withLock { $0.magnitudes[position] ?? 0 }
    let whole = max(
      wholeDigits(of: stored, try stored == .int64 ? storedMagnitude(column) : 0),
      wholeDigits(of: found.type, magnitude))
    let scale = max(stored.scale, found.type.scale)
    guard whole + scale <= ColumnType.maximumDecimalPrecision else { return nil }
    return .decimal(precision: whole + scale, scale: scale)
  }

  private func storedMagnitude(_ column: Int) throws -> UInt128 {
    try (0..<file.chunkCount).reduce(0) { greatest, chunk in
      guard case .integer(let minimum, let maximum, _) = try file.statistics(column: column, chunk: chunk).bounds else {
        return greatest
      }
      return max(greatest, minimum.magnitude, maximum.magnitude)
    }
  }

  private func wholeDigits(of type: ColumnType, _ magnitude: UInt128) -> Int {
    if case .decimal(let precision, let scale) = type { return precision - scale }
    return "\(magnitude)".count
  }

  /// Dictionaries of the file with what was added: of the stored columns, in their order.
  func dictionaries(_ outcome: CSVOutcome, _ schema: Schema) throws -> [StringDictionary?] {
    let read: [StringDictionary?]? = outcome.dictionaries.isEmpty ? nil : inStoredOrder(outcome.dictionaries)
    return try schema.fields.enumerated().map { column, field in
      guard field.type == .string else { return nil }
      return try read?[column] ?? (hasValues[column] ? file.dictionary(column: column) : nil)
    }
  }

  /// What the file notes, its receipts and `receipt` behind it.
  func metadata(adding receipt: (key: String, value: String)) throws -> [(key: String, value: String)] {
    let known = try file.metadata
    return known.filter { $0.key != receiptKey } + receipts(known + [receipt])
  }
}
