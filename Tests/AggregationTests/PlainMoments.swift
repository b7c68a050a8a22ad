// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Kernels
import TestSupport

/// The number as a double: NaN, which `canonical` made a text, too.
func nearestDouble(_ value: Value) -> Double {
  switch value {
  case .float64(let number): number
  case .decimal(let unscaled, let scale): nearestQuotient(unscaled, dividedBy: 1, scale: scale)
  case .int64(let number): Double(number)
  default: .nan
  }
}

private func ten(_ exponent: Int) -> BigInteger {
  (0..<exponent).reduce(BigInteger(1)) { power, _ in power * BigInteger(10) }
}

/// Numbers as integers over one denominator; nil if one is not finite.
private func integers(_ values: [Value], _ type: ColumnType, asDoubles: Bool) -> (
  all: [BigInteger], denominator: BigInteger
)? {
  if type != .float64, !asDoubles { return (values.map { BigInteger(unscaled($0)) }, ten(type.scale)) }
  let doubles = values.map(nearestDouble)
  guard doubles.allSatisfy(\.isFinite) else { return nil }
  let parts = doubles.map(BigInteger.parts)
  let least = min(0, parts.map(\.exponent).min() ?? 0)
  return (parts.map { $0.integer.shiftedLeft(by: $0.exponent - least) }, BigInteger(1).shiftedLeft(by: -least))
}

/// Variance, covariance and correlation from the distances from the means, as their definitions say.
func plainMoment(_ function: AggregateFunction, _ pairs: [(Value, Value)], _ types: (ColumnType, ColumnType)) -> Value {
  let count = pairs.count
  var isSample = true
  switch function {
  case .variance(let divisor), .standardDeviation(let divisor), .covariance(let divisor): isSample = divisor == .sample
  default: break
  }
  guard count >= (isSample ? 2 : 1) else { return .null }
  let asDoubles = types.0 == .float64 || types.1 == .float64
  guard let x = integers(pairs.map(\.0), types.0, asDoubles: asDoubles),
    let y = integers(pairs.map(\.1), types.1, asDoubles: asDoubles)
  else { return .float64(.nan) }
  // n times the distance of each from the mean.
  func distances(_ all: [BigInteger]) -> [BigInteger] {
    let sum = all.reduce(BigInteger(0), +)
    return all.map { BigInteger(count) * $0 - sum }
  }
  func total(_ a: [BigInteger], _ b: [BigInteger]) -> BigInteger {
    zip(a, b).reduce(BigInteger(0)) { $0 + $1.0 * $1.1 }
  }
  let (dx, dy) = (distances(x.all), distances(y.all))
  let xy = total(dx, dy)
  if function == .correlation {
    let product = total(dx, dx) * total(dy, dy)
    if product.isZero { return .null }
    let squared = xy * xy
    return .float64(PlainRational(xy.isNegative ? -squared : squared, over: product).nearestRoot)
  }
  let scale = x.denominator * y.denominator
  let quotient = PlainRational(
    xy, over: BigInteger(count) * BigInteger(count) * BigInteger(isSample ? count - 1 : count) * scale)
  if case .standardDeviation = function { return .float64(quotient.nearestRoot) }
  return .float64(quotient.nearest)
}

/// Quantile units / unit of values in order.
func plainQuantile(_ sorted: [Value], _ units: Int, _ unit: Int, _ type: ColumnType) -> Value {
  guard !sorted.isEmpty else { return .null }
  guard type.isNumeric else {
    // The first one whose share, counted with those before it, is enough.
    return sorted.indices.first { ($0 + 1) * unit >= units * sorted.count }.map { sorted[$0] }!
  }
  let lower = (sorted.count - 1) * units / unit
  let parts = (sorted.count - 1) * units % unit
  if parts == 0 || sorted[lower] == sorted[lower + 1] { return .float64(nearestDouble(sorted[lower])) }
  let neighbours = [sorted[lower], sorted[lower + 1]]
  guard let (all, denominator) = integers(neighbours, type, asDoubles: false) else {
    return .float64(nearestDouble(neighbours[0]) + nearestDouble(neighbours[1]))
  }
  let sum = all[0] * BigInteger(unit - parts) + all[1] * BigInteger(parts)
  return .float64(PlainRational(sum, over: BigInteger(unit) * denominator).nearest)
}
