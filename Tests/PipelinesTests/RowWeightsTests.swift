// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import Pipelines

private let schema = Schema([Field(name: "n", type: .int64), Field(name: "s", type: .string)])

/// Each row's number and text; from `rowsOfCodes` on, the text is no codes. A text of no bytes stands for null.
private func table(_ texts: [String], rowsOfCodes: Int, rowsPerChunk: Int) -> Table {
  let entries = ["never used, and rather long, as an entry may be"] + Set(texts).sorted()
  let numbers = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1, UInt32($0)) })
  let chunks = stride(from: 0, to: texts.count, by: rowsPerChunk).map { start -> [ColumnPage] in
    let rows = start..<min(texts.count, start + rowsPerChunk)
    var bits = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
    for row in rows where !texts[row].isEmpty { bits[(row - start) / 64] |= 1 << UInt64((row - start) % 64) }
    let validity = Validity(words: bits, rowCount: rows.count)
    let values: PageValues =
      start < rowsOfCodes
      ? .codes(rows.map { texts[$0].isEmpty ? 0 : numbers[texts[$0]] ?? 0 })
      : .strings(StringArray(rows.map { texts[$0] }))
    return [
      ColumnPage(values: .int64(rows.map { Int64($0) })), ColumnPage(values: values, validity: validity),
    ]
  }
  return Table(schema: schema, chunks: chunks, dictionaries: [nil, StringDictionary(entries: StringArray(entries))])
}

/// Texts of very different lengths; every 11th is a null.
private func texts(_ count: Int, seed: UInt64) -> [String] {
  var random = RandomSource(seed: seed)
  return (0..<count).map { row in
    row % 11 == 0
      ? "" : String(repeating: "abc", count: Int.random(in: 0..<20, using: &random) == 0 ? 700 : 1) + "\(row % 13)"
  }
}

/// `source` as a file, with its codes.
private func stored(_ source: Table) throws -> ChunkFile {
  let output = MemoryWriter(name: "in.cln")
  var writing = ChunkWriting(threads: 1)
  writing.keepsCodes = true
  _ = try writeChunks(of: source, chunksAsTheyAre(of: source), to: output, writing)
  try output.publish()
  return try ChunkFile(MemoryObject(name: "in.cln", bytes: output.bytes))
}

/// What a row weighs, written anew: a number, a code, and its text four times.
private func weight(_ text: String) -> Int { 8 + 4 + 4 * text.utf8.count }

@Test func codesWeighWhatTheyAreAsText() throws {
  let all = texts(500, seed: 7)
  for rowsOfCodes in [0, 250, 500] {
    let source = table(all, rowsOfCodes: rowsOfCodes, rowsPerChunk: 50)
    for table in [source, try stored(source)] as [any TableSource] {
      let weigher = try RowWeigher(table, mostUnreadText: 0)
      for chunk in 0..<table.chunkCount {
        let weights = try weigher.weights(ofChunk: chunk, rows: 3..<50)
        for row in 3..<50 { #expect(weights.weight(ofRow: row - 3) == weight(all[chunk * 50 + row])) }
      }
    }
  }
}

@Test func rowsThatFitAreFound() {
  let weights = RowWeights.sums([0, 5, 5, 8, 20])
  #expect(
    (0...21).map { weights.rowsFitting(0..<4, in: $0) } == [0, 0, 0, 0, 0, 2, 2, 2] + Array(repeating: 3, count: 12) + [
      4, 4,
    ])
  #expect(weights.rowsFitting(2..<4, in: 3) == 1 && weights.rowsFitting(3..<4, in: 11) == 0)
  #expect(RowWeights.equal(4).rowsFitting(0..<9, in: 11) == 2 && RowWeights.equal(4).rowsFitting(0..<2, in: 99) == 2)
  #expect(weights.rowsFitting(0..<4, in: -1) == 0 && RowWeights.equal(4).rowsFitting(0..<9, in: -9) == 0)
}

@Test func fullChunksHoldWhatTheirTextAllows() throws {
  let all = texts(2000, seed: 11)
  let source = try stored(table(all, rowsOfCodes: 1000, rowsPerChunk: 250))
  let limit = 20_000
  // A page with few distinct strings says little of their text: all are weighed here by reading them.
  let plan = try fullChunks(of: source, bytesPerChunk: limit)
  let rows = plan.map { $0.flatMap { piece in piece.rows.map { piece.chunk * 250 + $0 } } }
  #expect(rows.flatMap { $0 } == Array(0..<2000))
  for chunk in rows where chunk.allSatisfy({ $0 < 1000 }) {
    #expect(chunk.count == 1 || chunk.reduce(0) { $0 + weight(all[$1]) } <= limit)
  }
  #expect(plan.count > 10)
  #expect(plan.contains { Set($0.map { $0.chunk < 4 }).count == 2 }, "no chunk with codes and text")
}

@Test func sortedChunksAreTheSameWhateverTheRuns() throws {
  let all = texts(1500, seed: 13)
  let order = [SortColumn(position: 1, isDescending: true)]
  for rowsOfCodes in [0, 700, 1500] {
    let source = try stored(table(all, rowsOfCodes: rowsOfCodes, rowsPerChunk: 100))
    var files: Set<[UInt8]> = []
    for (rowsPerRun, runsAtOnce) in [(90, nil), (90, 5), (400, nil), (1500, nil)] as [(Int, Int?)] {
      var sorting = ChunkWriting(threads: 2)
      (sorting.order, sorting.keepsCodes, sorting.rowsPerChunk) = (order, true, 64)
      sorting.bytesPerChunk = 9000
      var runs = try SortedRuns(
        writing: pieces(of: source, rowCount: rowsPerRun).map { [$0] }, of: source, base: source, sorting)
      var limits = MergeLimits(rowsPerChunk: 300)
      (limits.bytesPerChunk, limits.rowsPerWindow, limits.textBytesPerWindow) = (30_000, rowsPerRun / 9, 5000)
      if let runsAtOnce { runs = try runs.mergingNeighbours(runsAtOnce, limits, sorting) }
      let output = MemoryWriter(name: "out.cln")
      var final = ChunkWriting(threads: 2)
      final.order = order
      final.textColumns = try runs.textColumns
      _ = try writeChunks(of: runs, mergePlan(of: runs, by: order, limits), to: output, final)
      try output.publish()
      files.insert(output.bytes)
      let sorted = try ChunkFile(MemoryObject(name: "out.cln", bytes: output.bytes))
      var numbers: [Int64] = []
      for chunk in 0..<sorted.chunkCount {
        guard case .int64(let rows) = try sorted.page(column: 0, chunk: chunk).values else { continue }
        #expect(rows.count == 1 || rows.reduce(0) { $0 + weight(all[Int($1)]) } <= 30_000)
        numbers += rows
      }
      #expect(sorted.chunkCount > 5)
      let plain = all.indices.sorted { a, b in
        if all[a] == all[b] { return a < b }
        return !all[a].isEmpty && (all[b].isEmpty || all[b].utf8.lexicographicallyPrecedes(all[a].utf8))
      }
      #expect(numbers == plain.map { Int64($0) })
    }
    #expect(files.count == 1, "\(rowsOfCodes) rows of codes")
  }
}
