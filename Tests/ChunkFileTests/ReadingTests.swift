// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Foundation
import TestSupport
import Testing

@testable import ChunkFile

/// Which bytes of a file are read, and what happens if they change meanwhile.
@Suite struct ReadingTests {
  /// 40 columns, every third with a dictionary, 30 chunks of 400 rows.
  private static func wideTable(seed: UInt64) -> Table {
    var random = RandomSource(seed: seed)
    let fields = (0..<40).map { Field(name: "c\($0)", type: $0 % 3 == 0 ? .string : .int64) }
    let dictionary = StringDictionary(entries: StringArray((0..<100).map { "entry \($0) of \(seed)" }))
    let chunks = (0..<30).map { _ in
      fields.map { field in
        field.type == .string
          ? ColumnPage(values: .codes((0..<400).map { _ in UInt32(random.next() % 100) }))
          : ColumnPage(values: .int64((0..<400).map { _ in Int64(random.next() >> 40) }))
      }
    }
    return Table(
      schema: Schema(fields), chunks: chunks, dictionaries: fields.map { $0.type == .string ? dictionary : nil })
  }

  // MARK: which bytes

  @Test func onlyTheColumnsAndChunksAskedForAreRead() throws {
    let bytes = try chunkFileBytes(of: Self.wideTable(seed: 5))
    let whole = try open(bytes)
    let object = CountingObject(base: MemoryObject(bytes: bytes))
    let file = try ChunkFile(object)
    // The tail in one read, and the header, which a file has at its start.
    let opening = object.takeRanges()
    #expect(opening.first == bytes.count - Layout.firstReadByteCount..<bytes.count)
    #expect(opening.dropFirst().first == 0..<Layout.headerByteCount)
    let footer = whole.directory[0].offset..<bytes.count
    #expect(opening.dropFirst(2).allSatisfy { footer.contains($0.lowerBound) && $0.upperBound <= footer.upperBound })
    #expect(opening.count <= 5, "besides, directory, schema and chunk rows where the tail does not have them")

    for column in [3, 7] {
      _ = try file.dictionary(column: column)
      for chunk in [0, 11] { _ = try file.page(column: column, chunk: chunk) }
    }
    var allowed: [Range<Int>] = []
    for column in [3, 7] {
      let section = try whole.section(column)
      allowed.append(whole.directory[column].byteRange)
      allowed += (section.dictionary?.segments ?? []).map(\.byteRange)
      allowed += section.dictionary?.ranks.map { [$0.byteRange] } ?? []
      allowed += [0, 11].map { section.pages[$0].extent.byteRange }
    }
    let ranges = object.takeRanges()
    #expect(Set(ranges) == Set(allowed), "these and no others")
    #expect(ranges.count == allowed.count, "each once")
  }

  /// What statistics can answer reads no page.
  @Test func statisticsReadNoPage() throws {
    let bytes = try chunkFileBytes(of: Self.wideTable(seed: 6))
    let object = CountingObject(base: MemoryObject(bytes: bytes))
    let file = try ChunkFile(object)
    _ = object.takeRanges()
    for chunk in 0..<file.chunkCount { _ = try file.statistics(column: 4, chunk: chunk) }
    #expect(object.takeRanges() == [file.directory[4].byteRange])
  }

  // MARK: files that change

  private struct Opened {
    let path: String
    let file: ChunkFile
    let table: Table
    let bytes: [UInt8]
  }

  private func withFile(_ body: (Opened) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reading-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("t.cln").path
    let table = Self.wideTable(seed: 7)
    let bytes = try chunkFileBytes(of: table)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    // Times of files have the grain of the system's clock: a change within it would not show.
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: path)
    let file = try ChunkFile(LocalStore().open(path))
    _ = try file.section(1)
    try body(Opened(path: path, file: file, table: table, bytes: bytes))
  }

  /// Codes of the errors, by column 1 (whose footer was read before), then column 2, over all chunks; rows that are read must
  /// be those of the file as it was opened.
  private func codesOfErrors(_ opened: Opened) throws -> Set<String> {
    var codes: Set<String> = []
    for column in [1, 2] {
      for chunk in 0..<opened.file.chunkCount {
        do {
          let page = try opened.file.page(column: column, chunk: chunk)
          #expect(page == opened.table.chunks[chunk][column], "other rows")
        } catch let error as any Diagnosis {
          codes.insert(error.code)
        }
      }
    }
    return codes
  }

  private func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.seek(toOffset: UInt64(offset))
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
  }

  @Test func aFileThatIsCutGivesAnError() throws {
    for share in [0, 3, 7] {
      try withFile { opened in
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: opened.path))
        try handle.truncate(atOffset: UInt64(opened.bytes.count * share / 10))
        try handle.close()
        #expect(try codesOfErrors(opened) == ["storage.truncated"])
      }
    }
  }

  @Test func aPageChangedAfterTheFooterWasReadGivesAnError() throws {
    try withFile { opened in
      let offset = try opened.file.section(1).pages[3].extent.offset
      try overwrite(opened.path, at: offset, with: [opened.bytes[offset] ^ 1])
      #expect(try codesOfErrors(opened) == ["storage.changed"])
      #expect(throws: StorageError.self) { try opened.file.page(column: 1, chunk: 3) }
      #expect(try opened.file.page(column: 1, chunk: 4) == opened.table.chunks[4][1])
    }
  }

  /// Another whole file of the same layout, written over this one byte by byte.
  @Test func aFileOverwrittenInPlaceGivesAnError() throws {
    try withFile { opened in
      let other = try chunkFileBytes(of: Self.wideTable(seed: 8))
      try overwrite(opened.path, at: 0, with: other)
      #expect(try codesOfErrors(opened) == ["storage.changed"])
      for column in [1, 2] {
        #expect(throws: StorageError.self) { try opened.file.page(column: column, chunk: 0) }
      }
    }
  }

  /// Damage that was there when the file was opened is told as damage.
  @Test func aFileThatIsDamagedIsNotSaidToHaveChanged() throws {
    try withFile { opened in
      let offset = try opened.file.section(1).pages[3].extent.offset
      try overwrite(opened.path, at: offset, with: [opened.bytes[offset] ^ 1])
      let again = Opened(
        path: opened.path, file: try ChunkFile(LocalStore().open(opened.path)), table: opened.table, bytes: opened.bytes
      )
      #expect(try codesOfErrors(again) == ["chunkfile.checksum"])
    }
  }

  /// As `colonnade` itself publishes: the name leads to a new file, who has the old one open goes on reading it.
  @Test func aFileReplacedUnderItsNameIsReadOn() throws {
    try withFile { opened in
      let object = try LocalStore().create(opened.path)
      try chunkFileBytes(of: Self.wideTable(seed: 9)).withUnsafeBytes { try object.write($0) }
      try object.publish()
      #expect(try codesOfErrors(opened) == [])
      try FileManager.default.removeItem(atPath: opened.path)
      #expect(try codesOfErrors(opened) == [])
    }
  }
}
