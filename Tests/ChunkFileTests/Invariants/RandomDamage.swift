// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What can happen to a file.
package enum Damage: CaseIterable, Sendable {
  case bitFlips, bytes, swappedRanges, copiedRange, zeroedRange, cut, insertion, removal
}

/// Damages a file in one way at random, mostly in a few bytes.
package struct RandomDamage {
  private let original: [UInt8]
  /// Where parts begin that are small and matter: half of all damages strike from there on.
  private let footerStart: Int

  /// Will damage `file`, whose footer starts at `footerStart`.
  package init(to file: [UInt8], footerStart: Int) {
    original = file
    self.footerStart = footerStart
  }

  /// A damaged copy; the same random numbers give the same one. It may happen to equal the original.
  package func damaged(using random: inout some RandomNumberGenerator) -> (Damage, [UInt8]) {
    let damage = Damage.allCases.randomElement(using: &random) ?? .cut
    var bytes = original
    let low = Bool.random(using: &random) ? footerStart : 0
    func position() -> Int { Int.random(in: low..<original.count, using: &random) }
    /// Mostly short.
    func range() -> Range<Int> {
      let start = position()
      let length = 1 << Int.random(in: 0...12, using: &random)
      return start..<min(original.count, start + Int.random(in: 1...length, using: &random))
    }
    switch damage {
    case .bitFlips:
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[position()] ^= 1 << UInt8.random(in: 0...7, using: &random)
      }
    case .bytes: for index in range() { bytes[index] = UInt8.random(in: 0...255, using: &random) }
    case .swappedRanges:
      let (one, other) = (range(), position())
      for index in 0..<min(one.count, original.count - other) { bytes.swapAt(one.lowerBound + index, other + index) }
    case .copiedRange:
      let (one, other) = (range(), position())
      for index in 0..<min(one.count, original.count - other) {
        bytes[other + index] = original[one.lowerBound + index]
      }
    case .zeroedRange: for index in range() { bytes[index] = 0 }
    case .cut: bytes.removeSubrange(position()...)
    case .insertion:
      let more = range().map { Bool.random(using: &random) ? original[$0] : UInt8.random(in: 0...255, using: &random) }
      bytes.insert(contentsOf: more, at: position())
    case .removal: bytes.removeSubrange(range())
    }
    return (damage, bytes)
  }
}
