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

/// A span of calendar time, to be added to dates and timestamps: months, then days, then microseconds.
public struct TimeSpan: Sendable, Hashable {
  /// Calendar months; a day that the month has not becomes its last.
  public var months: Int
  /// Calendar days.
  public var days: Int
  /// Time of day.
  public var microseconds: Int

  /// Puts a span together.
  public init(months: Int = 0, days: Int = 0, microseconds: Int = 0) {
    self.months = months
    self.days = days
    self.microseconds = microseconds
  }
}

/// An expression as SQL has it, over the columns of a table or over aggregates of them.
///
/// **Null.** A comparison or function of null is null; `and` and `or` have three values; a row is taken by a condition only where that is
/// true. `coalesce`, `least`, `greatest`, `case` and `is null` alone make something of a null.
///
/// **Comparing.** Integers and decimals are compared exactly. With a float64, be it a column, a constant of that type or what an
/// expression gives, they are the nearest double, so that beyond 2^53 several equal one; NaN is the greatest value and equals itself, and
/// -0.0 equals 0.0. A constant that is written as a number is an exact one: beside a float64 column it is the nearest double, but past all
/// finite doubles, or nearer to 0 than to any other, it equals none and lies between two. Strings order by their UTF-8 bytes. A constant string stands for a date or timestamp where it is compared with one; a
/// date for its midnight where it is compared with a timestamp. Names of columns are equal under Unicode canonical equivalence, as in a
/// schema.
///
/// **Numbers.** int64 with int64 stays int64, and leaving 64 bits is an error that names the row. Decimals are exact: `+`, `-` and `%` have the
/// greater scale, `*` the sum of both; more than 38 digits are an error. `/` gives the float64 nearest to the exact quotient, infinite or
/// NaN for a divisor of 0; `%` by 0 is an error but of float64. Arithmetic with a float64 is IEEE 754's. What a row is not
/// asked for raises no error: rows left out, sides of `and`, `or`, `case` and `coalesce` behind the one that decides.
///
/// `at` is where in a text a part was written: Unicode scalars from the start, counted from 1.
public indirect enum QueryExpression: Sendable, Hashable {
  /// A column; alone as a condition, one of truth values.
  case column(String, at: Int? = nil)
  /// A constant: null, truth value, number, date, timestamp or string.
  case literal(Value, at: Int? = nil)
  /// A constant that no decimal has all digits of.
  case number(Numeral, at: Int? = nil)
  /// A span of time; it can only be added to dates and timestamps, or taken from them.
  case interval(TimeSpan, at: Int? = nil)
  /// One side against the other.
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
  /// An operator (`+ - * / % || like ilike case`, and `-` of one) or function, an aggregate's too, by its name in lower case.
  ///
  /// `case` has a condition and a result in turn, then what holds otherwise; `count` of nothing is `count(*)`; `count distinct` is a
  /// name of its own.
  case call(String, [QueryExpression], at: Int? = nil)
  /// The same value in another type.
  case cast(QueryExpression, to: ColumnType, at: Int? = nil)
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
    if case .column(let name, let position) = self { return [(name, position)] }
    return children.flatMap(\.mentions)
  }

  /// Parts one level down, in order.
  var children: [QueryExpression] {
    switch self {
    case .column, .literal, .number, .interval: []
    case .comparison(_, let left, let right): [left, right]
    case .between(let operand, let low, let high): [operand, low, high]
    case .among(let operand, let options): [operand] + options
    case .isNull(let operand), .not(let operand), .cast(let operand, _, _): [operand]
    case .all(let parts), .any(let parts), .call(_, let parts, _): parts
    }
  }

  /// The same with each part one level down replaced. `replace` is called in the order of ``children``.
  func mapChildren<E: Error>(_ replace: (QueryExpression) throws(E) -> QueryExpression) throws(E) -> QueryExpression {
    switch self {
    case .column, .literal, .number, .interval: self
    case .comparison(let comparison, let left, let right):
      .comparison(comparison, try replace(left), try replace(right))
    case .between(let operand, let low, let high):
      .between(try replace(operand), low: try replace(low), high: try replace(high))
    case .among(let operand, let options): .among(try replace(operand), try options.map(replace))
    case .isNull(let operand): .isNull(try replace(operand))
    case .not(let operand): .not(try replace(operand))
    case .all(let parts): .all(try parts.map(replace))
    case .any(let parts): .any(try parts.map(replace))
    case .call(let name, let parts, let position): .call(name, try parts.map(replace), at: position)
    case .cast(let operand, let type, let position): .cast(try replace(operand), to: type, at: position)
    }
  }

  /// The same wherever it may have been written: two that are equal then say the same.
  var withoutPositions: QueryExpression {
    switch self {
    case .column(let name, _): .column(name)
    case .literal(let value, _): .literal(value)
    case .number(let numeral, _): .number(numeral)
    case .interval(let span, _): .interval(span)
    case .call(let name, let parts, _): .call(name, parts.map(\.withoutPositions))
    case .cast(let operand, let type, _): .cast(operand.withoutPositions, to: type)
    default: mapChildren { $0.withoutPositions }
    }
  }

  /// Where it starts (a call: where its name or operator is), if known.
  var position: Int? {
    switch self {
    case .column(_, let position), .literal(_, let position), .number(_, let position), .interval(_, let position),
      .call(_, _, let position), .cast(_, _, let position):
      position
    default: children.first?.position
    }
  }
}
