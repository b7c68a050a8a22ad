// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import ArrowIPC
import Columns
import ObjectStorage

/// Merges streams of states and finishes their query: the result is, to the byte, that of `aggregate` over all rows of which states were made.
///
/// `paths` are streams as ``writePartialAggregates(of:_:chunks:firstPlace:to:within:ignoringStatistics:meter:)`` writes them, or as an engine passed them
/// on: in any order, rows in any order, batches cut anyhow; `-` is standard input. `schemaFrom`: a stream whose schema says of which query they are, for
/// those that lost that on the way. They are read batch by batch, each once.
///
/// Throws a `Diagnosis`: `PartialError` for states that are damaged or do not go together, `memory.too-small` where all groups have no room at once, what
/// reading throws, and what the query's expressions over aggregates throw.
public func mergePartials(
  _ paths: [String], schemaFrom: String? = nil, within limits: AggregationLimits,
  meter: AggregationMeter = AggregationMeter()
) throws -> any TableSource {
  let merge = try PartialMerge(paths, schemaFrom: schemaFrom, limits)
  try meter.step("merge") { try merge.run(onFull: nil) }
  let stages = merge.merging.stages
  let result = try merge.result()
  if stages.isDone { return result.renamed(stages.names) }
  var groups: any TableSource = result
  return try meter.step("make of groups") {
    try SecondStageWithinMemory(stages, limits, meter).result(of: &groups, inputName: merge.name)
  }
}

/// Merges streams of states to one, in `target`, whatever its form: each group once, unless groups have no room at once.
public func mergePartials(
  _ paths: [String], schemaFrom: String? = nil, toStatesIn target: OutputTarget, within limits: AggregationLimits
) throws {
  let merge = try PartialMerge(paths, schemaFrom: schemaFrom, limits)
  try publishing(to: target) { writer in
    var states = try StateWriter(merge.merging.columns, merge.merging.description) { try writer.write($0) }
    func putOut() throws {
      try merge.merging.states(threads: limits.threads) { try states.write($0) }
    }
    try merge.run(onFull: putOut)
    try putOut()
    try states.finish()
  }
}

/// One merge of some streams.
private final class PartialMerge {
  let merging: StateMerging
  let name: String
  private let paths: [String]
  private let hasForeignSchema: Bool
  private let limits: AggregationLimits
  private let budget: AggregationBudget
  /// The first stream, opened; the others are opened when it is their turn.
  private var first: ArrowStreamReader?

  /// Reads the schema of the first stream, or of the one that is to tell it. Precondition: there is a path.
  init(_ paths: [String], schemaFrom: String?, _ limits: AggregationLimits) throws {
    (self.paths, self.limits, name, hasForeignSchema) = (paths, limits, paths[0], schemaFrom != nil)
    let schema: ArrowSchema
    if let schemaFrom {
      schema = try openStates(schemaFrom).schema
    } else {
      let reader = try openStates(paths[0])
      (first, schema) = (reader, reader.schema)
    }
    let file = schemaFrom ?? paths[0]
    merging = try StateMerging(try PartialDescription(schema, file: file), file: file)
    budget = try AggregationBudget(
      limits, columnCount: merging.columns.count, chunkRows: resultChunkRows, of: paths[0])
  }

  /// Takes in all streams. `onFull` makes room when there is none; nil: that is an error.
  func run(onFull: (() throws -> Void)?) throws {
    var watch = newWatch()
    for path in paths {
      let reader = try first ?? openStates(path)
      first = nil
      try check(reader.schema, path)
      let states = try StateReader(reader, merging.columns, merging.description)
      while let (pages, firstRow) = try states.next() {
        try merging.add(pages, file: path, firstRow: firstRow)
        do {
          try watch?.noteRows(pages[0].rowCount)
        } catch {
          guard let onFull else { throw tooSmall(error) }
          try onFull()
          watch = newWatch()
        }
      }
    }
  }

  /// What is made of all groups in memory.
  func result() throws -> Table {
    do {
      return try merging.result(threads: limits.threads, newWatch())
    } catch let exceeded as MemoryExceeded {
      throw tooSmall(exceeded)
    }
  }

  /// A stream that says of which query it is says so of the same.
  private func check(_ schema: ArrowSchema, _ path: String) throws {
    let saysNothing = !schema.metadata.entries.contains { $0.key.hasPrefix(PartialDescription.prefix) }
    if saysNothing, hasForeignSchema { return }
    try merging.description.requireEqual(try PartialDescription(schema, file: path), file: path, first: paths[0])
  }

  private func newWatch() -> MemoryWatch? {
    // What all groups take is not known before they are there: as if these were all.
    limits.isUnlimited
      ? nil : budget.watch(rowCount: 1, later: merging.stages.isDistinctLater ? merging.stages.laterBytes : nil)
  }

  private func tooSmall(_ exceeded: MemoryExceeded) -> MemoryError {
    MemoryError(
      aggregating: name, wanted: limits.memory.byteCount + exceeded.neededByteCount, limit: limits.memory,
      what: "the groups, all of which merging holds")
  }
}
