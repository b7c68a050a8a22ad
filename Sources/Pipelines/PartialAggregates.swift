// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns

/// Makes mergeable exact states of a query's groups, of some of the inputs' chunks, and writes them to `target` as an Arrow stream, whatever the target's
/// form: what ``mergePartials(_:schemaFrom:within:meter:)`` makes results of, to the byte those of all chunks at once.
///
/// `chunks` are counted over all inputs as they stand, nil for all; `firstPlace` is the number of the first of them among all chunks of the whole job,
/// which `first`, `last` and `any` go by; nil for their own numbers. Precondition: it is from 0 to 2^30 - 1. Types depend on all inputs, whichever chunks
/// are read. Where groups have no room in memory, what there is is written and begun anew: a group may come several times. Throws as `aggregate` does, and
/// `table.no-such-chunks`.
public func writePartialAggregates(
  of sources: [any TableSource], _ query: TableQuery, chunks: Range<Int>? = nil, firstPlace: Int? = nil,
  to target: OutputTarget, within limits: AggregationLimits, ignoringStatistics: Bool = false,
  meter: AggregationMeter = AggregationMeter()
) throws {
  // A place is this number times 2^32 and more.
  precondition((firstPlace ?? 0) >> 30 == 0, "the number of a chunk is from 0 to 2^30 - 1")
  let name = sources.first?.name ?? "the input"
  let partial = try PartialAggregation(
    query, sources, chunks: chunks, firstPlace: firstPlace ?? chunks?.lowerBound ?? 0, threads: limits.threads,
    ignoringStatistics: ignoringStatistics, counts: meter.counts)
  // As many workers as have room for a chunk whose rows are a group each.
  let budget = try AggregationBudget(
    limits, columnCount: query.columnNames.count + partial.wordsPerGroup, chunkRows: greatestChunkRows(of: sources),
    of: name)
  meter.report?.start(.readingRows, totalRowCount: partial.rowCount)
  try publishing(to: target) { writer in
    var states = try StateWriter(partial.columns, partial.description) { try writer.write($0) }
    try partial.run(
      threads: budget.threads, memory: limits.isUnlimited ? nil : { budget.watch(rowCount: partial.rowCount) }
    ) { pages in
      try states.write(pages)
    }
    try states.finish()
  }
}

extension OutputTarget {
  /// Where a stream of states goes, compressed around if the name ends in `.gz` or `.zst`.
  public init(states path: String) throws(OutputError) {
    // The form is a stand-in: the stream is written as it is.
    try self.init(path: path, format: .table, fallback: .table)
  }
}
