// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Glibc
import Kernels

extension ExpressionRun {
  /// Truth of a comparison.
  func compared(_ ordering: Ordering, _ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    let values: [Int64] = written(count) { results in
      switch a.values {
      case .int64: a.withInt64 { a in b.withInt64 { compare(ordering, a, $0, into: results) } }
      case .int128: a.withInt128 { a in b.withInt128 { compare(ordering, a, $0, into: results) } }
      case .float64: a.withDouble { a in b.withDouble { compare(ordering, a, $0, into: results) } }
      case .codes, .strings:
        a.withTexts { a in
          b.withTexts { b in
            for row in 0..<count { results[row] = holds(ordering, textOrder(a(row), b(row))) ? 1 : 0 }
          }
        }
      }
    }
    return strict(inputs, count, .int64(values))
  }

  /// Truth of a comparison of exact numbers, the first times 10^power, which may leave 128 bits.
  func compared(_ ordering: Ordering, _ inputs: [ExpressionVector], power: Int, _ count: Int) -> ExpressionVector {
    let (a, b) = (inputs[0], inputs[1])
    let factor: Int128 = powerOfTen(power)
    let values: [Int64] = filled(count) { results in
      for row in 0..<count {
        let (left, right) = (a.integer(row), b.integer(row))
        let (product, overflow) = left.multipliedReportingOverflow(by: factor)
        let order = overflow ? (left < 0 ? -1 : 1) : product < right ? -1 : product > right ? 1 : 0
        results[row] = holds(ordering, order) ? 1 : 0
      }
    }
    return strict(inputs, count, .int64(values))
  }

  func nulls(_ input: ExpressionVector, _ count: Int) -> ExpressionVector {
    let valid = input.validBits(input.isSame ? 1 : count)
    let values: [Int64] = filled(count) { results in
      for row in 0..<count { results[row] = valid[row >> 6] >> UInt64(row & 63) & 1 == 1 ? 0 : 1 }
    }
    return ExpressionVector(values: .int64(values), failures: input.failureBits(count))
  }

  func opposite(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    guard case .int64(let values) = inputs[0].values else { preconditionFailure("truth values expected") }
    return strict(inputs, count, .int64(values.map { $0 == 0 ? 1 : 0 }))
  }

  /// All, or any, of the inputs: null where none decides and one is null. What comes behind the one that decides may fail.
  func joined(_ inputs: [ExpressionVector], isAll: Bool, _ count: Int) -> ExpressionVector {
    var open = allBits(count)
    var failures: [UInt64]?
    var nulls = [UInt64](repeating: 0, count: open.count)
    for input in inputs {
      let decided = input.bits(where: !isAll, count)
      let valid = input.expandedValidBits(count)
      let failed = input.failureBits(count)
      if let failed { failures = joinedBits(failures, zip(open, failed).map { $0 & $1 }) }
      for index in open.indices {
        // What failed decides nothing.
        let certain = failed.map { decided[index] & ~$0[index] } ?? decided[index]
        nulls[index] |= open[index] & ~valid[index]
        open[index] &= ~certain
      }
    }
    let values: [Int64] = filled(count) { results in
      for row in 0..<count { results[row] = (open[row >> 6] >> UInt64(row & 63) & 1 == 1) == isAll ? 1 : 0 }
    }
    let valid = zip(open, nulls).map { ~($0 & $1) }
    var result = ExpressionVector(values: .int64(values))
    result.validity = Validity(words: zip(valid, allBits(count)).map { $0 & $1 }, rowCount: count)
    if failures?.contains(where: { $0 != 0 }) == true { result.failures = failures }
    return result
  }

  /// The result behind the first condition that is true.
  func chosen(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    var open = allBits(count)
    var choice = Blend(like: inputs[inputs.count - 1], count, textByteLimit: textByteLimit)
    for pair in stride(from: 0, to: inputs.count - 1, by: 2) {
      let condition = inputs[pair]
      let failed = condition.failureBits(count)
      if let failed { choice.fail(zip(open, failed).map { $0 & $1 }) }
      let isTrue = condition.bits(where: true, count)
      let taken = open.indices.map { open[$0] & isTrue[$0] & ~(failed?[$0] ?? 0) }
      choice.take(inputs[pair + 1], where: taken)
      for index in open.indices { open[index] &= ~taken[index] }
    }
    choice.take(inputs[inputs.count - 1], where: open)
    return choice.result
  }

  func firstValues(_ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    var open = allBits(count)
    var choice = Blend(like: inputs[0], count, textByteLimit: textByteLimit)
    for input in inputs {
      // What fails is asked for too.
      let failed = input.failureBits(count)
      let valid = input.expandedValidBits(count)
      let taken = open.indices.map { open[$0] & (valid[$0] | (failed?[$0] ?? 0)) }
      choice.take(input, where: taken)
      for index in open.indices { open[index] &= ~taken[index] }
    }
    return choice.result
  }

  func extremes(_ inputs: [ExpressionVector], isGreatest: Bool, _ count: Int) -> ExpressionVector {
    var best = Blend(like: inputs[0], count, textByteLimit: textByteLimit)
    best.take(inputs[0], where: allBits(count))
    for input in inputs.dropFirst() {
      let kept = best.result
      let isBetter = compared(.less, isGreatest ? [kept, input] : [input, kept], count).bits(where: true, count)
      let (hasKept, has) = (kept.validBits(count), input.expandedValidBits(count))
      best.take(input, where: isBetter.indices.map { has[$0] & (isBetter[$0] | ~hasKept[$0]) })
      if let failed = input.failureBits(count) { best.fail(failed) }
    }
    return best.result
  }

  private func holds(_ ordering: Ordering, _ order: Int) -> Bool {
    switch ordering {
    case .less: order < 0
    case .lessOrEqual: order <= 0
    case .equal: order == 0
    case .notEqual: order != 0
    }
  }
}

extension ExpressionVector {
  /// Rows with a value, for as many rows, also where one slot stands for all.
  func expandedValidBits(_ rowCount: Int) -> [UInt64] {
    guard isSame else { return validBits(rowCount) }
    return validity == .allNull ? [UInt64](repeating: 0, count: (rowCount + 63) / 64) : allBits(rowCount)
  }
}

/// Negative, 0 or positive: as the bytes order.
func textOrder(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
  let common = min(a.count, b.count)
  if common > 0, let left = a.baseAddress, let right = b.baseAddress {
    let order = memcmp(left, right, common)
    if order != 0 { return Int(order) }
  }
  return a.count - b.count
}
