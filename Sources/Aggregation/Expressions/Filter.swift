// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A condition bound to its inputs, in the form that is evaluated: `not` has moved into the leaves, so that a row is taken exactly
/// where the tree of ands and ors over its leaves says so, and null needs no third value: a leaf is false of it.
struct Filter: Sendable {
  /// What a leaf asks of a value.
  enum Test: Sendable {
    case isNull
    case isNotNull
    /// Of columns held as integers, at the unified scale; of float64, by their ordered bits.
    case integers(ValueSet<Int128>)
    case texts(ValueSet<TextBound>)
  }

  indirect enum Node: Sendable {
    case constant(Bool)
    /// `column` is a position in `columns`, `number` the leaf's own.
    case leaf(column: Int, Test, number: Int)
    /// Rows for which a truth value of `program` is `isTrue`.
    case computed(root: Int, isTrue: Bool)
    case all([Node])
    case any([Node])
  }

  let columns: [UnifiedColumn]
  let root: Node
  let leafCount: Int
  /// What is worked out for conditions of other kinds than one column against constants.
  let program: ExpressionProgram
  /// Per column, how many leaves of the tree ask it.
  let leafCountOfColumn: [Int]

  /// Throws `query.syntax`, `column.unknown`, `expression.type` with the position, or what an input throws.
  init(_ expression: QueryExpression, in sources: [any TableSource]) throws {
    var binder = FilterBinder(sources: sources)
    root = try binder.node(expression, isNegated: false)
    columns = binder.columns
    program = binder.values.program
    leafCount = binder.leafCount
    var counts = [Int](repeating: 0, count: binder.columns.count)
    root.forEachLeaf { counts[$0] += 1 }
    leafCountOfColumn = counts
  }
}

extension Filter.Node {
  /// True if any part is worked out.
  var isComputed: Bool {
    switch self {
    case .constant, .leaf: false
    case .computed: true
    case .all(let parts), .any(let parts): parts.contains(where: \.isComputed)
    }
  }

  /// Runs `body` with the column of each leaf.
  fileprivate func forEachLeaf(_ body: (Int) -> Void) {
    switch self {
    case .constant, .computed: break
    case .leaf(let column, _, _): body(column)
    case .all(let parts), .any(let parts): for part in parts { part.forEachLeaf(body) }
    }
  }
}

private struct FilterBinder {
  let sources: [any TableSource]
  var columns: [UnifiedColumn] = []
  var leafCount = 0
  /// Binds what is worked out.
  var values: ExpressionBinder

  init(sources: [any TableSource]) {
    self.sources = sources
    values = ExpressionBinder(sources: sources, part: .filter)
  }

  mutating func node(_ expression: QueryExpression, isNegated: Bool) throws -> Filter.Node {
    switch expression {
    case .literal(.bool(let flag), _): return .constant(flag != isNegated)
    // Neither null nor its opposite is true.
    case .literal(.null, _): return .constant(false)
    case .column(let name, let position):
      let column = try column(name, position)
      guard columns[column].type == .bool || columns[column].hasNoValues else {
        throw typeError(
          column, position, "the column is \(columns[column].type), not a condition",
          "compare it with a constant")
      }
      return try comparison(column, .equal, [.literal(.bool(true))], isNegated: isNegated)
    case .comparison(let comparison, let left, let right):
      return try self.comparison(comparison, try folded(left), try folded(right), isNegated: isNegated)
    case .between(.column(let name, let position), let low, let high):
      let operand = QueryExpression.column(name, at: position)
      return try node(
        .all([.comparison(.greaterOrEqual, operand, low), .comparison(.lessOrEqual, operand, high)]),
        isNegated: isNegated)
    case .among(.column(let name, let position), let options):
      let constants = try options.map { try folded($0) }
      guard constants.allSatisfy(\.isConstant) else { return try computed(expression, isNegated: isNegated) }
      return try comparison(try column(name, position), .equal, constants, isNegated: isNegated)
    case .isNull(.column(let name, let position)):
      return leaf(try column(name, position), isNegated ? .isNotNull : .isNull)
    case .not(let operand): return try node(operand, isNegated: !isNegated)
    case .all(let parts): return joined(try parts.map { try node($0, isNegated: isNegated) }, isAll: !isNegated)
    case .any(let parts): return joined(try parts.map { try node($0, isNegated: isNegated) }, isAll: isNegated)
    case .between, .among, .isNull, .call, .cast, .literal, .number, .interval:
      return try computed(expression, isNegated: isNegated)
    }
  }

  private mutating func comparison(
    _ comparison: Comparison, _ left: QueryExpression, _ right: QueryExpression, isNegated: Bool
  ) throws -> Filter.Node {
    switch (left, right) {
    case (.column(let name, let position), _) where right.isConstant:
      return try self.comparison(try column(name, position), comparison, [right], isNegated: isNegated)
    case (_, .column(let name, let position)) where left.isConstant:
      return try self.comparison(try column(name, position), comparison.mirrored, [left], isNegated: isNegated)
    default: return try computed(.comparison(comparison, left, right), isNegated: isNegated)
    }
  }

  /// A condition of any kind.
  private mutating func computed(_ expression: QueryExpression, isNegated: Bool) throws -> Filter.Node {
    let root = try values.condition(expression).node
    if let value = values.program.constant(root) { return .constant(value == .bool(!isNegated)) }
    values.program.want(root)
    return .computed(root: root, isTrue: !isNegated)
  }

  /// The constant that an expression without columns comes to; others, and those that fail, as they are.
  private mutating func folded(_ expression: QueryExpression) throws -> QueryExpression {
    if expression.isConstant || !expression.mentions.isEmpty { return expression }
    let bound = try values.bind(expression)
    guard let value = values.program.constant(bound.node) else { return expression }
    return .literal(value, at: expression.position)
  }

  /// The column compares so with at least one of `constants`.
  private mutating func comparison(
    _ column: Int, _ comparison: Comparison, _ constants: [QueryExpression], isNegated: Bool
  ) throws -> Filter.Node {
    let known = constants.filter { if case .literal(.null, _) = $0 { false } else { true } }
    // Not equal to any of a list with null in it is never true.
    if isNegated, known.count < constants.count { return .constant(false) }
    // Nulls alone are of any type, and no comparison is true of them.
    if columns[column].hasNoValues { return .constant(false) }
    let type = columns[column].type
    if type == .string {
      let sets = try known.map { constant in
        guard case .literal(.string(let text), _) = constant else { throw mismatch(column, constant) }
        return texts(comparison, text)
      }
      let set = ValueSet.union(sets)
      return leaf(column, .texts(isNegated ? set.complement : set))
    }
    let sets = try known.map { constant in
      let equals: EqualIntegers? =
        switch constant {
        case .literal(let value, _): EqualIntegers(value, in: type)
        case .number(let numeral, _): place(of: numeral, in: type)?.equals
        default: preconditionFailure("a constant")
        }
      guard let equals else { throw mismatch(column, constant) }
      return equals.values(comparison)
    }
    let set = ValueSet.union(sets)
    return leaf(column, .integers(isNegated ? set.complement : set))
  }

  /// Leaves of one column become one.
  private mutating func joined(_ parts: [Filter.Node], isAll: Bool) -> Filter.Node {
    let parts = parts.flatMap { part -> [Filter.Node] in
      switch part {
      case .all(let inner) where isAll: inner
      case .any(let inner) where !isAll: inner
      default: [part]
      }
    }
    var others: [Filter.Node] = []
    var integers: [Int: [ValueSet<Int128>]] = [:]
    var texts: [Int: [ValueSet<TextBound>]] = [:]
    for part in parts {
      switch part {
      case .leaf(let column, .integers(let set), _): integers[column, default: []].append(set)
      case .leaf(let column, .texts(let set), _): texts[column, default: []].append(set)
      case .constant(let flag): if flag != isAll { return .constant(flag) }
      default: others.append(part)
      }
    }
    for (column, sets) in integers.sorted(by: { $0.key < $1.key }) {
      others.append(leaf(column, .integers(isAll ? .intersection(sets) : .union(sets))))
    }
    for (column, sets) in texts.sorted(by: { $0.key < $1.key }) {
      others.append(leaf(column, .texts(isAll ? .intersection(sets) : .union(sets))))
    }
    if others.isEmpty { return .constant(isAll) }
    return others.count == 1 ? others[0] : isAll ? .all(others) : .any(others)
  }

  private mutating func leaf(_ column: Int, _ test: Filter.Test) -> Filter.Node {
    leafCount += 1
    return .leaf(column: column, test, number: leafCount - 1)
  }

  private mutating func column(_ name: String, _ position: Int?) throws -> Int {
    if let known = columns.firstIndex(where: { $0.name == name }) { return known }
    do {
      columns.append(try UnifiedColumn(name, in: sources))
    } catch let error as UnknownColumn {
      throw AggregateError(error, at: ExpressionOrigin(part: .filter, position: position))
    }
    return columns.count - 1
  }

  private func mismatch(_ column: Int, _ constant: QueryExpression) -> AggregateError {
    let type = columns[column].type
    if case .literal(.string(let text), let position) = constant, dateValue(text) ?? timestampValue(text) == nil {
      switch type {
      case .date: return typeError(column, position, "'\(text)' is no date", "dates are like '2020-01-31'")
      case .timestamp(let isUTC):
        let form = "'2020-01-31 12:00:00\(isUTC ? "Z" : "")'"
        return typeError(column, position, "'\(text)' is no timestamp", "timestamps are like \(form)")
      default: break
      }
    }
    let wanted: String =
      switch type {
      case .bool: "true or false"
      case .int64, .decimal, .float64: "a number such as 12.5"
      case .date: "a date such as '2020-01-31'"
      case .timestamp(isUTC: false): "a timestamp such as '2020-01-31 12:00:00', without an offset"
      case .timestamp(isUTC: true): "a timestamp with its offset, such as '2020-01-31 12:00:00Z'"
      case .string: "a string in single quotes"
      }
    let found: String =
      switch constant {
      case .literal(.string(let text), _): "'\(text)'"
      case .literal(.bool, _): "a truth value"
      case .literal(.date, _): "a date"
      case .literal(.timestamp, _): "a timestamp"
      default: "a number"
      }
    return typeError(
      column, constant.position, "the column is \(type) and is compared with \(found)", "write \(wanted)")
  }

  private func typeError(_ column: Int, _ position: Int?, _ summary: String, _ advice: String) -> AggregateError {
    AggregateError(
      code: "expression.type", summary: summary + told(position),
      place: Place(file: sources.first?.name, column: columns[column].name), advice: advice)
  }
}

extension QueryExpression {
  /// True of constants as they are written.
  var isConstant: Bool {
    switch self {
    case .literal, .number: true
    default: false
    }
  }
}

private func told(_ position: Int?) -> String {
  position.map { ", at character \($0) of --where" } ?? ""
}
