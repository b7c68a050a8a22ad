// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Some values of a long stream, from which its cost in one encoding or another is told.
///
/// Sixteen stretches of 128 neighbours, evenly spread; the whole stream if that is no more. A choice costs some 20 us.
struct IntegerSample<T: StreamInteger> {
  /// The values, stretch after stretch.
  private(set) var values: [T] = []
  /// Where each of them stands in the stream.
  private(set) var positions: [Int] = []
  /// Where stretches begin in ``values``.
  private var starts: [Int] = []

  private static var stretchCount: Int { 16 }
  private static var stretchLength: Int { 128 }

  /// Precondition: `stream` is not empty.
  init(_ stream: UnsafeBufferPointer<T>) {
    let wanted = Self.stretchCount * Self.stretchLength
    if stream.count <= wanted {
      values = Array(stream)
      positions = Array(stream.indices)
      starts = [0]
      return
    }
    values.reserveCapacity(wanted)
    positions.reserveCapacity(wanted)
    for stretch in 0..<Self.stretchCount {
      let start = (stream.count - Self.stretchLength) * stretch / (Self.stretchCount - 1)
      starts.append(values.count)
      values.append(contentsOf: stream[start..<start + Self.stretchLength])
      positions.append(contentsOf: start..<start + Self.stretchLength)
    }
  }

  private init(values: [T], starts: [Int]) {
    self.values = values
    self.starts = starts
  }

  /// Differences of neighbours.
  func differences() -> IntegerSample<T> {
    var differences: [T] = []
    var newStarts: [Int] = []
    differences.reserveCapacity(values.count)
    for (number, start) in starts.enumerated() {
      let end = number + 1 < starts.count ? starts[number + 1] : values.count
      newStarts.append(differences.count)
      for index in start + 1..<max(end, start + 1) { differences.append(values[index] &- values[index - 1]) }
    }
    return IntegerSample(values: differences, starts: newStarts)
  }

  /// Differences to the values `lag` before, of those that have one.
  func differences(atLag lag: Int, in stream: UnsafeBufferPointer<T>) -> IntegerSample<T> {
    var differences: [T] = []
    var newStarts: [Int] = []
    differences.reserveCapacity(values.count)
    var next = 0
    for index in values.indices {
      if next < starts.count, starts[next] == index {
        newStarts.append(differences.count)
        next += 1
      }
      if positions[index] >= lag { differences.append(values[index] &- stream[positions[index] - lag]) }
    }
    return IntegerSample(values: differences, starts: newStarts.filter { $0 < differences.count })
  }

  /// What most values are not below: the median of the stretches' least values, as signed numbers.
  ///
  /// A single outlier so does not decide the reference of all.
  func typicalMinimum() -> T {
    let minima = starts.indices.compactMap { number -> Int128? in
      let end = number + 1 < starts.count ? starts[number + 1] : values.count
      return values[starts[number]..<end].map { signed($0) }.min()
    }
    guard !minima.isEmpty else { return 0 }
    return T(truncatingIfNeeded: minima.sorted()[minima.count / 2])
  }

  /// The value as a number around zero: differences of codes wrap.
  private func signed(_ value: T) -> Int128 {
    T.isSigned ? Int128(truncatingIfNeeded: value) : Int128(Int32(truncatingIfNeeded: value))
  }

  /// About how many distinct values the stream has; nil where the sample hardly repeats any, so that there may be any number.
  ///
  /// The sample's own distinct values are first counted roughly, by the bits that their hashes set (linear counting: Whang, Vander-Zanden
  /// and Taylor, 1990), and exactly only where they repeat. `count` draws from D equally likely values have D (1 - e^(-count / D)) distinct ones.
  func estimatedDistinctCount() -> Int? {
    var bits = [UInt64](repeating: 0, count: 128)
    for value in values {
      let hash = (UInt64(truncatingIfNeeded: value) &* 0x9E37_79B9_7F4A_7C15) >> 51
      bits[Int(hash >> 6)] |= 1 << (hash & 63)
    }
    let unset = Double(bits.reduce(0) { $0 + $1.nonzeroBitCount } - 64 * bits.count) / Double(-64 * bits.count)
    guard unset > 0, -log(unset) * Double(64 * bits.count) < 0.75 * Double(values.count) else { return nil }
    let seen = Double(Set(values).count)
    guard seen < 0.75 * Double(values.count) else { return nil }
    var distinct = seen
    // Each step leaves less than three quarters of the error, as seen < 0.75 count.
    for _ in 0..<40 { distinct = seen / (1 - exp(-Double(values.count) / distinct)) }
    return Int(distinct.rounded(.up))
  }

  /// Greatest number, at least 2, that divides the distance of all values from `minimum`; nil if there is none.
  func commonFactor(from minimum: T) -> T.Magnitude? {
    var factor: T.Magnitude = 0
    for value in values {
      var (a, b) = (factor, T.Magnitude(truncatingIfNeeded: value &- minimum))
      while b != 0 { (a, b) = (b, a % b) }
      factor = a
      if factor == 1 { return nil }
    }
    return factor > 1 ? factor : nil
  }
}

extension IntegerSample {
  /// Values packed with `bitWidth` bits from `reference` on, and those that do not fit apart.
  struct Packing {
    var reference: T
    var bitWidth: Int
    /// Share of the values that are patched.
    var patchShare: Double
    /// Bits of a value, patches included.
    var bits: Double
    var nanoseconds: Double
  }

  /// The packing that takes the fewest bits; with a share of patches of 0 where leaving some out gains nothing.
  ///
  /// `count`: values of the stream.
  func bestPacking(reference: T, count: Int) -> Packing {
    var counts = [Int](repeating: 0, count: T.bitWidth + 1)
    for value in values {
      let offset = T.Magnitude(truncatingIfNeeded: value &- reference)
      counts[T.bitWidth - offset.leadingZeroBitCount] += 1
    }
    let widest = counts.lastIndex { $0 > 0 } ?? 0
    // A patch has a value and a position, which its distance from the one before tells.
    var best = Packing(
      reference: reference, bitWidth: widest, patchShare: 0, bits: Double(widest), nanoseconds: DecodingTime.packed)
    var outside = 0
    for width in stride(from: widest - 1, through: 0, by: -1) {
      outside += counts[width + 1]
      guard outside * 8 <= values.count else { break }
      // Packed integers have 64 bits at most.
      if width > 64 { continue }
      let share = Double(outside) / Double(max(values.count, 1))
      let bits = Double(width) + share * (Double(widest) + 17)
      if bits < best.bits * 0.95 {
        best = Packing(
          reference: reference, bitWidth: width, patchShare: share, bits: bits,
          nanoseconds: DecodingTime.packed + share * DecodingTime.patch)
      }
    }
    return best
  }

  /// Bits and nanoseconds of a value in planes of bytes through a codec, by the entropy of each plane.
  ///
  /// The entropy of a sample is below that of its source; corrected after Miller (1955). Codecs of Huffman codes do not go below some
  /// tenth of a bit without long repetitions.
  func planes(reference: T, planeCount: Int) -> (bits: Double, nanoseconds: Double) {
    var bits = 0.0
    var nanoseconds = 0.0
    let total = Double(max(values.count, 1))
    var counts = [Int32](repeating: 0, count: 256)
    for plane in 0..<planeCount {
      for index in counts.indices { counts[index] = 0 }
      for value in values {
        counts[
          Int(UInt8(truncatingIfNeeded: T.Magnitude(truncatingIfNeeded: value &- reference) >> T.Magnitude(8 * plane)))] +=
          1
      }
      var entropy = 0.0
      var kinds = 0
      for count in counts where count > 0 {
        let share = Double(count) / total
        entropy -= share * log2(share)
        kinds += 1
      }
      if kinds > 1 { entropy = min(8, max(entropy, 0.1) + Double(kinds - 1) / (2 * total * 0.6931)) }
      bits += entropy
      nanoseconds +=
        DecodingTime.uniformPlane + (DecodingTime.randomPlane - DecodingTime.uniformPlane) * min(1, entropy / 2)
    }
    return (bits, nanoseconds)
  }
}
