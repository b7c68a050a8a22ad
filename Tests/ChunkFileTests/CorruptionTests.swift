// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings
import TestSupport
import Testing

@testable import ChunkFile

/// Damaged files give an error of ours, or the same rows; never a trap, a hang or other rows.
@Suite struct CorruptionTests {
  /// Opens, reads and verifies; nil if refused. Anything but our own error fails the test.
  private func rows(_ bytes: [UInt8]) throws -> String? {
    do {
      let file = try readAll(bytes)
      return try plainText(of: file, metadata: file.metadata)
    } catch is ChunkFileError {
      return nil
    }
  }

  @Test func cutAtEveryByte() throws {
    for vector in validVectors {
      let bytes = try vector.bytes()
      // One expectation a file: one a cut would cost more than the cuts.
      let accepted = try (0..<bytes.count).filter { try rows(Array(bytes.prefix($0))) != nil }
      #expect(accepted == [], "\(vector.name) cut to these lengths")
    }
  }

  @Test(arguments: validVectors.map(\.name))
  func everyBitFlipped(_ name: String) throws {
    let vector = try #require(validVectors.first { $0.name == name })
    let bytes = try vector.bytes()
    var accepted: [Int] = []
    let pages = Layout.headerByteCount..<Surgery(bytes).section(0).lowerBound
    for position in bytes.indices where !pages.contains(position) {
      for bit in 0..<8 {
        var damaged = bytes
        damaged[position] ^= 1 << UInt8(bit)
        if try rows(damaged) != nil { accepted.append(position * 8 + bit) }
      }
    }
    // A bit of a page or dictionary: what it belongs to is read, the rest of the file is as it was.
    let object = ChangeableObject(bytes)
    let file = try ChunkFile(object)
    var covered = 0
    for (extent, read) in try readers(of: file) {
      covered += extent.paddedByteCount
      for position in extent.byteRange {
        for bit in 0..<8 {
          object.flip(bit, at: position)
          do {
            try read()
            accepted.append(position * 8 + bit)
          } catch is ChunkFileError {}
          object.flip(bit, at: position)
        }
      }
      try read()
    }
    #expect(covered == pages.count)
    // Every byte is under a checksum or compared, so no flip may go unnoticed.
    #expect(accepted == [], "\(name): these bits, counted from the start of the file")
  }

  /// Extents with stored bytes, and what reads each, its column's footer being read already.
  private func readers(of file: ChunkFile) throws -> [(Extent, () throws -> Void)] {
    var readers: [(Extent, () throws -> Void)] = []
    for column in file.schema.fields.indices {
      let section = try file.section(column)
      for (chunk, page) in section.pages.enumerated() {
        readers.append((page.extent, { _ = try file.page(column: column, chunk: chunk) }))
      }
      guard let dictionary = section.dictionary else { continue }
      for extent in dictionary.segments + (dictionary.ranks.map { [$0] } ?? []) {
        readers.append((extent, { _ = try file.readDictionary(dictionary, column: column) }))
      }
    }
    return readers.filter { $0.0.storedByteCount > 0 }
  }

  /// Faults behind right checksums: any byte of sections and pages changed, all checksums made right again. Rows may come
  /// out, but nothing may trap, and values must still be what the types allow.
  @Test(arguments: validVectors.map(\.name))
  func changedBytesUnderRightChecksums(_ name: String) throws {
    let vector = try #require(validVectors.first { $0.name == name })
    let original = Surgery(try vector.bytes())
    var random = RandomSource(seed: UInt64(original.bytes.count))
    let stride = original.bytes.count / 500 + 1
    for section in 0..<original.columnCount + Layout.fixedSectionCount {
      for position in Swift.stride(from: 0, to: original.section(section).count, by: stride) {
        var surgery = original
        surgery.bytes[original.section(section).lowerBound + position] ^= UInt8.random(in: 1...255, using: &random)
        surgery.reseal(section: section)
        _ = try rows(surgery.bytes)
        _ = try ChunkFile.verify(MemoryObject(bytes: surgery.bytes))
      }
    }
    let file = try open(original.bytes)
    for column in file.schema.fields.indices {
      let start = original.section(column).lowerBound
      for (record, extent) in try extentRecords(file, column: column) {
        for position in Swift.stride(from: 0, to: extent.storedByteCount, by: stride) {
          var surgery = original
          surgery.bytes[extent.offset + position] ^= UInt8.random(in: 1...255, using: &random)
          surgery.reseal(extentAt: start + record, inSection: column)
          _ = try rows(surgery.bytes)
        }
      }
    }
  }

  /// Extents of a column with stored bytes, and where their records start in its section.
  private func extentRecords(_ file: ChunkFile, column: Int) throws -> [(Int, Extent)] {
    let section = try file.section(column)
    var position = 32
    var records: [(Int, Extent)] = []
    for extent in (section.dictionary?.segments ?? []) + (section.dictionary?.ranks.map { [$0] } ?? []) {
      records.append((position, extent))
      var writer = ByteWriter()
      extent.serialize(to: &writer)
      position += writer.bytes.count
    }
    for page in section.pages {
      records.append((position, page.extent))
      var writer = ByteWriter()
      page.serialize(to: &writer)
      position += writer.bytes.count
    }
    return records.filter { $0.1.storedByteCount > 0 }
  }

  @Test func verifyNamesWhatIsDamagedAndTheRestStaysReadable() throws {
    let schema = Schema([Field(name: "a", type: .int64), Field(name: "b", type: .int64)])
    let pages = (0..<3).map { chunk in
      (0..<2).map { column in ColumnPage(values: .int64((0..<50).map { Int64($0 * (column + 2) + chunk) })) }
    }
    var bytes = try chunkFileBytes(of: Table(schema: schema, chunks: pages), compression: .none)
    let damagedOffset = try open(bytes).pageDescription(column: 1, chunk: 2).byteOffset
    bytes[damagedOffset + 3] ^= 0x10
    let file = try open(bytes)
    let report = try file.verify()
    #expect(report.problems.count == 1)
    let problem = try #require(report.problems.first)
    #expect(problem.part == "page")
    #expect(problem.column == 1)
    #expect(problem.chunk == 2)
    #expect(problem.rows == 101...150)
    #expect(problem.bytes == damagedOffset..<damagedOffset + 64)
    #expect(problem.error.code == "chunkfile.checksum")
    #expect(problem.error.place == Place(file: "memory.cln", row: 101, byteOffset: damagedOffset, column: "b"))
    #expect(try file.page(column: 0, chunk: 2) == pages[2][0])
    #expect(try file.page(column: 1, chunk: 1) == pages[1][1])
    #expect(throws: ChunkFileError.self) { try file.page(column: 1, chunk: 2) }
  }

  /// One distinct string: its ranks are constant and have no bytes, so that their offset 0 must not count.
  @Test func onlyTheDamagedPartOfADictionaryIsNamed() throws {
    let entry = String(repeating: "z", count: 200)
    let table = Table(
      schema: Schema([Field(name: "s", type: .string)]),
      chunks: [[ColumnPage(values: .codes(Array(repeating: 0, count: 9)))]],
      dictionaries: [StringDictionary(entries: StringArray([entry]))])
    var bytes = try chunkFileBytes(of: table, compression: .none)
    let segment = try #require(try open(bytes).section(0).dictionary?.segments.first)
    #expect(segment.byteRange.lowerBound == Layout.headerByteCount, "the page is constant and has no bytes")
    bytes[segment.offset + 3] ^= 1
    let problems = try open(bytes).verify().problems
    #expect(problems.map(\.part) == ["dictionary"])
    #expect(problems.first?.bytes == segment.byteRange)
  }

  /// A page without bytes is its record: problems name the section.
  @Test func problemsOfPagesWithoutBytesNameTheSection() throws {
    let table = Table(
      schema: Schema([Field(name: "a", type: .int64)]), chunks: [[ColumnPage(values: .int64([7, 7, 7]))]])
    var surgery = Surgery(try chunkFileBytes(of: table))
    let section = surgery.section(0)
    let hash = section.upperBound - 3 - 16
    surgery.bytes[hash] ^= 1
    surgery.reseal(section: 0)
    let problem = try #require(try open(surgery.bytes).verify().problems.first)
    #expect(problem.bytes == section)
    #expect(problem.error.place.byteOffset == section.lowerBound)
  }

  @Test func limitsOfTheWriter() throws {
    let page = ColumnPage(values: .int64(Array(repeating: 1, count: ChunkFileLimits.rowsPerChunk + 1)))
    #expect(throws: ChunkFileError.self) {
      _ = try ChunkFileWriter.encode(page, as: .int64, statistics: nil, compression: .none)
    }
    #expect(throws: ChunkFileError.self) { _ = try ChunkFileWriter(to: MemoryWriter(), columnCount: 1_000_001) }
    let writer = try ChunkFileWriter(to: MemoryWriter(), columnCount: 1)
    #expect(throws: ChunkFileError.self) {
      _ = try writer.finish(
        schema: Schema([Field(name: String(repeating: "x", count: 65_537), type: .int64)]), dictionaries: [nil],
        metadata: [])
    }
  }
}
