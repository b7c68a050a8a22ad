// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// Expressions as Swift writes them: `.sum(.column("price") * (1 - .column("discount")))`. What each means, `QueryExpression` says.

extension QueryExpression: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
  /// A whole number.
  public init(integerLiteral value: Int64) { self = .literal(.int64(value)) }

  /// The shortest decimal that reads back as the literal: `0.05` is exactly five hundredths.
  public init(floatLiteral value: Double) {
    guard let numeral = Numeral("\(value)") else { preconditionFailure("\(value) is no literal") }
    self = numeral.decimal.map { .literal($0) } ?? .number(numeral)
  }

  /// A truth value.
  public init(booleanLiteral value: Bool) { self = .literal(.bool(value)) }

  /// A constant text, which stands for a date or timestamp where it is compared with one.
  public static func text(_ value: String) -> QueryExpression { .literal(.string(value)) }
}

extension QueryExpression {
  /// Sum.
  public static func + (a: QueryExpression, b: QueryExpression) -> QueryExpression { .call("+", [a, b]) }
  /// Difference.
  public static func - (a: QueryExpression, b: QueryExpression) -> QueryExpression { .call("-", [a, b]) }
  /// Product.
  public static func * (a: QueryExpression, b: QueryExpression) -> QueryExpression { .call("*", [a, b]) }
  /// Quotient, a float64.
  public static func / (a: QueryExpression, b: QueryExpression) -> QueryExpression { .call("/", [a, b]) }
  /// Remainder.
  public static func % (a: QueryExpression, b: QueryExpression) -> QueryExpression { .call("%", [a, b]) }
  /// Opposite.
  public static prefix func - (a: QueryExpression) -> QueryExpression { .call("-", [a]) }

  /// Less than.
  public static func < (a: QueryExpression, b: QueryExpression) -> QueryExpression { .comparison(.less, a, b) }
  /// At most.
  public static func <= (a: QueryExpression, b: QueryExpression) -> QueryExpression { .comparison(.lessOrEqual, a, b) }
  /// Greater than.
  public static func > (a: QueryExpression, b: QueryExpression) -> QueryExpression { .comparison(.greater, a, b) }
  /// At least.
  public static func >= (a: QueryExpression, b: QueryExpression) -> QueryExpression {
    .comparison(.greaterOrEqual, a, b)
  }

  /// Both are true.
  public static func && (a: QueryExpression, b: QueryExpression) -> QueryExpression { .all([a, b]) }
  /// One is true, or both.
  public static func || (a: QueryExpression, b: QueryExpression) -> QueryExpression { .any([a, b]) }
  /// The opposite; null stays null.
  public static prefix func ! (a: QueryExpression) -> QueryExpression { .not(a) }

  /// Equal to another; not `==`, which tells whether two expressions are the same.
  public func equals(_ other: QueryExpression) -> QueryExpression { .comparison(.equal, self, other) }

  /// Equal to one of them.
  public func isAmong(_ options: [QueryExpression]) -> QueryExpression { .among(self, options) }

  /// Without a value.
  public var isNull: QueryExpression { .isNull(self) }

  /// A text that a pattern describes: `%` any characters, `_` one.
  public func isLike(_ pattern: String) -> QueryExpression { .call("like", [self, .text(pattern)]) }

  /// What it is called in the result.
  public func named(_ name: String) -> NamedExpression { NamedExpression(self, as: name) }
}

extension QueryExpression {
  /// Number of rows.
  public static var rowCount: QueryExpression { .call("count", []) }
  /// Number of values.
  public static func count(_ x: QueryExpression) -> QueryExpression { .call("count", [x]) }
  /// Number of different values.
  public static func countDistinct(_ x: QueryExpression) -> QueryExpression { .call("count distinct", [x]) }
  /// Exact sum.
  public static func sum(_ x: QueryExpression) -> QueryExpression { .call("sum", [x]) }
  /// Smallest value.
  public static func min(_ x: QueryExpression) -> QueryExpression { .call("min", [x]) }
  /// Greatest value.
  public static func max(_ x: QueryExpression) -> QueryExpression { .call("max", [x]) }
  /// Mean, rounded once.
  public static func mean(_ x: QueryExpression) -> QueryExpression { .call("mean", [x]) }
  /// The middle value.
  public static func median(_ x: QueryExpression) -> QueryExpression { .call("median", [x]) }
  /// What a share `level` (a constant from 0 to 1) of the values does not exceed.
  public static func quantile(_ x: QueryExpression, _ level: QueryExpression) -> QueryExpression {
    .call("quantile", [x, level])
  }
  /// Sample variance.
  public static func variance(_ x: QueryExpression) -> QueryExpression { .call("var", [x]) }
  /// Sample standard deviation.
  public static func standardDeviation(_ x: QueryExpression) -> QueryExpression { .call("stddev", [x]) }
  /// Correlation.
  public static func correlation(_ x: QueryExpression, _ y: QueryExpression) -> QueryExpression {
    .call("corr", [x, y])
  }
  /// Sample covariance.
  public static func covariance(_ x: QueryExpression, _ y: QueryExpression) -> QueryExpression {
    .call("covar", [x, y])
  }
  /// The first row's value, of those that have one.
  public static func first(_ x: QueryExpression) -> QueryExpression { .call("first", [x]) }
  /// The last row's value, of those that have one.
  public static func last(_ x: QueryExpression) -> QueryExpression { .call("last", [x]) }
  /// The `count` greatest values, a row each.
  public static func top(_ x: QueryExpression, _ count: Int) -> QueryExpression {
    .call("top", [x, .literal(.int64(Int64(count)))])
  }
  /// The `count` smallest values, a row each.
  public static func bottom(_ x: QueryExpression, _ count: Int) -> QueryExpression {
    .call("bottom", [x, .literal(.int64(Int64(count)))])
  }

  /// Any other function of the command by its name: `.function("date_trunc", .text("month"), .column("day"))`.
  public static func function(_ name: String, _ arguments: QueryExpression...) -> QueryExpression {
    .call(name.lowercased(), arguments)
  }
}
