// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Functions by name: which there are, and how many arguments they take.
enum FunctionTable {
  /// Of one row: the least and the greatest number of arguments.
  static let scalars: [String: ClosedRange<Int>] = [
    "abs": 1...1, "round": 1...2, "floor": 1...1, "ceil": 1...1, "least": 1...64, "greatest": 1...64,
    "coalesce": 1...64, "nullif": 2...2, "length": 1...1, "lower": 1...1, "upper": 1...1, "trim": 1...1, "ltrim": 1...1,
    "rtrim": 1...1, "substring": 2...3, "date_trunc": 2...2, "year": 1...1, "quarter": 1...1, "month": 1...1,
    "week": 1...1, "day": 1...1, "dayofweek": 1...1, "dayofyear": 1...1, "hour": 1...1, "minute": 1...1,
    "second": 1...1,
  ]

  /// Operators, which the grammar gives their arguments.
  static let operators: Set<String> = ["+", "-", "*", "/", "%", "||", "like", "ilike", "case"]

  private static let synonyms = [
    "avg": "mean", "substr": "substring", "ceiling": "ceil", "char_length": "length", "character_length": "length",
  ]

  /// Names of types that other engines use.
  static let typeSynonyms = [
    "bigint": "int64", "int": "int64", "integer": "int64", "int8": "int64", "double": "float64", "float8": "float64",
    "varchar": "string", "text": "string", "boolean": "bool", "numeric": "decimal", "timestamptz": "timestamp_utc",
  ]

  /// The name that stands for all of a function's.
  static func canonicalName(_ name: String) -> String { synonyms[name] ?? name }

  /// True of a function over the rows of a group.
  static func isAggregate(_ name: String) -> Bool {
    FunctionForm(named: name) != nil || name == "count distinct"
  }

  /// All names, for suggestions.
  static func knownNames(withAggregates: Bool) -> [String] {
    (Array(scalars.keys) + Array(synonyms.keys) + ["cast", "extract"] + (withAggregates ? FunctionForm.names : []))
      .sorted()
  }
}

extension ExpressionParser {
  /// Throws `query.syntax` for a function that is not there or has too few or many arguments, and for aggregates where none can be: in
  /// each other, and in what is asked of single rows.
  func checkFunctions(
    _ expression: QueryExpression, mayAggregate: Bool = false
  ) throws(QuerySyntaxError) {
    var mayAggregateInside = mayAggregate
    if case .call(let name, let arguments, let position) = expression, !FunctionTable.operators.contains(name) {
      let isAggregate = FunctionTable.isAggregate(name)
      let position = position ?? 1
      if isAggregate, !mayAggregate {
        throw error(
          at: position, "\(name)(…) is of many rows, and stands where each row is asked by itself",
          part == .filter ? "ask aggregates with --having" : "name it alone: sum(x), max(x) - min(x)")
      }
      if isAggregate {
        _ = try expression.aggregateCall(part: part, item: item)
      } else if let arity = FunctionTable.scalars[name] {
        try checkCount(of: name, arguments.count, arity, at: position)
      } else {
        throw error(
          at: position, "no function \"\(name)\"",
          adviceOnName(name, FunctionTable.knownNames(withAggregates: mayAggregate), list: "functions are"))
      }
      if isAggregate { mayAggregateInside = false }
    }
    for child in expression.children { try checkFunctions(child, mayAggregate: mayAggregateInside) }
  }

  private func checkCount(
    of name: String, _ count: Int, _ arity: ClosedRange<Int>, at position: Int
  ) throws(QuerySyntaxError) {
    guard !arity.contains(count) else { return }
    let wanted = arity.count == 1 ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
    throw error(at: position, "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(count)", nil)
  }
}
