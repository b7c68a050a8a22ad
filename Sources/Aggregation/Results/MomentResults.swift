// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension PartialAggregates {
  /// Variance or its root of column `value`, nil for groups of too few values.
  func spreads(
    _ value: Int, _ divisor: AggregateFunction.Divisor, isRoot: Bool, _ counts: [Int64], threads: Int
  ) throws -> [Double?] {
    let state = columns[value]
    let scale = state.type.scale
    if let central = centralProducts[AggregatePlan.Pair(x: value, y: value)] {
      let power: BigInteger = powerOfTen(2 * scale)
      return try mapGroups(count: counts.count, threads: threads, empty: nil) { group in
        counts[group] < divisor.leastCount
          ? nil : spread(central[group], divisor.divisor(count: Int(counts[group])), power, isRoot: isRoot)
      }
    }
    let one: (Int, Int) -> Double
    switch (state[.sums], state[.squares]) {
    case (let sums as FloatSums, let squares as FloatProducts):
      one = { group, count in
        guard sums.limbs.nonFinite(group) == [] else { return .nan }
        let x = ScaledInteger(sums.limbs.sum(group))
        let central = centralProduct(count: count, ScaledInteger(squares.limbs.sum(group)), x, x)
        return spread(central, BigInteger(divisor.divisor(count: count)), isRoot: isRoot)
      }
    case (let sums as WideSums, let squares as WideSquares):
      let all = sums.sums(groupCount: counts.count)
      one = { group, count in
        let x = ScaledInteger(integer: BigInteger(all[group]))
        let central = centralProduct(
          count: count, ScaledInteger(integer: BigInteger(squares.sum(group))), x, x)
        return spread(central, BigInteger(divisor.divisor(count: count)) * powerOfTen(2 * scale), isRoot: isRoot)
      }
    case (let sums as IntegerSums, let squares as IntegerSquares):
      let all = sums.sums(groupCount: counts.count)
      one = { group, count in
        spread(
          count: count, sum: all[group], squares: squares.sum(group), divisor, scale: scale, isRoot: isRoot)
      }
    default: preconditionFailure("no sums and squares")
    }
    return try mapGroups(count: counts.count, threads: threads, empty: nil) { group in
      counts[group] < divisor.leastCount ? nil : one(group, Int(counts[group]))
    }
  }

  /// Covariance or correlation of a pair of columns, nil where it is not defined.
  func pairResults(_ function: AggregateFunction, _ pair: Int, groupCount: Int, threads: Int) throws -> [Double?] {
    let types = (plan.values[plan.pairs[pair].x].column.type, plan.values[plan.pairs[pair].y].column.type)
    // Beside doubles, decimals have been made doubles.
    let scale = types.0 == .float64 || types.1 == .float64 ? 0 : types.0.scale + types.1.scale
    if let recorded = try recordedPairResults(function, plan.pairs[pair], scale: scale, threads: threads) {
      return recorded
    }
    let accumulator = pairs[pair]
    let power: BigInteger = powerOfTen(scale)
    return try mapGroups(count: groupCount, threads: threads, empty: nil) { group -> Double? in
      if let products = accumulator.narrowProducts(group) { return result(of: products, function, power) }
      let moments = accumulator.moments(group)
      switch function {
      case .covariance(let divisor):
        guard moments.count >= divisor.leastCount else { return nil }
        if moments.hasNonFinite { return .nan }
        let central = centralProduct(count: moments.count, moments.xy, moments.x, moments.y)
        return nearestDouble(
          central, dividedBy: BigInteger(divisor.divisor(count: moments.count)) * power)
      case .correlation:
        guard moments.count >= 2 else { return nil }
        return moments.hasNonFinite ? .nan : correlation(moments)
      default: preconditionFailure("\(function.name) is of one column")
      }
    }
  }
}

/// Covariance or correlation of a group; `power` is what products of both columns' integers are to be divided by.
private func result(of products: CentralProducts, _ function: AggregateFunction, _ power: BigInteger) -> Double? {
  guard case .covariance(let divisor) = function else {
    return products.count < 2 ? nil : correlation(products.xy, products.xx, products.yy)
  }
  if products.count < divisor.leastCount { return nil }
  return spread(products.xy, divisor.divisor(count: products.count), power, isRoot: false)
}

extension PartialAggregates {
  /// The same of columns without nulls whose central products are known; nil where they are not.
  private func recordedPairResults(
    _ function: AggregateFunction, _ pair: AggregatePlan.Pair, scale: Int, threads: Int
  ) throws -> [Double?]? {
    guard recordedPairs.contains(pair), let both = centralProducts[pair] else { return nil }
    let counts = rowCounts.counts(groupCount: groupCount)
    switch function {
    case .covariance(let divisor):
      let power: BigInteger = powerOfTen(scale)
      return try mapGroups(count: counts.count, threads: threads, empty: nil) { group in
        counts[group] < divisor.leastCount
          ? nil : spread(both[group], divisor.divisor(count: Int(counts[group])), power, isRoot: false)
      }
    case .correlation:
      guard let x = centralProducts[AggregatePlan.Pair(x: pair.x, y: pair.x)],
        let y = centralProducts[AggregatePlan.Pair(x: pair.y, y: pair.y)]
      else { return nil }
      return try mapGroups(count: counts.count, threads: threads, empty: nil) { group in
        counts[group] < 2 ? nil : correlation(both[group], x[group], y[group])
      }
    default: preconditionFailure("\(function.name) is of one column")
    }
  }
}

extension ScaledInteger {
  fileprivate init(_ sum: (integer: BigInteger, exponent: Int)) {
    self.init(integer: sum.integer, exponent: sum.exponent)
  }
}
