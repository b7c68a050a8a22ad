// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization
import TestSupport

@testable import Aggregation

/// A stream of states, in memory.
struct StateStreamInMemory {
  var description: PartialDescription
  var batches: [[ColumnPage]]
}

/// States of some chunks of inputs.
func states(
  _ query: TableQuery, _ inputs: [any TableSource], chunks: Range<Int>? = nil, firstPlace: Int? = nil, threads: Int = 1,
  strategy: GroupingStrategy? = nil, memory: (() -> MemoryWatch)? = nil
) throws -> StateStreamInMemory {
  let partial = try PartialAggregation(
    query, inputs, chunks: chunks, firstPlace: firstPlace ?? chunks?.lowerBound ?? 0, threads: threads)
  var stream = StateStreamInMemory(description: partial.description, batches: [])
  try partial.run(threads: threads, strategy: strategy, memory: memory) { stream.batches.append($0) }
  return stream
}

/// What merges these streams.
func merging(_ streams: [StateStreamInMemory]) throws -> StateMerging {
  // What a stream says of itself goes through its metadata.
  let read = try PartialDescription(metadata: streams[0].description.metadata, file: "first")
  let merging = try StateMerging(read, file: "first")
  for (number, stream) in streams.enumerated() {
    try merging.description.requireEqual(stream.description, file: "stream \(number)", first: "first")
    var row = 1
    for batch in stream.batches {
      try merging.add(batch, file: "stream \(number)", firstRow: row)
      row += batch[0].rowCount
    }
  }
  return merging
}

/// Streams merged to one of states.
func mergedStates(_ streams: [StateStreamInMemory]) throws -> StateStreamInMemory {
  let merging = try merging(streams)
  var merged = StateStreamInMemory(description: merging.description, batches: [])
  try merging.states(threads: 2) { merged.batches.append($0) }
  return merged
}

/// Streams merged to the query's result.
func mergedResult(_ streams: [StateStreamInMemory], threads: Int = 2) throws -> Table {
  let merging = try merging(streams)
  let groups = try merging.result(threads: threads, nil)
  if merging.stages.isDone { return groups.renamed(merging.stages.names) }
  return try SecondStage(merging.stages, groups).result()
}

/// States of random ranges of chunks, merged to states here and there, in any order.
func randomStreams(
  _ query: TableQuery, _ inputs: [any TableSource], using random: inout RandomSource
) throws -> [StateStreamInMemory] {
  let chunkCount = inputs.reduce(0) { $0 + $1.chunkCount }
  var streams: [StateStreamInMemory] = []
  var first = 0
  repeat {
    let end = min(chunkCount, first + Int.random(in: 0...3, using: &random))
    streams.append(
      try states(query, inputs, chunks: first..<end, threads: Int.random(in: 1...3, using: &random)))
    first = end
  } while first < chunkCount
  while streams.count > 1, Int.random(in: 0...2, using: &random) > 0 {
    streams.shuffle(using: &random)
    let count = Int.random(in: 1...min(3, streams.count), using: &random)
    let merged = try mergedStates(Array(streams.prefix(count)))
    streams.replaceSubrange(..<count, with: [merged])
  }
  return streams.shuffled(using: &random)
}

/// The same rows in another order, cut into other batches.
func reshuffled(_ stream: StateStreamInMemory, using random: inout RandomSource) -> StateStreamInMemory {
  var shuffled = stream
  shuffled.batches = stream.batches.flatMap { batch -> [[ColumnPage]] in
    let rows = Array(0..<UInt32(batch[0].rowCount)).shuffled(using: &random)
    let cut = rows.isEmpty ? 0 : Int.random(in: 0...rows.count, using: &random)
    return [rows[..<cut], rows[cut...]].map { part in batch.map { $0.gathering(part) } }
  }.shuffled(using: &random)
  return shuffled
}

/// Aggregates as the command's text, each with its alias.
func listed(_ aggregates: [Aggregate]) -> String {
  aggregates.map { "\($0.text) as \"\($0.alias ?? $0.text)\"" }.joined(separator: ", ")
}

/// A query of aggregates as the command's texts.
func tableQuery(_ keys: [String], _ aggregates: [Aggregate]) throws -> TableQuery {
  try TableQuery(by: keys.joined(separator: ", "), aggregates: listed(aggregates))
}
