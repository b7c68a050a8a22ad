// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare

/// What one task reads of a comparison in parts.
public struct PartRowsRequest: Sendable {
  /// Whose rows.
  public var side: ComparedSide
  /// Which chunks of its table; nil for all.
  public var chunks: Range<Int>?
  /// Into how many parts rows go by the hash of their keys.
  public var partCount: Int

  /// Asks for rows of `side`, to be parted into `partCount` parts.
  public init(_ side: ComparedSide, chunks: Range<Int>? = nil, partCount: Int) {
    (self.side, self.chunks, self.partCount) = (side, chunks, partCount)
  }
}

/// Gives rows of one side to `stream`, which is made with their columns: each with the number of its part, so that rows of equal keys come together.
/// A batch has rows of one part alone, and so can be passed on as it is.
///
/// The first of three steps: a shuffle brings parts together, ``comparePartRows(_:_:_:_:from:to:)`` compares whole ones, and
/// ``finishedComparison(_:_:_:from:keepsRows:)`` joins what was found. In memory are a chunk of the columns that are looked at and a part's copy of it. Throws
/// `table.no-such-chunks`, and what is wrong with the request, reading and writing throw.
func writePartRows(
  _ opened: OpenedComparison, _ request: CompareRequest, _ wanted: PartRowsRequest,
  to stream: ([BatchField]) throws -> any BatchWriting
) throws {
  let (table, firstNumber) =
    wanted.side == .source ? (opened.source, 0) : (opened.other, opened.source.rowCount)
  let chunks = wanted.chunks ?? 0..<table.chunkCount
  _ = try ChunkRange.checked(chunks, of: table)
  let parts = try opened.parts(request)
  let travelling = TravellingRows(
    parts.pairings, keyCount: parts.keyCount, opened.identity, partCount: wanted.partCount)
  let writer = try stream(travelling.fields)
  let columns = parts.pairings.map { wanted.side == .source ? $0.sourcePosition : $0.comparePosition }
  try table.willRead(columns: columns, chunks: Array(chunks))
  var byPart = RowsByPart(partCount: wanted.partCount)
  for chunk in chunks {
    let (numbers, found) = try parts.numberedRows(of: wanted.side, chunk: chunk, partCount: wanted.partCount)
    let (order, runs) = byPart.order(numbers)
    for run in runs {
      for start in stride(from: run.lowerBound, to: run.upperBound, by: rowsPerBatch) {
        let rows = order[start..<min(run.upperBound, start + rowsPerBatch)]
        try writer.append(
          travelling.batch(
            parts: rows.map { numbers[Int($0)] }, pages: found.gathering(rows), side: wanted.side,
            firstNumber: firstNumber))
      }
    }
  }
}
