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
