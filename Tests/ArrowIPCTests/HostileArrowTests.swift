// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import ArrowIPC

/// Whatever the bytes are, they are read or refused.
@Suite struct HostileArrowTests {
  /// Streams to damage: other programs', and one of every type.
  private static func seeds() throws -> [[UInt8]] {
    var random = RandomSource(seed: 1)
    let pages = everyType.fields.map { randomPage($0.type, rowCount: 20, &random) }
    return try ArrowVector.valid.map { try $0.bytes() } + [written(everyType, [pages, pages], form: .file)]
  }

  @Test func everyCutIsNoticed() throws {
    for bytes in try Self.seeds() {
      for count in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 500)) {
        #expect(throws: ArrowError.self, "cut to \(count) of \(bytes.count)") { try ReadStream(Array(bytes[..<count])) }
      }
    }
  }

  @Test func damagedBytesAreReadOrRefused() throws {
    var random = RandomSource(seed: .random(in: 0 ... .max))
    print("seed \(random.seed)")
    var (readCount, refusedCount) = (0, 0)
    for bytes in try Self.seeds() {
      for _ in 0..<600 {
        var damaged = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          let position = Int.random(in: 8..<damaged.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: damaged[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 1: damaged[position] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
          case 2:
            for index in position..<min(position + 8, damaged.count) {
              damaged[index] = .random(in: 0...255, using: &random)
            }
          default:
            let other = Int.random(in: 8..<damaged.count, using: &random)
            damaged.replaceSubrange(
              position..<min(position + 4, damaged.count), with: bytes[other..<min(other + 4, bytes.count)])
          }
        }
        do {
          let read = try ReadStream(damaged)
          readCount += 1
          for pages in read.batches { for page in pages { touch(page) } }
        } catch is ArrowError {
          refusedCount += 1
        }
      }
    }
    #expect(readCount > 0)
    #expect(refusedCount > 0)
  }

  @Test func lengthsThatAreLiesCostNothing() throws {
    let schema = ArrowFormat.encapsulated(ArrowSchema([ArrowField(name: "a", type: .int64)]).message)
    for bodyByteCount in [Int.max, 1 << 40] {
      let batch = FlatBufferValue.table([
        .int64(0), .structs(words: [0, 0], count: 1), .structs(words: [0, 0, 0, 0], count: 2),
      ])
      let message = ArrowFormat.encapsulated(
        ArrowFormat.message(ArrowFormat.Header.recordBatch, batch, bodyByteCount: bodyByteCount))
      let error = #expect(throws: ArrowError.self) { try ReadStream(schema + message) }
      #expect(error?.kind == .cut)
    }
  }

  @Test(arguments: [
    ([Int64.max, 0], [Int64(0), 0, 0, 8]), ([1, 2], [0, 1, 0, 8]), ([1, 0], [0, 0, 0, 7]), ([1, 1], [0, 0, 0, 8]),
    ([1, 0], [0, 0, 8, 8]), ([1, 0], [0, 0, -8, 8]), ([1, 0], [0, 0, Int64.max, 8]), ([1, 0], [0, 0, 8, Int64.max]),
    ([2, 0], [0, 0, 0, 8]), ([1, 0], [0, 0]), ([1, 0], [0, 0, 0, 8, 0, 0]),
  ])
  func layoutsThatContradictThemselvesAreRefused(_ node: [Int64], _ buffers: [Int64]) throws {
    let schema = ArrowFormat.encapsulated(ArrowSchema([ArrowField(name: "a", type: .int64)]).message)
    let batch = FlatBufferValue.table([
      .int64(1), .structs(words: node, count: 1), .structs(words: buffers, count: buffers.count / 2),
    ])
    let message = ArrowFormat.encapsulated(
      ArrowFormat.message(ArrowFormat.Header.recordBatch, batch, bodyByteCount: 8))
    let bytes = schema + message + [UInt8](repeating: 1, count: 8) + ArrowFormat.endOfStream
    let error = #expect(throws: ArrowError.self) { try ReadStream(bytes) }
    #expect(error?.kind == .malformed)
    #expect(error?.place.byteOffset == schema.count)
  }

  /// A schema with one column of codes, and a message with so many values that take no bytes.
  private func emptyValues(_ kind: UInt8, _ type: FlatBufferValue, count: Int64, isDelta: Bool) -> (
    schema: [UInt8], message: [UInt8]
  ) {
    let dictionary = FlatBufferValue.table([.int64(0)])
    let field = FlatBufferValue.table([
      .string("a"), .bool(true), .byte(kind), type, dictionary, .tables([]),
    ])
    let schema = ArrowFormat.message(ArrowFormat.Header.schema, .table([.int16(0), .tables([field])]))
    let buffers: [Int64] = kind == ArrowFormat.TypeKind.null ? [] : [0, 0, 0, 0]
    let data = FlatBufferValue.table([
      .int64(count), .structs(words: [count, kind == ArrowFormat.TypeKind.null ? count : 0], count: 1),
      .structs(words: buffers, count: buffers.count / 2),
    ])
    let batch = FlatBufferValue.table([.int64(0), data, .bool(isDelta)])
    return (
      ArrowFormat.encapsulated(schema),
      ArrowFormat.encapsulated(ArrowFormat.message(ArrowFormat.Header.dictionaryBatch, batch))
    )
  }

  @Test(arguments: [ArrowFormat.TypeKind.null, ArrowFormat.TypeKind.fixedSizeBinary])
  func dictionariesOfNothingAreBounded(_ kind: UInt8) throws {
    let type = FlatBufferValue.table(kind == ArrowFormat.TypeKind.null ? [] : [.int32(0)])
    for count in [Int64(65_537), Int64(Int32.max)] {
      let (schema, message) = emptyValues(kind, type, count: count, isDelta: false)
      let error = #expect(throws: ArrowError.self) { try ReadStream(schema + message + ArrowFormat.endOfStream) }
      #expect(error?.kind == .limit)
      #expect(error?.place.byteOffset == schema.count)
    }
    let (schema, first) = emptyValues(kind, type, count: 65_536, isDelta: false)
    #expect(try ReadStream(schema + first + ArrowFormat.endOfStream).batches.isEmpty)
    let (_, more) = emptyValues(kind, type, count: 1, isDelta: true)
    let error = #expect(throws: ArrowError.self) { try ReadStream(schema + first + more + ArrowFormat.endOfStream) }
    #expect(error?.kind == .limit)
  }

  @Test func partsUsedOverAndOverAreRefused() throws {
    // Many tables may point to one long name: what a message says is not looked at without end.
    let name = String(repeating: "n", count: 40_000)
    let table = try FlatBufferTable(rootOf: FlatBufferWriter.bytes(of: .table([.string(name)])))
    for _ in 0..<10 { #expect(try table.string(0) == name) }
    #expect(throws: ArrowFault.self) { for _ in 0..<10 { _ = try table.string(0) } }
  }

  /// Looks at every value: none may lie outside of its page.
  private func touch(_ page: ColumnPage) {
    for row in 0..<page.rowCount where page.validity.isValid(row) {
      if case .strings(let strings) = page.values { strings.withUTF8(row) { _ in } }
    }
  }
}
