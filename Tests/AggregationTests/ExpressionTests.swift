// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

/// Decimals and whole numbers of one value as one text, so that a scale has no say.
private func comparable(_ value: Value) -> String {
  guard case .decimal(var unscaled, var scale) = value else {
    return exactText(value == .float64(-0.0) ? .float64(0) : value)
  }
  while scale > 0, unscaled % 10 == 0 { (unscaled, scale) = (unscaled / 10, scale - 1) }
  return exactText(.decimal(unscaled: unscaled, scale: scale))
}

/// Values of an expression in each row of a chunk: of all, or of some.
private func values(
  _ bound: BoundExpression, _ source: any TableSource, chunk: Int, rows: [UInt32]?
) throws -> [String] {
  let column = source.schema.fields.count - 1
  let page = try source.page(column: column, chunk: chunk, rows: rows)
  let dictionary = try source.dictionary(column: column)
  return (0..<page.rowCount).map { comparable(page.value(at: $0, type: bound.type ?? .int64, dictionary: dictionary)) }
}

@Test(arguments: UInt64(0)..<60)
func randomExpressionsEqualThePlainTwin(seed: UInt64) throws {
  var draw = RandomExpression(random: RandomSource(seed: 50_000 + seed))
  let rowCount = [1, 3, 70, 150, 300][Int(seed % 5)]
  let rows = randomRows(rowCount, using: &draw.random)
  let table = makeTable(rows, using: &draw.random)
  let file = try chunkFile(of: table)
  for kind in RandomExpression.Kind.allCases {
    let expression = draw.draw(kind, depth: 3)
    for base in [table as any TableSource, file] {
      var binder = ExpressionBinder(sources: [base], part: .keys)
      let bound: BoundExpression
      do {
        bound = try binder.bind(expression)
      } catch let error as AggregateError {
        // Products may have too many digits for any type, which the twin does not tell from an overflow.
        #expect(error.summary.contains("digits"), "seed \(seed): \(error)")
        continue
      }
      let columns = ComputedColumns(
        program: binder.program, columns: [("computed", bound.node, bound.type ?? .int64)])
      let source = columns.sources(over: [base], threads: 1)[0]
      var first = 0
      for chunk in 0..<base.chunkCount {
        let count = base.rowCount(ofChunk: chunk)
        let expected = rows[first..<first + count].map { row in
          (try? plainValue(expression, row, randomSchema)).map(comparable)
        }
        first += count
        let sound = expected.indices.filter { expected[$0] != nil }
        let told: Comment = "seed \(seed), \(expression.text)"
        #expect(
          try values(bound, source, chunk: chunk, rows: sound.map { UInt32($0) }) == sound.map { expected[$0] }, told)
        if sound.count == count {
          #expect(try values(bound, source, chunk: chunk, rows: nil) == expected, told)
        } else {
          let error = #expect(throws: AggregateError.self, told) {
            try values(bound, source, chunk: chunk, rows: nil)
          }
          #expect(error?.code.hasPrefix("expression.") == true)
          let failed = expected.firstIndex { $0 == nil } ?? 0
          #expect(error?.place.row == first - count + failed + 1, told)
        }
      }
    }
  }
}

@Test(arguments: UInt64(0)..<60)
func randomConditionsOfAnyKindEqualThePlainTwin(seed: UInt64) throws {
  var draw = RandomExpression(random: RandomSource(seed: 70_000 + seed))
  let rows = randomRows([1, 40, 300][Int(seed % 3)], using: &draw.random)
  let table = makeTable(rows, using: &draw.random)
  let file = try chunkFile(of: table)
  for _ in 0..<4 {
    let condition = draw.draw(.truth, depth: 3)
    let query = TableQuery(
      results: [NamedExpression(.call("count", [])), NamedExpression(.call("sum", [.column("small")]))],
      where: condition)
    guard let taken = try? rows.filter({ try plainValue(condition, $0, randomSchema) == .bool(true) }) else { continue }
    let smalls = taken.compactMap { row -> Int64? in
      guard case .int64(let value) = row[1] else { return nil }
      return value
    }
    let expected = ["\(taken.count)", smalls.isEmpty ? "null" : "\(smalls.reduce(0, +))"]
    do {
      for (source, isIgnoring) in [(table as any TableSource, false), (file, false), (file, true)] {
        let found = try aggregate([source], query, threads: 2, ignoringStatistics: isIgnoring)
        #expect(exactRows(found) == [expected], "seed \(seed), \(condition.text)")
      }
    } catch let error as AggregateError {
      #expect(error.code == "expression.type" && error.summary.contains("digits"), "seed \(seed): \(error)")
    }
  }
}

@Test(arguments: UInt64(0)..<300)
func textsOfExpressionsReadBackAsThem(seed: UInt64) throws {
  var draw = RandomExpression(random: RandomSource(seed: 90_000 + seed))
  let condition = draw.draw(.truth, depth: 4)
  // Zeros behind the last digit of a constant are not read: what has been read once stays.
  let read = try QueryExpression(condition.text)
  #expect(try QueryExpression(read.text).withoutPositions == read.withoutPositions, "\(condition.text)")
}

private let table = Table(columns: [
  ("n", .int64, [.int64(5), .null, .int64(-7)]), ("big", .int64, [.int64(.max), .int64(.min), .int64(1)]),
  (
    "p", .decimal(precision: 4, scale: 2),
    [.decimal(unscaled: 125, scale: 2), .null, .decimal(unscaled: -250, scale: 2)]
  ),
  ("s", .string, [.string("Straße"), .string("10%"), .null]),
  ("d", .date, [.date(daysSinceEpoch: 18_292), .date(daysSinceEpoch: -1), .null]),
  ("none", .string, [.null, .null, .null]),
])

@Test(arguments: [
  ("n + 1", "6 null -6"), ("p * p", "15625e-4 null 62500e-4"), ("p + n", "625e-2 null -950e-2"),
  ("round(p)", "1 null -3"), ("round(p, 1)", "13e-1 null -25e-1"), ("floor(p)", "1 null -3"), ("ceil(p)", "2 null -2"),
  ("round(n, -1)", "10 null -10"), ("n % 3", "2 null -1"), ("p % 0.5", "25e-2 null 0e-2"),
  ("n / 2 = 2.5", "true null false"), ("n / 0 > 1e308", "true null false"), ("coalesce(n, 0)", "5 0 -7"),
  ("greatest(n, 0)", "5 0 0"), ("least(n, p)", "125e-2 null -700e-2"), ("nullif(n, 5)", "null null -7"),
  ("case when n > 0 then 'a' when n < 0 then 'b' end", "a null b"), ("case n when 5 then 1 else 2 end", "1 2 2"),
  ("length(s)", "6 3 null"), ("upper(s)", "STRAßE 10% null"), ("s || '!'", "Straße! 10%! null"),
  ("substring(s, 5)", "ße  null"), ("substr(s, 0, 3)", "St 10 null"), ("s like '10!%' escape '!'", "false true null"),
  ("s ilike 'strASSe'", "false false null"), ("s ilike 'STRA_E'", "true false null"),
  ("year(d)", "2020 1969 null"), ("d + interval '1 month'", "day 18321 day 30 null"), ("d + 1", "day 18293 day 0 null"),
  ("extract(dayofweek from d)", "5 3 null"), ("week(d)", "5 1 null"),
  ("date_trunc('week', d)", "day 18288 day -3 null"),
  ("d - interval 1 year", "day 17927 day -366 null"), ("d < '2020-01-01'", "false true null"),
  ("d = timestamp '2020-01-31 00:00:00'", "true false null"), ("none + n", "null null null"),
  ("cast(p as int64)", "1 null -3"), ("n::string || s", "5Straße null null"),
  ("cast('2020-01-31' as date) = d", "true false null"),
  ("cast(p as decimal(3,1))", "13e-1 null -25e-1"), ("n between 0 and n * 2", "true null false"),
  ("n in (n, 1)", "true null true"),
  ("not (n > 0 and p > 0)", "false null true"), ("- - n", "5 null -7"), ("1 + 2 * 3 - 4", "3 3 3"),
  ("cast(2.5e0 as int64)", "3 3 3"), ("cast(cast('2.5' as float64) as decimal(10,3))", "2500e-3 2500e-3 2500e-3"),
])
func worksOut(_ text: String, _ expected: String) throws {
  let result = try aggregate(
    [table],
    TableQuery(by: "n as key", aggregates: "any(\(text)) as value", orderBy: "coalesce(key, 0) = -7, key is null"),
    threads: 1)
  #expect(exactRows(result).map { $0[1] }.joined(separator: " ") == expected, "\(text)")
}

@Test(arguments: [
  ("sum(big + 1)", "expression.overflow", 1, "at character 9"),
  ("sum(-big)", "expression.overflow", 2, "at character 5"),
  ("sum(n % (n - 5))", "expression.division-by-zero", 1, "5 % 0, at character 7"),
  ("count(cast(s as int64))", "expression.cast", 1, "'Straße' is no int64, at character 7"),
  ("count(d + 999999999)", "expression.overflow", 1, "outside the years"),
  ("sum(big * big::decimal(38,0) * big)", "expression.overflow", 1, "more digits than decimal(38,0)"),
])
func saysWhichRowFails(_ aggregates: String, _ code: String, _ row: Int, _ part: String) throws {
  let error = #expect(throws: AggregateError.self) {
    try aggregate([table], TableQuery(by: nil, aggregates: aggregates), threads: 1)
  }
  #expect(error?.code == code)
  #expect(error?.place.row == row)
  #expect(error?.summary.contains(part) == true, "\(error?.summary ?? "")")
}

@Test(arguments: [
  ("sum(s || 'a')", "expression.type", "character"), ("sum(n + s)", "takes numbers", "at character 9"),
  ("sum(p * q)", "no column \"q\"", "at character 9"), ("count(lower(n))", "takes strings", "at character 13"),
  ("count(d > 5)", "date is compared with int64", "at character 11"),
  ("count(coalesce(n, s))", "int64, string", "at character"),
  ("sum(case when n then 1 end)", "not a condition", "at character 15"),
  ("sum(round(n, n))", "a constant number of digits", "at character 14"),
])
func saysWhatDoesNotFitAnExpression(_ aggregates: String, _ part: String, _ position: String) throws {
  let error = #expect(throws: AggregateError.self) {
    try aggregate([table], TableQuery(by: nil, aggregates: aggregates), threads: 1)
  }
  #expect(
    error.map { "\($0.code) \($0.summary)" }?.contains(part) == true || error?.code == "aggregate.type",
    "\(error?.summary ?? "")")
  #expect(error?.summary.contains(position) == true || error?.code == "aggregate.type", "\(error?.summary ?? "")")
}

/// What is wrong of any input is wrong usage, and told before one is opened.
@Test(arguments: [
  ("count(interval '1' day)", "an interval by itself, at character 7"),
  ("max(date_trunc('decade', d))", "no part \"decade\" to cut by, at character 16"),
  ("sum(date_trunc('decade', max(d)))", "max(…) is of many rows"),
  ("date_trunc('decade', max(d))", "no part \"decade\" to cut by, at character 12"),
  ("count(s like 'a' escape 'bb')", "no pattern, at character 25"), ("count(s like 'a\\' escape '\\')", "no pattern"),
  ("max(s || 5)", "|| takes strings, and this is int64, at character 10"),
  ("sum(round(n, 'a'))", "a constant number of digits, -38 to 38, at character 14"),
  ("max(n) + (1 + lower('a')::bool)", "takes numbers, and this is bool"), ("sum(1 + ('a' || s))", "takes numbers"),
  ("max((1 < 2) < 'x')", "bool is compared with string"),
])
func whatIsWrongOfAnyInputIsWrongUsage(_ aggregates: String, _ part: String) throws {
  let error = #expect(throws: QuerySyntaxError.self) { try TableQuery(by: nil, aggregates: aggregates) }
  #expect(error?.summary.contains(part) == true && error?.part == .aggregates, "\(error?.summary ?? "")")
}

@Test(arguments: [
  "max(d - '2020-01-01')", "max('2020-01-01' - d)", "count(coalesce(d, '2020-01-01') + 7)", "max(d + n)",
  "count(date_trunc('hour', z) > '2020-01-01 00:00:00Z')", "count(z - interval '1' hour > '2020-01-01 00:00:00Z')",
  "max(case when n > 1 then d else '2020-01-01' end - interval '1' day)", "count(s || null || 'a')",
  "sum(coalesce(null, p) * 2)", "max(least(d, '2020-01-01') - 1)", "sum(round(p, 1 + 1))", "max(d) - '2020-01-01'",
  "count(n in (1, 2.5, null)) + count(s in ('a', lower('B')))", "count(not null)", "count(nullif(d, '2020-01-01') + 1)",
])
func whatFitsSomeInputIsNoWrongUsage(_ aggregates: String) throws {
  let moment = Table(columns: [
    ("n", .int64, [.int64(1)]), ("d", .date, [.date(daysSinceEpoch: 18_300)]), ("s", .string, [.string("a")]),
    ("p", .decimal(precision: 5, scale: 2), [.decimal(unscaled: 125, scale: 2)]),
    ("z", .timestamp(isUTC: true), [.timestamp(microsecondsSinceEpoch: 0, isUTC: true)]),
  ])
  #expect(try aggregate([moment], TableQuery(by: nil, aggregates: aggregates), threads: 1).rowCount == 1)
}

@Test
func keysGoByTheirNamesOutsideOfAggregates() throws {
  let table = Table(columns: [
    ("a", .int64, [1, 2, 3].map { .int64($0) }), ("b", .int64, [5, 5, 7].map { .int64($0) }),
  ])
  func run(_ by: String?, _ aggregates: String) throws -> [[String]] {
    let query = try TableQuery(by: by, aggregates: aggregates)
    let names = query.columnNames
    #expect(names.allSatisfy { table.schema.position(of: $0) != nil }, "\(names)")
    return exactRows(try aggregate([table], query, threads: 1))
  }
  #expect(try run("b as x", "x + 1, sum(a) + x") == [["5", "6", "8"], ["7", "8", "10"]])
  #expect(try run("b % 2 as x, b", "x + b") == [["1", "5", "6"], ["1", "7", "8"]])
  // An expression of a key comes before names, and inside of aggregates names are columns.
  #expect(
    try run("a as b, b as a", "a * 10 as c, sum(a)").map { [$0[2], $0[3]] } == [
      ["10", "1"], ["20", "2"], ["30", "3"],
    ])
  #expect(throws: QuerySyntaxError.self) { try run("b as x", "y + 1") }
  #expect(try run(nil, "1 as z, 'a' || 'b' as s") == [["1", "ab"]])
}

@Test
func namesOfFunctionsAreSuggestedOnce() {
  for withAggregates in [true, false] {
    let names = FunctionTable.knownNames(withAggregates: withAggregates)
    #expect(Set(names).count == names.count && names.contains("avg") == withAggregates)
  }
  for (name, part) in [
    ("count_distinct", "count(distinct x)"), ("average", "avg(x)"), ("lenght", "did you mean \"length\"?"),
  ] {
    let error = #expect(throws: QuerySyntaxError.self) { try TableQuery(by: nil, aggregates: "\(name)(x)") }
    #expect(error?.advice?.contains(part) == true, "\(error?.advice ?? "")")
  }
}

@Test
func rowsLeftOutDoNotFail() throws {
  for condition in [
    "big < 5 and big > -5", "big + 0 = 1", "case when abs(coalesce(n, 0)) = 7 then big + 1 = 2 else false end",
  ] {
    let query = try TableQuery(by: nil, aggregates: "sum(big + 1) as s", where: condition)
    #expect(exactRows(try aggregate([table], query, threads: 1)) == [["2"]], "\(condition)")
  }
}

@Test
func makesMoreOfGroups() throws {
  let rows = (0..<20).map { [Value.int64(Int64($0 % 4)), .int64(Int64($0))] }
  let table = Table(rows: rows, columns: [("k", .int64), ("v", .int64)])
  func run(
    _ by: String?, _ results: String?, _ having: String? = nil, _ order: String? = nil, distinct: Bool = false,
    limit: Int? = nil
  ) throws -> [[String]] {
    exactRows(
      try aggregate(
        [table],
        TableQuery(by: by, aggregates: results, having: having, orderBy: order, distinct: distinct, limit: limit),
        threads: 1))
  }
  #expect(
    try run("k", "max(v) - min(v) as range, sum(v) as s", "s > 45", "s desc") == [
      ["3", "16", "55"], ["2", "16", "50"],
    ])
  #expect(try run("k % 2 as odd", "sum(v)", nil, "sum(v) desc", limit: 1) == [["1", "100"]])
  #expect(try run("k", nil, "count(*) = 5 and min(v) in (1, 2)") == [["1"], ["2"]])
  #expect(try run("k as k2", "k2 * 10 as tens", nil, "-k2") == [["3", "30"], ["2", "20"], ["1", "10"], ["0", "0"]])
  #expect(try run(nil, "top(v, 3) % 2 as t", nil, nil, distinct: true) == [["1"], ["0"]])
  // An alias wins over a column of its name.
  #expect(try run("k", "sum(v) as v", "v > 50") == [["3", "55"]])
  let twice = try QueryStages(
    TableQuery(by: "k", aggregates: "sum(v) as a, SUM(v) + 1 as b", having: "sum( v ) > 1", orderBy: "sum(v)"))
  #expect(twice.calls.count == 1)
}
