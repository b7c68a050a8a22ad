// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Encodings

/// Text, codecs and hashes.
@Suite struct PageCodingTests {
  @Test func utf8IsTheStandardsAndNoMore() {
    func isValid(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { firstInvalidUTF8($0) == nil } }
    for text in [
      "", "plain ASCII, longer than eight", "São Paulo", "12345678é", "\u{7FF}\u{800}\u{FFFF}\u{10000}\u{10FFFF}",
    ] {
      #expect(isValid(Array(text.utf8)), "\(text)")
    }
    let bad: [[UInt8]] = [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE2, 0x82],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xE2, 0x28, 0xA1], [0xFF],
    ]
    for bytes in bad {
      #expect(!isValid(bytes), "\(bytes)")
      #expect(!isValid(Array("12345678".utf8) + bytes), "\(bytes) after eight")
    }
    // Every sequence of up to three bytes from the borders of the table, against the standard library.
    let borders: [UInt8] = [
      0x00, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5,
    ]
    for a in borders {
      for b in borders {
        for c in borders { #expect(isValid([a, b, c]) == (String(validating: [a, b, c], as: UTF8.self) != nil)) }
      }
    }
  }

  @Test func codecsComeBackAndRefuseOtherSizes() throws {
    let raw = (0..<5_000).map { UInt8($0 / 100) }
    for codec in [Codec.zstd, .zlib] {
      let packed = raw.withUnsafeBytes { bytes in
        codec == .zstd
          ? zstdCompressed(bytes, ZstdEffort(level: 3), limit: 5_000) : zlibCompressed(bytes, level: 6, limit: 5_000)
      }
      let stored = try #require(packed)
      func undo(_ bytes: [UInt8], _ size: Int) throws -> [UInt8] {
        var out = [UInt8](repeating: 1, count: size)
        try bytes.withUnsafeBytes { source in
          try out.withUnsafeMutableBytes { target in try decompress(codec, source, into: target) }
        }
        return out
      }
      #expect(try undo(stored, 5_000) == raw)
      #expect(throws: EncodingError.self) { try undo(stored, 4_999) }
      #expect(throws: EncodingError.self) { try undo(stored, 5_001) }
      #expect(throws: EncodingError.self) { try undo(stored + [0], 5_000) }
      #expect(throws: EncodingError.self) { try undo(Array(stored.dropLast()), 5_000) }
      #expect(throws: EncodingError.self) { try undo([], 5_000) }
    }
    var source = RandomSource(seed: 6)
    let random = raw.map { _ in UInt8(truncatingIfNeeded: source.next()) }
    #expect(
      random.withUnsafeBytes { zstdCompressed($0, ZstdEffort(level: 1), limit: 4_900) } == nil,
      "random bytes do not shrink")
  }

  @Test func equalRowsHaveEqualHashes() {
    func hash(_ page: ColumnPage, scale: Int = 0) -> UInt128 { encodePage(page, scale: scale).contentHash }
    let words: [UInt64] = [0b101]
    let plain = ColumnPage(values: .int64([5, 0, 7]), validity: .bits(words))
    #expect(
      hash(plain) == hash(ColumnPage(values: .int64([5, 99, 7]), validity: .bits(words))), "null slots do not count")
    #expect(hash(plain) == hash(ColumnPage(values: .int128([5, 0, 7]), validity: .bits(words))), "nor does the width")
    #expect(hash(plain) != hash(ColumnPage(values: .int64([5, 0, 7]))), "a null is not a zero")
    #expect(hash(plain) != hash(plain, scale: 1))
    #expect(hash(plain) != hash(ColumnPage(values: .int64([5, 0, 8]), validity: .bits(words))))
    let split = ColumnPage(values: .strings(StringArray(["ab", "c"])))
    #expect(hash(split) != hash(ColumnPage(values: .strings(StringArray(["a", "bc"])))))
  }

  @Test func validityIsBitsOrRuns() throws {
    var random = RandomSource(seed: 5)
    for rowCount in [1, 2, 63, 64, 65, 500] {
      for kind in 0..<3 {
        var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
        for row in 0..<rowCount where kind == 0 ? random.next() % 2 == 0 : row / 50 % 2 == kind - 1 {
          words[row / 64] |= 1 << UInt64(row % 64)
        }
        let validity = Validity(words: words, rowCount: rowCount)
        var bytes: [UInt8] = []
        let encoding = encodeValidity(validity, rowCount: rowCount, into: &bytes)
        let decoded = try bytes.withUnsafeBytes { bytes in
          try decodeValidity(encoding, from: bytes, rowCount: rowCount)
        }
        #expect(decoded == validity, "\(rowCount) rows, kind \(kind), seed 5")
      }
    }
    #expect(throws: EncodingError.self) {
      try [UInt8]([0b1111]).withUnsafeBytes { bytes in
        try decodeValidity(.bits, from: bytes, rowCount: 3)
      }
    }
  }
}
