// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Kernels

/// Where a constant lies among the integers that a column's values are held as.
struct IntegerPlace {
  /// The greatest integer that is not greater; the ends of Int128, which no value reaches, stand for all beyond.
  let floor: Int128
  /// True if it is that integer.
  let isExact: Bool

  /// Above or below all values.
  static func beyond(isNegative: Bool) -> IntegerPlace {
    IntegerPlace(floor: isNegative ? .min : .max, isExact: false)
  }

  /// The integers that are equal to the constant: it itself, or none.
  var equals: EqualIntegers {
    // What is beyond all values stays there.
    let next = floor == .max || floor == .min ? floor : floor + 1
    return EqualIntegers(first: isExact ? floor : next, end: next)
  }
}

/// Integers, among those that a column's values are held as, that count as equal to a constant: none, one, or of constants of float64 all
/// that round to it. Smaller ones are less than the constant, greater ones greater.
struct EqualIntegers: Equatable {
  /// The least, where there are any.
  let first: Int128
  /// Behind the last; `first` where there are none. The ends of Int128, which no value reaches, stand for all beyond.
  let end: Int128

  /// Values for which `value comparison constant` holds.
  func values(_ comparison: Comparison) -> ValueSet<Int128> {
    switch comparison {
    case .lessOrEqual: return .below(cut(end))
    case .less: return .below(cut(first))
    case .greater: return values(.lessOrEqual).complement
    case .greaterOrEqual: return values(.less).complement
    case .equal: return first == end ? .empty : .between(cut(first), cut(end))
    case .notEqual: return values(.equal).complement
    }
  }

  /// Just before an integer: all cuts between integers are told that way.
  private func cut(_ bound: Int128) -> ValueSet<Int128>.Cut { .init(bound: bound, isAfter: false) }
}

extension EqualIntegers {
  /// Of a literal: its place, but of a float64 beside exact numbers the stretch of those whose nearest double it is. nil if the two do not
  /// compare.
  init?(_ literal: Value, in type: ColumnType) {
    switch (type, literal) {
    case (.int64, .float64(let double)), (.decimal, .float64(let double)):
      self.init(roundingTo: double, scale: type.scale)
    default:
      guard let place = place(of: literal, in: type) else { return nil }
      self = place.equals
    }
  }

  /// Integers that, divided by 10^`scale`, have `double` as their nearest double. As rounding keeps the order, they are found by
  /// bisection with the rounding itself, so that conditions agree with expressions in every case: some 260 roundings.
  private init(roundingTo double: Double, scale: Int) {
    let wanted = orderedBits(double)
    /// The least integer of up to 38 digits whose double is not before `wanted` (behind it, if `isBehind`); the greatest of all if there is
    /// none, the least of all if these are all.
    func least(isBehind: Bool) -> Int128 {
      func isReached(_ integer: Int128) -> Bool {
        let bits = orderedBits(nearestQuotient(integer, dividedBy: 1, scale: scale))
        return isBehind ? bits > wanted : bits >= wanted
      }
      let limit: Int128 = powerOfTen(ColumnType.maximumDecimalPrecision) - 1
      var (low, high) = (-limit, limit)
      if isReached(low) { return .min }
      guard isReached(high) else { return .max }
      while low + 1 < high {
        // Their mean, rounded down: the sum may leave 128 bits.
        let middle = (low & high) + (low ^ high) >> 1
        if isReached(middle) { high = middle } else { low = middle }
      }
      return high
    }
    self.init(first: least(isBehind: false), end: least(isBehind: true))
  }
}

/// Where `literal` lies among the integers of a column of `type`; nil if the two do not compare, or more than one of them equals it.
///
/// float64 columns are held by ``orderedBits(_:)``: their order is that of doubles.
func place(of literal: Value, in type: ColumnType) -> IntegerPlace? {
  switch (type, literal) {
  case (.bool, .bool(let flag)): return IntegerPlace(floor: flag ? 1 : 0, isExact: true)
  case (.int64, .decimal(let unscaled, let scale)), (.decimal, .decimal(let unscaled, let scale)):
    return place(ofDecimal: unscaled, scale: scale, atScale: type.scale)
  case (.int64, .int64(let value)), (.decimal, .int64(let value)):
    return place(ofDecimal: Int128(value), scale: 0, atScale: type.scale)
  case (.float64, .decimal(let unscaled, let scale)):
    return exact(orderedBits(nearestQuotient(unscaled, dividedBy: 1, scale: scale)))
  case (.float64, .int64(let value)): return exact(orderedBits(Double(value)))
  case (.float64, .float64(let double)): return exact(orderedBits(double))
  case (.date, _), (.timestamp, _): return momentPlace(of: literal, in: type)
  default: return nil
  }
}

private func exact(_ value: Int64) -> IntegerPlace { IntegerPlace(floor: Int128(value), isExact: true) }

private func place(ofDecimal unscaled: Int128, scale: Int, atScale columnScale: Int) -> IntegerPlace {
  if scale <= columnScale {
    let (product, overflow) = unscaled.multipliedReportingOverflow(by: powerOfTen(columnScale - scale))
    return overflow ? .beyond(isNegative: unscaled < 0) : IntegerPlace(floor: product, isExact: true)
  }
  let (quotient, remainder) = unscaled.quotientAndRemainder(dividingBy: powerOfTen(scale - columnScale))
  return IntegerPlace(floor: remainder < 0 ? quotient - 1 : quotient, isExact: remainder == 0)
}

/// Where a number of any length lies among the integers of a column of `type`; nil if that holds no numbers.
func place(of numeral: Numeral, in type: ColumnType) -> IntegerPlace? {
  switch type {
  case .int64, .decimal: numeral.place(atScale: type.scale)
  case .float64: numeral.placeAmongDoubles
  case .bool, .date, .timestamp, .string: nil
  }
}

/// Dates and timestamps: strings are read as what they are compared with.
private func momentPlace(of literal: Value, in type: ColumnType) -> IntegerPlace? {
  var literal = literal
  if case .string(let text) = literal {
    guard let value = dateValue(text) ?? timestampValue(text) else { return nil }
    literal = value
  }
  switch (type, literal) {
  case (.date, .date(let days)): return IntegerPlace(floor: Int128(days), isExact: true)
  case (.timestamp(isUTC: false), .date(let days)):
    return IntegerPlace(floor: Int128(days) * microsecondsPerDay, isExact: true)
  case (.timestamp(let isUTC), .timestamp(let microseconds, let literalIsUTC)) where isUTC == literalIsUTC:
    return IntegerPlace(floor: Int128(microseconds), isExact: true)
  case (.date, .timestamp(let microseconds, isUTC: false)):
    let day = Int128(microseconds)
    let (quotient, remainder) = day.quotientAndRemainder(dividingBy: microsecondsPerDay)
    return IntegerPlace(floor: remainder < 0 ? quotient - 1 : quotient, isExact: remainder == 0)
  default: return nil
  }
}

/// Strings for which `string comparison text` holds.
func texts(_ comparison: Comparison, _ text: String) -> ValueSet<TextBound> {
  let bound = TextBound(bytes: Array(text.utf8))
  let before = ValueSet<TextBound>.Cut(bound: bound, isAfter: false)
  let after = ValueSet<TextBound>.Cut(bound: bound, isAfter: true)
  switch comparison {
  case .less: return .below(before)
  case .lessOrEqual: return .below(after)
  case .greater: return ValueSet.below(after).complement
  case .greaterOrEqual: return ValueSet.below(before).complement
  case .equal: return .between(before, after)
  case .notEqual: return ValueSet.between(before, after).complement
  }
}

extension ValueSet<TextBound> {
  /// True if the string of these bytes is in the set. O(log cuts) comparisons.
  func contains(_ text: UnsafeRawBufferPointer) -> Bool {
    var (low, high) = (0, cuts.count)
    while low < high {
      let middle = (low + high) / 2
      let order = bytesOrder(cuts[middle].bound.bytes, text)
      if order < 0 || order == 0 && !cuts[middle].isAfter { low = middle + 1 } else { high = middle }
    }
    return isInside(afterCuts: low)
  }
}

private func bytesOrder(_ bytes: [UInt8], _ text: UnsafeRawBufferPointer) -> Int {
  let common = min(bytes.count, text.count)
  if common > 0, let base = text.baseAddress {
    let order = bytes.withUnsafeBytes { left in left.baseAddress.map { memcmp($0, base, common) } ?? 0 }
    if order != 0 { return Int(order) }
  }
  return bytes.count - text.count
}
