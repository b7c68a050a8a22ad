// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import TestSupport
import Testing

@testable import Encodings

/// Encodings inside encodings: what the plain twin wrote is read, and what is chosen for which values.
@Suite(.serialized) struct NestedEncodingTests {
  /// Streams that differ in what they are good for.
  private func values<T: StreamInteger>(_ kind: Int, count: Int, using random: inout RandomSource) -> [T] {
    func next() -> T { T(truncatingIfNeeded: random.next()) }
    switch kind {
    case 0: return (0..<count).map { _ in next() }
    case 1: return (0..<count).map { _ in random.next() % 2 == 0 ? T.min : T.max }
    case 2: return (0..<count).map { T(truncatingIfNeeded: $0 / 7 * 3) }
    case 3: return (0..<count).map { T(truncatingIfNeeded: $0 % 13) &+ (random.next() % 40 == 0 ? next() : 0) }
    case 4: return [T](repeating: next(), count: count)
    case 5: return (0..<count).map { _ in T(truncatingIfNeeded: random.next() % 5 * 1_000_003) }
    default: return (0..<count).map { T(truncatingIfNeeded: $0 % 97 * 9 + $0 / 97 * Int(random.next() % 3)) }
    }
  }

  private func checkPlainTwins<T: StreamInteger>(_ type: T.Type, rounds: Int, seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    for round in 0..<rounds {
      let counts = [1, 2, 3, 31, 64, 100, 1023, 1024, 1025, 2100]
      let count = counts[Int(random.next() % 10)]
      let values: [T] = values(Int(random.next() % 7), count: count, using: &random)
      let shape = EncodingShape.random(depth: 4, using: &random)
      let (encoding, bytes) = plainlyEncoded(values, as: shape)
      let message: Comment = "round \(round) seed \(seed): \(count) values as \(shape)"
      #expect(encoding.byteCount(valueCount: count, valueBits: T.bitWidth) == bytes.count, message)
      var writer = ByteWriter()
      encoding.serialize(to: &writer)
      var reader = ByteReader(writer.bytes)
      #expect(try IntegerEncoding.parse(from: &reader, valueCount: count, as: T.self) == encoding, message)
      let (decoded, used): ([T], Int) = try bytes.withUnsafeBytes {
        try decodeIntegers(encoding, from: $0, count: count)
      }
      #expect(decoded == values && used == bytes.count, message)
    }
  }

  @Test func whatThePlainTwinWroteIsReadAtEveryLevel() throws {
    for level in 0...cs_bit_packing_highest_level() {
      cs_bit_packing_force_level(level)
      try checkPlainTwins(Int64.self, rounds: 400, seed: 31)
      try checkPlainTwins(UInt32.self, rounds: 400, seed: 32)
    }
    cs_bit_packing_force_level(-1)
    try checkPlainTwins(Int128.self, rounds: 200, seed: 33)
  }

  private func checkChoices<T: StreamInteger>(_ type: T.Type, rounds: Int, seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    for round in 0..<rounds {
      let count = [1, 5, 64, 200, 1024, 2049, 5000, 20_000][Int(random.next() % 8)]
      let kind = Int(random.next() % 7)
      let values: [T] = values(kind, count: count, using: &random)
      for policy in [EncodingPolicy.withoutCodec, EncodingPolicy(hasCodec: true, nanosecondsPerByte: 16)] {
        var bytes: [UInt8] = []
        let encoding = values.withUnsafeBufferPointer {
          encodeIntegers($0, summary: T.summary(of: $0), policy: policy, into: &bytes)
        }
        let (decoded, used): ([T], Int) = try bytes.withUnsafeBytes {
          try decodeIntegers(encoding, from: $0, count: count)
        }
        #expect(decoded == values && used == bytes.count, "round \(round) seed \(seed) kind \(kind): \(encoding)")
        #expect(policy.hasCodec || !encoding.hasPlanes)
        let packed = values.withUnsafeBufferPointer { T.summary(of: $0) }.bitWidth
        #expect(encoding.hasPlanes || bytes.count <= packedByteCount(count, bitWidth: packed), "\(encoding)")
      }
    }
  }

  @Test func whatIsChosenComesBackAndIsNoLargerThanPacking() throws {
    try checkChoices(Int64.self, rounds: 150, seed: 41)
    try checkChoices(UInt32.self, rounds: 150, seed: 42)
    try checkChoices(Int128.self, rounds: 60, seed: 43)
  }

  @Test(arguments: [2, 50, 300, 1_000, 1_500, 100_000]) func distinctValuesAreEstimated(_ distinct: Int) {
    var random = RandomSource(seed: UInt64(distinct))
    let values = (0..<100_000).map { _ in Int64(random.next() % UInt64(distinct)) << 40 }
    let estimate = values.withUnsafeBufferPointer { IntegerSample($0).estimatedDistinctCount() }
    guard distinct < 100_000 else {
      #expect(estimate == nil)
      return
    }
    #expect((distinct * 9 / 10...distinct * 11 / 10 + 1).contains(estimate ?? 0), "\(estimate ?? -1) for \(distinct)")
  }

  private func chosen(_ values: [Int64], codec: Bool = false) -> IntegerEncoding {
    var bytes: [UInt8] = []
    return values.withUnsafeBufferPointer {
      encodeIntegers(
        $0, summary: Int64.summary(of: $0), policy: EncodingPolicy(hasCodec: codec), into: &bytes)
    }
  }

  @Test func eachKindOfValuesGetsItsEncoding() {
    var random = RandomSource(seed: 51)
    let cities = (0..<600).map { _ in Int64(random.next() % 5_000_000) }
    #expect(chosen((0..<10_000).map { cities[$0 % 600] }).shape == "delta(packed, constant)", "cities by day")
    let totals = (0..<10_000).map { (row: Int) -> Int64 in
      let (day, city) = row.quotientAndRemainder(dividingBy: 600)
      return cities[city] + Int64(day * (city % 7))
    }
    #expect(chosen(totals).shape == "delta(packed, packed)", "running totals by day")
    if case .delta(let lag, _, _) = chosen(totals) { #expect(lag == 600) }
    let ascending: [Int64] = (0..<5_000).map { Int64($0 * 1_000) + Int64(random.next() % 500) }
    #expect(chosen(ascending).shape == "delta(packed, packed)", "in order")
    let outliers: [Int64] = (0..<5_000).map { row in
      row % 500 == 99 ? Int64(random.next() >> 20) : Int64(random.next() % 16)
    }
    #expect(chosen(outliers).shape.hasPrefix("patched(packed, "), "\(chosen(outliers).shape)")
    let few = (0..<20).map { _ in Int64(truncatingIfNeeded: random.next() >> 8) }
    let fewDistinct = (0..<5_000).map { _ in few[Int(random.next() % 20)] }
    #expect(chosen(fewDistinct).shape == "dictionary(packed, packed)", "\(chosen(fewDistinct).shape)")
    let kinds = (0..<1_000).map { _ in Int64(bitPattern: random.next()) }
    let manyKinds = (0..<100_000).map { _ in kinds[Int(random.next() % 1_000)] }
    #expect(chosen(manyKinds).shape.hasPrefix("dictionary("), "\(chosen(manyKinds).shape)")
    let allKinds = (0..<100_000).map { _ in Int64(bitPattern: random.next()) }
    #expect(chosen(allKinds).shape == "plain", "\(chosen(allKinds).shape)")
    let seconds = (0..<5_000).map { _ in Int64(random.next() % 100_000) * 1_000_000 + 17 }
    #expect(chosen(seconds).shape == "multiples(packed)")
    #expect(chosen((0..<5_000).map { _ in Int64(random.next() % 1024) }).shape == "packed")
    // Most are small, a few large: what a codec makes of it is worth its time.
    let skewed = (0..<20_000).map { (_: Int) -> Int64 in
      let wide = Int64(random.next() % 256)
      return random.next() % 8 == 0 ? wide : wide % 3
    }
    #expect(chosen(skewed, codec: true).hasPlanes)
    #expect(!chosen(skewed, codec: false).hasPlanes)
  }

  /// Where the sample looks there are few distinct values, elsewhere too many for a dictionary: what is second best is chosen, not packing.
  @Test func whereADictionaryOverflowsTheNextBestIsChosen() {
    var random = RandomSource(seed: 52)
    var values = (0..<20_000).map { _ in
      random.next() % 50 == 0 ? Int64(random.next() % (1 << 40)) : Int64(random.next() % 512)
    }
    let sample = values.withUnsafeBufferPointer { IntegerSample($0).positions }
    let (few, large) = ((0..<40).map { $0 * 13 }, (0..<8).map { 1 << 39 + $0 })
    for (index, position) in sample.enumerated() {
      values[position] = Int64(index % 50 == 0 ? large[index % 8] : few[Int(random.next() % 40)])
    }
    let plan = values.withUnsafeBufferPointer {
      IntegerChooser($0, summarize($0), policy: .withoutCodec, tried: []).best()
    }
    guard case .dictionary = plan else { return #expect(Bool(false), "\(String(describing: plan)) is no dictionary") }
    #expect(chosen(values).shape.hasPrefix("patched(packed, "), "\(chosen(values).shape)")
  }

  @Test func theChoiceDependsOnTheValuesAlone() {
    let values = (0..<140_000).map { Int64($0 % 5_570) * 17 + Int64($0 / 5_570) }
    let encodings = (0..<3).map { _ in chosen(values, codec: true) }
    #expect(encodings[0] == encodings[1] && encodings[1] == encodings[2])
  }

  /// The least value is not in the sample, and costs as much from the sample's least one on: what is chosen must not differ from run to run.
  @Test func equalCostsChooseTheSameReference() {
    for least in Int64(0)..<16 {
      var values = (0..<20_000).map { least + 1 + Int64($0 % 31) }
      for row in stride(from: 70, to: values.count, by: 400) { values[row] = least + 5000 }
      values[500] = least
      let plan = values.withUnsafeBufferPointer { stream in
        IntegerChooser(
          stream, summarize(stream), policy: .withoutCodec,
          tried: [.runs, .delta, .dictionary, .multiples, .planes]
        ).best()
      }
      #expect(plan == .patched(reference: Int128(least), bitWidth: 5))
    }
  }
}
