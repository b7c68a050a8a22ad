// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Encodings
import TestSupport
import Testing

@testable import Kernels

/// Kernels on packed integers against plain loops over the offsets: every width, lengths around lane and block borders, every
/// instruction set level.
///
/// Serialized because the level is one for the process.
@Suite(.serialized) struct PackedKernelsTests {
  private static let counts = [0, 1, 15, 16, 31, 33, 63, 64, 65, 1023, 1024, 1025, 2048, 2100]

  private struct Sample {
    let offsets: [UInt64]
    let bytes: [UInt8]
    let selected: [UInt64]
    let bitWidth: Int
    let comment: String

    var count: Int { offsets.count }
    func isSelected(_ row: Int) -> Bool { selected[row >> 6] >> UInt64(row & 63) & 1 == 1 }
  }

  /// Runs `body` with random offsets of each width, at each level; all lengths where `isThorough`, else three.
  private func forEachSample(seed: UInt64, widths: ClosedRange<Int> = 0...64, _ body: (Sample) -> Void) {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: seed)
    for bitWidth in widths {
      let counts = bitWidth % 9 == 0 ? Self.counts : [1025, Self.counts[bitWidth % Self.counts.count]]
      for count in counts {
        let mask: UInt64 = bitWidth == 0 ? 0 : ~0 >> UInt64(64 - bitWidth)
        // The greatest at times, so that sums reach their limits.
        let offsets = (0..<count).map { _ in random.next() % 3 == 0 ? mask : random.next() & mask }
        let selected = (0..<(count + 63) / 64).map { _ in random.next() % 4 == 0 ? ~0 : random.next() }
        let bytes = packedPlainly(offsets, bitWidth: bitWidth)
        for level in 0...Int(cs_bit_packing_highest_level()) {
          cs_bit_packing_force_level(Int32(level))
          body(
            Sample(
              offsets: offsets, bytes: bytes, selected: selected, bitWidth: bitWidth,
              comment: "level \(level), width \(bitWidth), \(count) offsets, seed \(seed)"))
        }
      }
    }
  }

  @Test func sumsEqualAPlainLoop() {
    forEachSample(seed: 30) { sample in
      let greatest = sample.offsets.max() ?? 0
      sample.bytes.withUnsafeBytes { bytes in
        let all = packedSum(bytes, count: sample.count, bitWidth: sample.bitWidth)
        #expect(all.sum == sample.offsets.reduce(Int128(0)) { $0 + Int128($1) }, "\(sample.comment)")
        #expect(all.greatest == greatest, "\(sample.comment)")
        let some = sample.selected.withUnsafeBufferPointer {
          packedSum(bytes, count: sample.count, bitWidth: sample.bitWidth, selected: $0)
        }
        let expected = (0..<sample.count).reduce(Int128(0)) {
          sample.isSelected($1) ? $0 + Int128(sample.offsets[$1]) : $0
        }
        #expect(some.sum == expected, "\(sample.comment)")
        #expect(some.greatest == (sample.count == 0 ? 0 : greatest), "\(sample.comment)")
      }
    }
  }

  @Test func sumsOfTheGreatestOffsetsDoNotOverflow() {
    for bitWidth in [26, 27, 28, 32, 33, 63, 64] {
      let count = 131_072
      let greatest: UInt64 = ~0 >> UInt64(64 - bitWidth)
      let bytes = [UInt8](repeating: 0xFF, count: packedByteCount(count, bitWidth: bitWidth))
      let total = bytes.withUnsafeBytes { packedSum($0, count: count, bitWidth: bitWidth) }
      #expect(total.sum == Int128(greatest) * Int128(count), "width \(bitWidth)")
    }
  }

  @Test func comparisonsEqualAPlainLoop() {
    var random = RandomSource(seed: 31)
    forEachSample(seed: 32) { sample in
      let limit: UInt64 = sample.bitWidth == 0 ? 0 : ~0 >> UInt64(64 - sample.bitWidth)
      let pivot = sample.offsets.first ?? 0
      let other = limit == .max ? random.next() : random.next() % (limit + 1)
      let ranges: [ClosedRange<UInt64>] = [
        0...pivot, pivot...limit, pivot...pivot, 0...limit, min(pivot, other)...max(pivot, other), pivot...UInt64.max,
      ]
      for range in ranges {
        var words = [UInt64](repeating: 0xEE, count: (sample.count + 63) / 64)
        let greatest = sample.bytes.withUnsafeBytes { bytes in
          words.withUnsafeMutableBufferPointer {
            packedInRange(bytes, count: sample.count, bitWidth: sample.bitWidth, range: range, into: $0)
          }
        }
        #expect(words == plainWords(sample.count) { range.contains(sample.offsets[$0]) }, "\(range), \(sample.comment)")
        #expect(greatest == sample.offsets.max() ?? 0, "\(sample.comment)")
      }
      if limit < .max { expectNothing(beyond: limit, sample) }
    }
  }

  /// A range past every offset there can be.
  private func expectNothing(beyond limit: UInt64, _ sample: Sample) {
    var words = [UInt64](repeating: 0xEE, count: (sample.count + 63) / 64)
    _ = sample.bytes.withUnsafeBytes { bytes in
      words.withUnsafeMutableBufferPointer {
        packedInRange(bytes, count: sample.count, bitWidth: sample.bitWidth, range: limit + 1...UInt64.max, into: $0)
      }
    }
    #expect(words.allSatisfy { $0 == 0 }, "\(sample.comment)")
  }

  @Test func integersComparedEqualAPlainLoop() {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: 33)
    let edges: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
    for level in 0...Int(cs_bit_packing_highest_level()) {
      cs_bit_packing_force_level(Int32(level))
      for count in [0, 1, 63, 64, 65, 128, 1000] {
        let values = (0..<count).map { _ in
          random.next() % 2 == 0 ? edges.randomElement(using: &random)! : Int64(bitPattern: random.next())
        }
        for low in edges {
          for high in edges where low <= high {
            var words = [UInt64](repeating: 0xEE, count: (count + 63) / 64)
            values.withUnsafeBufferPointer { values in
              words.withUnsafeMutableBufferPointer { integersInRange(values, range: low...high, into: $0) }
            }
            #expect(
              words == plainWords(count) { (low...high).contains(values[$0]) }, "\(low)...\(high), level \(level)")
          }
        }
      }
    }
  }

  @Test func narrowUnpackingEqualsTheOffsets() {
    forEachSample(seed: 34, widths: 0...16) { sample in
      var shorts = [UInt16](repeating: 7, count: sample.count)
      cs_unpack_u16(sample.bytes, sample.count, UInt32(sample.bitWidth), &shorts)
      #expect(shorts.map { UInt64($0) } == sample.offsets, "\(sample.comment)")
      guard sample.bitWidth <= 8 else { return }
      var bytes = [UInt8](repeating: 7, count: sample.count)
      cs_unpack_u8(sample.bytes, sample.count, UInt32(sample.bitWidth), &bytes)
      #expect(bytes.map { UInt64($0) } == sample.offsets, "\(sample.comment)")
    }
  }

  @Test func packedCodesAreLookedUpAndThoseWithoutAFlagRefused() {
    var random = RandomSource(seed: 35)
    forEachSample(seed: 36, widths: 0...18) { sample in
      let limit = Int(sample.offsets.max() ?? 0) + 1
      let flags = (0..<limit).map { _ in UInt8(random.next() & 1) }
      var words = [UInt64](repeating: 0xEE, count: (sample.count + 63) / 64)
      let isSound = sample.bytes.withUnsafeBytes { bytes in
        flags.withUnsafeBufferPointer { flags in
          words.withUnsafeMutableBufferPointer {
            packedLookUp(bytes, count: sample.count, bitWidth: sample.bitWidth, flags: flags, into: $0)
          }
        }
      }
      #expect(isSound, "\(sample.comment)")
      #expect(words == plainWords(sample.count) { flags[Int(sample.offsets[$0])] == 1 }, "\(sample.comment)")
      guard sample.count > 0 else { return }
      let isRefused = sample.bytes.withUnsafeBytes { bytes in
        flags.dropLast().withUnsafeBufferPointer { flags in
          words.withUnsafeMutableBufferPointer {
            !packedLookUp(bytes, count: sample.count, bitWidth: sample.bitWidth, flags: flags, into: $0)
          }
        }
      }
      #expect(isRefused, "\(sample.comment)")
    }
  }
}

/// A bit for each row that passes.
private func plainWords(_ count: Int, _ passes: (Int) -> Bool) -> [UInt64] {
  var words = [UInt64](repeating: 0, count: (count + 63) / 64)
  for row in 0..<count where passes(row) { words[row / 64] |= 1 << UInt64(row % 64) }
  return words
}
