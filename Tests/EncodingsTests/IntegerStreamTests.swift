// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Encodings

/// Streams of integers: which encoding is chosen, that values come back, and that bad trees and bytes are refused.
@Suite struct IntegerStreamTests {
  private func roundTrip<T: StreamInteger>(
    _ values: [T], _ summarize: (UnsafeBufferPointer<T>) -> IntegerSummary<T>
  ) throws -> IntegerEncoding {
    var bytes: [UInt8] = []
    let encoding = values.withUnsafeBufferPointer {
      encodeIntegers($0, summary: summarize($0), policy: .withoutCodec, into: &bytes)
    }
    #expect(bytes.count == encoding.byteCount(valueCount: values.count, valueBits: T.bitWidth))
    var writer = ByteWriter()
    encoding.serialize(to: &writer)
    var reader = ByteReader(writer.bytes)
    #expect(try IntegerEncoding.parse(from: &reader, valueCount: values.count, as: T.self) == encoding)
    #expect(reader.remaining == 0)
    let (decoded, used): ([T], Int) = try bytes.withUnsafeBytes { bytes in
      try decodeIntegers(encoding, from: bytes, count: values.count)
    }
    #expect(decoded == values)
    #expect(used == bytes.count)
    return encoding
  }

  @Test func theSmallestEncodingIsChosen() throws {
    #expect(try roundTrip([Int64]()) { summarize($0) } == .constant(0))
    #expect(try roundTrip([Int64](repeating: -9, count: 5)) { summarize($0) } == .constant(-9))
    #expect(
      try roundTrip((0..<106).map { Int64($0 * 37 % 106) - 5 }) { summarize($0) } == .packed(reference: -5, bitWidth: 7)
    )
    #expect(try roundTrip([Int64.min, .max]) { summarize($0) } == .plain)
    #expect(try roundTrip([Int64.min, -1]) { summarize($0) } == .packed(reference: Int128(Int64.min), bitWidth: 63))
    #expect(try roundTrip([UInt32.min, .max]) { summarize($0) } == .plain)
    #expect(try roundTrip([UInt32](7...9)) { summarize($0) } == .packed(reference: 7, bitWidth: 2))
    let huge = Int128(1) << 100
    #expect(try roundTrip([huge, huge + 5]) { summarize($0) } == .packed(reference: huge, bitWidth: 3))
    #expect(
      try roundTrip([huge, huge + Int128(UInt64.max)]) { summarize($0) } == .packed(reference: huge, bitWidth: 64))
    #expect(try roundTrip([Int128.min, .max, 0]) { summarize($0) } == .plain)
    let runs = (0..<400).map { Int64([0, 4_000, 1_001, 3_003][$0 / 100]) }
    #expect(
      try roundTrip(runs) { summarize($0) }
        == .runs(count: 4, values: .packed(reference: 0, bitWidth: 12), lengths: .constant(100)))
    // Two values in a row are no reason to give up packing.
    #expect(try roundTrip((0..<400).map { Int64($0 / 2 % 4) }) { summarize($0) } == .packed(reference: 0, bitWidth: 2))
  }

  @Test func badTreesAreRefused() {
    func parse<T: StreamInteger>(_ bytes: [UInt8], _ count: Int, as type: T.Type) -> EncodingError.Kind? {
      var reader = ByteReader(bytes)
      do throws(EncodingError) {
        _ = try IntegerEncoding.parse(from: &reader, valueCount: count, as: T.self)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(parse([], 1, as: Int64.self) == .truncated)
    #expect(parse([10], 1, as: Int64.self) == .unknown)
    #expect(parse([5, 0, 2, 2], 2, as: Int64.self) == .malformed, "no distance")
    #expect(parse([5, 2, 2, 2], 2, as: Int64.self) == .malformed, "nothing left for differences")
    #expect(parse([5, 3, 2, 2], 2, as: Int64.self) == .limit, "a distance past the end")
    #expect(parse([6, 0, 2, 2, 2], 2, as: Int64.self) == .malformed, "no patches")
    #expect(parse([6, 3, 2, 2, 2], 2, as: Int64.self) == .limit, "more patches than values")
    #expect(parse([7, 0, 2, 2], 2, as: Int64.self) == .malformed, "an empty dictionary")
    #expect(parse([7, 3, 2, 2], 2, as: Int64.self) == .limit, "a dictionary longer than the stream")
    #expect(parse([8, 0, 0], 1, as: Int64.self) == .malformed)
    #expect(parse([8, 9, 0], 1, as: Int64.self) == .malformed)
    #expect(parse([8, 5, 0], 1, as: UInt32.self) == .malformed)
    #expect(parse([9, 1, 0, 2], 1, as: UInt32.self) == .malformed, "-1 is no factor of codes")
    #expect(parse([3, 65, 0], 1, as: Int64.self) == .malformed)
    #expect(parse([3, 33, 0], 1, as: UInt32.self) == .malformed)
    #expect(parse([1, 1], 1, as: UInt32.self) == .malformed, "-1 is no code")
    #expect(parse([4, 3, 2, 2], 2, as: Int64.self) == .limit, "more runs than values")
    #expect(parse([4, 0, 2, 2], 2, as: Int64.self) == .malformed, "no runs")
    #expect(parse([4, 2, 4, 2, 4, 2, 4, 2, 2, 2, 2, 2, 2], 2, as: Int64.self) == .limit, "five levels")
    #expect(parse([1, 0x80, 0], 1, as: Int64.self) == .malformed, "longer than needed")
    #expect(parse([1] + [UInt8](repeating: 0xFF, count: 18) + [4], 1, as: Int128.self) == .malformed, "past 128 bits")
  }

  @Test func badPatchesAndCodesAreRefused() {
    var out = [Int64](repeating: 0, count: 4)
    for positions: [UInt32] in [[4], [1, 1], [2, 0], [UInt32.max]] {
      #expect(throws: EncodingError.self) {
        try out.withUnsafeMutableBufferPointer { try patch($0, at: positions, with: positions.map { _ in 9 }) }
      }
    }
    #expect(throws: EncodingError.self) {
      try out.withUnsafeMutableBufferPointer { try lookUp([0, 1, 2, 0], in: [5, 6], into: $0) }
    }
  }

  @Test func badRunsAreRefused() {
    for lengths: [UInt32] in [[2, 1], [0, 4], [3, 2], [4, 0], [UInt32.max, 1]] {
      var out = [Int64](repeating: 0, count: 4)
      #expect(throws: EncodingError.self) {
        try out.withUnsafeMutableBufferPointer { buffer in
          try expandRuns([1, 2], lengths, into: buffer)
        }
      }
    }
    #expect(throws: EncodingError.self) {
      try [UInt8](repeating: 0, count: 7).withUnsafeBytes { bytes in
        _ = try decodeIntegers(.plain, from: bytes, count: 1) as ([Int64], Int)
      }
    }
  }

  @Test func variableLengthNumbersComeBack() throws {
    let numbers: [Int128] = [0, -1, 1, 63, 64, -64, -65, Int128(Int64.max), Int128(Int64.min), .max, .min]
    var writer = ByteWriter()
    for number in numbers { writer.appendZigzag(number) }
    var reader = ByteReader(writer.bytes)
    for number in numbers { #expect(try reader.readZigzag() == number) }
    #expect(reader.remaining == 0)
  }
}
