// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Expressions bound to their inputs: operations in an order in which each comes after what it needs, no two alike.
struct ExpressionProgram: Sendable {
  /// One operation; its result is a column of `type`.
  struct Node: Sendable {
    let operation: ExpressionOperation
    /// Nodes before it.
    let inputs: [Int]
    let type: ColumnType
    /// Where it was written first, for messages.
    let origin: ExpressionOrigin
    /// The string column that it depends on, if it depends on that one alone: it is then worked out once per entry of the dictionary.
    let soleText: Int?
  }

  /// Columns of the inputs that are read.
  var columns: [UnifiedColumn] = []
  private(set) var nodes: [Node] = []
  /// How many times each node's result is asked for.
  private(set) var useCounts: [Int] = []
  private var known: [Key: Int] = [:]

  private struct Key: Hashable {
    let operation: ExpressionOperation
    let inputs: [Int]
    let type: ColumnType
  }

  /// The node of an operation; the same for the same operation. Constants are worked out at once.
  mutating func node(
    _ operation: ExpressionOperation, _ inputs: [Int], _ type: ColumnType, _ origin: ExpressionOrigin
  ) -> Int {
    let key = Key(operation: operation, inputs: inputs, type: type)
    if let node = known[key] { return node }
    nodes.append(
      Node(
        operation: operation, inputs: inputs, type: type, origin: origin, soleText: soleText(operation, inputs, type)))
    useCounts.append(0)
    for input in Set(inputs) { useCounts[input] += 1 }
    known[key] = nodes.count - 1
    if !inputs.isEmpty, inputs.allSatisfy({ constant($0) != nil }), let value = foldedConstant(nodes.count - 1) {
      nodes.removeLast()
      useCounts.removeLast()
      let folded = node(.constant(value), [], type, origin)
      known[key] = folded
      return folded
    }
    return nodes.count - 1
  }

  /// Says that the result of `node` is wanted for itself.
  mutating func want(_ node: Int) { useCounts[node] += 1 }

  /// The value of a constant node; nil for others.
  func constant(_ node: Int) -> Value? {
    if case .constant(let value) = nodes[node].operation { value } else { nil }
  }

  /// The value of a node that depends on no column; nil if it fails.
  private func foldedConstant(_ node: Int) -> Value? {
    var run = ExpressionRun(program: self, rowCount: 1) { _ in preconditionFailure("constants read no column") }
    guard let vector = try? run.vector(node), vector.failures == nil else { return nil }
    return ColumnPage(values: vector.values, validity: vector.validity)
      .value(at: 0, type: nodes[node].type, dictionary: vector.dictionary)
  }

  private func soleText(_ operation: ExpressionOperation, _ inputs: [Int], _ type: ColumnType) -> Int? {
    if case .column(let column) = operation { return type == .string ? column : nil }
    let others = inputs.filter { constant($0) == nil }
    guard let first = others.first, let column = nodes[first].soleText,
      others.allSatisfy({ nodes[$0].soleText == column })
    else { return nil }
    return column
  }
}

/// Which option a part of an expression was written in, and where.
struct ExpressionOrigin: Sendable, Hashable {
  var part: QuerySyntaxError.Part
  /// Unicode scalars from the start, counted from 1; nil if it was not read from text.
  var position: Int?

  /// For the end of a message.
  var told: String { position.map { ", at character \($0) of \(part.rawValue)" } ?? "" }
}

/// To which side a number is rounded.
enum Rounding: Sendable, Hashable {
  case halfAway
  case down
  case up
}

/// What is done with the values of a row.
///
/// Numbers that meet have one form already: Int64 (int64, decimals of up to 18 digits), Int128 or Double.
enum ExpressionOperation: Sendable, Hashable {
  case column(Int)
  case constant(Value)
  /// Unless checked, the types prove that no result leaves them. Narrow factors may have a wide product.
  case arithmetic(Arithmetic, isChecked: Bool)
  /// Exact numbers: first x 10^power / second, as the nearest double.
  case ratio(power: Int)
  /// Doubles.
  case quotient
  case remainder
  case negate
  case absolute
  /// Exact numbers times 10^power, in the type's form; of at most `digits` digits, nil where that is proved.
  case rescale(power: Int, digits: Int?)
  /// Exact numbers without their last digits.
  case dropDigits(Int, Rounding)
  /// Doubles, to so many digits behind the point.
  case round(digits: Int, Rounding)
  /// Exact numbers divided by 10^scale, as the nearest double.
  case double(scale: Int)
  case compare(Ordering)
  /// Exact numbers: first x 10^power against second.
  case compareScaled(Ordering, power: Int)
  case isNull
  case not
  case all
  case any
  /// Conditions and results in turn, then what holds otherwise.
  case choose
  /// The first that is not null.
  case coalesce
  /// The greatest or least of those that are not null.
  case extreme(isGreatest: Bool)
  /// Brings a value of `type` to the node's type.
  case convert(from: ColumnType)
  case lower
  case upper
  case trim(leading: Bool, trailing: Bool)
  /// Unicode scalars.
  case length
  case substring
  case concatenate
  case like(ignoresCase: Bool)
  /// A day's midnight.
  case midnight
  /// A moment's day.
  case day
  case part(DatePart, isDay: Bool)
  case cut(DatePart, isDay: Bool)
  /// Months, days and microseconds later.
  case later(TimeSpan, isDay: Bool)
  /// Fails but for days of the years 0001 to 9999.
  case knownDay
}
