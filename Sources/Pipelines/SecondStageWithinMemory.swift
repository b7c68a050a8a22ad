// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ChunkFile
import Columns
import ObjectStorage

/// What is made of groups, within a limit of memory.
struct SecondStageWithinMemory {
  private let stages: QueryStages
  private let limits: AggregationLimits
  private let meter: AggregationMeter

  init(_ stages: QueryStages, _ limits: AggregationLimits, _ meter: AggregationMeter) {
    (self.stages, self.limits, self.meter) = (stages, limits, meter)
  }

  /// All at once where there is room, else a chunk at a time through temporary files. Groups that are in memory have room: that was asked
  /// for before they were made. Throws as `aggregate` does.
  func result(of groups: any TableSource, inputName: String) throws -> any TableSource {
    let isInMemory = groups is Table
    if try isInMemory || hasRoom(groups, inputName) { return try SecondStage(stages, groups).result() }
    if stages.isDistinctLater {
      throw MemoryError(
        aggregating: inputName, wanted: limits.memory.byteCount + byteCount(groups),
        limit: limits.memory, what: "distinct rows of top or bottom")
    }
    var taken = groups
    if let pass = try GroupPass(having: stages, of: groups) { taken = try written(pass) }
    let outputs = try GroupPass(outputs: stages, of: taken)
    let rows = try sorted(try written(outputs), by: outputs)
    let shown = ShownColumns(of: rows, names: stages.names)
    return stages.laterLimit.map { FirstRows(of: shown, limit: $0) } ?? shown
  }

  /// True if all groups, and what is made of them, fit into what is left of the limit.
  private func hasRoom(_ groups: any TableSource, _ inputName: String) throws -> Bool {
    let budget = try AggregationBudget(
      limits, columnCount: groups.schema.fields.count, chunkRows: resultChunkRows, of: inputName)
    do {
      try budget.watch(rowCount: groups.rowCount).require(byteCount(groups))
      return true
    } catch {
      return false
    }
  }

  /// What making the result of groups that are not in memory takes of it.
  private func byteCount(_ groups: any TableSource) -> Int {
    stages.laterBytes?.byteCount(ofRows: groups.rowCount, schema: groups.schema) ?? 0
  }

  /// Works out a pass chunk by chunk into a temporary file.
  private func written(_ pass: GroupPass) throws -> SpilledTable {
    let file = try TemporaryFile(in: limits.temporaryFolder)
    let writer = try ChunkFileWriter(to: file, columnCount: pass.schema.fields.count)
    for chunk in 0..<pass.chunkCount {
      let pages = try pass.pages(ofChunk: chunk)
      guard pages[0].rowCount > 0 else { continue }
      let encoded = try zip(pages, pass.schema.fields).map { page, field in
        try ChunkFileWriter.encode(page, as: field.type, statistics: nil, compression: .none)
      }
      try writer.append(rowCount: pages[0].rowCount, pages: encoded)
    }
    _ = try writer.finish(schema: pass.schema, dictionaries: pass.dictionaries, metadata: [])
    meter.note(spilledByteCount: file.byteCount)
    return SpilledTable(try ChunkFile(try file.reading()), dictionaries: pass.dictionaries, name: "result")
  }

  /// The rows in the order of a pass's last columns, where it has such; rows that are equal in them stay in theirs.
  private func sorted(_ rows: SpilledTable, by pass: GroupPass) throws -> SpilledTable {
    if pass.isDescending.isEmpty { return rows }
    var writing = ChunkWriting(threads: limits.threads)
    writing.compression = .none
    writing.keepsCodes = true
    writing.temporaryFolder = limits.temporaryFolder
    writing.rowsPerChunk = resultChunkRows
    let first = pass.schema.fields.count - pass.isDescending.count
    var sorting = SortWriting(
      by: pass.isDescending.enumerated().map { SortColumn(position: first + $0, isDescending: $1) }, writing: writing)
    sorting.memory = limits.memory
    let file = try TemporaryFile(in: limits.temporaryFolder)
    _ = try writeSorted(rows, to: file, sorting)
    meter.note(spilledByteCount: file.byteCount)
    return SpilledTable(try ChunkFile(try file.reading()), dictionaries: pass.dictionaries, name: "result")
  }
}
