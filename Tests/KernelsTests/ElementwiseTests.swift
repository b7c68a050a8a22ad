// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Kernels
import TestSupport
import Testing

private let edges: [Int64] = [.min, .min + 1, -4_294_967_296, -1, 0, 1, 3_037_000_500, 1 << 53, .max - 1, .max]

/// Both operands per row, and each as one value for all.
private func forms(
  _ a: [Int64], _ b: [Int64], _ body: (Operand<Int64>, Operand<Int64>, (Int) -> (Int64, Int64)) -> Void
) {
  a.withUnsafeBufferPointer { left in
    b.withUnsafeBufferPointer { right in
      body(.each(left), .each(right)) { (a[$0], b[$0]) }
      body(.same(a.first ?? 7), .each(right)) { (a.first ?? 7, b[$0]) }
      body(.each(left), .same(b.first ?? 7)) { (a[$0], b.first ?? 7) }
    }
  }
}

private func plain(_ operation: Arithmetic, _ a: Int64, _ b: Int64) -> (partialValue: Int64, overflow: Bool) {
  switch operation {
  case .add: a.addingReportingOverflow(b)
  case .subtract: a.subtractingReportingOverflow(b)
  case .multiply: a.multipliedReportingOverflow(by: b)
  }
}

@Test(arguments: [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33, 100])
func arithmeticOfRowsIsThatOfEachRow(rowCount: Int) {
  var random = RandomSource(seed: UInt64(rowCount))
  for operation in [Arithmetic.add, .subtract, .multiply] {
    for isSmall in [false, true] {
      func value() -> Int64 {
        isSmall ? Int64.random(in: -9...9, using: &random) : edges.randomElement(using: &random)!
      }
      let (a, b) = ((0..<rowCount).map { _ in value() }, (0..<rowCount).map { _ in value() })
      forms(a, b) { left, right, pair in
        let expected = (0..<rowCount).map { plain(operation, pair($0).0, pair($0).1) }
        var results = [Int64](repeating: 77, count: rowCount)
        results.withUnsafeMutableBufferPointer { wrappingArithmetic(operation, left, right, into: $0) }
        #expect(results == expected.map(\.partialValue))
        var overflows = false
        results.withUnsafeMutableBufferPointer { overflows = checkedArithmetic(operation, left, right, into: $0) }
        #expect(results == expected.map(\.partialValue))
        #expect(overflows == expected.contains { $0.overflow })
        var products = [Int128](repeating: 77, count: rowCount)
        products.withUnsafeMutableBufferPointer { fullProducts(left, right, into: $0) }
        #expect(products == (0..<rowCount).map { Int128(pair($0).0) * Int128(pair($0).1) })
        var truths = [Int64](repeating: 77, count: rowCount)
        truths.withUnsafeMutableBufferPointer { compare(.lessOrEqual, left, right, into: $0) }
        #expect(truths == (0..<rowCount).map { pair($0).0 <= pair($0).1 ? 1 : 0 })
      }
    }
  }
}

@Test
func wideArithmeticTellsWhatReachesItsLimit() {
  let limit: UInt128 = 1000
  for (a, b, product, overflows) in [
    (Int128(31), Int128(32), Int128(992), false), (25, 40, 1000, true), (-40, 25, -1000, true), (-999, 1, -999, false),
    (.max, 2, -2, true),
  ] as [(Int128, Int128, Int128, Bool)] {
    var results: [Int128] = [0]
    var found = false
    results.withUnsafeMutableBufferPointer {
      found = checkedArithmetic(.multiply, .same(a), .same(b), limit: limit, into: $0)
    }
    #expect(results == [product])
    #expect(found == overflows)
  }
}

@Test(arguments: UInt64(0)..<400)
func ratiosAreTheNearestDoubles(seed: UInt64) {
  var random = RandomSource(seed: seed)
  func number() -> Int128 {
    let wide = Int128(truncatingIfNeeded: random.next()) << 63 ^ Int128(truncatingIfNeeded: random.next())
    let number = wide >> Int128(Int.random(in: 0...126, using: &random))
    return number == 0 ? 1 : number
  }
  let (a, b, power) = (number(), number(), Int.random(in: -38...38, using: &random))
  let scale = (0..<abs(power)).reduce(BigInteger(1)) { product, _ in product * BigInteger(10) }
  let above = power > 0 ? BigInteger(a) * scale : BigInteger(a)
  let below = power < 0 ? BigInteger(b) * scale : BigInteger(b)
  let plain = PlainRational(b < 0 ? -above : above, over: b < 0 ? -below : below).nearest
  #expect(nearestRatio(a, dividedBy: b, powerOfTen: power) == plain, "seed \(seed): \(a) / \(b) e\(power)")
}

@Test
func ratiosOfZeroAreIEEEs() {
  #expect(nearestRatio(5, dividedBy: 0, powerOfTen: 3) == .infinity)
  #expect(nearestRatio(-5, dividedBy: 0, powerOfTen: 0) == -.infinity)
  #expect(nearestRatio(0, dividedBy: 0, powerOfTen: 0).isNaN)
  #expect(nearestRatio(0, dividedBy: -7, powerOfTen: -38) == 0)
  #expect(nearestRatio(1, dividedBy: 3, powerOfTen: 0) == 1.0 / 3)
  #expect(nearestRatio(9_007_199_254_740_993, dividedBy: 1, powerOfTen: 0) == 9_007_199_254_740_992)
}
