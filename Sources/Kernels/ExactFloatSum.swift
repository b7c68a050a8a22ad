// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// The correctly rounded sum of `values`: the exact sum, rounded once to nearest, ties to even. Any order gives the same bits.
///
/// NaN, or infinities of both signs: NaN. Infinities of one sign: that infinity. A finite sum beyond the range: infinity, though partial
/// sums may leave the range. Zero, and no values: 0.0. Cost: about 2 ns a value.
public func exactSum(_ values: [Double]) -> Double {
  var sum = ExactFloatSum()
  sum.add(values)
  return sum.rounded
}

/// A sum of doubles without rounding until it is asked for. Sums of parts can be joined in any order.
public struct ExactFloatSum: Sendable {
  private var limbs = [Int64](repeating: 0, count: FloatWindow.full.limbCount)
  private var nonFinite: NonFinite = []
  private var additionsSinceCarries = 0

  /// The sum of nothing: 0.
  public init() {}

  /// Of limbs that carries were passed in.
  init(limbs: [Int64], nonFinite: NonFinite) {
    (self.limbs, self.nonFinite) = (limbs, nonFinite)
  }

  /// The limbs, all carries passed on, and what is not finite.
  var settled: (limbs: [Int64], nonFinite: NonFinite) {
    var copy = self
    copy.passAllCarries()
    return (copy.limbs, nonFinite)
  }

  /// Adds all of `values`.
  public mutating func add(_ values: [Double]) {
    values.withUnsafeBufferPointer { values in
      for first in stride(from: 0, to: values.count, by: maximumAdditionsBetweenCarries / 2) {
        let piece = values[first..<min(values.count, first + maximumAdditionsBetweenCarries / 2)]
        reserveAdditions(piece.count)
        limbs.withUnsafeMutableBufferPointer {
          exactSum(
            UnsafeBufferPointer(rebasing: piece), validity: nil, window: .full, into: $0, nonFinite: &nonFinite)
        }
      }
    }
  }

  /// Adds one value.
  public mutating func add(_ value: Double) { add([value]) }

  /// Adds the sum of another part.
  public mutating func add(_ other: ExactFloatSum) {
    var other = other
    other.passAllCarries()
    // Each limb is then as one addition.
    reserveAdditions(1)
    for i in limbs.indices { limbs[i] += other.limbs[i] }
    nonFinite.formUnion(other.nonFinite)
  }

  /// The sum, rounded once to nearest, ties to even.
  public var rounded: Double {
    if let sum = nonFinite.sum { return sum }
    var scratch: [UInt64] = []
    return limbs.withUnsafeBufferPointer { nearestDouble($0, window: .full, scratch: &scratch) }
  }

  private mutating func reserveAdditions(_ count: Int) {
    if additionsSinceCarries + count > maximumAdditionsBetweenCarries { passAllCarries() }
    additionsSinceCarries += count
  }

  private mutating func passAllCarries() {
    limbs.withUnsafeMutableBufferPointer { passCarries($0) }
    additionsSinceCarries = 0
  }
}
