// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Encodings

/// Doubles and a page's own dictionary of strings.
@Suite struct FloatCodingTests {
  private func roundTrip(_ page: ColumnPage, policy: EncodingPolicy = .withoutCodec) throws -> EncodedValues {
    let encoded = encodePage(page, scale: 0, policy: policy)
    let parsed = try PageEncoding.parse(
      ByteReader(encoded.encoding.serialized()), physical: encoded.encoding.physical, rowCount: page.rowCount)
    #expect(parsed == encoded.encoding)
    #expect(encoded.encoding.byteCount(rowCount: page.rowCount) == encoded.bytes.count)
    let decoded = try encoded.bytes.withUnsafeBytes {
      try decodePage(
        parsed, from: $0, rowCount: page.rowCount, nullCount: page.nullCount, codeLimit: 0,
        bounds: encoded.statistics.bounds)
    }
    switch (decoded.values, page.values) {
    case (.float64(let some), .float64(let others)):
      for row in others.indices where page.validity.isValid(row) {
        #expect(some[row].bitPattern == others[row].bitPattern, "row \(row): \(encoded.encoding)")
      }
    default: #expect(decoded == page)
    }
    #expect(factsOfPage(decoded, scale: 0).contentHash == encoded.contentHash)
    return encoded
  }

  private func floats(_ values: [Double]) -> ColumnPage { ColumnPage(values: .float64(values)) }

  @Test func shortDecimalsBecomeIntegers() throws {
    var random = RandomSource(seed: 61)
    for digits in 0...8 {
      let unit = DecimalFloats.powers[digits]
      let values = (0..<3_000).map { _ in Double(Int64(random.next() % 1_000_000) - 500_000) / unit }
      let encoded = try roundTrip(floats(values))
      guard case .decimalFloats(let decimals) = encoded.encoding.values else {
        Issue.record("\(digits) digits: \(encoded.encoding)")
        continue
      }
      #expect(decimals.exponent - decimals.factor == digits)
      #expect(encoded.bytes.count < 3_000 * 3)
    }
    let far = (0..<2_000).map { Double($0 % 300) * 1e10 }
    #expect(try roundTrip(floats(far)).bytes.count < 3_000)
  }

  @Test func whatIsNoShortDecimalKeepsItsBits() throws {
    var random = RandomSource(seed: 62)
    let odd: [Double] = [
      .nan, .signalingNaN, .infinity, -.infinity, -0.0, .leastNonzeroMagnitude, -.leastNormalMagnitude,
      .greatestFiniteMagnitude, 0.1 + 0.2, 1 / 3, 9_007_199_254_740_994, 1e300,
      Double(bitPattern: 0x7FF0_0000_0000_0001),
    ]
    // Few of them among decimals are patched, many make bits.
    for step in [2, 10, 100, 700] {
      let values = (0..<3_000).map { $0 % step == 1 ? odd[$0 / step % odd.count] : Double($0) / 4 }
      let encoded = try roundTrip(floats(values))
      if case .decimalFloats(let decimals) = encoded.encoding.values {
        #expect(step > 2 && decimals.patchCount > 0)
      } else {
        #expect(step <= 10)
      }
    }
    _ = try roundTrip(floats(odd))
    for round in 0..<50 {
      let count = [1, 2, 64, 1_025][round % 4]
      _ = try roundTrip(
        floats((0..<count).map { _ in Double(bitPattern: random.next()) }), policy: EncodingPolicy(hasCodec: true))
    }
    let nulls = (0..<1_000).map { $0 % 3 == 0 ? Double.nan : Double($0) / 10 }
    var words = [UInt64](repeating: 0, count: 16)
    for row in 0..<1_000 where row % 3 != 0 { words[row / 64] |= 1 << UInt64(row % 64) }
    _ = try roundTrip(ColumnPage(values: .float64(nulls), validity: .bits(words)))
  }

  @Test func constantAndRepeatedDoubles() throws {
    #expect(try roundTrip(floats([Double](repeating: 1 / 3, count: 500))).bytes.isEmpty)
    let repeated = (0..<4_000).map { [0.1 + 0.2, Double.pi, 1e300][$0 % 3] }
    #expect(try roundTrip(floats(repeated)).bytes.count < 2_000)
  }

  @Test func wordsThatComeAgainHaveADictionary() throws {
    var random = RandomSource(seed: 63)
    let words = (0..<40).map { "word number \($0) é" }
    let page = ColumnPage(
      values: .strings(StringArray((0..<2_000).map { _ in words[Int(random.next() % 40)] })))
    let encoded = try roundTrip(page)
    guard case .stringDictionary(let count, _, _, _) = encoded.encoding.values else {
      Issue.record("\(encoded.encoding)")
      return
    }
    #expect(count == 40 && encoded.bytes.count < 3_000)
    let distinct = ColumnPage(values: .strings(StringArray((0..<2_000).map { "row \($0)" })))
    guard case .strings = try roundTrip(distinct).encoding.values else {
      Issue.record("a dictionary of distinct strings")
      return
    }
    let nulls = StringArray((0..<640).map { $0 % 2 == 0 ? "" : words[$0 % 5] })
    _ = try roundTrip(
      ColumnPage(values: .strings(nulls), validity: .bits([UInt64](repeating: 0xAAAA_AAAA_AAAA_AAAA, count: 10))))
  }

  @Test func aPageOfStringsHasALimit() {
    let entries = StringArray([String(repeating: "x", count: 20_000)])
    #expect(throws: EncodingError.self) { try lookUp([UInt32](repeating: 0, count: 60_000), in: entries) }
    #expect(throws: EncodingError.self) { try lookUp([0, 1], in: entries) }
  }

  @Test func badTreesAreRefused() {
    func parse(_ bytes: [UInt8], _ physical: PhysicalType, rows: Int = 4) -> EncodingError.Kind? {
      do throws(EncodingError) {
        _ = try PageEncoding.parse(ByteReader(bytes), physical: physical, rowCount: rows)
        return nil
      } catch {
        return error.kind
      }
    }
    #expect(parse([3, 2, 0], .float64) == .unknown)
    #expect(parse([2, 19, 0, 0, 2, 0], .float64) == .malformed, "10^19 is past the powers")
    #expect(parse([2, 3, 4, 0, 2, 0], .float64) == .malformed, "a factor above the exponent")
    #expect(parse([2, 3, 1, 5, 2, 2, 0], .float64) == .limit, "more patches than values")
    #expect(parse([2, 3, 1, 0, 2, 0], .float64) == nil)
    #expect(parse([3, 1, 2, 0], .strings) == .unknown)
    #expect(parse([2, 0, 1, 2, 2, 0], .strings) == .malformed, "an empty dictionary")
    #expect(parse([2, 5, 1, 2, 2, 0], .strings) == .limit, "more strings than rows")
  }
}
