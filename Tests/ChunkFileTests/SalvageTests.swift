// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ChunkFile

/// Every intact cell of a damaged file comes out, and every other one is named.
@Suite struct SalvageTests {
  /// Two chunks of two columns: `a` of integers, `s` of codes in a dictionary of two segments.
  private static let table: Table = {
    let codes = (0..<70_000).map { UInt32($0 * 3 % 70_000) }
    var random = RandomSource(seed: 8)
    let integers = (0..<70_000).map { _ in Int64.random(in: 0...1 << 40, using: &random) }
    return Table(
      schema: Schema([Field(name: "a", type: .int64), Field(name: "s", type: .string)]),
      chunks: [
        [ColumnPage(values: .int64(integers)), ColumnPage(values: .codes(codes))],
        [ColumnPage(values: .int64([5, 6, 70])), ColumnPage(values: .codes([69_999, 0, 65_536]))],
      ],
      dictionaries: [nil, StringDictionary(entries: StringArray((0..<70_000).map { "entry \($0)" }))])
  }()

  private static let bytes: [UInt8] = (try? chunkFileBytes(of: table, metadata: [("k", "v")])) ?? []

  private func salvaged(_ change: (inout Surgery, ChunkFile) throws -> Void) throws -> SalvagedTable {
    var surgery = Surgery(Self.bytes)
    try change(&surgery, open(Self.bytes))
    return try SalvagedTable(MemoryObject(bytes: surgery.bytes))
  }

  /// Checks each cell: null if a loss names it, else the original's. Precondition: no row was left out.
  private func expectRest(of salvaged: SalvagedTable, _ table: Table, _ comment: Comment = "") throws {
    #expect(salvaged.lostRowCount == 0, comment)
    try #require(salvaged.rowCount == table.rowCount && salvaged.chunkCount == table.chunkCount, comment)
    for (column, field) in table.schema.fields.enumerated() {
      let lost = salvaged.losses.filter { $0.column == field.name }.map { $0.firstRow..<$0.firstRow + $0.rowCount }
      var row = 0
      var wrong: [Int] = []
      let dictionary = try salvaged.dictionary(column: column)
      for chunk in 0..<table.chunkCount {
        let page = try salvaged.page(column: column, chunk: chunk)
        for position in 0..<page.rowCount {
          row += 1
          let isLost = lost.contains { $0.contains(row) }
          let found = page.value(at: position, type: field.type, dictionary: dictionary)
          let expected = table.chunks[chunk][column]
            .value(at: position, type: field.type, dictionary: table.dictionaries[column])
          if found != (isLost ? .null : expected), !(found.isNaN && expected.isNaN) { wrong.append(row) }
        }
      }
      #expect(wrong == [], "\(field.name), these rows; \(comment)")
    }
  }

  @Test func intactFileLosesNothing() throws {
    let rest = try salvaged { _, _ in }
    #expect(rest.losses == [])
    try expectRest(of: rest, Self.table)
  }

  @Test func damagedPage() throws {
    let rest = try salvaged { surgery, file in
      surgery.bytes[try file.pageDescription(column: 0, chunk: 0).byteOffset + 5] ^= 4
    }
    #expect(rest.losses.map(\.column) == ["a"])
    #expect(rest.losses.first?.firstRow == 1)
    #expect(rest.losses.first?.rowCount == 70_000)
    #expect(rest.losses.first?.reason.contains("byte 64 ") == true)
    try expectRest(of: rest, Self.table)
  }

  @Test(arguments: [0, 1]) func damagedSegmentLosesItsStringsAlone(_ number: Int) throws {
    let rest = try salvaged { surgery, file in
      let segment = try #require(try file.section(1).dictionary?.segments[number])
      surgery.bytes[segment.offset + 5] ^= 4
    }
    let lostStrings = number == 0 ? 65_536 : 70_000 - 65_536
    #expect(rest.losses.reduce(0) { $0 + $1.rowCount } == lostStrings + (number == 0 ? 1 : 2))
    #expect(Set(rest.losses.map(\.column)) == ["s"])
    try expectRest(of: rest, Self.table)
  }

  /// Groups say how much is lost whether single losses are listed or not.
  @Test func groupsNeedNoList() throws {
    var surgery = Surgery(Self.bytes)
    let file = try open(Self.bytes)
    surgery.bytes[try file.pageDescription(column: 0, chunk: 0).byteOffset + 5] ^= 4
    for segment in try #require(try file.section(1).dictionary?.segments) { surgery.bytes[segment.offset + 5] ^= 4 }
    let object = MemoryObject(bytes: surgery.bytes)
    let rest = try SalvagedTable(object)
    let unlisted = try SalvagedTable(object, listsLosses: false)
    #expect(unlisted.losses == [])
    #expect(unlisted.lossGroups == rest.lossGroups)
    #expect(rest.lossGroups.map(\.column) == ["a", "s", "s"])
    #expect(rest.losses.count > 5)
    for group in rest.lossGroups {
      let own = rest.losses.filter { $0.column == group.column && $0.reason == group.reason }
      #expect(group.cellCount == own.reduce(0) { $0 + $1.rowCount })
      #expect(group.firstRow == own.first?.firstRow)
      #expect(group.lastRow == own.last.map { $0.firstRow + $0.rowCount - 1 })
    }
  }

  @Test func damagedRanksLoseNothing() throws {
    let rest = try salvaged { surgery, file in
      surgery.bytes[try #require(try file.section(1).dictionary?.ranks).offset] ^= 4
    }
    #expect(rest.losses == [])
    try expectRest(of: rest, Self.table)
  }

  @Test func damagedSectionLosesItsColumn() throws {
    let rest = try salvaged { surgery, _ in surgery.bytes[surgery.section(1).lowerBound + 50] ^= 1 }
    #expect(rest.losses.map(\.column) == ["s"])
    #expect(rest.losses.first?.rowCount == Self.table.rowCount)
    #expect(try rest.dictionary(column: 1) == nil)
    try expectRest(of: rest, Self.table)
  }

  @Test func rowsOfWhichNothingIsLeftAreLeftOut() throws {
    let rest = try salvaged { surgery, file in
      for column in 0..<2 { surgery.bytes[try file.pageDescription(column: column, chunk: 0).byteOffset] ^= 1 }
    }
    #expect(rest.lostRowCount == 70_000)
    #expect(rest.rowCount == 3 && rest.chunkCount == 1)
    #expect(try rest.page(column: 0, chunk: 0) == Self.table.chunks[1][0])
    #expect(try rest.page(column: 1, chunk: 0) == Self.table.chunks[1][1])
    #expect(rest.losses.map(\.firstRow) == [1, 1], "rows of the damaged file")
  }

  /// The first column's pages are all lost, some of the second's strings too: single rows go.
  @Test func singleRowsAreLeftOut() throws {
    let rest = try salvaged { surgery, file in
      surgery.bytes[surgery.section(0).lowerBound] ^= 1
      surgery.bytes[try #require(try file.section(1).dictionary?.segments[0]).offset] ^= 1
    }
    #expect(rest.rowCount == 70_000 - 65_536 + 2)
    #expect(rest.lostRowCount == 65_536 + 1)
    let last = try rest.page(column: 1, chunk: 1)
    let dictionary = try rest.dictionary(column: 1)
    let texts = (0..<2).map { last.value(at: $0, type: .string, dictionary: dictionary) }
    #expect(texts == [.string("entry 69999"), .string("entry 65536")])
    #expect(try rest.page(column: 0, chunk: 1).nullCount == 2)
    #expect(try rest.statistics(column: 0, chunk: 1).nullCount == 2)
  }

  @Test func damagedPaddingAndHeaderLoseNothing() throws {
    let rest = try salvaged { surgery, file in
      let extent = try file.section(0).pages[1].extent
      try #require(extent.paddedByteCount > extent.storedByteCount)
      surgery.bytes[extent.offset + extent.storedByteCount] = 1
      surgery.bytes[3] = 0
      surgery.bytes[40] = 1
    }
    #expect(rest.losses == [])
    try expectRest(of: rest, Self.table)
  }

  @Test func damagedMetadataAreToldAndLoseNoCell() throws {
    let rest = try salvaged { surgery, _ in surgery.bytes[surgery.metadataSection.lowerBound + 5] ^= 1 }
    #expect(rest.losses.map(\.column) == [nil])
    #expect(rest.losses.first?.rowCount == 0)
    try expectRest(of: rest, Self.table)
  }

  @Test func nothingIsLeftWithoutTailDirectorySchemaOrChunkRows() throws {
    let surgery = Surgery(Self.bytes)
    let positions = [
      surgery.tailStart, surgery.directoryStart, surgery.schemaSection.lowerBound, surgery.chunkRowsSection.lowerBound,
    ]
    for position in positions {
      #expect(throws: ChunkFileError.self, "byte \(position)") {
        _ = try salvaged { surgery, _ in surgery.bytes[position] ^= 1 }
      }
    }
    #expect(throws: ChunkFileError.self) { try salvaged { surgery, _ in surgery.bytes.removeLast() } }
  }

  /// A read that fails (a bad sector) loses what lies there.
  @Test func unreadableBytesAreLost() throws {
    struct BadSector: ReadableObject {
      let base: MemoryObject
      let bad: Range<Int>
      var name: String { base.name }
      var byteCount: Int { base.byteCount }
      func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard !bad.overlaps(offset..<offset + buffer.count) else {
          throw StorageError(.system, name: name, summary: "cannot read it: Input/output error", byteOffset: offset)
        }
        try base.read(at: offset, into: buffer)
      }
    }
    let offset = try open(Self.bytes).pageDescription(column: 0, chunk: 0).byteOffset
    let object = BadSector(base: MemoryObject(bytes: Self.bytes), bad: offset..<offset + 1)
    let rest = try SalvagedTable(object)
    #expect(rest.losses.map(\.reason) == ["cannot read it: Input/output error (byte \(offset))"])
    try expectRest(of: rest, Self.table)
  }

  /// Whatever bit is flipped: a cell is the original's, or null and named.
  @Test func randomFlips() throws {
    for seed in UInt64(1)...60 {
      var random = RandomSource(seed: seed)
      let table = randomTable(&random)
      var bytes = try chunkFileBytes(of: table)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
      guard let rest = try? SalvagedTable(MemoryObject(bytes: bytes)) else { continue }
      try expectRest(of: rest, table, "seed \(seed)")
    }
  }
}

extension Value {
  fileprivate var isNaN: Bool { if case .float64(let value) = self { value.isNaN } else { false } }
}
