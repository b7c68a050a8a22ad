// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage

extension Manifest {
  /// The metadata entry that says that a chunk file is a manifest, and of which version.
  static let mark = (key: "manifest", value: "1")

  private static let columns: [(name: String, type: ColumnType)] = [
    ("part", .string), ("rows", .int64), ("bytes", .int64), ("checksum", .string),
  ]

  /// One row for each part.
  var table: Table {
    Table(
      name: path,
      rows: parts.map { part in
        [
          .string(part.name), .int64(Int64(part.rowCount)), .int64(Int64(part.byteCount)),
          .string(checksumText(part.checksum)),
        ]
      }, columns: Self.columns)
  }

  /// Writes the bytes of the manifest; the caller publishes them. The same parts give the same bytes.
  func write(to writer: any ObjectWriter) throws {
    var options = ChunkWriting(threads: 1)
    options.metadata = [Self.mark]
    let table = self.table
    _ = try writeChunks(of: table, chunksAsTheyAre(of: table), to: writer, options)
  }

  /// Reads one. Throws `manifest.version`, `manifest.malformed` with the row, `manifest.too-many-parts`, and what reading a chunk file throws.
  init(_ object: any ReadableObject) throws {
    let path = object.name
    let file = try ChunkFile(object)
    guard let version = try file.metadata.first(where: { $0.key == Self.mark.key })?.value else {
      throw ManifestError(
        .malformed, path: path, summary: "this is a chunk file, but not a manifest",
        advice: "the name is a manifest's: give the file another one, and make a manifest with 'colonnade manifest'")
    }
    guard version == Self.mark.value else {
      throw ManifestError(
        .version, path: path, summary: "a manifest of version \(version), this reader knows \(Self.mark.value)",
        advice: "read it with a newer version of colonnade")
    }
    guard file.rowCount <= Self.partLimit else { throw ManifestError(tooManyParts: file.rowCount, path: path) }
    self.init(path: path, parts: try Self.parts(of: file, path: path))
  }

  private static func parts(of file: ChunkFile, path: String) throws -> [ManifestPart] {
    let positions = try columns.map { column in
      let position = file.schema.position(of: column.name)
      guard let position, file.schema.fields[position].type == column.type else {
        throw malformed(path, "it has no column \"\(column.name)\" of type \(column.type)")
      }
      return position
    }
    guard file.rowCount > 0 else { throw malformed(path, "it lists no part") }
    var parts: [ManifestPart] = []
    for chunk in 0..<file.chunkCount {
      let pages = try positions.map { try file.page(column: $0, chunk: chunk) }
      let dictionaries = try positions.map { try file.dictionary(column: $0) }
      for row in 0..<file.rowCount(ofChunk: chunk) {
        let values = columns.indices.map { column in
          pages[column].value(at: row, type: columns[column].type, dictionary: dictionaries[column])
        }
        parts.append(try part(values, after: parts.last, path: path, row: parts.count + 1))
      }
    }
    return parts
  }

  private static func part(
    _ values: [Value], after before: ManifestPart?, path: String, row: Int
  ) throws -> ManifestPart {
    guard case .string(let name) = values[0], isPartName(name), !isManifestPath(name) else {
      throw malformed(path, "not the name of a part: \(values[0])", row: row, column: "part")
    }
    if let before, !comesBefore(before.name, name) {
      throw malformed(path, "\"\(name)\" comes after \"\(before.name)\"", row: row, column: "part")
    }
    guard case .int64(let rowCount) = values[1], rowCount >= 0 else {
      throw malformed(path, "not a number of rows: \(values[1])", row: row, column: "rows")
    }
    guard case .int64(let byteCount) = values[2], byteCount > 0 else {
      throw malformed(path, "not a file's size: \(values[2])", row: row, column: "bytes")
    }
    guard case .string(let text) = values[3], let checksum = checksum(text) else {
      throw malformed(path, "not a checksum of 32 digits: \(values[3])", row: row, column: "checksum")
    }
    return ManifestPart(name: name, rowCount: Int(rowCount), byteCount: Int(byteCount), checksum: checksum)
  }

  private static func malformed(
    _ path: String, _ summary: String, row: Int? = nil, column: String? = nil
  ) -> ManifestError {
    ManifestError(
      .malformed, path: path, summary: summary, advice: "publish the folder anew with 'colonnade manifest'", row: row,
      column: column)
  }
}

/// 32 hexadecimal digits, as `xxh128sum` prints them.
func checksumText(_ checksum: UInt128) -> String {
  let digits = String(checksum, radix: 16)
  return String(repeating: "0", count: 32 - digits.count) + digits
}

/// The same read; nil unless it is 32 digits, letters small.
private func checksum(_ text: String) -> UInt128? {
  let isPlain = text.utf8.count == 32 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
  return isPlain ? UInt128(text, radix: 16) : nil
}
