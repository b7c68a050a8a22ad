// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import ArrowIPC

@Suite struct FlatBufferTests {
  private let message = FlatBufferValue.table([
    .bool(true), .byte(200), nil, .int16(-3), .int64(.min), .string("é"), .int32(-70_000),
    .table([.string("inner"), nil, .int64(7)]), .tables([.table([]), .table([.byte(9)])]),
    .structs(words: [1, -2, 3, -4], count: 2), .string(""),
  ])

  @Test func whatIsWrittenIsRead() throws {
    let table = try FlatBufferTable(rootOf: FlatBufferWriter.bytes(of: message))
    #expect(try table.number(0, UInt8(0)) == 1)
    #expect(try table.number(1, UInt8(0)) == 200)
    #expect(try table.number(2, Int32(-1)) == -1)
    #expect(try table.number(3, Int16(0)) == -3)
    #expect(try table.number(4, Int64(0)) == .min)
    #expect(try table.string(5) == "é")
    #expect(try table.number(6, Int32(0)) == -70_000)
    #expect(try table.table(7)?.string(0) == "inner")
    #expect(try table.table(7)?.number(2, Int64(0)) == 7)
    #expect(try table.tables(8).map { try $0.number(0, UInt8(1)) } == [1, 9])
    #expect(try table.words(9, wordCount: 2) == [1, -2, 3, -4])
    #expect(try table.string(10) == "")
    #expect(try table.string(11) == nil)
    #expect(try table.table(99) == nil)
  }

  @Test func numbersLieAtMultiplesOfTheirSize() throws {
    // Members and structs of eight bytes are found at offsets that eight divides.
    let bytes = FlatBufferWriter.bytes(of: message)
    let minimum = withUnsafeBytes(of: Int64.min.littleEndian) { Array($0) }
    #expect(try #require(bytes.firstRange(of: minimum)).lowerBound % 8 == 0)
    let word = withUnsafeBytes(of: Int64(-2).littleEndian) { Array($0) }
    #expect(try #require(bytes.firstRange(of: word)).lowerBound % 8 == 0)
  }

  @Test func badOffsetsAreRefused() {
    #expect(throws: ArrowFault.self) { try FlatBufferTable(rootOf: []) }
    #expect(throws: ArrowFault.self) { try FlatBufferTable(rootOf: [4, 0, 0, 0]) }
    #expect(throws: ArrowFault.self) { try FlatBufferTable(rootOf: [4, 0, 0, 0, 0, 0, 0, 0x80]) }
  }

  @Test func lz4BlocksOfEveryKindAreDecoded() {
    // "abcabcabcab!" : three literals, a match of eight at distance 3, a literal at the end.
    let block: [UInt8] = [0x34, 0x61, 0x62, 0x63, 3, 0, 0x10, 0x21]
    let frame: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x40, 0x40, 0, 8, 0, 0, 0] + block + [0, 0, 0, 0]
    #expect(decoded(frame, byteCount: 12) == Array("abcabcabcab!".utf8))
    #expect(decoded(frame, byteCount: 11) == nil)
    #expect(decoded(frame, byteCount: 13) == nil)
    for count in 0..<frame.count { #expect(decoded(Array(frame[..<count]), byteCount: 12) == nil) }
    let plain: [UInt8] = [0x04, 0x22, 0x4D, 0x18, 0x40, 0x40, 0, 2, 0, 0, 0x80, 0x68, 0x69, 0, 0, 0, 0]
    #expect(decoded(plain, byteCount: 2) == Array("hi".utf8))
  }

  private func decoded(_ frame: [UInt8], byteCount: Int) -> [UInt8]? {
    var out = [UInt8](repeating: 0, count: byteCount)
    let isWhole = out.withUnsafeMutableBytes { out in frame.withUnsafeBytes { decodeLZ4Frame($0, into: out) } }
    return isWhole ? out : nil
  }
}
