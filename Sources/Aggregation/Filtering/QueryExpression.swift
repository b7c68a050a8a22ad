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
/// Numbers are compared exactly with integers and decimals. With float64 they are the nearest double, where NaN is the greatest value
/// and equals itself, and -0.0 equals 0.0; a number past all finite doubles, or nearer to 0 than to any other, equals none and lies
/// between two. Strings order by their UTF-8 bytes. A string stands for a date or timestamp where it is compared with one; a date for
/// its midnight where it is compared with a timestamp. Names of columns are equal under Unicode canonical equivalence, as in a schema.
///
/// `at` is where in a text a part was written: Unicode scalars from the start, counted from 1.
public indirect enum QueryExpression: Sendable, Hashable {
  /// A column; alone, one of truth values.
  case column(String, at: Int? = nil)
  /// A constant: null, truth value, number, date, timestamp or string. A float64 stands for the shortest decimal that reads back as it
  /// where it is compared with integers and decimals.
  case literal(Value, at: Int? = nil)
  /// A constant that no decimal has all digits of.
  case number(Numeral, at: Int? = nil)
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
    for mention in mentions where !names.contains(mention.name) { names.append(mention.name) }
    return names
  }

  /// Columns wherever they are named.
  var mentions: [(name: String, position: Int?)] {
    switch self {
    case .column(let name, let position): [(name, position)]
    case .literal, .number: []
    case .comparison(_, let left, let right): left.mentions + right.mentions
    case .between(let operand, let low, let high): operand.mentions + low.mentions + high.mentions
    case .among(let operand, let options): operand.mentions + options.flatMap(\.mentions)
    case .isNull(let operand), .not(let operand): operand.mentions
    case .all(let parts), .any(let parts): parts.flatMap(\.mentions)
    }
  }

  /// Throws `query.syntax` for what has no meaning whatever the inputs are: a constant as a condition, two columns compared.
  func check() throws(QuerySyntaxError) {
    switch self {
    case .column, .literal(.bool, _), .literal(.null, _): break
    case .literal(_, let position), .number(_, let position):
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
      throw wrong(
        nested.position, "a condition where a column or a constant must be",
        "a condition stands for itself: (x > 0), not (x > 0)")
    }
    let columns = sides.filter { if case .column = $0 { true } else { false } }
    if columns.count > 1 {
      throw wrong(columns[1].position, "two columns are held against each other", columns[1].adviceAsConstant)
    }
    let isFirst = if case .column = first { true } else { false }
    guard columns.count == 1, isFirst || !columnFirst else {
      throw wrong(
        first.position, "no column to hold a constant against", "a column's name is bare or in double quotes")
    }
  }

  /// What may have been meant by a column where a constant must be.
  private var adviceAsConstant: String {
    let name = if case .column(let name, _) = self { name } else { "" }
    return switch name.lowercased() {
    case "nan", "inf", "infinity": "there is no such constant; x > 1e999 takes infinity and NaN, the greatest of all"
    default: "compare a column with constants alone; strings go in single quotes: '\(name)'"
    }
  }

  private var isOperand: Bool {
    switch self {
    case .column, .literal, .number: true
    default: false
    }
  }

  /// Where it starts, if known.
  var position: Int? {
    switch self {
    case .column(_, let position), .literal(_, let position), .number(_, let position): position
    case .comparison(_, let left, _): left.position
    case .between(let operand, _, _), .among(let operand, _), .isNull(let operand), .not(let operand): operand.position
    case .all(let parts), .any(let parts): parts.first?.position
    }
  }
}

private func wrong(_ position: Int?, _ summary: String, _ advice: String?) -> QuerySyntaxError {
  QuerySyntaxError(part: .filter, item: 0, position: position, summary: summary, advice: advice)
}
