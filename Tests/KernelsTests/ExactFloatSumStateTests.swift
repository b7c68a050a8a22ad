// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

@Test func aSumPutTogetherFromItsWordsGoesOnAsIfItHadNotBeenTakenApart() throws {
  var random = RandomSource(seed: 31)
  let specials = [Double.nan, .infinity, -.infinity, 0, -0.0, 1e308, -1e308, .leastNonzeroMagnitude]
  for round in 0..<200 {
    let values = (0..<Int.random(in: 0...60, using: &random)).map { _ -> Double in
      if round % 4 == 0, Int.random(in: 0..<9, using: &random) == 0 { return specials.randomElement(using: &random)! }
      let value = Double(bitPattern: .random(in: 0 ... .max, using: &random))
      return value.isFinite ? value : 1.5
    }
    let cut = Int.random(in: 0...values.count, using: &random)
    var first = ExactFloatSum()
    first.add(Array(values[..<cut]))
    var again = try #require(ExactFloatSum(words: first.words))
    #expect(again.words == first.words)
    again.add(Array(values[cut...]))
    #expect(again.rounded.bitPattern == exactSum(values).bitPattern || again.rounded.isNaN && exactSum(values).isNaN)
  }
}

@Test func equalSumsHaveEqualWordsInWhateverOrderTheirPartsCame() {
  var (up, down) = (ExactFloatSum(), ExactFloatSum())
  let values = [1e300, -1, 0x1p-1074, 3.25, -1e300, 7]
  for value in values { up.add(value) }
  for value in values.reversed() { down.add(value) }
  #expect(up.words == down.words)
}

@Test func wordsThatNoSumHasAreRefused() {
  var sum = ExactFloatSum()
  sum.add([1.5, -2.25])
  let words = sum.words
  #expect(words.count == 68)
  #expect(ExactFloatSum(words: words.dropLast()) == nil)
  #expect(ExactFloatSum(words: words + [0]) == nil)
  for (index, word) in [(0, 8), (1, 1 << 32), (66, .max), (67, 1 << 60)] as [(Int, UInt64)] {
    var wrong = words
    wrong[index] = word
    #expect(ExactFloatSum(words: wrong) == nil, "word \(index)")
  }
}
