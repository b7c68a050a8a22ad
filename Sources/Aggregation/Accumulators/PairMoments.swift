// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Something computed per group from two columns, of the rows that have a value in both.
///
/// Adding and merging in any order gives the same result.
protocol PairAccumulator: AnyObject {
  /// Takes in the rows of two pages.
  func add(_ x: ColumnPage, _ y: ColumnPage, _ rows: GroupedRows)

  /// Takes in what another one of the same kind has of its own groups: its group `g` is group `groups[g]` here, below `groupCount`.
  func merge(_ other: any PairAccumulator, groups: [UInt32], groupCount: Int)

  /// A group's sums.
  func moments(_ group: Int) -> PairMoments

  /// What is made of them, where 128 bits hold it for sure; else nil.
  func narrowProducts(_ group: Int) -> CentralProducts?
}

/// Number n of the pairs of a group, and n Σxx - Σx Σx, n Σyy - Σy Σy, n Σxy - Σx Σy.
struct CentralProducts {
  var count: Int
  var xx: Int128
  var yy: Int128
  var xy: Int128
}

/// Number, and exact sums, of the pairs of a group.
struct PairMoments {
  var count: Int
  /// True if a value is NaN or infinite.
  var hasNonFinite = false
  var x: ScaledInteger
  var y: ScaledInteger
  var xx: ScaledInteger
  var yy: ScaledInteger
  var xy: ScaledInteger
}

/// integer x 2^exponent.
struct ScaledInteger {
  var integer: BigInteger
  var exponent = 0
}

/// The accumulator for two columns. If one is float64, the other one's values are taken as the nearest doubles.
func makePairAccumulator(_ x: ColumnType, _ y: ColumnType) -> any PairAccumulator {
  x == .float64 || y == .float64 ? FloatPairs(x, y) : IntegerPairs()
}

/// Pages `x` and `y` as one validity: rows with a value in both. nil if there is none.
private func validityOfBoth(_ x: ColumnPage, _ y: ColumnPage) -> Validity? {
  switch (x.validity, y.validity) {
  case (.allNull, _), (_, .allNull): return nil
  case (.allValid, let other), (let other, .allValid): return other
  case (.bits(let a), .bits(let b)):
    let both = Validity(words: zip(a, b).map { $0 & $1 }, rowCount: x.rowCount)
    return both == .allNull ? nil : both
  }
}

/// Sums of pairs of integers: in 64 bits as long as these hold them, emptied into wide ones.
final class IntegerPairs: PairAccumulator {
  private var narrow: [PairSums] = []
  private var proof = NarrowProof()
  private var wide: [WidePairSums] = []

  func add(_ x: ColumnPage, _ y: ColumnPage, _ rows: GroupedRows) {
    guard let validity = validityOfBoth(x, y) else { return }
    let both = ColumnPage(values: x.values, validity: validity)
    if case .int64(let xs) = x.values, case .int64(let ys) = y.values {
      let bits = max(xs.withUnsafeBufferPointer(magnitudeBits), ys.withUnsafeBufferPointer(magnitudeBits))
      let reach = NarrowProof.reach(rowCount: xs.count, bits: bits)
      if let mustEmpty = proof.admit(reach, rowCount: xs.count, groupCount: rows.groupCount) {
        if mustEmpty { empty() }
        narrow.grow(to: rows.groupCount, with: PairSums())
        with(xs, ys, both, &narrow) { wrappingPairSums($0, $1, groups: rows.groups, validity: $2, into: $3) }
        return
      }
    }
    wide.grow(to: rows.groupCount, with: WidePairSums())
    with(widened(x.values), widened(y.values), both, &wide) {
      exactPairSums($0, $1, groups: rows.groups, validity: $2, into: $3)
    }
  }

  func merge(_ other: any PairAccumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? IntegerPairs else { preconditionFailure("accumulators of two kinds") }
    wide.grow(to: groupCount, with: WidePairSums())
    for (group, sums) in other.narrow.enumerated() { wide[Int(groups[group])].add(sums) }
    for (group, sums) in other.wide.enumerated() { wide[Int(groups[group])].add(sums) }
  }

  /// Adds sums of some pairs to a group's.
  func add(_ sums: WidePairSums, group: Int, groupCount: Int) {
    wide.grow(to: groupCount, with: WidePairSums())
    wide[group].add(sums)
  }

  /// A group's sums.
  func sums(_ group: Int) -> WidePairSums {
    var sums = group < wide.count ? wide[group] : WidePairSums()
    if group < narrow.count { sums.add(narrow[group]) }
    return sums
  }

  func moments(_ group: Int) -> PairMoments {
    let sums = sums(group)
    return PairMoments(
      count: Int(sums.count), x: ScaledInteger(integer: BigInteger(sums.x)),
      y: ScaledInteger(integer: BigInteger(sums.y)), xx: ScaledInteger(integer: BigInteger(sums.xx)),
      yy: ScaledInteger(integer: BigInteger(sums.yy)), xy: ScaledInteger(integer: BigInteger(sums.xy)))
  }

  func narrowProducts(_ group: Int) -> CentralProducts? {
    guard wide.isEmpty, group < narrow.count else { return nil }
    let sums = narrow[group]
    // Below 2^126 each, as no sum leaves 63 bits.
    func product(_ sum: Int64, _ a: Int64, _ b: Int64) -> Int128 {
      Int128(sums.count) * Int128(sum) - Int128(a) * Int128(b)
    }
    return CentralProducts(
      count: Int(sums.count), xx: product(sums.xx, sums.x, sums.x), yy: product(sums.yy, sums.y, sums.y),
      xy: product(sums.xy, sums.x, sums.y))
  }

  private func empty() {
    wide.grow(to: narrow.count, with: WidePairSums())
    for group in narrow.indices {
      wide[group].add(narrow[group])
      narrow[group] = PairSums()
    }
  }

  private func with<Number, Sums>(
    _ xs: [Number], _ ys: [Number], _ page: ColumnPage, _ sums: inout [Sums],
    _ body: (
      UnsafeBufferPointer<Number>, UnsafeBufferPointer<Number>, UnsafeBufferPointer<UInt64>?,
      UnsafeMutableBufferPointer<Sums>
    ) -> Void
  ) {
    xs.withUnsafeBufferPointer { xs in
      ys.withUnsafeBufferPointer { ys in
        withValidityBits(page) { validity in sums.withUnsafeMutableBufferPointer { body(xs, ys, validity, $0) } }
      }
    }
  }
}

/// Integers as 128 bits.
private func widened(_ values: PageValues) -> [Int128] {
  switch values {
  case .int64(let values): values.map { Int128($0) }
  case .int128(let values): values
  default: preconditionFailure("integers expected")
  }
}

/// Sums of pairs of doubles.
final class FloatPairs: PairAccumulator {
  private let types: (x: ColumnType, y: ColumnType)
  private var counts = GroupCounts()
  private var nulls = GroupCounts()
  let x = FloatSums()
  let y = FloatSums()
  let xx = FloatProducts()
  let yy = FloatProducts()
  let xy = FloatProducts()

  init(_ x: ColumnType, _ y: ColumnType) { types = (x, y) }

  private var parts: [any Accumulator] { [x, y, xx, yy, xy] }

  func add(_ x: ColumnPage, _ y: ColumnPage, _ rows: GroupedRows) {
    guard let validity = validityOfBoth(x, y) else { return }
    let both = ColumnPage(values: x.values, validity: validity)
    let xs = doubles(x.values, types.x)
    let ys = doubles(y.values, types.y)
    counts.add(rows)
    nulls.addNulls(of: both, rows)
    self.x.add(xs, both, rows)
    self.y.add(ys, both, rows)
    xx.add(xs, xs, both, rows)
    yy.add(ys, ys, both, rows)
    xy.add(xs, ys, both, rows)
  }

  func merge(_ other: any PairAccumulator, groups: [UInt32], groupCount: Int) {
    guard let other = other as? FloatPairs else { preconditionFailure("accumulators of two kinds") }
    counts.merge(other.counts, groups: groups, groupCount: groupCount)
    nulls.merge(other.nulls, groups: groups, groupCount: groupCount)
    for (own, theirs) in zip(parts, other.parts) { own.merge(theirs, groups: groups, groupCount: groupCount) }
  }

  /// Number of a group's pairs.
  func count(_ group: Int) -> Int64 { counts.count(group) - nulls.count(group) }

  /// Adds to a group's number of pairs.
  func add(count: Int64, group: Int, groupCount: Int) { counts.add(count: count, group: group, groupCount: groupCount) }

  func narrowProducts(_ group: Int) -> CentralProducts? { nil }

  func moments(_ group: Int) -> PairMoments {
    func sum(_ limbs: GroupLimbs) -> ScaledInteger {
      let sum = limbs.sum(group)
      return ScaledInteger(integer: sum.integer, exponent: sum.exponent)
    }
    let all = [x.limbs, y.limbs, xy.limbs]
    return PairMoments(
      count: Int(count(group)),
      hasNonFinite: all.contains { $0.nonFinite(group) != [] }, x: sum(x.limbs), y: sum(y.limbs), xx: sum(xx.limbs),
      yy: sum(yy.limbs), xy: sum(xy.limbs))
  }
}

/// Numbers as the nearest doubles.
private func doubles(_ values: PageValues, _ type: ColumnType) -> [Double] {
  switch values {
  case .float64(let values): values
  case .int64(let values): values.map { nearestQuotient(Int128($0), dividedBy: 1, scale: type.scale) }
  case .int128(let values): values.map { nearestQuotient($0, dividedBy: 1, scale: type.scale) }
  default: preconditionFailure("numbers expected")
  }
}
