// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Grouping

/// How a partial comparison is laid out: the columns of a stream.
///
/// `kind` (of the record), `column` (that it is about), `state` (words of 64 bits), and, where rows that differ are kept, their columns `d0`, `d1`, …: those of
/// `--rows`, after the keys a number that orders them.
struct PartialRecords {
  /// Kind of the records that are a row that differs.
  static let rowKind = "row"
  private static let stateColumns = [
    BatchField(name: "kind", type: .string), BatchField(name: "column", type: .int64),
    BatchField(name: "state", type: .string, isBinary: true),
  ]
  /// All columns.
  let fields: [BatchField]
  /// Columns of the rows that differ; none where they are not kept.
  let rowFields: [Field]

  /// `rowFields`: those of the rows that differ; empty where they are not kept.
  init(rowFields: [Field]) {
    self.rowFields = rowFields
    fields = Self.stateColumns + rowFields.enumerated().map { BatchField(name: "d\($0)", type: $1.type) }
  }

  /// A batch of records of other kinds than rows.
  func batch(_ records: [(kind: String, column: Int?, words: [UInt64])]) -> [ColumnPage] {
    var kinds = StringArray(reservingStrings: records.count)
    var states = StringArray(reservingStrings: records.count)
    for record in records {
      kinds.append(utf8: Array(record.kind.utf8))
      states.append(utf8: bytes(of: record.words))
    }
    let columns = ColumnPage(boxed: records.map { $0.column.map { .int64(Int64($0)) } ?? .null }, type: .int64)
    return [ColumnPage(values: .strings(kinds)), columns, ColumnPage(values: .strings(states))]
      + rowFields.map { ColumnPage(nullRows: records.count, type: $0.type) }
  }

  /// A batch of rows that differ. Precondition: pages of plain strings, of the columns of rows.
  func batch(rows pages: [ColumnPage]) -> [ColumnPage] {
    let rowCount = pages[0].rowCount
    var kinds = StringArray(reservingStrings: rowCount)
    for _ in 0..<rowCount { kinds.append(utf8: Array(Self.rowKind.utf8)) }
    return [
      ColumnPage(values: .strings(kinds)), ColumnPage(nullRows: rowCount, type: .int64),
      ColumnPage(nullRows: rowCount, type: .string),
    ] + pages
  }

  /// A hash of each record of a batch.
  static func hashes(of batch: [ColumnPage]) -> [UInt64] {
    var hashes = [UInt64](repeating: 0, count: batch[0].rowCount)
    for page in batch { mixHashes(of: page, into: &hashes) }
    return hashes
  }
}

/// Writes a partial comparison, record by record; what it says of itself comes last.
final class PartialComparisonWriter: DifferingRowsTaking {
  private let records: PartialRecords
  private let stream: any BatchWriting
  private var header: PartialHeader
  private var pending: [(kind: String, column: Int?, words: [UInt64])] = []
  private var pendingWordCount = 0

  init(_ records: PartialRecords, _ header: PartialHeader, to stream: any BatchWriting) {
    (self.records, self.header, self.stream) = (records, header, stream)
  }

  /// Adds a record. Throws what writing throws.
  func append(_ record: PartialRecord) throws {
    pending.append((record.kind.rawValue, record.column, record.words))
    pendingWordCount += record.words.count
    if pendingWordCount >= 1 << 16 { try writePending() }
  }

  /// Adds rows that differ. Throws what reading them and writing throws.
  func append(_ rows: any TableSource) throws {
    for chunk in 0..<rows.chunkCount {
      let pages = try rows.schema.fields.indices.map { try rows.page(column: $0, chunk: chunk) }
      for start in stride(from: 0, to: pages[0].rowCount, by: rowsPerBatch) {
        let slice = start..<min(pages[0].rowCount, start + rowsPerBatch)
        header.differingRowCount += slice.count
        try write(records.batch(rows: pages.map { $0.rows(slice) }))
      }
    }
  }

  private func writePending() throws {
    guard !pending.isEmpty else { return }
    try write(records.batch(pending))
    (pending, pendingWordCount) = ([], 0)
  }

  private func write(_ batch: [ColumnPage]) throws {
    header.recordCount += batch[0].rowCount
    header.hashSum = PartialRecords.hashes(of: batch).reduce(header.hashSum, &+)
    try stream.append(batch)
  }

  /// Writes what is left, and which rows it was of. Throws what writing throws.
  func finish(source: SeenRows, compare: SeenRows, parts: Set<Int>) throws {
    try writePending()
    (header.source, header.compare, header.parts) = (source, compare, parts)
    try stream.append(records.batch([(PartialHeader.kind, nil, header.words)]))
  }
}
