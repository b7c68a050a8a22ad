// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// How much a plan, and what it plans, may take.
struct MergeLimits: Sendable {
  /// Rows of a chunk of the result.
  var rowsPerChunk: Int
  /// What the rows of a chunk of the result may weigh; a single row may pass it.
  var bytesPerChunk = chunkByteBudget
  /// Rows of each run whose keys are held at once.
  var rowsPerWindow = Int.max
  /// What rows whose keys are text may weigh where those are held; a single row may pass it.
  var textBytesPerWindow = Int.max
}

/// Which rows of each run belong to which chunk of the merged result: pieces for chunks as large as `limits` let them be.
///
/// A merge of the runs' keys alone (Knuth, The Art of Computer Programming, volume 3, section 5.4.1), with a search for how many rows of
/// the least run come before the next run's first one. Equal rows come in the order of the runs. Within a chunk the pieces still have to be
/// merged. Memory: the keys of one window of each run, and one page. O(rows x log runs) at most, less where runs do not interlock.
func mergePlan(of table: SortedRuns, by order: [SortColumn], _ limits: MergeLimits) throws -> [[RowPiece]] {
  let window = RunWindow(
    table: table, form: try KeyForm(of: table, by: order), weigher: try RowWeigher(table, mostUnreadText: 0),
    limits: limits)
  let cursors = try table.runs.filter { !$0.isEmpty }.map { try RunCursor(window, chunks: $0) }
  var heap = cursors.indices.map { HeapEntry(run: $0, cursors) }
  heap.sort { $0.precedes($1, cursors) }
  var result: [[RowPiece]] = []
  var (rowsLeft, bytesLeft) = (limits.rowsPerChunk, limits.bytesPerChunk)
  while let least = heap.first?.run {
    let cursor = cursors[least]
    let wanted = min(rowsLeft, rowsBeforeNext(heap, cursors))
    let isEmpty = rowsLeft == limits.rowsPerChunk
    let (fitting, byteCount) = cursor.rowsFitting(wanted, in: bytesLeft, orOne: isEmpty)
    rowsLeft -= fitting
    bytesLeft -= byteCount
    let isAtEnd = try !cursor.advance(by: fitting)
    if rowsLeft == 0 || fitting < wanted {
      result.append(cursors.flatMap { $0.takePieces() })
      (rowsLeft, bytesLeft) = (limits.rowsPerChunk, limits.bytesPerChunk)
    }
    if isAtEnd {
      heap.swapAt(0, heap.count - 1)
      heap.removeLast()
    } else {
      heap[0] = HeapEntry(run: least, cursors)
    }
    sink(&heap, cursors)
  }
  if rowsLeft < limits.rowsPerChunk { result.append(cursors.flatMap { $0.takePieces() }) }
  return result
}

/// A run in the heap, with the first word of its next row's key: most comparisons need not go to the run.
private struct HeapEntry {
  let run: Int
  private let word: UInt64

  init(run: Int, _ cursors: [RunCursor]) {
    self.run = run
    word = cursors[run].firstWord
  }

  /// True if this run's next row comes before the other's.
  func precedes(_ other: HeapEntry, _ cursors: [RunCursor]) -> Bool {
    if word != other.word { return word < other.word }
    return cursors[run].precedes(cursors[other.run], orEqual: run < other.run)
  }
}

/// How many rows of the least run's window come before any other run's. Of two children of the heap's top, the lesser one is the next run.
private func rowsBeforeNext(_ heap: [HeapEntry], _ cursors: [RunCursor]) -> Int {
  let least = heap[0].run
  guard heap.count > 1 else { return cursors[least].rowsLeftInWindow }
  let next = heap.count > 2 && heap[2].precedes(heap[1], cursors) ? heap[2].run : heap[1].run
  return cursors[least].rowsBefore(cursors[next], orEqual: least < next)
}

/// Moves the heap's top down to where it belongs.
private func sink(_ heap: inout [HeapEntry], _ cursors: [RunCursor]) {
  var position = 0
  while true {
    var least = position
    for child in [2 * position + 1, 2 * position + 2] where child < heap.count {
      if heap[child].precedes(heap[least], cursors) { least = child }
    }
    if least == position { return }
    heap.swapAt(position, least)
    position = least
  }
}
