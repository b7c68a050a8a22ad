// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

extension ExpressionBinder {
  /// A comparison of numbers with a constant that no decimal has all digits of, where that lies between two of them: what a condition on a
  /// column alone makes of it too. nil where neither side is such a constant, or one number equals it.
  mutating func numeralComparison(
    _ comparison: Comparison, _ left: BoundExpression, _ right: BoundExpression, _ origin: ExpressionOrigin
  ) throws -> BoundExpression? {
    guard (left.numeral == nil) != (right.numeral == nil) else { return nil }
    let (operand, comparison) = right.numeral == nil ? (right, comparison.mirrored) : (left, comparison)
    guard let numeral = left.numeral ?? right.numeral, let type = operand.type,
      let place = place(of: numeral, in: type), !place.isExact
    else { return nil }
    let next = nextNumber(place, in: type)
    switch comparison {
    case .equal, .notEqual: return known(comparison == .notEqual, of: operand, origin)
    case .less, .lessOrEqual:
      guard let next = next.value else { return known(!next.isBeforeAll, of: operand, origin) }
      return try self.comparison(.less, operand, constant(next, origin), origin)
    case .greater, .greaterOrEqual:
      guard let next = next.value else { return known(next.isBeforeAll, of: operand, origin) }
      return try self.comparison(.greaterOrEqual, operand, constant(next, origin), origin)
    }
  }

  /// The least number behind a place; nil where all numbers lie on one side, and on which.
  private func nextNumber(_ place: IntegerPlace, in type: ColumnType) -> (value: Value?, isBeforeAll: Bool) {
    let next = place.equals.end
    if type == .float64 { return (.float64(doubleOfOrderedBits(Int64(next))), false) }
    let limit: Int128 = powerOfTen(ColumnType.maximumDecimalPrecision)
    guard next > -limit, next < limit else { return (nil, next < 0) }
    return (.decimal(unscaled: next, scale: type.scale), false)
  }

  /// A truth value that is known of all but nulls.
  private mutating func known(_ isTrue: Bool, of operand: BoundExpression, _ origin: ExpressionOrigin)
    -> BoundExpression
  {
    made(.compare(isTrue ? .equal : .notEqual), [operand, operand], .bool, origin)
  }
}
