// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import TestSupport
import Testing

@testable import Encodings

/// The packing kernels against their plain twin: every width, lengths around block borders, every instruction set level.
///
/// Serialized because the level is one for the process.
@Suite(.serialized) struct BitPackingTests {
  private static let counts = [0, 1, 2, 63, 1023, 1024, 1025, 2048, 2100]

  private func values(_ count: Int, bitWidth: Int, _ random: inout RandomSource) -> [UInt64] {
    let mask: UInt64 = bitWidth == 0 ? 0 : ~0 >> UInt64(64 - bitWidth)
    // The extremes first, so that every bit of the width is met.
    return (0..<count).map { $0 == 0 ? mask : random.next() & mask }
  }

  @Test func everyWidthEqualsThePlainTwin() {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: 20)
    for bitWidth in 0...64 {
      for count in [1023, 1025, bitWidth % 8 == 0 ? 2100 : 1] {
        let offsets = values(count, bitWidth: bitWidth, &random)
        let expected = packedPlainly(offsets, bitWidth: bitWidth)
        #expect(
          unpackedPlainly(expected, count: count, bitWidth: bitWidth) == offsets, "width \(bitWidth), \(count) values")
        for level in 0...Int(cs_bit_packing_highest_level()) {
          cs_bit_packing_force_level(Int32(level))
          expectTwin(
            offsets, expected, bitWidth, "level \(level), width \(bitWidth), \(count) values, seed \(random.seed)")
        }
      }
    }
  }

  private func expectTwin(_ offsets: [UInt64], _ expected: [UInt8], _ bitWidth: Int, _ comment: String) {
    let reference: Int64 = -1_234_567
    let wide = offsets.map { Int64(bitPattern: $0) &+ reference }
    #expect(packed(wide, reference: reference, bitWidth: bitWidth) == expected, "\(comment)")
    #expect(unpacked(expected, wide.count, reference: reference, bitWidth: bitWidth) == wide, "\(comment)")
    guard bitWidth <= 32 else { return }
    let narrow = offsets.map { UInt32(truncatingIfNeeded: $0) &+ 99 }
    #expect(packed(narrow, reference: 99, bitWidth: bitWidth) == expected, "\(comment)")
    #expect(unpacked(expected, narrow.count, reference: 99 as UInt32, bitWidth: bitWidth) == narrow, "\(comment)")
  }

  @Test func lengthsAtBlockBorders() {
    var random = RandomSource(seed: 21)
    for count in Self.counts {
      for bitWidth in [1, 7, 31, 32, 33, 64] {
        let offsets = values(count, bitWidth: bitWidth, &random).map { Int64(bitPattern: $0) }
        let bytes = packed(offsets, reference: 0, bitWidth: bitWidth)
        #expect(bytes == packedPlainly(offsets.map { UInt64(bitPattern: $0) }, bitWidth: bitWidth))
        #expect(unpacked(bytes, count, reference: 0 as Int64, bitWidth: bitWidth) == offsets)
        let widest = offsets.map { Int128($0) + (Int128(1) << 90) }
        let wideBytes = packed(
          offsets.map { Int128(UInt64(bitPattern: $0)) + (1 << 90) }, reference: 1 << 90, bitWidth: bitWidth)
        #expect(wideBytes == bytes, "\(widest.count) values, width \(bitWidth)")
      }
    }
  }

  @Test func rowsPickedAreThoseUnpacked() {
    var random = RandomSource(seed: 23)
    for bitWidth in 0...32 {
      for count in [1, 1023, 1024, 1025, 2100] {
        let narrow = values(count, bitWidth: bitWidth, &random).map { UInt32(truncatingIfNeeded: $0) &+ 7 }
        // Just as long as they are: a byte more that is read is found by the sanitizer.
        let bytes = packed(narrow, reference: 7, bitWidth: bitWidth)
        let rows = (0..<UInt32(count)).filter { $0 == 0 || $0 == count - 1 || random.next() % 9 == 0 }
        var found = [UInt32](repeating: 0, count: rows.count)
        cs_pick_u32(bytes, count, UInt32(bitWidth), 7, rows, rows.count, &found)
        #expect(found == rows.map { narrow[Int($0)] }, "width \(bitWidth), \(count) values, seed \(random.seed)")
      }
    }
  }

  @Test func summariesEqualAPlainLoop() {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: 22)
    for level in 0...Int(cs_bit_packing_highest_level()) {
      cs_bit_packing_force_level(Int32(level))
      for count in [1, 2, 7, 8, 9, 31, 33, 1000] {
        let values = (0..<count).map { _ in Int64(bitPattern: random.next()) >> Int64(random.next() % 60) }
        let summary = values.withUnsafeBufferPointer { summarize($0) }
        #expect(summary.minimum == values.min())
        #expect(summary.maximum == values.max())
        #expect(summary.sum == values.reduce(Int128(0)) { $0 + Int128($1) }, "\(count) values, level \(level)")
        #expect(summary.runCount == 1 + zip(values, values.dropFirst()).filter { $0 != $1 }.count)
        let codes = values.map { UInt32(truncatingIfNeeded: $0 & 3) }
        let short = codes.withUnsafeBufferPointer { summarize($0) }
        #expect(short.minimum == codes.min() && short.maximum == codes.max())
        #expect(short.runCount == 1 + zip(codes, codes.dropFirst()).filter { $0 != $1 }.count)
        #expect(codes.withUnsafeBufferPointer { cs_maximum_u32($0.baseAddress, $0.count) } == codes.max())
      }
    }
  }
}

func packed<T: StreamInteger>(_ values: [T], reference: T, bitWidth: Int) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xEE, count: packedByteCount(values.count, bitWidth: bitWidth))
  values.withUnsafeBufferPointer { source in
    bytes.withUnsafeMutableBytes { T.pack(source, reference: reference, bitWidth: bitWidth, into: $0) }
  }
  return bytes
}

func unpacked<T: StreamInteger>(_ bytes: [UInt8], _ count: Int, reference: T, bitWidth: Int) -> [T] {
  var values = [T](repeating: 77, count: count)
  bytes.withUnsafeBytes { source in
    values.withUnsafeMutableBufferPointer { T.unpack(source, reference: reference, bitWidth: bitWidth, into: $0) }
  }
  return values
}
