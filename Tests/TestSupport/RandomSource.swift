// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A repeatable random generator (SplitMix64: Steele, Lea, Flood 2014): tests print its seed.
public struct RandomSource: RandomNumberGenerator {
  /// What the sequence started from.
  public let seed: UInt64
  private var state: UInt64

  /// The same seed gives the same sequence.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
