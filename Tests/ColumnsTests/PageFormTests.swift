// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Columns

@Test func powersOfTenAreExact() {
  var power: Int128 = 1
  for exponent in 0...38 {
    #expect(powerOfTen(exponent) == power)
    if exponent < 38 { power *= 10 }
  }
}

@Test func rescalingKeepsValues() {
  let page = ColumnPage(values: .int64([15, -3, 0]), validity: .bits([0b011]))
  let narrow = page.rescaled(from: .int64, to: .decimal(precision: 10, scale: 2))
  #expect(narrow.values == .int64([1500, -300, 0]))
  let wide = page.rescaled(from: .decimal(precision: 4, scale: 1), to: .decimal(precision: 30, scale: 3))
  #expect(wide.values == .int128([1500, -300, 0]))
  #expect(wide.validity == page.validity)
  let twice = wide.rescaled(from: .decimal(precision: 30, scale: 3), to: .decimal(precision: 38, scale: 4))
  #expect(twice.values == .int128([15000, -3000, 0]))
  let days = ColumnPage(values: .int64([-719_162, 2_932_896, 0]), validity: .bits([0b011]))
  let midnights = days.rescaled(from: .date, to: .timestamp(isUTC: false))
  #expect(midnights.values == .int64([-62_135_596_800_000_000, 253_402_214_400_000_000, 0]))
  #expect(midnights.validity == days.validity)
  let nulls = ColumnPage(nullRows: 2, type: .string).rescaled(from: .string, to: .float64)
  #expect(nulls == ColumnPage(values: .float64([0, 0]), validity: .allNull))
}

@Test func gatheringTakesRowsInOrder() {
  let page = ColumnPage(values: .strings(StringArray(["a", "", "é"])), validity: .bits([0b101]))
  let gathered = page.gathering([2, 2, 1, 0])
  #expect(gathered.values == .strings(StringArray(["é", "é", "", "a"])))
  #expect(gathered.validity == .bits([0b1011]))
  #expect(page.gathering([]).rowCount == 0)
  #expect(ColumnPage(values: .codes([4, 5])).gathering([1]).values == .codes([5]))
}

@Test func invalidUTF8IsFoundWhereSwiftFindsIt() {
  func first(_ bytes: [UInt8]) -> Int? { bytes.withUnsafeBytes { firstInvalidUTF8($0) } }
  #expect(first(Array("São Paulo 日本 🏛".utf8)) == nil)
  #expect(first([]) == nil)
  for bad: [UInt8] in [[0x80], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE3, 0x81], [0xFF]] {
    for prefix in [0, 1, 7, 8, 9, 16] {
      #expect(first(Array(repeating: 0x61, count: prefix) + bad) == prefix, "\(bad) after \(prefix)")
    }
  }
  var random = RandomSource(seed: 5)
  for _ in 0..<20_000 {
    let interesting: [UInt8] = [0x41, 0x7F, 0x80, 0xBF, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xF0, 0x90, 0xF4, 0x8F, 0xFF]
    let bytes = (0..<Int.random(in: 0...12, using: &random)).map { _ in interesting.randomElement(using: &random)! }
    #expect((first(bytes) == nil) == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
  }
}

@Test func gatheringStringsOfAllLengthsIsTakingOneByOne() {
  var random = RandomSource(seed: 70)
  for _ in 0..<200 {
    // Lengths about those that are copied at once, the last strings without a step of bytes behind them.
    let entries = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      String(repeating: "ã", count: Int.random(in: 0...20, using: &random))
        + String(repeating: "x", count: Int.random(in: 0...35, using: &random))
    }
    let indices = (0..<Int.random(in: 0...90, using: &random)).map { _ in
      UInt32(Int.random(in: 0...entries.count - 1, using: &random))
    }
    let words = (0..<2).map { _ in random.next() }
    let validity = Bool.random(using: &random) ? Validity.allValid : Validity.bits(words)
    let gathered = indices.withUnsafeBufferPointer { StringArray(entries).gathering($0, validity) }
    let expected = indices.enumerated().map { validity.isValid($0) ? entries[Int($1)] : "" }
    #expect(gathered == StringArray(expected))
  }
}
