// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import Glibc
import ObjectStorage
import Synchronization
import Testing

@testable import Pipelines

/// What `Formats/Manifest/README.md` asks of the file, rule by rule; folders are in `Tests/EndToEnd/test_manifest.py`.
@Suite struct ManifestTests {
  private typealias Row = [Value]
  private static let columns: [(String, ColumnType)] = [
    ("part", .string), ("rows", .int64), ("bytes", .int64), ("checksum", .string),
  ]
  private static let digits = "00000000000000000000000000000abc"

  private func row(
    _ name: String, rows: Value = .int64(1), bytes: Value = .int64(96), checksum: Value = .string(digits)
  ) -> Row { [.string(name), rows, bytes, checksum] }

  /// A chunk file of these rows, as an object of that name.
  private func object(
    _ rows: [Row], columns: [(String, ColumnType)] = columns, metadata: [(key: String, value: String)] = [Manifest.mark]
  ) throws -> MemoryObject {
    try object(Table(rows: rows, columns: columns), metadata: metadata)
  }

  private func object(_ table: Table, metadata: [(key: String, value: String)]) throws -> MemoryObject {
    let writer = MemoryWriter()
    var options = ChunkWriting(threads: 1)
    options.metadata = metadata
    _ = try writeChunks(of: table, chunksAsTheyAre(of: table), to: writer, options)
    return MemoryObject(name: "t/_manifest.cln", bytes: writer.bytes)
  }

  private func failure(_ object: MemoryObject) -> ManifestError? {
    #expect(throws: ManifestError.self) { try Manifest(object) }
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let parts = ["a b.cln", "day=1/x", "e\u{301}.cln", "\u{e9}.cln"].enumerated().map { index, name in
      ManifestPart(name: name, rowCount: index, byteCount: 1 << (index * 20), checksum: UInt128(index) << 100)
    }
    let manifest = Manifest(path: "t/_manifest.cln", parts: parts)
    let writer = MemoryWriter()
    try manifest.write(to: writer)
    #expect(try Manifest(MemoryObject(name: "t/_manifest.cln", bytes: writer.bytes)) == manifest)
    #expect(manifest.inputs.map(\.path) == parts.map { "t/\($0.name)" })
    #expect(manifest.rowCount == 6)
  }

  @Test func theExampleOfTheSpecificationIsRead() throws {
    let folder = "\(#filePath)".components(upTo: "Tests") + "Formats/Manifest/v1/two-parts"
    let manifest = try #require(try openManifest(ofFolder: folder))
    #expect(
      manifest.parts == [
        ManifestPart(
          name: "2020-03-28.cln", rowCount: 2, byteCount: 3217, checksum: 0xd752_7fd3_0897_1336_5442_c3db_37d2_41eb),
        ManifestPart(
          name: "2020-03-29.cln", rowCount: 3, byteCount: 3217, checksum: 0x811f_e1f5_493e_7375_6157_74ef_6909_a132),
      ])
    #expect(try openTable(folder, threads: 1).rowCount == 5)
  }

  /// MF-1
  @Test func filesWithoutTheMarkAreRefused() throws {
    let good = [row("a")]
    #expect(failure(try object(good, metadata: []))?.code == "manifest.malformed")
    let next = failure(try object(good, metadata: [("other", "x"), (Manifest.mark.key, "2"), Manifest.mark]))
    #expect(next?.code == "manifest.version" && next?.place.file == "t/_manifest.cln")
    #expect(throws: ChunkFileError.self) { try Manifest(MemoryObject(name: "_manifest.cln", bytes: [1, 2, 3])) }
  }

  /// MF-2
  @Test func columnsAreFoundByNameAndType() throws {
    let more = try object(
      [[.bool(true), .string(Self.digits), .int64(96), .int64(1), .string("a")]],
      columns: [("new", .bool), ("checksum", .string), ("bytes", .int64), ("rows", .int64), ("part", .string)])
    #expect(
      try Manifest(more).parts == [ManifestPart(name: "a", rowCount: 1, byteCount: 96, checksum: 0xabc)])
    let fewer = try object([[.string("a"), .int64(1), .int64(96)]], columns: Array(Self.columns.dropLast()))
    #expect(failure(fewer)?.summary.contains("\"checksum\"") == true)
    let other = try object(
      [[.string("a"), .float64(1), .int64(96), .string(Self.digits)]],
      columns: [("part", .string), ("rows", .float64), ("bytes", .int64), ("checksum", .string)])
    #expect(failure(other)?.summary.contains("\"rows\"") == true)
  }

  /// MF-2, MF-4
  @Test(
    arguments: [
      ("part", "", nil), ("part", "/a", nil), ("part", "a/", nil), ("part", "a//b", nil), ("part", "..", nil),
      ("part", "x/../y", nil), ("part", "./a", nil), ("part", "x\0", nil), ("part", "_manifest.cln", nil),
      ("part", "z/_manifest.cln", nil), ("part", nil, nil), ("rows", nil, nil), ("rows", nil, -1), ("bytes", nil, nil),
      ("bytes", nil, 0), ("checksum", nil, nil), ("checksum", "0000000000000000000000000000abc", nil),
      ("checksum", "00000000000000000000000000000ABC", nil), ("checksum", "+0000000000000000000000000000abc", nil),
    ] as [(String, String?, Int64?)])
  func aValueThatBreaksARuleIsPlaced(_ column: String, _ text: String?, _ number: Int64?) throws {
    var wrong = row("b")
    let position = try #require(Self.columns.firstIndex { $0.0 == column })
    wrong[position] = text.map { .string($0) } ?? number.map { .int64($0) } ?? .null
    let error = failure(try object([row("a"), wrong, row("c")]))
    #expect(error?.code == "manifest.malformed")
    #expect(error?.place == Place(file: "t/_manifest.cln", row: 2, column: column))
  }

  /// MF-3
  @Test func partsAscendAndThereIsOne() throws {
    for second in ["a", "Z", "A"] {
      let error = failure(try object([row("a"), row(second)]))
      #expect(error?.code == "manifest.malformed" && error?.place.row == 2)
    }
    #expect(failure(try object([]))?.code == "manifest.malformed")
    let many = Table(
      schema: Schema(Self.columns.map { Field(name: $0.0, type: $0.1) }),
      chunks: [
        [
          ColumnPage(values: .strings(StringArray(Array(repeating: "a", count: 100_001)))),
          ColumnPage(values: .int64(Array(repeating: 1, count: 100_001))),
          ColumnPage(values: .int64(Array(repeating: 96, count: 100_001))),
          ColumnPage(values: .strings(StringArray(Array(repeating: Self.digits, count: 100_001)))),
        ]
      ])
    #expect(failure(try object(many, metadata: [Manifest.mark]))?.code == "manifest.too-many-parts")
  }

  @Test func ofManyOpenedAtOnceTheFirstThatFailsIsTold() throws {
    struct Failed: Error { let item: Int }
    let items = Array(0..<200)
    #expect(try mappedAtOnce(items, atOnce: 16) { $0 * 2 } == items.map { $0 * 2 })
    #expect(try mappedAtOnce([Int](), atOnce: 16) { $0 } == [])
    for atOnce in [1, 3, 16] {
      let tried = Mutex(Set<Int>())
      let error = #expect(throws: Failed.self) {
        try mappedAtOnce(items, atOnce: atOnce) { item in
          tried.withLock { _ = $0.insert(item) }
          if item >= 20 { throw Failed(item: item) }
          // The first to fail has others that failed before it in time.
          if item == 19 { usleep(2000) }
          if item == 19 { throw Failed(item: item) }
        }
      }
      #expect(error?.item == 19)
      #expect(tried.withLock { $0.count } < 200)
    }
  }

  @Test func namesOfManifests() {
    #expect(["_manifest.cln", "t/_manifest.cln", "s3://b/_manifest.cln"].allSatisfy(isManifestPath))
    #expect(!["x_manifest.cln", "_manifest.cln/a", "t/_manifest.cl", ""].contains(where: isManifestPath))
    #expect(["a", "/a", "s3://b//x", "t/"].map(folderPrefix) == ["", "/", "s3://b//", "t/"])
  }
}

extension String {
  /// What comes before the last component `name` of a path, with the slash.
  fileprivate func components(upTo name: String) -> String {
    let parts = split(separator: "/", omittingEmptySubsequences: false)
    return parts.prefix(parts.lastIndex(of: name[...]) ?? 0).map { $0 + "/" }.joined()
  }
}
