// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Workers

/// All values of a column side by side, group after group: group `g` has those from `starts[g]` to `starts[g + 1]`, in any order.
final class GroupedValues<Number: PlainNumber> {
  private var values: [Number]
  private let starts: [Int]
  private let decoder: ImageDecoder<Number>

  init(values: [Number], starts: [Int], decoder: ImageDecoder<Number>) {
    self.values = values
    self.starts = starts
    self.decoder = decoder
  }

  /// The quantile of each group, groups without values apart: their slots mean nothing. O(values), on several threads.
  ///
  /// Of numbers doubles, interpolated and rounded once; of other types one of the values.
  func quantiles(
    _ level: QuantileLevel, threads: Int
  ) throws -> (values: PageValues, dictionary: StringDictionary?) {
    let type = decoder.type
    guard type.isNumeric else {
      let chosen = try eachGroup(threads, empty: Number.zero) { values in
        let place = level.discretePlace(among: values.count)
        Number.select(values, rank: place)
        return values[place]
      }
      return (decoder.values(unranked(chosen)), decoder.dictionary)
    }
    let unit = level.unit
    let doubles = try eachGroup(threads, empty: 0.0) { values in
      let (lower, parts) = level.place(among: values.count)
      Number.select(values, rank: lower)
      let upper = parts == 0 ? values[lower] : smallest(values, from: lower + 1)
      if type == .float64 {
        return interpolated(
          doubleOfOrderedBits(Int64(values[lower])), doubleOfOrderedBits(Int64(upper)), parts: parts, of: unit)
      }
      return interpolated(values[lower], upper, parts: parts, of: unit, scale: type.scale)
    }
    return (.float64(doubles), nil)
  }

  /// The `count` greatest or smallest values of each group, best first. O(values + results x log `count`), on several threads.
  func tops(_ extreme: Extreme, _ count: Int, threads: Int) throws -> RaggedValues {
    let chosen: [[Number]] = try eachGroup(threads, empty: []) { values in
      guard count < values.count else { return inOrder(Array(values), extreme) }
      if extreme == .minimum {
        Number.select(values, rank: count)
        return inOrder(Array(values[..<count]), extreme)
      }
      Number.select(values, rank: values.count - count)
      return inOrder(Array(values[(values.count - count)...]), extreme)
    }
    var ends = [0]
    for group in chosen { ends.append(ends[ends.count - 1] + group.count) }
    return RaggedValues(
      values: decoder.values(unranked(Array(chosen.joined()))), dictionary: decoder.dictionary, starts: ends)
  }

  /// Numbers of strings again, where there are ranks.
  private func unranked(_ ranks: [Number]) -> [Number] {
    guard let dictionary = decoder.dictionary, dictionary.count > 0 else { return ranks }
    var numbers = [Number](repeating: 0, count: dictionary.count)
    for (number, code) in decoder.codes.enumerated() { numbers[Int(dictionary.ranks[Int(code)])] = Number(number) }
    return ranks.map { numbers[Int($0)] }
  }

  private func eachGroup<Result>(
    _ threads: Int, empty: Result, _ body: (UnsafeMutableBufferPointer<Number>) -> Result
  ) throws -> [Result] {
    let starts = starts
    return try values.withUnsafeMutableBufferPointer { values in
      // Threads work on groups of their own.
      nonisolated(unsafe) let values = values
      return try withoutActuallyEscaping(body) { body in
        nonisolated(unsafe) let body = body
        return try mapGroups(count: starts.count - 1, weights: starts, threads: threads, empty: empty) { group in
          let own = starts[group]..<starts[group + 1]
          return own.isEmpty ? empty : body(UnsafeMutableBufferPointer(rebasing: values[own]))
        }
      }
    }
  }
}

/// The smallest value from a place on. Precondition: there is one.
private func smallest<Number: PlainNumber>(_ values: UnsafeMutableBufferPointer<Number>, from first: Int) -> Number {
  var smallest = values[first]
  for place in first..<values.count { smallest = min(smallest, values[place]) }
  return smallest
}

private func inOrder<Number: PlainNumber>(_ values: [Number], _ extreme: Extreme) -> [Number] {
  extreme == .minimum ? values.sorted() : values.sorted(by: >)
}

/// lower + (upper - lower) x parts / unit, over 10^scale, rounded once.
private func interpolated<Number: PlainNumber>(
  _ lower: Number, _ upper: Number, parts: Int64, of unit: Int64, scale: Int
) -> Double {
  if Number.bitWidth <= 64, scale <= 18 {
    // Below 2^63 x 10^18 + 2^64 x 10^18.
    let step = Int128(upper) - Int128(lower)
    return nearestQuotient(
      Int128(lower) * Int128(unit) + step * Int128(parts), dividedBy: Int(unit), scale: scale)
  }
  let step = BigInteger(Int128(upper)) - BigInteger(Int128(lower))
  let sum = BigInteger(Int128(lower)) * BigInteger(Int128(unit)) + step * BigInteger(Int128(parts))
  return nearestDouble(ScaledInteger(integer: sum), dividedBy: BigInteger(Int128(unit)) * powerOfTen(scale))
}

/// The same of doubles: NaN if one is, or infinities of both signs are to be mixed; an infinite neighbour that has a part is the result.
private func interpolated(_ lower: Double, _ upper: Double, parts: Int64, of unit: Int64) -> Double {
  if parts == 0 || lower == upper { return lower }
  guard lower.isFinite, upper.isFinite else { return lower + upper }
  if parts * 2 == unit {
    // A rounded sum is normal, and half of it exact; a sum that overflows has halves that are exact.
    let sum = lower + upper
    return sum.isFinite ? sum / 2 : lower / 2 + upper / 2
  }
  let (a, b) = (BigInteger.parts(of: lower), BigInteger.parts(of: upper))
  let exponent = min(a.exponent, b.exponent)
  let sum =
    a.integer.shiftedLeft(by: a.exponent - exponent) * BigInteger(Int128(unit - parts))
    + b.integer.shiftedLeft(by: b.exponent - exponent) * BigInteger(Int128(parts))
  return nearestDouble(ScaledInteger(integer: sum, exponent: exponent), dividedBy: BigInteger(Int128(unit)))
}
