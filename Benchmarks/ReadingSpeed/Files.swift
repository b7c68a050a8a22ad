// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile

/// Writes a file of many small chunks or many columns: integers, decimals, doubles and codes by turns.
func writeFile(_ path: String, columns: Int, chunks: Int, rowsPerChunk: Int) throws {
  let types: [ColumnType] = [.int64, .decimal(precision: 9, scale: 2), .float64, .string]
  let fields = (0..<columns).map { Field(name: "column \($0)", type: types[$0 % types.count]) }
  let dictionary = StringDictionary(entries: StringArray(["north", "east", "south", "west"]))
  let object = try LocalStore().create(path)
  let writer = try ChunkFileWriter(to: object, columnCount: columns)
  for chunk in 0..<chunks {
    let pages = try fields.indices.map { column in
      let page = page(fields[column].type, rows: rowsPerChunk, seed: chunk &* 31 &+ column)
      return try ChunkFileWriter.encode(
        page, as: fields[column].type, statistics: PageStatistics(of: page, dictionary: dictionary),
        compression: .automatic)
    }
    try writer.append(rowCount: rowsPerChunk, pages: pages)
  }
  _ = try writer.finish(
    schema: Schema(fields), dictionaries: fields.map { $0.type == .string ? dictionary : nil }, metadata: [])
  try object.publish()
}

private func page(_ type: ColumnType, rows: Int, seed: Int) -> ColumnPage {
  let numbers = (0..<rows).map { ($0 &* 7_919 &+ seed &* 104_729) % 100_003 }
  switch type {
  case .float64: return ColumnPage(values: .float64(numbers.map { Double($0) / 7 }))
  case .string: return ColumnPage(values: .codes(numbers.map { UInt32($0 % 4) }))
  default: return ColumnPage(values: .int64(numbers.map { Int64($0) }))
  }
}

/// Counts what is read of a file.
final class CountedFile: ReadableObject, @unchecked Sendable {
  // Used by one thread.
  private let base: any ReadableObject
  private(set) var readCount = 0
  private(set) var readBytes = 0

  init(_ path: String) throws { base = try LocalStore().open(path) }

  var name: String { base.name }
  var byteCount: Int { base.byteCount }

  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
    readCount += 1
    readBytes += buffer.count
    try base.read(at: offset, into: buffer)
  }
}
