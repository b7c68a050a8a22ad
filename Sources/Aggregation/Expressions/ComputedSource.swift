// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// Expressions over the columns of several inputs that stand as columns beside them.
struct ComputedColumns: Sendable {
  let program: ExpressionProgram
  /// Name, node and type of each.
  let columns: [(name: String, root: Int, type: ColumnType)]

  /// The inputs with the columns behind their own, to be read by so many threads.
  func sources(over inputs: [any TableSource], threads: Int) -> [any TableSource] {
    if columns.isEmpty { return inputs }
    return inputs.enumerated().map { ComputedSource(base: $1, number: $0, columns: self, threads: threads) }
  }
}

/// A table with computed columns behind its own.
///
/// What expressions share is worked out once a chunk: the last few chunks' results are kept, for as many threads.
final class ComputedSource: TableView {
  let base: any TableSource
  private let number: Int
  private let computed: ComputedColumns
  private let texts = TextResults()
  private let recent = Mutex<[ChunkRun]>([])
  private let firstRows: [Int]
  let schema: Schema
  /// Chunks whose results are kept, as threads work on chunks of their own.
  private let keptChunks: Int
  private static let mostKeptChunks = 4

  init(base: any TableSource, number: Int, columns: ComputedColumns, threads: Int) {
    keptChunks = max(1, min(threads, Self.mostKeptChunks))
    self.base = base
    self.number = number
    computed = columns
    schema = Schema(base.schema.fields + columns.columns.map { Field(name: $0.name, type: $0.type) })
    var firstRow = 0
    firstRows = (0..<base.chunkCount).map { chunk in
      defer { firstRow += base.rowCount(ofChunk: chunk) }
      return firstRow
    }
  }

  /// Operations that its columns, and those of all inputs of the query, are worked out by.
  var program: ExpressionProgram { computed.program }
  /// The node of each computed column.
  var roots: [Int] { computed.columns.map(\.root) }

  /// A computed column takes what the expressions read.
  func willRead(columns: [Int], chunks: [Int]) throws {
    let inputs = columns.contains { own($0) != nil } ? computed.program.columns.map { $0.position(in: number) } : []
    try base.willRead(columns: columns.filter { own($0) == nil } + inputs, chunks: chunks)
  }

  func isComputed(column: Int) -> Bool { column >= base.schema.fields.count || base.isComputed(column: column) }

  func mayLackValues(column: Int) -> Bool { own(column) != nil || base.mayLackValues(column: column) }

  func contentHash(column: Int, chunk: Int) throws -> UInt128? {
    try own(column) == nil ? base.contentHash(column: column, chunk: chunk) : nil
  }

  func dictionaryCount(column: Int) throws -> Int? {
    try own(column) == nil ? base.dictionaryCount(column: column) : dictionary(column: column)?.count
  }

  func holdsOnlyCodes(column: Int) throws -> Bool { try own(column) == nil && base.holdsOnlyCodes(column: column) }

  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    guard let own = own(column) else { return try base.statistics(column: column, chunk: chunk) }
    // Nobody asks for the rows yet, so none fails: those that would count as nulls.
    let rowCount = base.rowCount(ofChunk: chunk)
    let vector = try run(chunk, nil).result(computed.columns[own].root, rowCount).0
    var valid = vector.validBits(rowCount)
    if let failures = vector.failures { valid = zip(valid, failures).map { $0 & ~$1 } }
    let page = ColumnPage(values: vector.values, validity: Validity(words: valid, rowCount: rowCount))
    return PageStatistics(of: page, dictionary: vector.dictionary)
  }

  func dictionary(column: Int) throws -> StringDictionary? {
    try own(column).map { try dictionary($0) } ?? base.dictionary(column: column)
  }

  func page(column: Int, chunk: Int) throws -> ColumnPage { try page(column: column, chunk: chunk, rows: nil) }

  func page(column: Int, chunk: Int, rows: [UInt32]?) throws -> ColumnPage {
    guard let own = own(column) else { return try base.page(column: column, chunk: chunk, rows: rows) }
    let rowCount = rows?.count ?? base.rowCount(ofChunk: chunk)
    let run = run(chunk, rows)
    let (vector, failed) = try run.result(computed.columns[own].root, rowCount)
    if let failed {
      let failure = ExpressionFailure(program: computed.program, root: computed.columns[own].root)
      let row = rows?[failed] ?? UInt32(failed)
      throw try failure.error(row: firstRows[chunk] + Int(row), file: name) { try self.read($0, chunk, [row]) }
    }
    let page = ColumnPage(values: vector.values, validity: vector.validity)
    guard case .codes = vector.values, try dictionary(own) !== vector.dictionary else { return page }
    if let failed = vector.firstRow(pastBytes: ExpressionRun.greatestTextByteLimit) {
      let failure = ExpressionFailure(program: computed.program, root: computed.columns[own].root)
      throw failure.textError(row: firstRows[chunk] + Int(rows?[failed] ?? UInt32(failed)), file: name)
    }
    return page.withPlainStrings(vector.dictionary)
  }

  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    if own(column) == nil { return try base.withForm(column: column, chunk: chunk, body) }
    return try body(PageForm(try page(column: column, chunk: chunk)))
  }

  func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    if own(column) == nil { return try base.withPieces(column: column, chunk: chunk, body) }
    return try body(nil)
  }

  /// Which computed column it is; nil for the base's.
  private func own(_ column: Int) -> Int? {
    column < base.schema.fields.count ? nil : column - base.schema.fields.count
  }

  /// Codes of a computed column refer to what its text column's dictionary becomes.
  private func dictionary(_ own: Int) throws -> StringDictionary? {
    let (program, root) = (computed.program, computed.columns[own].root)
    guard computed.columns[own].type == .string, let column = program.nodes[root].soleText,
      let dictionary = try program.columns[column].dictionary(of: base, number: number)
    else { return nil }
    if case .column = program.nodes[root].operation { return dictionary }
    return texts.result(of: root, in: program, dictionary).resultDictionary
  }

  private func run(_ chunk: Int, _ rows: [UInt32]?) -> ChunkRun {
    recent.withLock { recent in
      if let known = recent.first(where: { $0.isOf(chunk, rows) }) { return known }
      let made = ChunkRun(
        chunk, rows,
        ExpressionRun(
          program: computed.program, rowCount: rows?.count ?? base.rowCount(ofChunk: chunk), texts: texts
        ) { try self.read($0, chunk, rows) })
      if recent.count == keptChunks { recent.removeFirst() }
      recent.append(made)
      return made
    }
  }

  private func read(_ column: Int, _ chunk: Int, _ rows: [UInt32]?) throws -> ExpressionVector {
    let column = computed.program.columns[column]
    let page = try column.page(of: base, number: number, chunk: chunk, rows: rows)
    return ExpressionVector(
      values: page.values, validity: page.validity, dictionary: try column.dictionary(of: base, number: number))
  }
}

/// What has been worked out for a chunk, or some rows of it.
private final class ChunkRun: Sendable {
  private let chunk: Int
  private let rows: [UInt32]?
  private let run: Mutex<ExpressionRun>

  init(_ chunk: Int, _ rows: [UInt32]?, _ run: sending ExpressionRun) {
    self.chunk = chunk
    self.rows = rows
    self.run = Mutex(run)
  }

  /// True for the same rows, told by where they lie in memory: they are held, so that no others can lie there.
  func isOf(_ chunk: Int, _ rows: [UInt32]?) -> Bool {
    guard chunk == self.chunk, rows?.count == self.rows?.count else { return false }
    guard let rows, let own = self.rows else { return true }
    return rows.withUnsafeBufferPointer { a in own.withUnsafeBufferPointer { a.baseAddress == $0.baseAddress } }
  }

  /// A node's result, a slot per row, and the first row that failed.
  func result(_ node: Int, _ rowCount: Int) throws -> (ExpressionVector, failed: Int?) {
    try run.withLock { run in
      let vector = try run.vector(node).expanded(to: rowCount)
      guard let failures = vector.failures, let word = failures.firstIndex(where: { $0 != 0 }) else {
        return (vector, nil)
      }
      return (vector, word * 64 + failures[word].trailingZeroBitCount)
    }
  }
}
