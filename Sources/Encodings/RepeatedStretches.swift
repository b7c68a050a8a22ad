// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Finds out how much of a stream has stood in it before, at changing distances: the names of cities, day after day, where every
/// day has a few more of them.
enum RepeatedStretches {
  private static let stretchLength = 8
  /// One place of so many is looked at.
  private static let placesPerAnchor: UInt64 = 32
  /// Fewer say nothing.
  private static let leastAnchors = 64

  /// Share of the stream's stretches of eight values that stood in it before, 0...1; 0 for streams too short to tell.
  ///
  /// Looks at places that their two values choose, so that a stretch is looked at wherever it comes again: Manber, "Finding similar
  /// files in a large file system", 1994. Cost: one pass, some 0.5 ns a value.
  static func share<T: StreamInteger>(in stream: UnsafeBufferPointer<T>) -> Double {
    guard stream.count >= stretchLength * leastAnchors else { return 0 }
    var seen = Set<UInt64>(minimumCapacity: 2 * stream.count / Int(placesPerAnchor))
    var anchorCount = 0
    var repeatedCount = 0
    var next = scattered(UInt64(truncatingIfNeeded: stream[0]))
    for place in 0..<stream.count - stretchLength {
      let own = next
      next = scattered(UInt64(truncatingIfNeeded: stream[place + 1]))
      // The high bits, which depend on all of the values'.
      guard (own &+ next &* 3) >> 32 % placesPerAnchor == 0 else { continue }
      anchorCount += 1
      if !seen.insert(hash(of: stream, at: place)).inserted { repeatedCount += 1 }
    }
    return anchorCount < leastAnchors ? 0 : Double(repeatedCount) / Double(anchorCount)
  }

  private static func hash<T: StreamInteger>(of stream: UnsafeBufferPointer<T>, at place: Int) -> UInt64 {
    (place..<place + stretchLength).reduce(0) { scattered($0 ^ UInt64(truncatingIfNeeded: stream[$1])) }
  }

  /// Odd factor of the golden ratio (Knuth, The Art of Computer Programming 3, 6.4), then the high half folded in, so that
  /// small numbers differ in all bits.
  private static func scattered(_ value: UInt64) -> UInt64 {
    let product = value &* 0x9E37_79B9_7F4A_7C15
    return product ^ product >> 29
  }
}
