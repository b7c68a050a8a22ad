// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// What is computed over the rows of a group. Nulls take no part; of two arguments, rows with either one null take no part.
///
/// Exact: every result is that of arithmetic without rounding, rounded once at the end where its type asks for it, so that neither the
/// order of rows nor threads nor chunks have a say.
public enum AggregateFunction: Sendable, Hashable {
  /// Number of values; without an argument, of rows.
  case count
  /// Number of different values: NaN is one value, -0.0 is 0.0, strings differ by their bytes.
  case countDistinct
  /// Sum; null if there are no values.
  case sum
  /// Smallest value.
  case min
  /// Greatest value; NaN is the greatest of all.
  case max
  /// Sum divided by the number of values; a float64.
  case mean
  /// The middle value, `quantile` at 0.5.
  case median
  /// The value that a share of the values does not exceed.
  ///
  /// Of numbers a float64: between neighbours in ascending order it is interpolated, at position (number of values - 1) x level. Of
  /// other types the first value up to which at least that share of the values lies, as SQL's `percentile_disc`. NaN is the greatest.
  case quantile(QuantileLevel)
  /// Mean square of the distances from the mean; null below two values (of a sample) or one. NaN if a value is NaN or infinite.
  case variance(Divisor)
  /// Square root of the variance.
  case standardDeviation(Divisor)
  /// Pearson's correlation of two columns; null below two pairs, and where one side has one value only. NaN as `variance`.
  case correlation
  /// Mean product of the distances from the means; null below two pairs (of a sample) or one. NaN as `variance`.
  case covariance(Divisor)
  /// The value of the first row that has one: inputs as they are given, rows as they stand.
  case first
  /// The value of the last row that has one.
  case last
  /// Any of the values; it is the first one.
  case any
  /// So many of the greatest values, greatest first, each in a row of its own; one row with null for a group without values.
  case top(Int)
  /// So many of the smallest values, smallest first, as `top`.
  case bottom(Int)

  /// What a sum of squares is divided by.
  public enum Divisor: Sendable, Hashable {
    /// The number of values less one: an estimate from a sample.
    case sample
    /// The number of values.
    case population
  }

  /// Most values that `top` and `bottom` may ask for.
  public static let maximumTopCount = 1_000_000

  /// Name as users write it: `sum`, `stddev_pop`.
  public var name: String {
    switch self {
    case .count, .countDistinct: "count"
    case .sum: "sum"
    case .min: "min"
    case .max: "max"
    case .mean: "mean"
    case .median: "median"
    case .quantile: "quantile"
    case .variance(.sample): "var"
    case .variance(.population): "var_pop"
    case .standardDeviation(.sample): "stddev"
    case .standardDeviation(.population): "stddev_pop"
    case .correlation: "corr"
    case .covariance(.sample): "covar"
    case .covariance(.population): "covar_pop"
    case .first: "first"
    case .last: "last"
    case .any: "any"
    case .top: "top"
    case .bottom: "bottom"
    }
  }

  /// How many columns it takes.
  public var argumentCounts: ClosedRange<Int> {
    switch self {
    case .count: 0...1
    case .correlation, .covariance: 2...2
    default: 1...1
    }
  }

  /// True if only numbers have it.
  var needsNumbers: Bool {
    switch self {
    case .sum, .mean, .variance, .standardDeviation, .correlation, .covariance: true
    default: false
    }
  }

  /// True if it is made of sums of values and of products.
  var isOfMoments: Bool {
    switch self {
    case .variance, .standardDeviation, .correlation, .covariance: true
    default: false
    }
  }

  /// The call of it as users write it: `count(distinct x)`, `top(x, 3)`.
  func text(of arguments: [String]) -> String {
    switch self {
    case .countDistinct: "count(distinct \(arguments.joined(separator: ", ")))"
    case .quantile(let level): "quantile(\(arguments.joined(separator: ", ")), \(level))"
    case .top(let count), .bottom(let count): "\(name)(\(arguments.joined(separator: ", ")), \(count))"
    default: "\(name)(\(arguments.isEmpty ? "*" : arguments.joined(separator: ", ")))"
    }
  }
}

/// What a name in a query asks for.
enum FunctionForm: Sendable {
  /// Complete.
  case plain(AggregateFunction)
  /// With a level behind the column.
  case quantile
  /// With a number of values behind the column.
  case top
  case bottom

  /// The form of a name in any case, nil if there is none.
  init?(named name: String) {
    guard let form = Self.forms.first(where: { $0.name == name.lowercased() })?.form else { return nil }
    self = form
  }

  /// All names.
  static var names: [String] { forms.map(\.name) }

  private static let forms: [(name: String, form: FunctionForm)] = {
    let plain: [AggregateFunction] = [
      .sum, .count, .min, .max, .mean, .median, .variance(.sample), .variance(.population), .standardDeviation(.sample),
      .standardDeviation(.population), .correlation, .covariance(.sample), .covariance(.population), .first, .last,
      .any,
    ]
    let synonyms: [(String, AggregateFunction)] = [
      ("avg", .mean), ("variance", .variance(.sample)), ("var_samp", .variance(.sample)),
      ("stddev_samp", .standardDeviation(.sample)), ("covar_samp", .covariance(.sample)), ("any_value", .any),
    ]
    return plain.map { ($0.name, .plain($0)) } + [("quantile", .quantile), ("top", .top), ("bottom", .bottom)]
      + synonyms.map { ($0.0, .plain($0.1)) }
  }()
}
