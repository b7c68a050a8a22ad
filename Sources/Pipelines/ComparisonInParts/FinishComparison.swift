// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TextFormats

/// The comparison of two tables, of which all parts were compared elsewhere: the same that ``Compare/compare(_:_:_:threads:)`` finds.
///
/// The last of three steps: see ``writePartRows(_:_:_:to:)``. The records of all partial comparisons may come in any order, from several streams. Read of the
/// tables are footers, and the pages that examples lie in. Distances and rows that have no room go to temporary files. Throws
/// `compare-parts.…` for what is of another comparison, damaged, missing or there twice; what ``Compare/compare(_:_:_:threads:)`` throws of keys that
/// occur twice; and what reading throws.
func finishedComparison(
  _ opened: OpenedComparison, _ request: CompareRequest, _ limits: CompareLimits, threads: Int,
  from streams: [any BatchReading], keepsRows: Bool
) throws -> FoundComparison {
  let parts = try opened.parts(request)
  let joining = PartialJoiner(opened, parts, limits, keepsRows: keepsRows)
  for stream in streams { try joining.readAll(stream) }
  try joining.check(stream: streams.first?.name ?? opened.source.name)
  let comparison = try parts.finish(joining.distances)
  return try foundComparison(
    comparison, try joining.finishedRows(),
    try CompareBudget(limits, threads: threads, workerByteCount: 0, of: opened.source.name),
    partCount: joining.headers.reduce(0) { $0 + $1.parts.count })
}

/// Joins the records of partial comparisons, and checks that they are all.
private final class PartialJoiner {
  private(set) var headers: [PartialHeader] = []
  private(set) var distances: DistanceFile?
  private let opened: OpenedComparison
  private let parts: ComparisonOfParts
  private let records: PartialRecords
  private let keepsRows: Bool
  private let limits: CompareLimits
  private let rows: RowsToOrder
  private var recordCount = 0
  private var differingRowCount = 0
  private var hashSum: UInt64 = 0
  /// The first record that cannot be: told last, since one of another comparison is told as that.
  private var fault: PartialComparisonError?

  init(_ opened: OpenedComparison, _ parts: ComparisonOfParts, _ limits: CompareLimits, keepsRows: Bool) {
    (self.opened, self.parts, self.limits, self.keepsRows) = (opened, parts, limits, keepsRows)
    records = PartialRecords(rowFields: parts.differingRowSchema.fields)
    rows = RowsToOrder(
      parts.differingRowSchema, numberColumn: parts.keyCount, folder: limits.temporaryFolder)
  }

  func readAll(_ stream: any BatchReading) throws {
    let hasRows = stream.fields.contains { $0.name == "d0" }
    if keepsRows, !hasRows { throw PartialComparisonError.withoutRows(stream.name) }
    // Rows that are there and not wanted are counted and checked all the same.
    let columns = try BatchColumns(
      hasRows ? records.fields : PartialRecords(rowFields: []).fields, in: stream)
    while let found = try stream.next() {
      let batch = try columns.pages(found, file: stream.name)
      try add(batch, PartialRecords.hashes(of: batch), stream: stream.name)
    }
  }

  private func add(_ batch: [ColumnPage], _ hashes: [UInt64], stream: String) throws {
    guard case .strings(let kinds) = batch[0].values, case .strings(let states) = batch[2].values else {
      preconditionFailure("strings have no codes here")
    }
    var differing: [UInt32] = []
    for row in hashes.indices {
      let kind = kinds[row]
      if kind != PartialHeader.kind {
        recordCount += 1
        hashSum &+= hashes[row]
      }
      if kind == PartialRecords.rowKind {
        differing.append(UInt32(row))
        continue
      }
      guard let words = states.withUTF8(row, words(of:)) else {
        note("a record is not made of 64-bit words", stream)
        continue
      }
      let isOfColumn = batch[1].validity.isValid(row)
      try add(kind, column: isOfColumn ? Int(batch[1].wholeNumbers[row]) : nil, words, stream: stream)
    }
    differingRowCount += differing.count
    guard keepsRows, !differing.isEmpty else { return }
    try rows.append(
      batch[3...].map { differing.count == hashes.count ? $0 : $0.gathering(differing[...]) }, stream: stream)
  }

  private func add(_ kind: String, column: Int?, _ words: [UInt64], stream: String) throws {
    if kind == PartialHeader.kind {
      return headers.append(try PartialHeader(words: words, opened.identity, file: stream))
    }
    guard let kind = PartialRecord.Kind(rawValue: kind) else {
      return note("there is a record of an unknown kind", stream)
    }
    do {
      try parts.add(PartialRecord(kind, column: column, words: words))
    } catch {
      return note("a record of the kind \"\(kind.rawValue)\" cannot be", stream)
    }
    guard parts.distanceByteCount > limits.memory.byteCount / 8 else { return }
    let file = try distances ?? DistanceFile(in: limits.temporaryFolder)
    distances = file
    try parts.spillDistances(to: file)
  }

  private func note(_ what: String, _ stream: String) {
    fault = fault ?? .damaged(what, file: stream)
  }

  /// Throws unless all records are there, and all rows of both tables were compared once.
  func check(stream: String) throws(PartialComparisonError) {
    if let fault { throw fault }
    let wanted = headers.reduce(0) { $0 + $1.recordCount }
    guard recordCount == wanted, hashSum == headers.reduce(0, { $0 &+ $1.hashSum }),
      differingRowCount == headers.reduce(0, { $0 + $1.differingRowCount })
    else {
      throw .damaged(
        "these are not the records that were written: \(recordCount) of \(wanted), or others", file: stream)
    }
    var known: Set<Int> = []
    for header in headers {
      guard header.partCount == headers[0].partCount else {
        throw .incomplete(
          "rows were parted into \(header.partCount) parts, and into \(headers[0].partCount)", file: stream)
      }
      if let twice = header.parts.first(where: { !known.insert($0).inserted }) {
        throw .incomplete("part \(twice) was compared in two pieces, or is there twice", file: stream)
      }
    }
    try checkRows(\.source, opened.source, stream: stream)
    try checkRows(\.compare, opened.other, stream: stream)
    guard parts.isConsistent, parts.differingRowCount.map({ !keepsRows || $0 == differingRowCount }) ?? true else {
      throw .damaged("what was found contradicts itself", file: stream)
    }
  }

  private func checkRows(
    _ side: KeyPath<PartialHeader, SeenRows>, _ table: any TableSource, stream: String
  ) throws(PartialComparisonError) {
    var seen = SeenRows()
    for header in headers { seen.add(header[keyPath: side]) }
    guard seen != SeenRows(allOf: table.rowCount) else { return }
    throw .incomplete(
      "\(grouped(Int(seen.count))) of the \(grouped(table.rowCount)) rows of \(table.name) were compared, or some twice",
      file: stream)
  }

  /// nil where rows are not wanted. Throws what writing throws.
  func finishedRows() throws -> DifferingRowsFile? { keepsRows ? try rows.finished() : nil }
}

/// Rows that differ, which come in any order: brought into runs that are in order, for ``DifferingRowsFile`` to merge.
private final class RowsToOrder {
  private let schema: Schema
  private let numberColumn: Int
  private let file: DifferingRowsFile
  private var pending: [[ColumnPage]] = []
  private var pendingRowCount = 0
  private var pendingByteCount = 0

  init(_ schema: Schema, numberColumn: Int, folder: String?) {
    (self.schema, self.numberColumn) = (schema, numberColumn)
    file = DifferingRowsFile(in: folder)
  }

  func append(_ pages: [ColumnPage], stream: String) throws {
    guard pages[numberColumn].nullCount == 0 else {
      throw PartialComparisonError.damaged("a row that differs has no number", file: stream)
    }
    pending.append(pages)
    pendingRowCount += pages[0].rowCount
    pendingByteCount += pages.reduce(0) { $0 + $1.byteCount }
    if pendingRowCount >= 1 << 17 || pendingByteCount >= 8 << 20 { try writePending() }
  }

  private func writePending() throws {
    guard pendingRowCount > 0 else { return }
    let joined = schema.fields.indices.map { column in
      ColumnPage(concatenating: pending.map { $0[column] }, type: schema.fields[column].type, dictionary: nil)
    }
    (pending, pendingRowCount, pendingByteCount) = ([], 0, 0)
    let numbers = joined[numberColumn].wholeNumbers
    let order = (0..<UInt32(numbers.count)).sorted { numbers[Int($0)] < numbers[Int($1)] }
    try file.append(Table(schema: schema, chunks: [joined.map { $0.gathering(order[...]) }]))
  }

  func finished() throws -> DifferingRowsFile {
    try writePending()
    try file.append(Table(schema: schema, chunks: []))
    return file
  }
}
