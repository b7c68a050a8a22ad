// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Columns

@Test func hashSeesTheStringAndNothingAfterIt() {
  var random = RandomSource(seed: 11)
  let seed = StringHashSeed(first: random.next(), second: random.next())
  for count in 0...70 {
    let text = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    let padded = { (filler: UInt8) -> UInt64 in
      (text + Array(repeating: filler, count: 16)).withUnsafeBytes { hashOfString($0.baseAddress!, count, seed) }
    }
    #expect(padded(0) == padded(255), "length \(count)")
    for position in 0..<count {
      var other = text
      other[position] ^= 1
      other += Array(repeating: 0, count: 16)
      let changed = other.withUnsafeBytes { hashOfString($0.baseAddress!, count, seed) }
      #expect(changed != padded(0), "length \(count), byte \(position)")
    }
  }
}
