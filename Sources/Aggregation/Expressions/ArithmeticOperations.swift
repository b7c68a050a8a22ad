// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Kernels

/// One more than what the greatest decimal holds.
private let decimalLimit = powerOfTen(ColumnType.maximumDecimalPrecision).magnitude

extension ExpressionRun {
  /// Sums, differences, products.
  func arithmetic(
    _ operation: Arithmetic, isChecked: Bool, _ inputs: [ExpressionVector], _ type: ColumnType, _ count: Int
  ) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    if case .float64 = a.values {
      let values = a.withDouble { a in
        b.withDouble { b in written(count) { Kernels.arithmetic(operation, a, b, into: $0) } }
      }
      return strict(inputs, count, .float64(values))
    }
    if case .int128 = a.values { return wideArithmetic(operation, isChecked: isChecked, inputs, count) }
    if type.isWide {
      precondition(operation == .multiply, "only products are wider than their factors")
      let values = a.withInt64 { a in b.withInt64 { b in written(count) { fullProducts(a, b, into: $0) } } }
      return strict(inputs, count, .int128(values))
    }
    var overflows = false
    let values: [Int64] = a.withInt64 { a in
      b.withInt64 { b in
        written(count) { results in
          if isChecked {
            overflows = checkedArithmetic(operation, a, b, into: results)
          } else {
            wrappingArithmetic(operation, a, b, into: results)
          }
        }
      }
    }
    return strict(inputs, count, .int64(values), mayFail: overflows) { row in
      exact(operation, a.integer(row), b.integer(row)).map { Int64(exactly: $0) == nil } ?? true
    }
  }

  private func wideArithmetic(
    _ operation: Arithmetic, isChecked: Bool, _ inputs: [ExpressionVector], _ count: Int
  ) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    var overflows = false
    let values: [Int128] = a.withInt128 { a in
      b.withInt128 { b in
        written(count) { results in
          if isChecked {
            overflows = checkedArithmetic(operation, a, b, limit: decimalLimit, into: results)
          } else {
            wrappingArithmetic(operation, a, b, into: results)
          }
        }
      }
    }
    return strict(inputs, count, .int128(values), mayFail: overflows) { row in
      exact(operation, a.integer(row), b.integer(row)).map { $0.magnitude >= decimalLimit } ?? true
    }
  }

  /// The result, nil if it leaves 128 bits.
  private func exact(_ operation: Arithmetic, _ a: Int128, _ b: Int128) -> Int128? {
    let (result, overflow) =
      switch operation {
      case .add: a.addingReportingOverflow(b)
      case .subtract: a.subtractingReportingOverflow(b)
      case .multiply: a.multipliedReportingOverflow(by: b)
      }
    return overflow ? nil : result
  }

  /// Nearest doubles of exact quotients.
  func ratios(_ inputs: [ExpressionVector], _ power: Int, _ count: Int) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    let valid = intersection(a.validity, b.validity)
    let values: [Double] = filled(count) { results in
      // Slots of null rows are not divided: what they hold may take the long way.
      for row in 0..<count where a.isSame || b.isSame || valid.isValid(row) {
        results[row] = nearestRatio(a.integer(row), dividedBy: b.integer(row), powerOfTen: power)
      }
    }
    return strict(inputs, count, .float64(values))
  }

  func quotients(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    let values = inputs[0].withDouble { a in
      inputs[1].withDouble { b in written(count) { Kernels.quotients(a, b, into: $0) } }
    }
    return strict(inputs, count, .float64(values))
  }

  /// What is left over by division rounded towards zero; of exact numbers, 0 as divisor fails.
  func remainders(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    switch a.values {
    case .float64(let left):
      guard case .float64(let right) = b.values else { preconditionFailure("numbers of one form") }
      let values: [Double] = filled(count) { results in
        for row in 0..<count { results[row] = fmod(left[a.slot(row)], right[b.slot(row)]) }
      }
      return strict(inputs, count, .float64(values))
    case .int64(let left):
      guard case .int64(let right) = b.values else { preconditionFailure("numbers of one form") }
      let values: [Int64] = filled(count) { results in
        for row in 0..<count {
          let divisor = right[b.slot(row)]
          // Int64.min % -1 would trap.
          results[row] = divisor == 0 || divisor == -1 ? 0 : left[a.slot(row)] % divisor
        }
      }
      return strict(inputs, count, .int64(values), mayFail: true) { right[b.slot($0)] == 0 }
    case .int128(let left):
      guard case .int128(let right) = b.values else { preconditionFailure("numbers of one form") }
      let values: [Int128] = filled(count) { results in
        for row in 0..<count {
          let divisor = right[b.slot(row)]
          results[row] = divisor == 0 || divisor == -1 ? 0 : left[a.slot(row)] % divisor
        }
      }
      return strict(inputs, count, .int128(values), mayFail: true) { right[b.slot($0)] == 0 }
    default: preconditionFailure("numbers expected")
    }
  }

  /// The number below 0 instead of above, or always from 0 up.
  func signed(_ inputs: [ExpressionVector], _ type: ColumnType, isNegated: Bool, _ count: Int) -> ExpressionVector {
    let input = inputs[0]
    switch input.values {
    case .float64(let values):
      return strict(inputs, count, .float64(values.map { isNegated ? -$0 : $0.magnitude }))
    case .int128(let values):
      return strict(inputs, count, .int128(values.map { isNegated || $0 < 0 ? 0 &- $0 : $0 }))
    case .int64(let values):
      let results = values.map { isNegated || $0 < 0 ? 0 &- $0 : $0 }
      return strict(inputs, count, .int64(results), mayFail: type == .int64 && values.contains(.min)) {
        values[input.slot($0)] == .min
      }
    default: preconditionFailure("numbers expected")
    }
  }

  /// Whole numbers times 10^power, in the type's form.
  func rescaled(
    _ inputs: [ExpressionVector], _ power: Int, _ digits: Int?, _ type: ColumnType, _ count: Int
  ) -> ExpressionVector {
    let input = inputs[0]
    let factor: Int128 = powerOfTen(power)
    let limit = type == .int64 ? nil : digits.map { powerOfTen($0).magnitude }
    func fails(_ row: Int) -> Bool {
      let (product, overflow) = input.integer(row).multipliedReportingOverflow(by: factor)
      if overflow { return true }
      return limit.map { product.magnitude >= $0 } ?? (Int64(exactly: product) == nil)
    }
    let values: PageValues
    switch input.values {
    case .int64(let narrow) where type.isWide: values = .int128(narrow.map { Int128($0) &* factor })
    case .int64(let narrow):
      let small = Int64(truncatingIfNeeded: factor)
      values = .int64(narrow.map { $0 &* small })
    case .int128(let wide) where type.isWide: values = .int128(wide.map { $0 &* factor })
    case .int128(let wide): values = .int64(wide.map { Int64(truncatingIfNeeded: $0 &* factor) })
    default: preconditionFailure("integers expected")
    }
    return strict(inputs, count, values, mayFail: digits != nil, fails)
  }

  /// Whole numbers divided by 10^digits, rounded.
  func shortened(
    _ inputs: [ExpressionVector], _ digits: Int, _ rounding: Rounding, _ type: ColumnType, _ count: Int
  ) -> ExpressionVector {
    let input = inputs[0]
    let divisor: Int128 = powerOfTen(digits)
    if case .int64(let values) = input.values, !type.isWide, let small = Int64(exactly: divisor) {
      return strict(inputs, count, .int64(values.map { quotient($0, small, rounding) }))
    }
    let wide: [Int128] = filled(count) { results in
      for row in 0..<count { results[row] = quotient(input.integer(row), divisor, rounding) }
    }
    return strict(inputs, count, type.isWide ? .int128(wide) : .int64(wide.map { Int64(truncatingIfNeeded: $0) }))
  }

  /// Doubles rounded to so many digits behind the point: the nearest double to x · 10^digits, rounded, divided.
  func rounded(_ inputs: [ExpressionVector], _ digits: Int, _ rounding: Rounding, _ count: Int) -> ExpressionVector {
    guard case .float64(let values) = inputs[0].values else { preconditionFailure("doubles expected") }
    let rule: FloatingPointRoundingRule =
      switch rounding {
      case .halfAway: .toNearestOrAwayFromZero
      case .down: .down
      case .up: .up
      }
    let factor = pow(10, Double(abs(digits)))
    return strict(inputs, count, .float64(values.map { roundedDouble($0, digits, factor, rule) }))
  }

  /// Nearest doubles of decimals and integers.
  func doubles(_ inputs: [ExpressionVector], _ scale: Int, _ count: Int) -> ExpressionVector {
    let input = inputs[0]
    if case .int64(let values) = input.values, scale == 0 {
      return strict(inputs, count, .float64(values.map { Double($0) }))
    }
    let values: [Double] = filled(count) { results in
      for row in 0..<count { results[row] = nearestQuotient(input.integer(row), dividedBy: 1, scale: scale) }
    }
    return strict(inputs, count, .float64(values))
  }
}

private func roundedDouble(_ value: Double, _ digits: Int, _ factor: Double, _ rule: FloatingPointRoundingRule)
  -> Double
{
  if digits == 0 { return value.rounded(rule) }
  let scaled = digits > 0 ? value * factor : value / factor
  // Past 2^52 there is nothing behind the point, and infinity would come of a great number of digits.
  guard scaled.isFinite, scaled.magnitude < 4_503_599_627_370_496 else { return value }
  return digits > 0 ? scaled.rounded(rule) / factor : scaled.rounded(rule) * factor
}

/// The quotient, rounded. Precondition: `divisor` > 0.
@inline(__always)
func quotient<Number: FixedWidthInteger & SignedInteger>(_ value: Number, _ divisor: Number, _ rounding: Rounding)
  -> Number
{
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  switch rounding {
  case .down: return remainder < 0 ? quotient - 1 : quotient
  case .up: return remainder > 0 ? quotient + 1 : quotient
  case .halfAway:
    // No overflow: the magnitude of the remainder is below the divisor.
    let isHalf = remainder.magnitude >= divisor.magnitude - remainder.magnitude
    return isHalf ? (value < 0 ? quotient - 1 : quotient + 1) : quotient
  }
}

/// An array that `body` writes every element of: so many, which hold nothing before.
@inline(__always)
func written<Element: BitwiseCopyable>(_ count: Int, _ body: (UnsafeMutableBufferPointer<Element>) -> Void) -> [Element]
{
  [Element](unsafeUninitializedCapacity: count) { elements, initialized in
    body(UnsafeMutableBufferPointer(rebasing: elements[..<count]))
    initialized = count
  }
}

/// An array that `body` fills: so many elements of it. They are 0 at first.
@inline(__always)
func filled<Element: Numeric>(_ count: Int, _ body: (UnsafeMutableBufferPointer<Element>) -> Void) -> [Element] {
  [Element](unsafeUninitializedCapacity: count) { elements, initialized in
    let used = UnsafeMutableBufferPointer(rebasing: elements[..<count])
    used.initialize(repeating: 0)
    body(used)
    initialized = count
  }
}
