// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// One pass of a program over some rows; each node is worked out once, when it is asked for.
struct ExpressionRun {
  let program: ExpressionProgram
  let rowCount: Int
  /// Gives a column's values for the rows.
  let read: (Int) throws -> ExpressionVector
  /// Where results per entry of a dictionary are kept from run to run; nil: rows are worked out one by one.
  let texts: TextResults?
  /// Most bytes of all rows' texts that one operation makes.
  let textByteLimit: Int
  /// What offsets of 32 bits reach.
  static let greatestTextByteLimit = Int(UInt32.max)
  private var memo: [ExpressionVector?]

  init(
    program: ExpressionProgram, rowCount: Int, texts: TextResults? = nil, textByteLimit: Int = greatestTextByteLimit,
    read: @escaping (Int) throws -> ExpressionVector
  ) {
    precondition(textByteLimit <= Self.greatestTextByteLimit, "offsets have 32 bits")
    self.textByteLimit = textByteLimit
    self.program = program
    self.rowCount = rowCount
    self.read = read
    self.texts = texts
    memo = Array(repeating: nil, count: program.nodes.count)
  }

  /// The result of `node`. Throws what reading throws; rows that fail are told by the vector.
  mutating func vector(_ node: Int) throws -> ExpressionVector {
    if let known = memo[node] { return known }
    let vector = try make(node)
    memo[node] = vector
    return vector
  }

  private mutating func make(_ number: Int) throws -> ExpressionVector {
    let node = program.nodes[number]
    switch node.operation {
    case .column(let column): return try read(column)
    case .constant(let value):
      return ExpressionVector(
        values: ColumnPage(boxed: [value], type: node.type).values, validity: value == .null ? .allNull : .allValid,
        isSame: true)
    default: break
    }
    if let texts, let column = node.soleText {
      let source = try read(column)
      if case .codes = source.values, let dictionary = source.dictionary {
        return texts.result(of: number, in: program, dictionary).mapped(source)
      }
    }
    let inputs = try node.inputs.map { input throws in try vector(input) }
    let isSame = inputs.allSatisfy(\.isSame)
    var result = compute(node, inputs, isSame ? 1 : rowCount)
    result.isSame = isSame
    // Nobody else asks for these.
    for input in node.inputs where program.useCounts[input] == 1 { memo[input] = nil }
    return result
  }

  /// What operations that need a value from each input give: `values` of the rows, and rows where `fails`, asked only if `mayFail`, is true
  /// of a row with values.
  func strict(
    _ inputs: [ExpressionVector], _ count: Int, _ values: PageValues, mayFail: Bool = false,
    _ fails: (Int) -> Bool = { _ in false }
  ) -> ExpressionVector {
    var result = ExpressionVector(values: values)
    for input in inputs {
      result.validity = intersection(
        result.validity, isSameNull(input) ? .allNull : input.isSame ? .allValid : input.validity)
      result.failures = joinedBits(result.failures, input.failureBits(count))
    }
    guard mayFail, result.validity != .allNull else { return result }
    var words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for row in 0..<count where result.validity.isValid(row) && fails(row) { words[row >> 6] |= 1 << UInt64(row & 63) }
    if words.contains(where: { $0 != 0 }) { result.failures = joinedBits(result.failures, words) }
    return result
  }

  private func isSameNull(_ vector: ExpressionVector) -> Bool { vector.isSame && vector.validity == .allNull }

  private func compute(_ node: ExpressionProgram.Node, _ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    switch node.operation {
    case .column, .constant: preconditionFailure("has no inputs")
    case .arithmetic(let operation, let isChecked):
      return arithmetic(operation, isChecked: isChecked, inputs, node.type, count)
    case .ratio(let power): return ratios(inputs, power, count)
    case .quotient: return quotients(inputs, count)
    case .remainder: return remainders(inputs, count)
    case .negate, .absolute: return signed(inputs, node.type, isNegated: node.operation == .negate, count)
    case .rescale(let power, let digits): return rescaled(inputs, power, digits, node.type, count)
    case .dropDigits(let digits, let rounding): return shortened(inputs, digits, rounding, node.type, count)
    case .round(let digits, let rounding): return rounded(inputs, digits, rounding, count)
    case .double(let scale): return doubles(inputs, scale, count)
    case .compare(let ordering): return compared(ordering, inputs, count)
    case .compareScaled(let ordering, let power): return compared(ordering, inputs, power: power, count)
    case .isNull: return nulls(inputs[0], count)
    case .not: return opposite(inputs, count)
    case .all: return joined(inputs, isAll: true, count)
    case .any: return joined(inputs, isAll: false, count)
    case .choose: return chosen(inputs, count)
    case .coalesce: return firstValues(inputs, count)
    case .extreme(let isGreatest): return extremes(inputs, isGreatest: isGreatest, count)
    case .convert(let from): return converted(inputs, from: from, to: node.type, count)
    case .lower, .upper, .trim, .length, .substring, .concatenate, .like: return texts(node.operation, inputs, count)
    case .midnight, .day, .part, .cut, .later, .knownDay: return moments(node.operation, inputs, count)
    }
  }
}
