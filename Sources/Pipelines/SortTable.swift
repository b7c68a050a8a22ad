// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage

/// How a table is sorted and written.
struct SortWriting: Sendable {
  /// Columns, the most significant first.
  var order: [SortColumn]
  /// Most memory for the whole process.
  var memory = MemoryLimit.standard
  /// How the chunk file is written.
  var writing: ChunkWriting

  init(by order: [SortColumn], writing: ChunkWriting) {
    self.order = order
    self.writing = writing
  }
}

/// Writes all rows of `table` sorted, as a chunk file: nulls last, NaN the greatest number, strings by their bytes, rows that are equal
/// in their order. The same bytes for any number of threads. The caller publishes.
///
/// An external merge sort: runs of as many rows as memory holds are sorted into one temporary chunk file; a pass over their keys says
/// which rows of each run belong to which chunk of the result (``mergePlan(of:by:_:)``); the chunks are then sorted and written one by one, on all
/// threads. Where there are more runs than ``RunLayout`` lets be merged at once, neighbours are merged first, into another temporary file.
/// Each row is written once more than there are passes, and read two or three times in each. Throws `memory.too-small` where dictionaries,
/// footers and one chunk do not fit.
func writeSorted(
  _ table: any TableSource, to object: any ObjectWriter, _ options: SortWriting
) throws -> ChunkFileSummary {
  var final = options.writing
  final.order = options.order
  let budget = try SortBudget(for: table, options)
  if budget.fitsOneChunk {
    return try writeChunks(of: table, pieces(of: table, rowCount: max(1, table.rowCount)), to: object, final)
  }
  var sorting = ChunkWriting(threads: budget.threads)
  sorting.compression = .none
  sorting.order = options.order
  sorting.keepsCodes = true
  sorting.rowsPerChunk = budget.layout.rowsPerChunk
  sorting.bytesPerChunk = budget.layout.bytesPerChunk
  sorting.progress = final.progress
  var sorted = try SortedRuns(writing: budget.runs.map { [$0] }, of: table, base: table, sorting)
  sorting.threads = budget.mergeThreads
  while sorted.runs.count > budget.layout.mostRuns {
    let runsAtOnce = budget.layout.runsAtOnce(of: sorted.runs.count)
    sorted = try sorted.mergingNeighbours(runsAtOnce, budget.merging, sorting)
  }
  final.threads = budget.mergeThreads
  final.textColumns = try sorted.textColumns
  let plan = try mergePlan(of: sorted, by: options.order, budget.merging)
  return try writeChunks(of: sorted, plan, to: object, final)
}

/// Sorted runs in one temporary chunk file, with the dictionaries of the table that they are of.
struct SortedRuns: TableSource {
  /// What the runs are written in.
  let file: ChunkFile
  /// Chunks of each run.
  let runs: [Range<Int>]
  /// The table that they are of.
  let base: any TableSource

  /// `rowsPerRun`: of each run. Precondition: no chunk of `file` has rows of two runs.
  init(_ file: ChunkFile, of base: any TableSource, rowsPerRun: [Int]) {
    self.file = file
    self.base = base
    var chunk = 0
    runs = rowsPerRun.map { rowCount in
      let start = chunk
      var left = rowCount
      while left > 0 {
        left -= file.rowCount(ofChunk: chunk)
        chunk += 1
      }
      precondition(left == 0, "a chunk has rows of two runs")
      return start..<chunk
    }
  }

  /// Writes runs into a temporary chunk file, each of the rows of some tasks (``writeChunks(of:_:to:_:)``), which are sorted one by one.
  ///
  /// `rows` has the tasks' rows, `base` the dictionaries. Throws what reading, and writing to the temporary file, throws.
  init(writing runs: [[[RowPiece]]], of rows: any TableSource, base: any TableSource, _ writing: ChunkWriting) throws {
    let temporary = try TemporaryFile(in: writing.temporaryFolder)
    _ = try writeChunks(of: rows, runs.flatMap { $0 }, to: temporary, writing)
    let rowsPerRun = runs.map { tasks in
      tasks.reduce(0) { sum, task in task.reduce(sum) { $0 + $1.rows.count } }
    }
    self.init(try ChunkFile(try temporary.reading()), of: base, rowsPerRun: rowsPerRun)
  }

  private init(_ all: SortedRuns, runs: ArraySlice<Range<Int>>) {
    (file, base) = (all.file, all.base)
    self.runs = Array(runs)
  }

  /// The same rows in fewer runs: of `runsAtOnce` neighbours each, which are merged. Throws as ``init(writing:of:base:_:)``.
  func mergingNeighbours(_ runsAtOnce: Int, _ limits: MergeLimits, _ writing: ChunkWriting) throws -> SortedRuns {
    let plans = try stride(from: 0, to: runs.count, by: runsAtOnce).map { start in
      let neighbours = SortedRuns(self, runs: runs[start..<min(runs.count, start + runsAtOnce)])
      return try mergePlan(of: neighbours, by: writing.order, limits)
    }
    return try SortedRuns(writing: plans, of: self, base: base, writing)
  }

  /// String columns that have text besides codes, or nothing else. Which rows' codes became text depends on the runs.
  var textColumns: Set<Int> {
    get throws {
      Set(
        try schema.fields.indices.filter { try schema.fields[$0].type == .string && !staysCodes(column: $0, of: base) })
    }
  }

  var name: String { base.name }
  var schema: Schema { base.schema }
  var hasInventedNames: Bool { base.hasInventedNames }
  var chunkCount: Int { file.chunkCount }
  var rowCount: Int { file.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { file.rowCount(ofChunk: chunk) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    try file.statistics(column: column, chunk: chunk)
  }
  func page(column: Int, chunk: Int) throws -> ColumnPage { try file.page(column: column, chunk: chunk) }
  /// The table's own, which is in memory already.
  func dictionary(column: Int) throws -> StringDictionary? { try base.dictionary(column: column) }
}
