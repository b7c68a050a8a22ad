// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// How two values are held against each other.
public enum Comparison: String, Sendable, Hashable, CaseIterable {
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case equal = "="
  case notEqual = "!="

  /// The same with its sides exchanged.
  var mirrored: Comparison {
    switch self {
    case .less: .greater
    case .lessOrEqual: .greaterOrEqual
    case .greater: .less
    case .greaterOrEqual: .lessOrEqual
    case .equal, .notEqual: self
    }
  }
}

/// A condition on the rows of a table, with SQL's meaning of null: a comparison with null is neither true nor false, and a row is taken
/// only where the condition is true.
///
/// Numbers are compared exactly with integers and decimals, and as the nearest double with float64, where NaN is the greatest value and
/// equals itself, and -0.0 equals 0.0. Strings order by their UTF-8 bytes. A string stands for a date or timestamp where
/// it is compared with one; a date for its midnight where it is compared with a timestamp.
///
/// `at` is where in a text a part was written: characters from the start, counted from 1.
public indirect enum QueryExpression: Sendable, Hashable {
  /// A column; alone, one of truth values.
  case column(String, at: Int? = nil)
  /// A constant: null, truth value, decimal (whole numbers too), float64 past 38 digits, date, timestamp or string.
  case literal(Value, at: Int? = nil)
  /// A column against a constant, on either side.
  case comparison(Comparison, QueryExpression, QueryExpression)
  /// At least `low` and at most `high`.
  case between(QueryExpression, low: QueryExpression, high: QueryExpression)
  /// Equal to one of them.
  case among(QueryExpression, [QueryExpression])
  /// Has no value.
  case isNull(QueryExpression)
  /// The opposite; null stays null.
  case not(QueryExpression)
  /// All are true.
  case all([QueryExpression])
  /// At least one is true.
  case any([QueryExpression])
}

extension QueryExpression {
  /// Columns that are read, each once, in order of first mention.
  public var columnNames: [String] {
    var names: [String] = []
    for name in allColumnNames where !names.contains(name) { names.append(name) }
    return names
  }

  private var allColumnNames: [String] {
    switch self {
    case .column(let name, _): [name]
    case .literal: []
    case .comparison(_, let left, let right): left.allColumnNames + right.allColumnNames
    case .between(let operand, let low, let high):
      operand.allColumnNames + low.allColumnNames + high.allColumnNames
    case .among(let operand, let options): operand.allColumnNames + options.flatMap(\.allColumnNames)
    case .isNull(let operand), .not(let operand): operand.allColumnNames
    case .all(let parts), .any(let parts): parts.flatMap(\.allColumnNames)
    }
  }

  /// Throws `query.syntax` for what has no meaning whatever the inputs are: a constant as a condition, two columns compared.
  func check() throws(QuerySyntaxError) {
    switch self {
    case .column, .literal(.bool, _), .literal(.null, _): break
    case .literal(_, let position):
      throw wrong(position, "a constant where a condition must be", "compare a column with it: x = 5")
    case .comparison(_, let left, let right): try Self.checkSides(left, [right])
    case .between(let operand, let low, let high): try Self.checkSides(operand, [low, high], columnFirst: true)
    case .among(let operand, let options): try Self.checkSides(operand, options, columnFirst: true)
    case .isNull(let operand): try Self.checkSides(operand, [], columnFirst: true)
    case .not(let operand): try operand.check()
    case .all(let parts), .any(let parts): for part in parts { try part.check() }
    }
  }

  private static func checkSides(
    _ first: QueryExpression, _ others: [QueryExpression], columnFirst: Bool = false
  ) throws(QuerySyntaxError) {
    let sides = [first] + others
    if let nested = sides.first(where: { !$0.isOperand }) {
      throw wrong(nested.position, "a condition where a column or a constant must be", nil)
    }
    let columns = sides.filter { if case .column = $0 { true } else { false } }
    if columns.count > 1 {
      throw wrong(
        columns[1].position, "two columns are held against each other", "compare a column with constants alone")
    }
    let isFirst = if case .column = first { true } else { false }
    guard columns.count == 1, isFirst || !columnFirst else {
      throw wrong(
        first.position, "no column to hold a constant against", "a column's name is bare or in double quotes")
    }
  }

  private var isOperand: Bool {
    switch self {
    case .column, .literal: true
    default: false
    }
  }

  /// Where it starts, if known.
  var position: Int? {
    switch self {
    case .column(_, let position), .literal(_, let position): position
    case .comparison(_, let left, _): left.position
    case .between(let operand, _, _), .among(let operand, _), .isNull(let operand), .not(let operand): operand.position
    case .all(let parts), .any(let parts): parts.first?.position
    }
  }
}

private func wrong(_ position: Int?, _ summary: String, _ advice: String?) -> QuerySyntaxError {
  QuerySyntaxError(part: .filter, item: 0, position: position, summary: summary, advice: advice)
}
