// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

extension TableQuery {
  /// Reads a query from the command's texts: `by` as `date_trunc('month', day) as month, state`, `aggregates` as
  /// `sum(price * (1 - discount)) as revenue, count(*)`, `where` and `having` as conditions, `orderBy` as `month, revenue desc`.
  ///
  /// Expressions are read as ``QueryExpression/init(_:)`` says. Empty and nil texts are empty lists; a nil condition takes all, a blank
  /// one is wrong. Throws `query.syntax` with the position; needs no input.
  public init(
    by: String?, aggregates: String?, where filter: String? = nil, having: String? = nil, orderBy: String? = nil,
    distinct isDistinct: Bool = false, limit: Int? = nil
  ) throws(QuerySyntaxError) {
    self.init(distinct: isDistinct, limit: limit)
    var list = try ExpressionList(by, part: .keys)
    keys = try list.items { parser throws(QuerySyntaxError) in
      let expression = try parser.checked(mayAggregate: false)
      return NamedExpression(expression, as: try parser.alias())
    }
    starts[.keys] = list.starts
    list = try ExpressionList(aggregates, part: .aggregates)
    results = try list.items { parser throws(QuerySyntaxError) in
      let expression = try parser.checked(mayAggregate: true)
      return NamedExpression(expression, as: try parser.alias())
    }
    starts[.aggregates] = list.starts
    list = try ExpressionList(orderBy, part: .order)
    order = try list.items { parser throws(QuerySyntaxError) in
      let expression = try parser.checked(mayAggregate: true)
      let isDescending = parser.accept(word: "desc")
      if !isDescending { _ = parser.accept(word: "asc") }
      return OrderedExpression(expression, descending: isDescending)
    }
    starts[.order] = list.starts
    self.filter = try filter.map { text throws(QuerySyntaxError) in try QueryExpression(text, part: .filter) }
    self.having = try having.map { text throws(QuerySyntaxError) in try QueryExpression(text, part: .having) }
    if let limit, limit < 0 {
      throw QuerySyntaxError(part: .limit, item: 0, summary: "a negative number of rows: \(limit)", advice: nil)
    }
    _ = try QueryStages(self)
  }
}

/// Items between commas of an option's text.
private struct ExpressionList {
  /// Where each item starts, counted from 1.
  private(set) var starts: [Int] = []
  private var parser: ExpressionParser

  init(_ text: String?, part: QuerySyntaxError.Part) throws(QuerySyntaxError) {
    parser = ExpressionParser(tokens: try expressionTokens(text ?? "", part: part), part: part)
  }

  /// None of an empty text.
  mutating func items<T>(
    _ item: (inout ExpressionParser) throws(QuerySyntaxError) -> T
  ) throws(QuerySyntaxError) -> [T] {
    var items: [T] = []
    if parser.current.kind == .end { return items }
    while true {
      starts.append(parser.current.position)
      parser.item = items.count
      items.append(try item(&parser))
      if parser.current.kind == .end { return items }
      guard parser.accept(symbol: ",") else { throw parser.unexpected("a comma") }
    }
  }
}

extension ExpressionParser {
  /// An expression whose functions are there.
  fileprivate mutating func checked(mayAggregate: Bool) throws(QuerySyntaxError) -> QueryExpression {
    let expression = try expression()
    try expression.checkFunctions(part, item: item, mayAggregate: mayAggregate)
    return expression
  }

  /// `as NAME`, or nothing.
  fileprivate mutating func alias() throws(QuerySyntaxError) -> String? {
    guard accept(word: "as") else { return nil }
    switch current.kind {
    case .word(let name), .quotedName(let name):
      index += 1
      return name
    default: throw unexpected("a name")
    }
  }
}
