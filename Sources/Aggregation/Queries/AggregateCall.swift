// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// An aggregate of expressions: `sum(price * (1 - discount))`.
struct AggregateCall: Hashable {
  let function: AggregateFunction
  /// Without positions, so that calls of the same are equal.
  let arguments: [QueryExpression]
}

extension QueryExpression {
  /// The aggregate that a call is; nil for all else. Throws `query.syntax`, at `part`, for arguments that it does not take.
  func aggregateCall(
    part: QuerySyntaxError.Part = .aggregates, item: Int = 0
  ) throws(QuerySyntaxError) -> AggregateCall? {
    guard case .call(let name, let arguments, let position) = self, FunctionTable.isAggregate(name) else { return nil }
    func wrong(_ position: Int?, _ summary: String, _ advice: String?) -> QuerySyntaxError {
      QuerySyntaxError(part: part, item: item, position: position, summary: summary, advice: advice)
    }
    func requireCount(_ counts: ClosedRange<Int>) throws(QuerySyntaxError) {
      guard !counts.contains(arguments.count) else { return }
      let wanted = counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) or \(counts.upperBound)"
      throw wrong(position, "\(name) takes \(wanted) argument\(wanted == "1" ? "" : "s"), not \(arguments.count)", nil)
    }
    if name == "count distinct" {
      try requireCount(1...1)
      return AggregateCall(function: .countDistinct, arguments: arguments.map(\.withoutPositions))
    }
    guard let form = FunctionForm(named: name) else { return nil }
    switch form {
    case .plain(let function):
      try requireCount(function.argumentCounts)
      return AggregateCall(function: function, arguments: arguments.map(\.withoutPositions))
    case .quantile:
      try requireCount(2...2)
      guard let text = arguments[1].numberText, let level = QuantileLevel(text) else {
        throw wrong(
          arguments[1].position,
          "a quantile's level is a number from 0 to 1 of at most 18 digits, not \"\(arguments[1].text)\"",
          "write quantile(x, 0.9) for what nine tenths do not exceed")
      }
      return AggregateCall(function: .quantile(level), arguments: [arguments[0].withoutPositions])
    case .top, .bottom:
      try requireCount(2...2)
      let most = AggregateFunction.maximumTopCount
      guard let text = arguments[1].numberText, let count = Int(text), (1...most).contains(count) else {
        throw wrong(
          arguments[1].position, "\(name) takes from 1 to \(most) values, not \"\(arguments[1].text)\"",
          "write \(name)(x, 2)")
      }
      let isTop = if case .top = form { true } else { false }
      return AggregateCall(
        function: isTop ? .top(count) : .bottom(count), arguments: [arguments[0].withoutPositions])
    }
  }

  /// The aggregate, if it is one of columns as they are.
  func plainAggregate() throws(QuerySyntaxError) -> Aggregate? {
    guard let call = try aggregateCall() else { return nil }
    let names = call.arguments.compactMap(\.name)
    return names.count == call.arguments.count ? Aggregate(call.function, arguments: names, alias: nil) : nil
  }

  /// A constant number as it is written.
  private var numberText: String? {
    switch self {
    case .literal(.decimal(let unscaled, let scale), _): plainText(of: .decimal(unscaled: unscaled, scale: scale))
    case .literal(.int64(let value), _): "\(value)"
    default: nil
    }
  }
}
