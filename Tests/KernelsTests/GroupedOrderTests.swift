// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

/// Random rows: groups, values with few or many different ones, validity.
private struct Rows {
  var groups: [UInt32]
  var values: [Int64]
  var validity: [UInt64]?
  let groupCount: Int

  init(using random: inout RandomSource) {
    let count = [1, 63, 64, 65, 500].randomElement(using: &random)!
    let groupCount = Int.random(in: 1...9, using: &random)
    let limits: [Int64] = [.min, .min + 1, .max, .max - 1, 0]
    let isNarrow = Bool.random(using: &random)
    groups = (0..<count).map { _ in UInt32.random(in: 0..<UInt32(groupCount), using: &random) }
    values = (0..<count).map { _ in
      isNarrow
        ? Int64.random(in: -3...3, using: &random)
        : Int.random(in: 0...3, using: &random) == 0
          ? limits.randomElement(using: &random)! : Int64(truncatingIfNeeded: random.next())
    }
    validity = Bool.random(using: &random) ? nil : (0..<(count + 63) / 64).map { _ in random.next() }
    self.groupCount = groupCount
  }

  /// Positions of a group's valid rows.
  func rows(of group: Int) -> [Int] {
    groups.indices.filter { row in
      let isValid = validity.map { words in words[row / 64] >> UInt64(row % 64) & 1 == 1 } ?? true
      return Int(groups[row]) == group && isValid
    }
  }

  func withBuffers(
    _ body: (UnsafeBufferPointer<Int64>, UnsafeBufferPointer<UInt32>, UnsafeBufferPointer<UInt64>?) -> Void
  ) {
    values.withUnsafeBufferPointer { values in
      groups.withUnsafeBufferPointer { groups in
        guard let validity else { return body(values, groups, nil) }
        validity.withUnsafeBufferPointer { body(values, groups, $0) }
      }
    }
  }
}

@Test(arguments: UInt64(0)..<60)
func topsEqualSortedValues(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let rows = Rows(using: &random)
  let width = Int.random(in: 1...6, using: &random)
  for flip in [0, -1] as [Int64] {
    var slots = [Int64](repeating: .min, count: rows.groupCount * width)
    var wide = [Int128](repeating: .min, count: rows.groupCount * width)
    rows.withBuffers { values, groups, validity in
      slots.withUnsafeMutableBufferPointer {
        keepGreatest(values, flip: flip, groups: groups, validity: validity, width: width, in: $0)
      }
      values.map { Int128($0) }.withUnsafeBufferPointer { values in
        wide.withUnsafeMutableBufferPointer {
          keepGreatest(values, flip: Int128(flip), groups: groups, validity: validity, width: width, in: $0)
        }
      }
    }
    for group in 0..<rows.groupCount {
      let sorted = rows.rows(of: group).map { rows.values[$0] }.sorted { flip == 0 ? $0 > $1 : $0 < $1 }.prefix(width)
      let found = (0..<sorted.count).map { slots[group * width + $0] ^ flip }
      #expect(found == Array(sorted), "seed \(seed)")
      #expect((0..<sorted.count).map { Int64(wide[group * width + $0] ^ Int128(flip)) } == found, "seed \(seed)")
    }
  }
}

@Test(arguments: UInt64(0)..<40)
func firstAndLastAreThoseOfTheLeastAndGreatestPlace(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let rows = Rows(using: &random)
  let order = (0..<UInt32(rows.groups.count)).shuffled(using: &random)
  for flip in [0, -1] as [Int64] {
    for chosen in [nil, order] as [[UInt32]?] {
      var places = [Int64](repeating: .max, count: rows.groupCount)
      var kept = [Int64](repeating: 0, count: rows.groupCount)
      rows.withBuffers { values, groups, validity in
        places.withUnsafeMutableBufferPointer { places in
          kept.withUnsafeMutableBufferPointer { kept in
            func keep(_ rows: UnsafeBufferPointer<UInt32>?) {
              keepFirst(
                values, firstPlace: 7 << 32, rows: rows, flip: flip, groups: groups, validity: validity, places: places,
                in: kept)
            }
            if let chosen { chosen.withUnsafeBufferPointer(keep) } else { keep(nil) }
          }
        }
      }
      for group in 0..<rows.groupCount {
        let own = rows.rows(of: group).sorted { (chosen?[$0] ?? UInt32($0)) < (chosen?[$1] ?? UInt32($1)) }
        if let end = flip == 0 ? own.first : own.last {
          #expect(kept[group] == rows.values[end], "seed \(seed)")
        } else {
          #expect(places[group] == .max)
        }
      }
    }
  }
}

@Test(arguments: UInt64(0)..<60)
func selectionPutsTheRankInItsPlace(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let count = [1, 2, 3, 16, 17, 18, 100, 1_000, 5_000].randomElement(using: &random)!
  var values: [Int64] =
    switch seed % 6 {
    case 0: (0..<count).map { Int64($0) }
    case 1: (0..<count).map { Int64(-$0) }
    case 2: [Int64](repeating: 5, count: count)
    case 3: (0..<count).map { _ in Int64.random(in: 0...2, using: &random) }
    // Up and down: the median of three is bad for it.
    case 4: (0..<count).map { Int64(min($0, count - $0)) }
    default: (0..<count).map { _ in Int64(truncatingIfNeeded: random.next()) }
    }
  let sorted = values.sorted()
  let rank = Int.random(in: 0..<count, using: &random)
  var wide = values.map { Int128($0) }
  values.withUnsafeMutableBufferPointer { select($0, rank: rank) }
  wide.withUnsafeMutableBufferPointer { select($0, rank: rank) }
  #expect(values[rank] == sorted[rank], "seed \(seed)")
  #expect(values[..<rank].allSatisfy { $0 <= sorted[rank] } && values[rank...].allSatisfy { $0 >= sorted[rank] })
  #expect(values.sorted() == sorted, "seed \(seed)")
  #expect(wide[rank] == Int128(sorted[rank]))
}

/// What the kernel finds, its scratch filled with something else.
private func found<T: FixedWidthInteger>(
  _ values: [T],
  _ find: (UnsafeBufferPointer<T>, UnsafeMutableBufferPointer<T>, UnsafeMutableBufferPointer<UInt32>) -> (T, T)
) -> [T] {
  var scratch = [T](repeating: 99, count: values.count)
  var counts = [UInt32](repeating: 99, count: 2_048)
  let (lower, upper) = values.withUnsafeBufferPointer { values in
    scratch.withUnsafeMutableBufferPointer { scratch in
      counts.withUnsafeMutableBufferPointer { find(values, scratch, $0) }
    }
  }
  return [lower, upper]
}

@Test(arguments: UInt64(0)..<120)
func neighboursAreThoseOfSortedValues(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let count = [1, 2, 48, 49, 50, 100, 1_000, 20_000].randomElement(using: &random)!
  let values: [Int64] = (0..<count).map { row in
    switch seed % 6 {
    case 0: Int64(truncatingIfNeeded: random.next())
    case 1: Int64.random(in: 0...2, using: &random)
    case 2: row == 0 ? .min : row == 1 ? .max : Int64.random(in: 5...500, using: &random)
    case 3: 1 << Int64.random(in: 0...62, using: &random)
    case 4: Int64(row / 2)
    default: -7
    }
  }
  let sorted = values.sorted()
  for rank in [0, count - 1, count / 2, Int.random(in: 0..<count, using: &random)] {
    let expected = [sorted[rank], sorted[min(rank + 1, count - 1)]]
    #expect(
      found(values) { neighbours($0, rank: rank, scratch: $1, counts: $2) } == expected, "seed \(seed), rank \(rank)")
    let wide = values.map { Int128($0) << 40 }
    #expect(
      found(wide) { neighbours($0, rank: rank, scratch: $1, counts: $2) } == expected.map { Int128($0) << 40 },
      "seed \(seed), rank \(rank)")
    // Cut to 32 bits, they have an order of their own.
    let narrow = values.map { Int32(truncatingIfNeeded: $0 >> 31) }
    let ordered = narrow.sorted()
    #expect(
      found(narrow) { neighbours($0, rank: rank, scratch: $1, counts: $2) }
        == [ordered[rank], ordered[min(rank + 1, count - 1)]], "seed \(seed), rank \(rank)")
  }
}

@Test(arguments: UInt64(0)..<40)
func sumsOfProductsEqualBigOnes(seed: UInt64) {
  var random = RandomSource(seed: seed)
  let rows = Rows(using: &random)
  var squares = [Int192](repeating: Int192(), count: rows.groupCount)
  var wide = [Int384](repeating: Int384(), count: rows.groupCount)
  var pairs = [WidePairSums](repeating: WidePairSums(), count: rows.groupCount)
  var narrow = [PairSums](repeating: PairSums(), count: rows.groupCount)
  var narrowSquares = [Int64](repeating: 0, count: rows.groupCount)
  let small = rows.values.map { $0 % 1_000 }
  let others = rows.values.map { Int128($0 % 77) &* Int128.max / 100 }
  let wideValues = rows.values.map { Int128($0) &* 1_000_000_007 }
  rows.withBuffers { values, groups, validity in
    squares.withUnsafeMutableBufferPointer { exactSquares(values, groups: groups, validity: validity, into: $0) }
    wideValues.withUnsafeBufferPointer { values in
      wide.withUnsafeMutableBufferPointer { exactSquares(values, groups: groups, validity: validity, into: $0) }
      others.withUnsafeBufferPointer { others in
        pairs.withUnsafeMutableBufferPointer {
          exactPairSums(values, others, groups: groups, validity: validity, into: $0)
        }
      }
    }
    small.withUnsafeBufferPointer { small in
      narrowSquares.withUnsafeMutableBufferPointer {
        wrappingSquares(small, groups: groups, validity: validity, into: $0)
      }
      narrow.withUnsafeMutableBufferPointer {
        wrappingPairSums(small, small, groups: groups, validity: validity, into: $0)
      }
    }
  }
  func sum(_ group: Int, _ term: (Int) -> BigInteger) -> BigInteger {
    rows.rows(of: group).reduce(BigInteger(0)) { $0 + term($1) }
  }
  for group in 0..<rows.groupCount {
    let value = { BigInteger(Int128(rows.values[$0])) }
    #expect(BigInteger(squares[group]) == sum(group) { value($0) * value($0) }, "seed \(seed)")
    let big = { BigInteger(wideValues[$0]) }
    #expect(BigInteger(wide[group]) == sum(group) { big($0) * big($0) }, "seed \(seed)")
    let other = { BigInteger(others[$0]) }
    let expected = narrow[group]
    #expect(BigInteger(pairs[group].xx) == BigInteger(wide[group]))
    #expect(BigInteger(pairs[group].yy) == sum(group) { other($0) * other($0) }, "seed \(seed)")
    #expect(BigInteger(pairs[group].xy) == sum(group) { big($0) * other($0) }, "seed \(seed)")
    #expect(BigInteger(pairs[group].x) == sum(group, big), "seed \(seed)")
    #expect(BigInteger(pairs[group].y) == sum(group, other), "seed \(seed)")
    #expect(pairs[group].count == Int64(rows.rows(of: group).count) && expected.count == pairs[group].count)
    let smallSquares = rows.rows(of: group).reduce(Int64(0)) { $0 + small[$1] * small[$1] }
    #expect([expected.xx, expected.yy, expected.xy, narrowSquares[group]].allSatisfy { $0 == smallSquares })
    let smallSum = rows.rows(of: group).reduce(Int64(0)) { $0 + small[$1] }
    #expect(expected.x == smallSum && expected.y == smallSum)
  }
}

@Test(arguments: UInt64(0)..<40)
func sumsOfProductsOfDoublesAreExact(seed: UInt64) {
  var random = RandomSource(seed: seed)
  func anyFinite() -> Double {
    let value = Double(bitPattern: random.next())
    return value.isFinite ? value : anyFinite()
  }
  func double() -> Double {
    switch Int.random(in: 0...9, using: &random) {
    case 0:
      [0.0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -.leastNormalMagnitude].randomElement(
        using: &random)!
    case 1...4: Double.random(in: -1...1, using: &random)
    default:
      anyFinite()
    }
  }
  let count = 60
  let (xs, ys) = ((0..<count).map { _ in double() }, (0..<count).map { _ in double() })
  let groups = (0..<count).map { _ in UInt32.random(in: 0...2, using: &random) }
  let exponents = [xs, ys].map { $0.withUnsafeBufferPointer(floatExponents)! }
  let window = productWindow(exponents[0], exponents[1])
  var limbs = [Int64](repeating: 0, count: 3 * window.limbCount)
  var nonFinite = [NonFinite](repeating: [], count: 3)
  xs.withUnsafeBufferPointer { xs in
    ys.withUnsafeBufferPointer { ys in
      groups.withUnsafeBufferPointer { groups in
        limbs.withUnsafeMutableBufferPointer { limbs in
          nonFinite.withUnsafeMutableBufferPointer {
            exactProducts(xs, ys, groups: groups, validity: nil, window: window, into: limbs, nonFinite: $0)
          }
        }
      }
    }
  }
  #expect(nonFinite.allSatisfy { $0 == [] })
  for group in 0..<3 {
    let found = limbs.withUnsafeBufferPointer {
      integer(ofLimbs: UnsafeBufferPointer(rebasing: $0[group * window.limbCount..<(group + 1) * window.limbCount]))
    }
    var plain = BigInteger(0)
    for i in 0..<count where Int(groups[i]) == group {
      let (x, y) = (BigInteger.parts(of: xs[i]), BigInteger.parts(of: ys[i]))
      plain = plain + (x.integer * y.integer).shiftedLeft(by: x.exponent + y.exponent + 2 * 1074)
    }
    #expect(found.shiftedLeft(by: window.baseExponent + 2 * 1088) == plain.shiftedLeft(by: 28), "seed \(seed)")
  }
}

@Test(arguments: UInt64(0)..<40)
func bitsAreThoseOfTheValidValues(seed: UInt64) {
  var random = RandomSource(seed: seed)
  var rows = Rows(using: &random)
  rows.values = rows.values.map { $0 % 150 }
  rows.withBuffers { values, groups, validity in
    let all = (0..<rows.groupCount).flatMap { rows.rows(of: $0) }.map { rows.values[$0] }
    #expect(validRange(values, validity: validity) == (all.isEmpty ? nil : all.min()!...all.max()!), "seed \(seed)")
    var bits = [UInt64](repeating: 0, count: rows.groupCount * 5)
    bits.withUnsafeMutableBufferPointer {
      setBits(values, base: -150, groups: groups, validity: validity, wordsPerGroup: 5, in: $0)
    }
    for group in 0..<rows.groupCount {
      let found = (0..<320).filter { bits[group * 5 + $0 / 64] >> UInt64($0 % 64) & 1 == 1 }.map { Int64($0 - 150) }
      #expect(found == Set(rows.rows(of: group).map { rows.values[$0] }).sorted(), "seed \(seed)")
    }
  }
}
