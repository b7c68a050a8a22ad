// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Which computed columns of a query are whole numbers with bounds that are known before a row is read: by interval arithmetic from the
/// bounds of stored columns, or because a column has so few values that all of them were tried. No row of theirs can fail, so that they
/// are worked out block by block, modulo a power of two, without a look at overflow.
struct BlockExpressions: Sendable {
  /// How a node's values come about; inputs are nodes.
  enum Form: Sendable {
    case column(UnifiedColumn)
    case constant(Int128)
    case arithmetic(Arithmetic, Int, Int)
    /// The input times a constant.
    case multiple(Int, by: Int128)
    /// The input itself.
    case same(Int)
    /// Looked up by the value of the column.
    case table(UnifiedColumn, IntegerFacts128, BlockTable)
  }

  let program: ExpressionProgram
  /// Root of a computed column, by its position behind the first input's own.
  private let roots: [Int]
  private let ownCount: Int
  private let sources: [any TableSource]
  /// Per node, the one column of integers that it depends on, if there is no other.
  private let soleColumns: [Int?]
  /// Per node that was asked for, what is known of it; nil where that is nothing.
  private var known: [Int: (form: Form, facts: IntegerFacts128)?] = [:]

  /// Bounds of all intermediate results: sums and differences of two of them fit 64 bits.
  private static let limit: Int128 = 1 << 62
  /// Most values of a column that are all tried.
  private static let tableLimit = 1 << 16
  /// So many values are always tried, however few rows there are.
  private static let freeTableLimit = 4096

  /// nil where no input has computed columns.
  init?(_ sources: [any TableSource]) {
    // The type is asked first: a cast that fails looks for a bridged type, and the first one searches all types of the program.
    guard let source = sources.first, type(of: source) == ComputedSource.self, let first = source as? ComputedSource
    else { return nil }
    self.sources = sources
    program = first.program
    roots = first.roots
    ownCount = first.schema.fields.count - first.roots.count
    soleColumns = first.program.soleIntegerColumns
  }

  /// The node of a computed column. Precondition: the column is computed.
  func root(of column: UnifiedColumn) -> Int { roots[column.position(in: 0) - ownCount] }

  /// What is known of a computed column, null in some rows included; nil where its bounds are not, or a row may fail. Throws what reading a
  /// footer throws.
  mutating func facts(of column: UnifiedColumn) throws -> IntegerFacts128? { try facts(root(of: column)) }

  /// How a node's values come about. Precondition: something is known of it.
  func form(_ node: Int) -> (form: Form, facts: IntegerFacts128) {
    guard let known = known[node], let known else { preconditionFailure("a node without bounds") }
    return known
  }

  private mutating func facts(_ node: Int) throws -> IntegerFacts128? {
    if let before = known[node] { return before?.facts }
    let made = try make(node)
    known[node] = made
    return made?.facts
  }

  private mutating func make(_ node: Int) throws -> (form: Form, facts: IntegerFacts128)? {
    let operation = program.nodes[node]
    let found: (form: Form, facts: IntegerFacts128)?
    switch operation.operation {
    case .column(let column):
      let column = program.columns[column]
      found = try IntegerFacts128(column, sources).map { (.column(column), $0) }
    case .constant(let value): found = constant(value, operation.type).map { (.constant($0), IntegerFacts128($0...$0)) }
    default: found = try workedOut(operation) ?? tried(node)
    }
    guard let found, found.facts.minimum > -Self.limit, found.facts.maximum < Self.limit else { return nil }
    return found
  }

  private func constant(_ value: Value, _ type: ColumnType) -> Int128? {
    if value == .null { return nil }
    switch ColumnPage(boxed: [value], type: type).values {
    case .int64(let values): return Int128(values[0])
    case .int128(let values): return values[0]
    default: return nil
    }
  }

  /// Operations whose results have bounds if their inputs have. Results within `limit` fit any type that holds them unless it says how many
  /// digits it takes.
  private mutating func workedOut(
    _ node: ExpressionProgram.Node
  ) throws -> (form: Form, facts: IntegerFacts128)? {
    switch node.operation {
    case .arithmetic(let operation, _):
      guard let a = try facts(node.inputs[0]), let b = try facts(node.inputs[1]) else { return nil }
      return (.arithmetic(operation, node.inputs[0], node.inputs[1]), a.combined(operation, b))
    case .negate:
      guard let input = try facts(node.inputs[0]) else { return nil }
      return (.multiple(node.inputs[0], by: -1), input.multiplied(by: -1))
    case .absolute:
      guard let input = try facts(node.inputs[0]), input.minimum >= 0 else { return nil }
      return (.same(node.inputs[0]), input)
    case .rescale(let power, let digits):
      let factor: Int128 = powerOfTen(power)
      guard factor < Self.limit, let input = try facts(node.inputs[0]) else { return nil }
      let scaled = input.multiplied(by: factor)
      if let digits, max(scaled.minimum.magnitude, scaled.maximum.magnitude) >= powerOfTen(digits).magnitude {
        return nil
      }
      return (.multiple(node.inputs[0], by: factor), scaled)
    default: return nil
    }
  }

  /// The results of all values that the one column may have; nil where one of them fails.
  private func tried(_ node: Int) throws -> (form: Form, facts: IntegerFacts128)? {
    let rowCount = sources.reduce(0) { $0 + $1.rowCount }
    let limit = UInt64(min(Self.tableLimit, max(Self.freeTableLimit, rowCount / 16)))
    guard program.nodes[node].type.isNarrowInteger, let number = soleColumns[node] else { return nil }
    let column = program.columns[number]
    guard let facts = try IntegerFacts128(column, sources), let span = facts.span, span < limit,
      let table = try BlockTable(node, of: program, facts, span: Int(span), type: column.type)
    else { return nil }
    return (.table(column, facts, table), table.facts)
  }
}

extension ExpressionProgram {
  /// Per node, the column of integers that it depends on, if there is one and no other column.
  fileprivate var soleIntegerColumns: [Int?] {
    var sole: [Int?] = []
    var counts: [Int] = []
    for node in nodes {
      if case .column(let column) = node.operation {
        sole.append(node.type.isNarrowInteger ? column : nil)
        counts.append(node.type.isNarrowInteger ? 1 : 2)
        continue
      }
      // Two stand for any number of columns, and for those of other types.
      let columns = Set(node.inputs.compactMap { sole[$0] })
      let count = node.inputs.contains { counts[$0] > 1 } ? 2 : min(2, columns.count)
      sole.append(count == 1 ? columns.first : nil)
      counts.append(count)
    }
    return sole
  }
}

extension IntegerFacts128 {
  /// Bounds of values that are never null.
  init(_ bounds: ClosedRange<Int128>) {
    self.init(minimum: bounds.lowerBound, maximum: bounds.upperBound, hasNulls: false)
  }

  /// Bounds of the results of an operation. Precondition: all bounds have at most 62 bits.
  func combined(_ operation: Arithmetic, _ other: IntegerFacts128) -> IntegerFacts128 {
    let results =
      switch operation {
      case .add: [minimum + other.minimum, maximum + other.maximum]
      case .subtract: [minimum - other.maximum, maximum - other.minimum]
      case .multiply:
        [
          minimum * other.minimum, minimum * other.maximum, maximum * other.minimum, maximum * other.maximum,
        ]
      }
    return IntegerFacts128(
      minimum: results.reduce(results[0]) { min($0, $1) }, maximum: results.reduce(results[0]) { max($0, $1) },
      hasNulls: hasNulls || other.hasNulls)
  }

  /// The same times a constant. Precondition: both have at most 62 bits.
  func multiplied(by factor: Int128) -> IntegerFacts128 {
    combined(.multiply, IntegerFacts128(factor...factor))
  }
}
