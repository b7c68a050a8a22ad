// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Columns

@Suite struct ChunkRangeTests {
  private let whole = Table(
    name: "t", schema: Schema([Field(name: "s", type: .string), Field(name: "n", type: .int64)]),
    chunks: [
      [ColumnPage(values: .codes([0, 1])), ColumnPage(values: .int64([1, 2]))],
      [ColumnPage(values: .codes([1])), ColumnPage(values: .int64([30]))],
      [ColumnPage(values: .codes([0, 0, 1])), ColumnPage(values: .int64([4, 5, 6]))],
    ], dictionaries: [StringDictionary(entries: StringArray(["a", "b"])), nil])

  @Test func everyRangeHasItsChunksAndNoOther() throws {
    for first in 0...3 {
      for end in first...3 {
        let part = try ChunkRange.checked(first..<end, of: whole)
        #expect(part.chunkCount == end - first && part.schema == whole.schema && part.name == "t")
        #expect(part.rowCount == (first..<end).reduce(0) { $0 + whole.rowCount(ofChunk: $1) })
        for chunk in 0..<part.chunkCount {
          #expect(part.rowCount(ofChunk: chunk) == whole.rowCount(ofChunk: first + chunk))
          for column in 0..<2 {
            #expect(try part.page(column: column, chunk: chunk) == whole.page(column: column, chunk: first + chunk))
            #expect(
              try part.statistics(column: column, chunk: chunk)
                == whole.statistics(column: column, chunk: first + chunk))
          }
          #expect(
            try part.page(column: 1, chunk: chunk, rows: [0])
              == whole.page(column: 1, chunk: first + chunk).gathering([0][...]))
        }
        #expect(try part.dictionary(column: 0)?.count == 2 && part.holdsOnlyCodes(column: 0))
      }
    }
  }

  @Test func chunksThatAreNotThereAreAnError() {
    let error = #expect(throws: TableError.self) { try ChunkRange.checked(2..<4, of: whole) }
    #expect(error?.code == "table.no-such-chunks" && error?.place.file == "t")
    #expect(error?.advice?.contains("0:3") == true)
  }
}
