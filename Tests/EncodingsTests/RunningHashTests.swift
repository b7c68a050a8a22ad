// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Encodings

/// What comes in pieces has the hash of the whole, around the sizes at which XXH3 works in another way.
@Test func hashesOfPiecesAreThoseOfTheWhole() {
  let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
  for count in [0, 1, 16, 17, 128, 129, 240, 241, 256, 1_024, 1_025, 10_000] {
    for piece in [1, 7, 64, 255, 256, 1_024, 4_000] {
      let hash = RunningHash()
      for start in stride(from: 0, to: count, by: piece) {
        bytes[start..<min(count, start + piece)].withUnsafeBytes { hash.update($0) }
      }
      #expect(hash.value == wideHash(Array(bytes[..<count])), "\(count) bytes, \(piece) at a time")
    }
  }
  // The specification's value for no bytes.
  #expect(RunningHash().value == 0x99AA_06D3_0147_98D8_6001_C324_468D_497F)
}
