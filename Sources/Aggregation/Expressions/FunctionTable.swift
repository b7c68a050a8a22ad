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

  /// Operators, as ``scalars``.
  static let operators: [String: ClosedRange<Int>] = [
    "+": 2...2, "-": 1...2, "*": 2...2, "/": 2...2, "%": 2...2, "||": 2...2, "like": 2...3, "ilike": 2...3,
    "case": 3...1_000_001,
  ]

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
    let aggregates = Set(FunctionForm.names)
    let ofRows = Set(scalars.keys).union(synonyms.keys).union(["cast", "extract"])
    return (withAggregates ? ofRows.union(aggregates) : ofRows.filter { !aggregates.contains(canonicalName($0)) })
      .sorted()
  }

  /// What functions of other engines are called here.
  private static let otherNames = [
    "count_distinct": "count(distinct x)", "countdistinct": "count(distinct x)", "nunique": "count(distinct x)",
    "n_unique": "count(distinct x)", "average": "avg(x)", "std": "stddev(x)", "stdev": "stddev(x)",
    "percentile": "quantile(x, 0.9)", "percentile_cont": "quantile(x, 0.9)", "quantile_cont": "quantile(x, 0.9)",
    "covar_samp_pop": "covar_pop(x, y)", "len": "length(x)", "ifnull": "coalesce(x, y)", "nvl": "coalesce(x, y)",
    "strlen": "length(x)", "concat": "x || y", "if": "case when x > 5 then y else z end",
    "trunc": "date_trunc('month', x)",
    "mod": "x % y", "date_part": "extract(year from x)", "datediff": "d - e", "to_date": "cast(x as date)",
  ]

  /// What to write instead of a name that there is not.
  static func advice(onName name: String, withAggregates: Bool) -> String {
    if let known = otherNames[name], withAggregates || !isAggregate(String(known.prefix { $0 != "(" })) {
      return "write \(known)"
    }
    return adviceOnName(name, knownNames(withAggregates: withAggregates), list: "functions are")
  }
}

extension QueryExpression {
  /// Throws `query.syntax` for a function or operator that is not there or has too few or many arguments, and for aggregates where none can
  /// be: in each other, and in what is asked of single rows. `hasHaving`: whoever asked can ask groups elsewhere, which is then advised.
  func checkFunctions(
    _ part: QuerySyntaxError.Part, item: Int = 0, mayAggregate: Bool = false, hasHaving: Bool = true
  ) throws(QuerySyntaxError) {
    var mayAggregateInside = mayAggregate
    if case .call(let name, let arguments, let position) = self {
      func wrong(_ summary: String, _ advice: String?) -> QuerySyntaxError {
        QuerySyntaxError(part: part, item: item, position: position, summary: summary, advice: advice)
      }
      if FunctionTable.isAggregate(name) {
        guard mayAggregate else {
          throw wrong(
            "\(name)(…) is of many rows, and stands where each row is asked by itself",
            part != .filter
              ? "name it alone: sum(x), max(x) - min(x)"
              : hasHaving ? "ask aggregates with --having" : "ask columns of the row: x > 5")
        }
        _ = try aggregateCall(part: part, item: item)
        mayAggregateInside = false
      } else {
        guard let arity = FunctionTable.operators[name] ?? FunctionTable.scalars[name] else {
          throw wrong("no function \"\(name)\"", FunctionTable.advice(onName: name, withAggregates: mayAggregate))
        }
        guard arity.contains(arguments.count), name != "case" || arguments.count % 2 == 1 else {
          let wanted = arity.count == 1 ? "\(arity.lowerBound)" : "\(arity.lowerBound) to \(arity.upperBound)"
          throw wrong(
            "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)",
            name == "case" ? "conditions and results in turn, then what holds otherwise" : nil)
        }
      }
    }
    for child in children {
      try child.checkFunctions(part, item: item, mayAggregate: mayAggregateInside, hasHaving: hasHaving)
    }
  }
}

extension TableQuery {
  /// Throws `query.syntax` for what is wrong whatever the inputs: functions that are not there or stand where they cannot, types that do not
  /// fit. Of texts, and of queries that a program has put together.
  func check() throws(QuerySyntaxError) {
    func check(
      _ expression: QueryExpression, _ part: QuerySyntaxError.Part, item: Int = 0, mayAggregate: Bool = false
    ) throws(QuerySyntaxError) {
      try expression.checkFunctions(part, item: item, mayAggregate: mayAggregate)
      try expression.checkTypes(part, item: item)
    }
    for (item, key) in keys.enumerated() { try check(key.expression, .keys, item: item) }
    for (item, result) in results.enumerated() {
      try check(result.expression, .aggregates, item: item, mayAggregate: true)
    }
    if let filter { try check(filter, .filter) }
    if let having { try check(having, .having, mayAggregate: true) }
    for (item, sortKey) in order.enumerated() { try check(sortKey.expression, .order, item: item, mayAggregate: true) }
  }
}
