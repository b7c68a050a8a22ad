// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import Testing

@testable import Pipelines

/// Rows of nine columns, 150 bytes each, in runs of 100,000.
private func layout(rows: Int, spareBytes: Int) -> RunLayout {
  RunLayout(
    rowCount: rows, byteCount: 150 * rows, fixedWeight: 60, recordBytes: 9 * 96, runCount: rows / 100_000 + 1,
    spareBytes: spareBytes)
}

@Test func footersAndPlansOfRunsTakeNoMoreThanIsSpare() {
  let spare = 9 << 20
  for rows in [1_000_000, 10_000_000, 60_000_000, 150_000_000] {
    let found = layout(rows: rows, spareBytes: spare)
    #expect(found.footerByteCount <= spare * 3 / 4, "\(rows) rows")
    let runCount = rows / 100_000
    let planned = found.planBytes(
      chunkCount: rows / ChunkFileLimits.rowsPerChunk + 1, runCount: found.runsAtOnce(of: runCount))
    #expect(planned <= spare / 8, "\(rows) rows")
  }
}

@Test func chunksOfRunsGrowWithTheRows() {
  let sizes = [1_000_000, 10_000_000, 60_000_000, 150_000_000].map { layout(rows: $0, spareBytes: 9 << 20) }
  #expect(sizes[0].rowsPerChunk == ChunkFileLimits.rowsPerChunk / 11)
  for (fewer, more) in zip(sizes.dropFirst(), sizes.dropFirst(2)) {
    #expect(fewer.rowsPerChunk <= more.rowsPerChunk && fewer.mostRuns >= more.mostRuns)
    #expect(fewer != more)
  }
  // Where even the largest chunks have more footer than is spare, that is told, for the budget to refuse.
  let last = layout(rows: 60_000_000, spareBytes: 1000)
  #expect(last.rowsPerChunk == ChunkFileLimits.rowsPerChunk && last.bytesPerChunk == chunkByteBudget)
  #expect(last.footerByteCount > 1000 && last.mostRuns >= 2)
}

@Test func runsAreMergedInAsFewPassesAsCanBe() {
  for most in [2, 3, 8, 64] {
    for runCount in 1...300 {
      let runsAtOnce = RunLayout.runsAtOnce(of: runCount, most: most)
      #expect(runsAtOnce <= most)
      func passes(_ atOnce: Int) -> Int {
        var (count, left) = (1, runCount)
        while left > max(2, atOnce) { (count, left) = (count + 1, (left + atOnce - 1) / atOnce) }
        return count
      }
      #expect(passes(runsAtOnce) == passes(most), "\(runCount) runs, \(most) at once")
    }
  }
  #expect(RunLayout.runsAtOnce(of: 363, most: 32) == 20)
  #expect(RunLayout.runsAtOnce(of: 33, most: 32) == 6)
}

@Test func recordsOfPagesTakeWhatIsCountedForThem() throws {
  let schema = Schema([
    Field(name: "i", type: .int64), Field(name: "f", type: .float64), Field(name: "s", type: .string),
    Field(name: "w", type: .decimal(precision: 38, scale: 2)),
  ])
  let chunks = (0..<500).map { chunk -> [ColumnPage] in
    let wide: [Int128] = (0..<40).map { Int128(Int64.max) * Int128(chunk + 1) * ($0 % 2 == 0 ? 1 : -1) - Int128($0) }
    return [
      ColumnPage(values: .int64((0..<40).map { Int64.min / 2 + Int64($0 * $0 * chunk) })),
      ColumnPage(values: .float64((0..<40).map { Double($0 * chunk) / 3 })),
      ColumnPage(
        values: .strings(StringArray((0..<40).map { "\($0 * chunk) and more than forty bytes of text for all" }))),
      ColumnPage(values: .int128(wide)),
    ]
  }
  let table = Table(schema: schema, chunks: chunks)
  let output = MemoryWriter(name: "t.cln")
  _ = try writeChunks(of: table, pieces(of: table, rowCount: 40), to: output, ChunkWriting(threads: 1))
  try output.publish()
  let file = try ChunkFile(MemoryObject(name: "t.cln", bytes: output.bytes))
  let pages = try schema.fields.indices.reduce(0) { sum, column in
    try (0..<file.chunkCount).reduce(sum) {
      $0 + (try file.pageDescription(column: column, chunk: $1).storedByteCount + 63) / 64 * 64
    }
  }
  // A reader also keeps where each record begins, in four bytes.
  let footer = file.byteCount - pages + 4 * file.chunkCount * schema.fields.count
  let counted = try PageRecordSizes(of: file).byteCount * file.chunkCount
  #expect(footer <= counted && footer > counted / 2, "\(footer) bytes of footer, \(counted) counted")
}
