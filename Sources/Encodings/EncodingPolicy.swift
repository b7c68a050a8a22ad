// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What an encoder weighs against what: bytes against the time to decode them.
package struct EncodingPolicy: Sendable, Equatable {
  /// True if a codec may follow, so that bytes may be laid out for one.
  package var hasCodec: Bool
  /// Nanoseconds of decoding that one byte less is worth. 4: bytes come at 250 MB/s, as from object stores and busy disks.
  package var nanosecondsPerByte: Double
  /// Whether planes are chosen for stretches that repeat, see ``RepeatedStretches``.
  package var countsOnRepetition = true

  package init(hasCodec: Bool, nanosecondsPerByte: Double = 4) {
    self.hasCodec = hasCodec
    self.nanosecondsPerByte = nanosecondsPerByte
  }

  /// Only what is decoded without a codec.
  package static let withoutCodec = EncodingPolicy(hasCodec: false)

  /// What else to try where a page was encoded so by this policy and the codec has not kept what the sample promised.
  package func alternatives(to encoding: PageEncoding) -> [EncodingPolicy] {
    guard encoding.hasPlanes else { return [] }
    guard case .integers(.planes) = encoding.values, countsOnRepetition else { return [.withoutCodec] }
    var other = self
    other.countsOnRepetition = false
    return [other, .withoutCodec]
  }

  /// Cost of one value that takes `bits` and `nanoseconds` to decode, in nanoseconds.
  func cost(bits: Double, nanoseconds: Double) -> Double { bits / 8 * nanosecondsPerByte + nanoseconds }
}

/// Nanoseconds to decode a value, measured on one core of a Zen 3 and rounded: only their order counts.
enum DecodingTime {
  static let packed = 0.1
  static let patch = 2.0
  static let run = 3.0
  static let dictionary = 0.5
  static let difference = 0.4
  static let distantDifference = 0.15
  /// A plane whose bytes are nearly all the same, and one of random bytes, through a codec.
  static let uniformPlane = 0.15
  static let randomPlane = 1.0
  /// A plane that a codec copies from what it had before.
  static let repeatedPlane = 0.7
}
