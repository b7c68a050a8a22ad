// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Nothing else of ours is imported: this is what a user of the product sees.
import ChunkFile
import Testing

/// The example of the target's README.
@Test func oneImportIsEnough() throws {
  let store = MemoryStore()
  let object = try store.create("cases.cln")
  let writer = try ChunkFileWriter(to: object, columnCount: 1)
  let page = try ChunkFileWriter.encode(
    ColumnPage(values: .int64([3, 4, 5])), as: .int64, statistics: nil, compression: .automatic)
  try writer.append(rowCount: 3, pages: [page])
  _ = try writer.finish(schema: Schema([Field(name: "cases", type: .int64)]), dictionaries: [nil], metadata: [])
  try object.publish()

  let file = try ChunkFile(store.open("cases.cln"))
  let read = try file.page(column: 0, chunk: 0)
  #expect(read.values == .int64([3, 4, 5]))
}

/// Pages held back come column by column; the rows are the same.
@Test func columnsLieTogetherInGroups() throws {
  func written(groupByteCount: Int) throws -> [UInt8] {
    let object = MemoryWriter()
    let writer = try ChunkFileWriter(to: object, columnCount: 2, groupByteCount: groupByteCount)
    for chunk in 0..<5 {
      var pages: [EncodedPage] = []
      for column in 0..<2 {
        let values: [Int64] = (0..<100).map { (row: Int) -> Int64 in Int64(row * row * (column + 3) + chunk) }
        pages.append(
          try ChunkFileWriter.encode(
            ColumnPage(values: .int64(values)), as: .int64, statistics: nil, compression: .none))
      }
      try writer.append(rowCount: 100, pages: pages)
    }
    let schema = Schema([Field(name: "a", type: .int64), Field(name: "b", type: .int64)])
    _ = try writer.finish(schema: schema, dictionaries: [nil, nil], metadata: [])
    try object.publish()
    return object.bytes
  }
  let byChunk = try written(groupByteCount: 0)
  let byColumn = try written(groupByteCount: 1 << 20)
  #expect(byChunk != byColumn && byChunk.count == byColumn.count)
  let files = try [byChunk, byColumn].map { try ChunkFile(MemoryObject(bytes: $0)) }
  for column in 0..<2 {
    for chunk in 0..<5 {
      let values = try files.map { try $0.page(column: column, chunk: chunk).values }
      #expect(values[0] == values[1])
    }
  }
  for file in files { #expect(try file.verify().isIntact) }
  // Offsets of a column's pages follow one another, and those of the next column come after all of them.
  func starts(_ file: ChunkFile, _ column: Int) throws -> [Int] {
    try (0..<5).map { try file.pageDescription(column: column, chunk: $0).byteOffset }
  }
  #expect(try starts(files[1], 0).max()! < starts(files[1], 1).min()!)
  #expect(try starts(files[0], 0).max()! > starts(files[0], 1).min()!)
}
