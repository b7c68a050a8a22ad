// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Synchronization
import Workers

/// Parts of so many rows are asked about before they are grouped: what accumulators keep of their rows may be much.
private let watchedRows = 1 << 18

/// The pieces of all workers, in order of the inputs' rows, whoever parted them.
///
/// @unchecked Sendable: they are only read.
private struct PartedPieces: @unchecked Sendable {
  let pieces: [PartitionedRows.Piece]
  /// Rows of each part.
  let rowCounts: [Int]
  /// Whose memory the pieces are.
  private let workers: [PartitionedRows]

  init(_ workers: [PartitionedRows], partCount: Int) {
    self.workers = workers
    let pieces = workers.flatMap(\.pieces).sorted { $0.place < $1.place }
    var rowCounts = [Int](repeating: 0, count: partCount)
    for piece in pieces {
      for part in 0..<partCount { rowCounts[part] += Int(piece.starts[part + 1] - piece.starts[part]) }
    }
    (self.pieces, self.rowCounts) = (pieces, rowCounts)
  }
}

/// Groups the workers' parted rows part by part, each by one worker, and puts the groups together: all, or those that the query's limit may
/// put out, whose order is to be made. Throws ``MemoryExceeded`` where they have no room so, and `aggregate.overflow`.
func finish(
  _ workers: [PartitionedRows], partitionBits: Int, threads: Int, _ memory: MemoryWatch? = nil
) throws -> PartialAggregates {
  let first = workers[0]
  let partCount = 1 << partitionBits
  let parted = PartedPieces(workers, partCount: partCount)
  let greatestPart = parted.rowCounts.max() ?? 0
  let rowByteCount = workers.reduce(0) { $0 + $1.byteCount }
  // A key's order as pairs of key and row and as positions beside its own words, or an array of 16 bytes a group twice; then codes of each key.
  let joinedByteCount = max(first.wordCount == 1 ? 40 : 72, 16 * first.plan.keys.count)
  let strings = try first.packed.carried.map { try CarriedStrings($0) }
  let best = try BestGroups(first.plan, first.packed)
  let isInOrder = best == nil
  let finished = Mutex<[(part: Int, groups: FinishedGroups)]>([])
  let bounds = Mutex<[ClosedRange<Int64>?]>(first.packed.layout.columns.map { _ in nil })
  let counter = WorkCounter(limit: partCount)
  try runWorkers(min(threads, partCount)) { _, _ in
    let grouper = PartitionGroups(first, partitionBits: partitionBits, greatestPart: greatestPart, strings)
    var best = best
    while let part = counter.next() {
      if parted.rowCounts[part] >= watchedRows {
        try memory?.require(parted.rowCounts[part] * first.packed.bytesPerCarriedRow)
      }
      let groups = try grouper.group(part, of: parted.pieces, best: &best)
      let done = finished.withLock { finished in
        finished.append((part, groups))
        return finished.count
      }
      guard let memory, done.isMultiple(of: 16) else { continue }
      // Of the widest output, whose parts are joined, and put in order.
      let (groupCount, outputByteCount) = finished.withLock { finished in
        finished.reduce((0, 0)) { sums, part in
          (sums.0 + part.groups.rowCounts.count, sums.1 + (part.groups.outputs.map(\.byteCount).max() ?? 0))
        }
      }
      // These groups are put together with the rest and ordered beside the rows, results are made of them when those are gone.
      let facts = GroupFacts(
        count: groupCount, haveKeyColumns: false, areInOrder: isInOrder, narrowSums: first.packed.layout.narrowSums)
      let results = first.plan.byteCount(makingResultsOf: facts, memory.later) - rowByteCount
      try memory.require(max(groupCount * joinedByteCount, 2 * outputByteCount, results), done: done, of: partCount)
    }
    if let best { bounds.withLock { joinBounds(&$0, best.sumBounds) } }
  }
  var parts = finished.withLock { finished in
    defer { finished = [] }
    return finished.sorted { $0.part < $1.part }.map(\.groups)
  }
  var whole = FinishedGroups(joining: &parts, first.packed)
  if isInOrder {
    whole.permute(try KeyOrder(first.packed.packing).positions(whole.keyCodes, threads: threads))
  }
  whole.keyCodes = first.packed.packing.codes(whole.keyCodes)
  return try whole.aggregates(
    first.plan, first.packed, isInOrder: isInOrder, sumBounds: bounds.withLock { $0 })
}

private func joinBounds(_ known: inout [ClosedRange<Int64>?], _ more: [ClosedRange<Int64>?]) {
  for (column, range) in more.enumerated() {
    guard let range else { continue }
    let own = known[column] ?? range
    known[column] = min(own.lowerBound, range.lowerBound)...max(own.upperBound, range.upperBound)
  }
}
