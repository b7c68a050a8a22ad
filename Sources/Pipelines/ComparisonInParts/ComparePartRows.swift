// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare

/// Compares rows of whole parts, which come in any order, and gives what is found to `stream`, which is made with its columns.
///
/// The second of three steps: see ``writePartRows(_:_:_:to:)``. Within the limits: rows that have no room go to temporary files, and are parted again.
/// Throws `compare-parts.…` for rows that are not of this comparison, changed on the way, there twice, or of one key with more text than can be compared at
/// once; `memory.too-small`; and what reading and writing throw.
func comparePartRows(
  _ opened: OpenedComparison, _ request: CompareRequest, _ limits: CompareLimits, threads: Int, keepsRows: Bool,
  from stream: any BatchReading, to writing: ([BatchField]) throws -> any BatchWriting
) throws {
  let parts = try opened.parts(request)
  let partCount = try TravellingRows.partCount(of: stream, opened.identity)
  let records = PartialRecords(rowFields: keepsRows ? parts.differingRowSchema.fields : [])
  let writer = PartialComparisonWriter(
    records, PartialHeader(opened.identity, partCount: partCount, keepsRows: keepsRows), to: try writing(records.fields)
  )
  let travelling = TravellingRows(parts.pairings, keyCount: parts.keyCount, opened.identity, partCount: partCount)
  let sorting = RowReceiver(opened, parts, travelling, limits)
  try sorting.readAll(stream)
  let comparing = PartedComparison(
    parts, opened.source, opened.other,
    try ComparisonCost(opened.source, opened.other, request, writesRows: keepsRows, .worst), limits, threads: threads,
    rows: keepsRows ? writer : nil, textBytesPerRow: sorting.textBytesPerRow,
    inOrder: { try inRowOrder($0, stream: stream.name) })
  try comparing.addParts(
    try sorting.source.table(), try sorting.compare.table(),
    textByteCount: sorting.source.textByteCount + sorting.compare.textByteCount)
  try parts.forEachRecord(comparing.distances, writer.append)
  try writer.finish(source: sorting.seen.source, compare: sorting.seen.compare, parts: sorting.parts)
}

/// Takes the rows of a stream apart by side, and notes which they are.
private final class RowReceiver {
  let source: ReceivedRows
  let compare: ReceivedRows
  private(set) var seen = (source: SeenRows(), compare: SeenRows())
  private(set) var parts: Set<Int> = []
  private let travelling: TravellingRows
  private let rowCounts: (source: Int, compare: Int)
  private let limits: CompareLimits
  /// What rows may take in memory.
  private let roomByteCount: Int

  init(
    _ opened: OpenedComparison, _ parts: ComparisonOfParts, _ travelling: TravellingRows, _ limits: CompareLimits
  ) {
    (self.travelling, self.limits) = (travelling, limits)
    rowCounts = (opened.source.rowCount, opened.other.rowCount)
    source = ReceivedRows(parts.source.schema, name: opened.source.name, folder: limits.temporaryFolder)
    compare = ReceivedRows(parts.compare.schema, name: opened.other.name, folder: limits.temporaryFolder)
    // Beside these are their copy in order, and what comparing them takes.
    roomByteCount =
      max(0, limits.memory.byteCount - residentByteCount() - CompareBudget.reserveByteCount) / 4
  }

  /// Bytes of a row's text, on the average of both sides.
  var textBytesPerRow: Int {
    (source.textByteCount + compare.textByteCount) / max(1, source.rowCount + compare.rowCount)
  }

  func readAll(_ stream: any BatchReading) throws {
    let columns = try BatchColumns(travelling.fields, in: stream)
    while let found = try stream.next() {
      let batch = try columns.pages(found, file: stream.name)
      let (ofSource, ofCompare) = try note(batch, stream: stream.name)
      if !ofSource.isEmpty {
        try source.append(travelling.pages(of: batch, rows: ofSource, side: .source, firstNumber: 0))
      }
      if !ofCompare.isEmpty {
        try compare.append(
          travelling.pages(of: batch, rows: ofCompare, side: .compare, firstNumber: rowCounts.source))
      }
      if isFull { for rows in [source, compare] { try rows.spill() } }
    }
  }

  private var isFull: Bool {
    if let most = limits.mostRowsAtOnce { return source.rowCount + compare.rowCount > most }
    return source.byteCount + compare.byteCount > roomByteCount
  }

  /// Rows of the batch by side. Throws `compare-parts.damaged` for parts and numbers that there cannot be, and for rows that changed on the way.
  private func note(
    _ batch: [ColumnPage], stream: String
  ) throws(PartialComparisonError) -> (ofSource: [UInt32], ofCompare: [UInt32]) {
    guard (batch[..<3] + [batch[batch.count - 1]]).allSatisfy({ $0.nullCount == 0 }) else {
      throw .damagedRows("a row has no part, no side, no number or no check", file: stream)
    }
    let (partNumbers, sides, rows) = (batch[0].wholeNumbers, batch[1].wholeNumbers, batch[2].wholeNumbers)
    let checks = TravellingRows.checks(of: batch)
    if let changed = zip(checks, batch[batch.count - 1].wholeNumbers).enumerated().first(where: { $1.0 != $1.1 }) {
      throw .damagedRows(
        "row \(rows[changed.offset] &+ 1) of the \(sides[changed.offset] == 0 ? "source" : "other table") changed on the way: its cells and its check do not go together",
        file: stream)
    }
    var ofSource: [UInt32] = []
    var ofCompare: [UInt32] = []
    var lastPart = -1
    for index in rows.indices {
      let (part, row) = (Int(partNumbers[index]), Int(rows[index]))
      let rowCount = sides[index] == 0 ? rowCounts.source : rowCounts.compare
      guard 0..<travelling.partCount ~= part, 0..<rowCount ~= row else {
        throw .damagedRows("part \(part) or row \(row) of it is past the last", file: stream)
      }
      if part != lastPart {
        parts.insert(part)
        lastPart = part
      }
      if sides[index] == 0 {
        ofSource.append(UInt32(index))
        seen.source.add(row)
      } else {
        ofCompare.append(UInt32(index))
        seen.compare.add(row)
      }
    }
    return (ofSource, ofCompare)
  }
}
