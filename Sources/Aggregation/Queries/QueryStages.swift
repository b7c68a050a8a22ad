// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// A query cut into what is grouped and what is made of the groups, without a look at the inputs.
///
/// First stage: keys and aggregates, each once. Second: expressions over the first one's columns, which ``keyNames`` and ``callNames`` name.
package struct QueryStages: Sendable {
  let query: TableQuery
  /// Names of the result's columns.
  package let names: [String]
  /// The first stage's columns: keys, then aggregates.
  let keyNames: [String]
  private(set) var calls: [AggregateCall] = []
  private(set) var callNames: [String] = []
  /// What is put out behind the keys.
  private(set) var outputs: [QueryExpression] = []
  private(set) var having: QueryExpression?
  private(set) var order: [OrderedExpression] = []

  /// Throws `query.syntax` for names that clash or are not there.
  package init(_ query: TableQuery) throws(QuerySyntaxError) {
    try query.check()
    self.query = query
    names = try query.outputNames()
    keyNames = Array(names.prefix(query.keys.count))
    for (item, result) in query.results.enumerated() {
      outputs.append(try staged(result.expression, .aggregates, item))
    }
    if let condition = query.having { having = try staged(condition, .having, 0) }
    for (item, sortKey) in query.order.enumerated() {
      order.append(
        OrderedExpression(try staged(sortKey.expression, .order, item), descending: sortKey.isDescending))
    }
    // Of nothing but constants there is one row all the same, as of any query without keys.
    if keyNames.isEmpty, calls.isEmpty {
      _ = name(of: AggregateCall(function: .count, arguments: []), .call("count", []))
    }
  }

  /// True if the first stage's columns are the result as they are.
  package var isDone: Bool {
    having == nil && !isDistinctLater && outputs.map(\.name) == callNames.map(Optional.some) && orderNames != nil
  }

  /// Names of the first stage's columns to sort by; nil if it is by other than these.
  var orderNames: [SortKey]? {
    let keys = order.compactMap { sortKey in
      sortKey.expression.name.map { SortKey($0, descending: sortKey.isDescending) }
    }
    return keys.count == order.count ? keys : nil
  }

  /// True if order and limit can be the first stage's: no group is left out behind it.
  var isOrderedFirst: Bool { having == nil && !isDistinctLater && orderNames != nil }

  /// True if equal rows are to be put out once and there may be such: keys are part of the result, so that only groups of several rows,
  /// those of `top` and `bottom`, can have any.
  package var isDistinctLater: Bool {
    query.isDistinct
      && calls.contains { call in
        switch call.function {
        case .top, .bottom: true
        default: false
        }
      }
  }

  /// Most rows to put out, where groups are left out or sorted behind the first stage.
  package var laterLimit: Int? { isOrderedFirst ? nil : query.limit }

  /// About what the second stage takes of memory; nil if there is none.
  package var laterBytes: LaterBytes? {
    if isDone { return nil }
    func slots(_ expressions: [QueryExpression]) -> Int { 16 * expressions.reduce(0) { $0 + $1.partCount } }
    let sorting = isOrderedFirst ? 0 : 8 * order.count + 8
    let putOut = slots(outputs) + slots(isOrderedFirst ? [] : order.map(\.expression)) + sorting + 16 * outputs.count
    guard let having else { return LaterBytes(rows: 1, bytesPerGroup: putOut) }
    // Groups that are not asked for are gone when the rest is worked out, but how many there are is not known.
    return LaterBytes(rows: 2, bytesPerGroup: max(slots([having]), putOut))
  }

  /// An expression with keys and aggregates replaced by the columns that the first stage gives.
  private mutating func staged(
    _ expression: QueryExpression, _ part: QuerySyntaxError.Part, _ item: Int
  ) throws(QuerySyntaxError) -> QueryExpression {
    let isOfResult = part != .aggregates
    if isOfResult, let name = expression.name, let position = names.firstIndex(of: name) {
      return position < keyNames.count ? .column(name, at: expression.position) : outputs[position - keyNames.count]
    }
    let bare = expression.withoutPositions
    if let key = query.keys.firstIndex(where: { $0.expression.withoutPositions == bare }) {
      return .column(keyNames[key], at: expression.position)
    }
    if let call = try expression.aggregateCall(part: part, item: item) {
      return .column(name(of: call, expression), at: expression.position)
    }
    if case .column(let name, let position) = expression {
      if keyNames.contains(name) { return expression }
      throw unknown(name, part, item, position)
    }
    // Written out, as the closure of a map cannot change self.
    var parts: [QueryExpression] = []
    for child in expression.children { parts.append(try staged(child, part, item)) }
    var next = parts.makeIterator()
    return expression.mapChildren { child in next.next() ?? child }
  }

  private mutating func name(of call: AggregateCall, _ expression: QueryExpression) -> String {
    if let known = calls.firstIndex(of: call) { return callNames[known] }
    var name = expression.text
    while keyNames.contains(name) || callNames.contains(name) { name += "'" }
    calls.append(call)
    callNames.append(name)
    return name
  }

  private func unknown(
    _ name: String, _ part: QuerySyntaxError.Part, _ item: Int, _ position: Int?
  ) -> QuerySyntaxError {
    if part == .aggregates {
      return query.error(
        part, item: item, at: position, "\"\(name)\" is neither a key nor inside of an aggregate",
        "write sum(\(name)), count(\(name)) or the like, or name it with --by")
    }
    let what = part == .order ? "to order by" : "to ask"
    return query.error(
      part, item: item, at: position, "the result has no column \"\(name)\" \(what)",
      adviceOnName(name, names, list: "columns of the result are"))
  }
}

extension QueryExpression {
  /// Columns, constants and operations in it.
  fileprivate var partCount: Int { children.reduce(1) { $0 + $1.partCount } }
}
