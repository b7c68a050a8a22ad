// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Testing

@Test
func readsKeysAggregatesAndOrder() throws {
  let query = try AggregateQuery(
    by: " date, state as \"Unidade, federativa\" ",
    aggregates: "SUM(cases), sum( deaths ) AS d,count(*), Avg(\"a \"\"b\"\", c\"),min(x) as \"as\"",
    orderBy: "date, state DESC,d asc",
    limit: 3)
  #expect(query.keys == [GroupKey("date"), GroupKey("state", as: "Unidade, federativa")])
  #expect(
    query.aggregates == [
      Aggregate(.sum, of: "cases"), Aggregate(.sum, of: "deaths", as: "d"), Aggregate(.count),
      Aggregate(.mean, of: "a \"b\", c"), Aggregate(.min, of: "x", as: "as"),
    ])
  #expect(query.order == [SortKey("date"), SortKey("Unidade, federativa", descending: true), SortKey("d")])
  #expect(try query.outputNames() == ["date", "Unidade, federativa", "cases", "d", "count", "mean_a \"b\", c", "as"])
  #expect(try query.sortColumns() == [0, 1, 3])
  #expect(query.limit == 3)
}

@Test(arguments: [
  (nil, "sum(x)", ["x"]), (nil, "sum(x), min(x)", ["sum_x", "min_x"]), ("x", "sum(x)", ["x", "sum_x"]),
  (nil, "count(*), count(x), mean(x), avg(y)", ["count", "count_x", "mean_x", "mean_y"]),
  ("a as b", "max(a)", ["b", "max_a"]),
  (
    nil, "count(distinct x), corr(x, y), quantile(x, .90), top(y, 2)",
    ["count_distinct_x", "corr_x_y", "quantile_x", "top_y"]
  ),
  (
    nil, "stddev_samp(x), VAR_POP(x), covar_samp(x, y), any_value(z), median(x)",
    ["stddev_x", "var_pop_x", "covar_x_y", "any_z", "median_x"]
  ),
  ("a", nil, ["a"]), ("São Paulo-x, y" as String?, "sum(z)" as String?, [] as [String]),
])
func namesResults(_ by: String?, _ aggregates: String?, _ expected: [String]) throws {
  if expected.isEmpty {
    #expect(throws: QuerySyntaxError.self) { try AggregateQuery(by: by, aggregates: aggregates) }
  } else {
    #expect(try AggregateQuery(by: by, aggregates: aggregates).outputNames() == expected)
  }
}

@Test
func ordersByAggregateTextAndByAKeysOwnName() throws {
  let query = try AggregateQuery(by: "a as b", aggregates: "sum(x), avg(y) as z", orderBy: "Avg(y) desc, a, sum(x)")
  #expect(try query.sortColumns() == [2, 0, 1])
}

@Test
func readsFunctionsWithTheirParameters() throws {
  let query = try AggregateQuery(
    by: nil,
    aggregates:
      "quantile(v3, 0.90) as p90, Corr(v1, \"v 2\"), top(v3, 2), bottom(v3,3), count(distinct id3), count(distinct)")
  #expect(
    query.aggregates == [
      Aggregate(.quantile(QuantileLevel("0.9")!), of: "v3", as: "p90"), Aggregate(.correlation, of: "v1", and: "v 2"),
      Aggregate(.top(2), of: "v3"), Aggregate(.bottom(3), of: "v3"), Aggregate(.countDistinct, of: "id3"),
      Aggregate(.count, of: "distinct"),
    ])
  #expect(query.columnNames == ["v3", "v1", "v 2", "id3", "distinct"])
  #expect(
    query.aggregates.map(\.text) == [
      "quantile(v3, 0.9)", "corr(v1, v 2)", "top(v3, 2)", "bottom(v3, 3)", "count(distinct id3)", "count(distinct)",
    ])
  let ordered = try AggregateQuery(
    by: "a", aggregates: "quantile(x, 0.5) as m, top(y, 2)", orderBy: "quantile(x, .50) desc, top(y,2)")
  #expect(try ordered.sortColumns() == [1, 2])
}

@Test(arguments: [
  ("0.9", 0.9), ("0.1", 0.1), ("1", 1.0), ("0", 0.0), ("0.5", 0.5), ("0.3333333333333333", 1.0 / 3), ("0.00001", 1e-5),
])
func levelsOfDoublesAreTheirShortestDecimals(_ text: String, _ value: Double) {
  #expect(QuantileLevel(value) == QuantileLevel(text))
  #expect(QuantileLevel(value)?.description == text)
}

@Test
func levelsOutsideTheirRangeAreNone() {
  for text in ["", ".", "1.01", "2", "-0.1", "1e-1", "0.1234567890123456789", "½", "1..", "99999999999999999999999999"]
  {
    #expect(QuantileLevel(text) == nil, "\(text)")
  }
  for value in [-0.1, 1.5, .nan, .infinity] { #expect(QuantileLevel(value) == nil) }
  #expect(QuantileLevel(".50") == QuantileLevel("0.5"))
  #expect(QuantileLevel("1.000") == QuantileLevel("1"))
}

private struct Wrong: Sendable, CustomTestStringConvertible {
  var by: String?
  var aggregates: String?
  var orderBy: String?
  var place: String
  var position: Int?
  var contains: String
  var testDescription: String { "\(by ?? "") | \(aggregates ?? "") | \(orderBy ?? "")" }
}

private let wrongTexts: [Wrong] = [
  Wrong(aggregates: "sun(x)", place: "--agg", position: 1, contains: "\"sun\""),
  Wrong(aggregates: "sum(x), avgg(x)", place: "--agg", position: 9, contains: "\"avgg\""),
  Wrong(aggregates: "sum(x) total", place: "--agg", position: 8, contains: "a comma"),
  Wrong(aggregates: "sum x", place: "--agg", position: 5, contains: "a comma"),
  Wrong(aggregates: "cases", place: "--agg", position: 1, contains: "\"cases\""),
  Wrong(aggregates: "sum(x", place: "--agg", position: 6, contains: "the end"),
  Wrong(aggregates: "sum()", place: "--agg", position: 5, contains: "an argument of sum"),
  Wrong(aggregates: "corr(x)", place: "--agg", position: 1, contains: "2 arguments"),
  Wrong(aggregates: "corr(x, y, z)", place: "--agg", position: 1, contains: "not 3"),
  Wrong(aggregates: "sum(x, y)", place: "--agg", position: 1, contains: "1 argument, not 2"),
  Wrong(aggregates: "quantile(x)", place: "--agg", position: 1, contains: "2 arguments"),
  Wrong(aggregates: "quantile(x, 1.1)", place: "--agg", position: 13, contains: "\"1.1\""),
  Wrong(aggregates: "quantile(x, -0.5)", place: "--agg", position: 13, contains: "from 0 to 1"),
  Wrong(aggregates: "quantile(x, 0.1234567890123456789)", place: "--agg", position: 13, contains: "18 digits"),
  Wrong(aggregates: "quantile(x, )", place: "--agg", position: 13, contains: "a constant"),
  Wrong(aggregates: "count(*), top(x, 0)", place: "--agg", position: 18, contains: "\"0\""),
  Wrong(aggregates: "bottom(x, 1000001)", place: "--agg", position: 11, contains: "1000000"),
  Wrong(aggregates: "top(x)", place: "--agg", position: 1, contains: "2 arguments"),
  Wrong(aggregates: "count(distinct *)", place: "--agg", position: 16, contains: "\"*\""),
  Wrong(aggregates: "sum(distinct x)", place: "--agg", position: 5, contains: "distinct"),
  Wrong(aggregates: "corr(*)", place: "--agg", position: 6, contains: "corr(*)"),
  Wrong(aggregates: "quantile(x, 0.1), quantile(x, 0.2)", place: "--agg", position: 19, contains: "\"quantile_x\""),
  Wrong(aggregates: "sum(* )", place: "--agg", position: 5, contains: "sum(*)"),
  Wrong(aggregates: "sum(x),", place: "--agg", position: 8, contains: "the end"),
  Wrong(aggregates: "sum(\"x)", place: "--agg", position: 5, contains: "closing quote"),
  Wrong(aggregates: "sum(x) as", place: "--agg", position: 10, contains: "a name"),
  Wrong(aggregates: "sum(x), sum(x)", place: "--agg", position: 9, contains: "\"sum_x\""),
  Wrong(by: "a, b, a", place: "--by", position: 7, contains: "\"a\""),
  Wrong(by: "a,,b", place: "--by", position: 3, contains: "\",\""),
  Wrong(by: "a b", place: "--by", position: 3, contains: "a comma"),
  Wrong(by: "a", aggregates: "sum(b) as a", place: "--agg", position: 1, contains: "\"a\""),
  Wrong(by: "date", orderBy: "date, sate", place: "--order-by", position: 7, contains: "\"sate\""),
  Wrong(by: "date", orderBy: "date downward", place: "--order-by", position: 6, contains: "a comma"),
  Wrong(by: "sum(x)", place: "--by", position: 1, contains: "many rows"),
  Wrong(place: "--agg", position: nil, contains: "nothing"),
]

@Test(arguments: wrongTexts)
private func saysWhereATextIsWrong(_ wrong: Wrong) {
  let error = #expect(throws: QuerySyntaxError.self) {
    try AggregateQuery(by: wrong.by, aggregates: wrong.aggregates, orderBy: wrong.orderBy)
  }
  #expect(error?.code == "query.syntax")
  #expect(error?.place == Place(file: wrong.place))
  #expect(error?.position == wrong.position)
  #expect(error?.summary.contains(wrong.contains) == true, "\(error?.summary ?? "")")
}

@Test
func suggestsTheNearestName() {
  let function = #expect(throws: QuerySyntaxError.self) { try AggregateQuery(by: nil, aggregates: "sun(x)") }
  #expect(function?.advice == "did you mean \"sum\"?")
  let order = #expect(throws: QuerySyntaxError.self) {
    try AggregateQuery(by: "state", aggregates: nil, orderBy: "sate")
  }
  #expect(order?.advice == "did you mean \"state\"?")
  let limit = #expect(throws: QuerySyntaxError.self) { try AggregateQuery(by: "a", aggregates: nil, limit: -1) }
  #expect(limit?.place == Place(file: "--limit"))
}
