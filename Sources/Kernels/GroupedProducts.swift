// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

// Sums of products per group, for variances and correlations. Groups and validity as in GroupedKernels.

/// Adds each value's square to its group's sum, modulo 2^64: the caller has proved that no sum leaves 63 bits.
package func wrappingSquares(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int64>
) {
  for i in 0..<groups.count {
    var value = values[i]
    if let validity { value &= validMask(validity, i) }
    sums[Int(groups[i])] &+= value &* value
  }
}

/// Adds each value's square to its group's sum of 192 bits, which 2^63 rows cannot overflow.
package func exactSquares(
  _ values: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int192>
) {
  for i in 0..<groups.count {
    var value = values[i]
    if let validity { value &= validMask(validity, i) }
    sums[Int(groups[i])].add(Int128(value) &* Int128(value))
  }
}

/// Adds each value's square to its group's sum of 384 bits, which 2^63 rows cannot overflow.
package func exactSquares(
  _ values: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>, validity: UnsafeBufferPointer<UInt64>?,
  into sums: UnsafeMutableBufferPointer<Int384>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    sums[Int(groups[i])].add(productOf: values[i], values[i])
  }
}

/// Sums over pairs (x, y) of one group, that 64 bits hold.
package struct PairSums: Sendable, Hashable {
  /// Number of pairs.
  package var count: Int64 = 0
  /// Sums of x, y, x², y², x y.
  package var x: Int64 = 0
  package var y: Int64 = 0
  package var xx: Int64 = 0
  package var yy: Int64 = 0
  package var xy: Int64 = 0

  /// Nothing.
  package init() {}
}

/// Sums over pairs (x, y) of one group, that no number of rows overflows.
package struct WidePairSums: Sendable, Hashable {
  /// Number of pairs.
  package var count: Int64 = 0
  /// Sums of x, y, x², y², x y.
  package var x = Int192()
  package var y = Int192()
  package var xx = Int384()
  package var yy = Int384()
  package var xy = Int384()

  /// Nothing.
  package init() {}

  /// Adds narrow sums.
  package mutating func add(_ sums: PairSums) {
    count &+= sums.count
    x.add(Int128(sums.x))
    y.add(Int128(sums.y))
    xx.add(productOf: Int128(sums.xx), 1)
    yy.add(productOf: Int128(sums.yy), 1)
    xy.add(productOf: Int128(sums.xy), 1)
  }

  /// Adds others.
  package mutating func add(_ sums: WidePairSums) {
    count &+= sums.count
    x.add(sums.x)
    y.add(sums.y)
    xx.add(sums.xx)
    yy.add(sums.yy)
    xy.add(sums.xy)
  }
}

/// Adds each pair to its group's sums, modulo 2^64: the caller has proved that no sum leaves 63 bits.
package func wrappingPairSums(
  _ xs: UnsafeBufferPointer<Int64>, _ ys: UnsafeBufferPointer<Int64>, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, into sums: UnsafeMutableBufferPointer<PairSums>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let (x, y) = (xs[i], ys[i])
    let group = Int(groups[i])
    sums[group].count &+= 1
    sums[group].x &+= x
    sums[group].y &+= y
    sums[group].xx &+= x &* x
    sums[group].yy &+= y &* y
    sums[group].xy &+= x &* y
  }
}

/// Adds each pair to its group's sums, which 2^63 rows cannot overflow.
package func exactPairSums(
  _ xs: UnsafeBufferPointer<Int128>, _ ys: UnsafeBufferPointer<Int128>, groups: UnsafeBufferPointer<UInt32>,
  validity: UnsafeBufferPointer<UInt64>?, into sums: UnsafeMutableBufferPointer<WidePairSums>
) {
  for i in 0..<groups.count {
    if let validity, validMask(validity, i) == 0 { continue }
    let (x, y) = (xs[i], ys[i])
    let group = Int(groups[i])
    sums[group].count &+= 1
    sums[group].x.add(x)
    sums[group].y.add(y)
    sums[group].xx.add(productOf: x, x)
    sums[group].yy.add(productOf: y, y)
    sums[group].xy.add(productOf: x, y)
  }
}
