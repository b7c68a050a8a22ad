// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// One side of an operation on each row: a value per row, or the same value for all of them.
public enum Operand<Element> {
  /// Row `i` has element `i`.
  case each(UnsafeBufferPointer<Element>)
  /// Every row has this value.
  case same(Element)
}

/// What is done with two numbers.
public enum Arithmetic: Sendable, Hashable {
  case add
  case subtract
  case multiply
}

/// Runs `body` on both values of each of `count` rows; the choice of form is made once, so that the loops vectorise.
///
/// Precondition: operands with a value per row have at least `count`.
@inline(__always)
func forEachPair<A, B>(_ a: Operand<A>, _ b: Operand<B>, count: Int, _ body: (Int, A, B) -> Void) {
  switch (a, b) {
  case (.each(let a), .each(let b)):
    precondition(a.count >= count && b.count >= count, "an operand is shorter than the rows")
    for row in 0..<count { body(row, a[row], b[row]) }
  case (.each(let a), .same(let b)):
    precondition(a.count >= count, "an operand is shorter than the rows")
    for row in 0..<count { body(row, a[row], b) }
  case (.same(let a), .each(let b)):
    precondition(b.count >= count, "an operand is shorter than the rows")
    for row in 0..<count { body(row, a, b[row]) }
  case (.same(let a), .same(let b)):
    for row in 0..<count { body(row, a, b) }
  }
}

/// Each row's result modulo 2^64. O(rows).
public func wrappingArithmetic(
  _ operation: Arithmetic, _ a: Operand<Int64>, _ b: Operand<Int64>, into results: UnsafeMutableBufferPointer<Int64>
) {
  switch operation {
  case .add: forEachPair(a, b, count: results.count) { results[$0] = $1 &+ $2 }
  case .subtract: forEachPair(a, b, count: results.count) { results[$0] = $1 &- $2 }
  case .multiply: forEachPair(a, b, count: results.count) { results[$0] = $1 &* $2 }
  }
}

/// Each row's result modulo 2^64; true if any of them left 64 bits. O(rows).
public func checkedArithmetic(
  _ operation: Arithmetic, _ a: Operand<Int64>, _ b: Operand<Int64>, into results: UnsafeMutableBufferPointer<Int64>
) -> Bool {
  // The sign bit tells of an overflow: the sum has another sign than both of its parts.
  var signs: Int64 = 0
  switch operation {
  case .add:
    forEachPair(a, b, count: results.count) { row, a, b in
      let sum = a &+ b
      signs |= (a ^ sum) & (b ^ sum)
      results[row] = sum
    }
  case .subtract:
    forEachPair(a, b, count: results.count) { row, a, b in
      let difference = a &- b
      signs |= (a ^ b) & (a ^ difference)
      results[row] = difference
    }
  case .multiply: return checkedProducts(a, b, into: results)
  }
  return signs < 0
}

private func checkedProducts(
  _ a: Operand<Int64>, _ b: Operand<Int64>, into results: UnsafeMutableBufferPointer<Int64>
) -> Bool {
  var overflows = false
  forEachPair(a, b, count: results.count) { row, a, b in
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    overflows = overflows || overflow
    results[row] = product
  }
  return overflows
}

/// Each row's product in full. O(rows).
public func fullProducts(
  _ a: Operand<Int64>, _ b: Operand<Int64>, into results: UnsafeMutableBufferPointer<Int128>
) {
  forEachPair(a, b, count: results.count) { row, a, b in
    // 64 times 64 bits fit 128.
    results[row] = Int128(a) &* Int128(b)
  }
}

/// Each row's result modulo 2^128; true if any of them has the magnitude `limit` or more, or left 128 bits. O(rows).
public func checkedArithmetic(
  _ operation: Arithmetic, _ a: Operand<Int128>, _ b: Operand<Int128>, limit: UInt128,
  into results: UnsafeMutableBufferPointer<Int128>
) -> Bool {
  var overflows = false
  func keep(_ row: Int, _ result: (partialValue: Int128, overflow: Bool)) {
    overflows = overflows || result.overflow || result.partialValue.magnitude >= limit
    results[row] = result.partialValue
  }
  switch operation {
  case .add: forEachPair(a, b, count: results.count) { keep($0, $1.addingReportingOverflow($2)) }
  case .subtract: forEachPair(a, b, count: results.count) { keep($0, $1.subtractingReportingOverflow($2)) }
  case .multiply: forEachPair(a, b, count: results.count) { keep($0, $1.multipliedReportingOverflow(by: $2)) }
  }
  return overflows
}

/// Each row's result modulo 2^128. O(rows).
public func wrappingArithmetic(
  _ operation: Arithmetic, _ a: Operand<Int128>, _ b: Operand<Int128>,
  into results: UnsafeMutableBufferPointer<Int128>
) {
  switch operation {
  case .add: forEachPair(a, b, count: results.count) { results[$0] = $1 &+ $2 }
  case .subtract: forEachPair(a, b, count: results.count) { results[$0] = $1 &- $2 }
  case .multiply: forEachPair(a, b, count: results.count) { results[$0] = $1 &* $2 }
  }
}

/// Each row's result as IEEE 754 has it. O(rows).
public func arithmetic(
  _ operation: Arithmetic, _ a: Operand<Double>, _ b: Operand<Double>, into results: UnsafeMutableBufferPointer<Double>
) {
  switch operation {
  case .add: forEachPair(a, b, count: results.count) { results[$0] = $1 + $2 }
  case .subtract: forEachPair(a, b, count: results.count) { results[$0] = $1 - $2 }
  case .multiply: forEachPair(a, b, count: results.count) { results[$0] = $1 * $2 }
  }
}

/// Each row's quotient as IEEE 754 has it. O(rows).
public func quotients(
  _ a: Operand<Double>, _ b: Operand<Double>, into results: UnsafeMutableBufferPointer<Double>
) {
  forEachPair(a, b, count: results.count) { results[$0] = $1 / $2 }
}

/// How two numbers of a row lie to each other.
public enum Ordering: Sendable, Hashable {
  case less
  case lessOrEqual
  case equal
  case notEqual
}

/// 1 for each row where it is so, else 0. O(rows).
public func compare(
  _ ordering: Ordering, _ a: Operand<Int64>, _ b: Operand<Int64>, into results: UnsafeMutableBufferPointer<Int64>
) { compareIntegers(ordering, a, b, into: results) }

/// 1 for each row where it is so, else 0. O(rows).
public func compare(
  _ ordering: Ordering, _ a: Operand<Int128>, _ b: Operand<Int128>, into results: UnsafeMutableBufferPointer<Int64>
) { compareIntegers(ordering, a, b, into: results) }

@inline(__always)
private func compareIntegers<T: FixedWidthInteger>(
  _ ordering: Ordering, _ a: Operand<T>, _ b: Operand<T>, into results: UnsafeMutableBufferPointer<Int64>
) {
  switch ordering {
  case .less: forEachPair(a, b, count: results.count) { results[$0] = $1 < $2 ? 1 : 0 }
  case .lessOrEqual: forEachPair(a, b, count: results.count) { results[$0] = $1 <= $2 ? 1 : 0 }
  case .equal: forEachPair(a, b, count: results.count) { results[$0] = $1 == $2 ? 1 : 0 }
  case .notEqual: forEachPair(a, b, count: results.count) { results[$0] = $1 != $2 ? 1 : 0 }
  }
}

/// 1 for each row where it is so, else 0; NaN equals itself and is the greatest, -0.0 equals 0.0. O(rows).
public func compare(
  _ ordering: Ordering, _ a: Operand<Double>, _ b: Operand<Double>, into results: UnsafeMutableBufferPointer<Int64>
) {
  switch ordering {
  case .less: forEachPair(a, b, count: results.count) { results[$0] = orderedBits($1) < orderedBits($2) ? 1 : 0 }
  case .lessOrEqual:
    forEachPair(a, b, count: results.count) { results[$0] = orderedBits($1) <= orderedBits($2) ? 1 : 0 }
  case .equal: forEachPair(a, b, count: results.count) { results[$0] = orderedBits($1) == orderedBits($2) ? 1 : 0 }
  case .notEqual: forEachPair(a, b, count: results.count) { results[$0] = orderedBits($1) != orderedBits($2) ? 1 : 0 }
  }
}
