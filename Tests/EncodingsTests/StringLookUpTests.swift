// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import TestSupport
import Testing

@testable import Encodings

/// Strings by their codes, against appending them one by one: lengths around the 16 bytes that are copied at once, also at the ends
/// of the dictionary and of the page.
@Test func stringsOfCodesEqualAppendingThem() throws {
  for seed in UInt64(0)..<50 {
    var random = RandomSource(seed: 60 + seed)
    let lengths = [0, 1, 2, 15, 16, 17, 31, 40]
    let entries = StringArray(
      (0..<Int.random(in: 1...9, using: &random)).map { number in
        String(repeating: "abcdefghi".dropFirst(number).first!, count: lengths.randomElement(using: &random)!)
      })
    let codes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
      UInt32.random(in: 0..<UInt32(entries.count), using: &random)
    }
    var expected = StringArray()
    for code in codes { entries.withUTF8(Int(code)) { expected.append($0) } }
    #expect(try lookUp(codes, in: entries) == expected, "seed \(random.seed)")
    #expect(throws: EncodingError.self) { try lookUp(codes + [UInt32(entries.count)], in: entries) }
  }
}

/// The kernel against one value at a time, at every level of the processor.
@Suite(.serialized) struct DecimalKernelTests {
  @Test func doublesOfDecimalsEqualTheScalarForm() {
    defer { cs_bit_packing_force_level(-1) }
    var random = RandomSource(seed: 61)
    for level in 0...Int(cs_bit_packing_highest_level()) {
      cs_bit_packing_force_level(Int32(level))
      for count in [0, 1, 7, 8, 9, 100] {
        let integers = (0..<count).map { _ in Int64(bitPattern: random.next()) >> Int64(random.next() % 64) }
        for (exponent, factor) in [(0, 0), (2, 0), (14, 3), (18, 18)] {
          let power = DecimalFloats.powers[factor]
          let inverse = DecimalFloats.inversePowers[exponent]
          var doubles = [Double](repeating: .nan, count: count)
          cs_decimals_to_f64(integers, count, power, inverse, &doubles)
          let expected = integers.map { (Double($0) * power * inverse).bitPattern }
          #expect(doubles.map(\.bitPattern) == expected, "level \(level), \(count) values, seed \(random.seed)")
        }
      }
    }
  }
}
