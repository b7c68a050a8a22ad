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

  /// All at once where there is room, else a chunk at a time through temporary files; `groups` are let go on the way. Groups in memory of which
  /// distinct rows are asked have room: that was asked for before they were made. Throws as `aggregate` does.
  func result(of groups: inout any TableSource, inputName: String) throws -> any TableSource {
    if hasRoom(groups, inputName) || stages.isDistinctLater && groups is Table {
      return try SecondStage(stages, groups).result()
    }
    if stages.isDistinctLater {
      throw MemoryError(
        aggregating: inputName, wanted: limits.memory.byteCount + byteCount(groups), limit: limits.memory,
        what: "distinct rows of top or bottom")
    }
    try keepAskedFor(&groups)
    let isDescending = try putOut(&groups)
    let shown = ShownColumns(of: try sorted(groups, isDescending), names: stages.names)
    return stages.laterLimit.map { FirstRows(of: shown, limit: $0) } ?? shown
  }

  private func keepAskedFor(_ groups: inout any TableSource) throws {
    if let pass = try GroupPass(having: stages, of: groups) { groups = try written(pass) }
  }

  /// Makes of groups the result's columns, then those to sort by. Returns of the latter which descend.
  private func putOut(_ groups: inout any TableSource) throws -> [Bool] {
    let pass = try GroupPass(outputs: stages, of: groups)
    groups = try written(pass)
    return pass.isDescending
  }

  /// True if all that is made of the groups at once fits into what is left of the limit.
  private func hasRoom(_ groups: any TableSource, _ inputName: String) -> Bool {
    do {
      let budget = try AggregationBudget(
        limits, columnCount: groups.schema.fields.count, chunkRows: resultChunkRows, of: inputName)
      try budget.watch(rowCount: groups.rowCount).require(byteCount(groups))
      return true
    } catch {
      // No room for this, which says nothing of less.
      return false
    }
  }

  /// What making the result of groups at once takes of memory beside them.
  private func byteCount(_ groups: any TableSource) -> Int {
    stages.laterBytes?.byteCount(ofRows: groups.rowCount, schema: groups.schema) ?? 0
  }

  /// Works out a pass chunk by chunk into a temporary file.
  private func written(_ pass: GroupPass) throws -> SpilledTable {
    let file = try TemporaryFile(in: limits.temporaryFolder)
    let writer = try ChunkFileWriter(to: file, columnCount: pass.schema.fields.count, groupByteCount: 0)
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

  /// The rows in the order of the last columns, which descend or do not; rows that are equal in them stay in theirs.
  private func sorted(_ rows: any TableSource, _ isDescending: [Bool]) throws -> any TableSource {
    if isDescending.isEmpty { return rows }
    var writing = ChunkWriting(threads: limits.threads)
    writing.compression = .none
    writing.keepsCodes = true
    writing.temporaryFolder = limits.temporaryFolder
    writing.rowsPerChunk = resultChunkRows
    let columns = rows.schema.fields.indices
    var sorting = SortWriting(
      by: zip(columns.suffix(isDescending.count), isDescending).map { SortColumn(position: $0, isDescending: $1) },
      writing: writing)
    sorting.memory = limits.memory
    let file = try TemporaryFile(in: limits.temporaryFolder)
    _ = try writeSorted(rows, to: file, sorting)
    meter.note(spilledByteCount: file.byteCount)
    let dictionaries = try columns.map { try rows.holdsOnlyCodes(column: $0) ? rows.dictionary(column: $0) : nil }
    return SpilledTable(try ChunkFile(try file.reading()), dictionaries: dictionaries, name: "result")
  }
}
