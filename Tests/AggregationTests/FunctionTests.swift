// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TestSupport
import Testing

private func table(_ columns: (name: String, type: ColumnType, values: [Value])...) -> Table {
  Table(name: "t.csv", columns: columns.map { ($0.name, $0.type, $0.values) })
}

private func rows(_ tables: [any TableSource], _ aggregates: String, by: String? = nil, where filter: String? = nil)
  throws -> [[String]]
{
  try exactRows(aggregate(tables, AggregateQuery(by: by, aggregates: aggregates, where: filter), threads: 2))
}

private func text(_ value: Double) -> String { exactText(.float64(value)) }

@Test
func variancesDoNotCancel() throws {
  let near = table(("x", .float64, [1e15 + 1, 1e15 + 2, 1e15 + 3].map { .float64($0) }))
  #expect(try rows([near], "var(x), stddev(x), var_pop(x)") == [[text(1), text(1), text(2.0 / 3)]])
  let far = table(("x", .float64, [.float64(1e308), .float64(-1e308)]))
  // 2e616 is out of range, its root is not.
  #expect(try rows([far], "var(x), stddev_pop(x)") == [[text(.infinity), text(1e308)]])
  let tiny = table(("x", .float64, [.float64(0), .float64(.leastNonzeroMagnitude)]))
  #expect(try rows([tiny], "var_pop(x), stddev(x) as s") == [[text(0), text(.leastNonzeroMagnitude)]])
  let limits = table(("x", .int64, [.int64(.min), .int64(.max)]))
  #expect(try rows([limits], "stddev_pop(x)") == [[text(Double(Int64.max))]])
}

@Test
func fewValuesAndNoSpread() throws {
  let one = table(("x", .int64, [.int64(3), .null]), ("y", .int64, [.int64(4), .int64(4)]))
  #expect(
    try rows([one], "var(x), stddev(x), var_pop(x), stddev_pop(x), covar(x, y), covar_pop(x, y), corr(x, y)")
      == [["null", "null", text(0), text(0), "null", text(0), "null"]])
  let flat = table(("x", .int64, [.int64(3), .int64(5)]), ("y", .int64, [.int64(4), .int64(4)]))
  #expect(try rows([flat], "corr(x, y), corr(x, x), covar(x, y)") == [["null", text(1), text(0)]])
  let line = table(("x", .int64, [.int64(3), .int64(5)]), ("y", .float64, [.float64(0.1), .float64(-7)]))
  #expect(try rows([line], "corr(x, y)") == [[text(-1)]])
}

@Test
func whatIsNotFiniteMakesMomentsNaN() throws {
  for odd in [Double.nan, .infinity, -.infinity] {
    let data = table(
      ("k", .int64, [1, 1, 2, 2, 3].map { .int64($0) }),
      ("x", .float64, [.float64(odd), .float64(1), .float64(2), .float64(3), .float64(odd)]),
      ("y", .int64, [5, 6, 7, 9, 9].map { .int64($0) }))
    let nan = "NaN of float64"
    #expect(
      try rows([data], "var(x), stddev_pop(x), corr(x, y), covar_pop(y, x)", by: "k") == [
        ["1", nan, nan, nan, nan], ["2", text(0.5), text(0.5), text(1), text(0.5)], ["3", "null", nan, "null", nan],
      ])
  }
}

@Test
func quantilesInterpolateNumbersAndPickOthers() throws {
  let data = table(
    ("i", .int64, [.int64(.max), .int64(.min), .null]),
    (
      "d", .decimal(precision: 3, scale: 2),
      [.decimal(unscaled: 10, scale: 2), .decimal(unscaled: 25, scale: 2), .null]
    ),
    ("f", .float64, [.float64(.greatestFiniteMagnitude), .float64(.greatestFiniteMagnitude.nextDown), .null]),
    ("s", .string, [.string("b"), .string("a"), .null]), ("b", .bool, [.bool(true), .bool(false), .null]),
    ("t", .date, [.date(daysSinceEpoch: 5), .date(daysSinceEpoch: 4), .null]))
  let result = try aggregate(
    [data],
    AggregateQuery(
      by: nil,
      aggregates: "median(i), quantile(d, 0.1), median(f), median(s), quantile(b, 0.51), median(t), quantile(i, 1)"),
    threads: 1)
  #expect(
    exactRows(result) == [
      [
        text(-0.5), text(0.115), text(.greatestFiniteMagnitude.nextDown), "a", "true", "day 4",
        text(Double(Int64.max)),
      ]
    ])
  #expect(result.schema.fields.map(\.type) == [.float64, .float64, .float64, .string, .bool, .date, .float64])
  let odd = table(("x", .float64, [.nan, -.infinity, 7, .infinity].map { .float64($0) }))
  #expect(
    try rows(
      [odd], "quantile(x, 0) as a, quantile(x, 0.1) as b, median(x) as c, quantile(x, 0.6) as d, quantile(x, 0.9) as e")
      == [[text(-.infinity), text(-.infinity), text(.infinity), text(.infinity), "NaN of float64"]])
}

@Test
func distinctValuesAreCountedByValueOverInputs() throws {
  func input(_ texts: [String], hasDictionary: Bool) -> Table {
    let dictionary = StringDictionary(entries: StringArray(["unused"] + texts))
    let page =
      hasDictionary
      ? ColumnPage(values: .codes((1...UInt32(texts.count)).map { $0 }))
      : ColumnPage(values: .strings(StringArray(texts)))
    return Table(
      schema: Schema([Field(name: "s", type: .string)]), chunks: [[page]],
      dictionaries: [hasDictionary ? dictionary : nil])
  }
  let inputs = [
    input(["a", "b", ""], hasDictionary: true), input(["c", "a"], hasDictionary: false),
    input(["b", "d"], hasDictionary: true),
  ]
  #expect(
    try rows(inputs, "count(distinct s), min(s), max(s), top(s, 2)") == [["5", "", "d", "d"], ["5", "", "d", "c"]])
  let odd = table(("x", .float64, [.nan, -Double.nan, 0.0, -0.0, 1].map { .float64($0) } + [.null]))
  #expect(try rows([odd], "count(distinct x), count(x)") == [["3", "5"]])
  let cents = Table(name: "a", columns: [("x", .decimal(precision: 3, scale: 2), [.decimal(unscaled: 150, scale: 2)])])
  let mills = Table(name: "b", columns: [("x", .decimal(precision: 4, scale: 3), [.decimal(unscaled: 1500, scale: 3)])])
  #expect(try rows([cents, mills], "count(distinct x)") == [["1"]])
}

@Test
func topsAreRowsOfTheirGroup() throws {
  let data = table(
    ("k", .string, [.string("a"), .string("a"), .string("a"), .string("b"), .string("c")]),
    ("x", .float64, [.float64(1), .float64(.nan), .float64(2), .null, .float64(-0.5)]),
    ("y", .int64, [.int64(.min), .int64(.min), .int64(.min), .int64(.max), .null]))
  #expect(
    try rows([data], "top(x, 2), bottom(y, 3), count(*) as n", by: "k") == [
      ["a", "NaN of float64", "\(Int64.min)", "3"], ["a", text(2), "\(Int64.min)", "3"],
      ["a", "null", "\(Int64.min)", "3"],
      ["b", "null", "\(Int64.max)", "1"], ["c", text(-0.5), "null", "1"],
    ])
  let query = try AggregateQuery(by: "k", aggregates: "top(x, 2)", orderBy: "top_x desc", limit: 2)
  #expect(exactRows(try aggregate([data], query, threads: 1)) == [["a", "NaN of float64"], ["a", text(2)]])
  let none = Table(schema: data.schema, chunks: [])
  #expect(
    try rows([none], "top(x, 2), bottom(k, 9), median(k), first(k), count(distinct k)") == [
      ["null", "null", "null", "null", "0"]
    ])
  #expect(try rows([none], "top(x, 2), bottom(k, 9)", by: "k") == [])
}

@Test
func firstAndLastGoByTheOrderOfInputsAndRows() throws {
  for seed in UInt64(0)..<30 {
    var random = RandomSource(seed: 300 + seed)
    let all = randomRows([1, 30, 200].randomElement(using: &random)!, using: &random)
    let cut = all.count / 2
    let functions: [AggregateFunction] = [.first, .last, .any]
    var query = AggregateQuery(
      by: [["small", "name"], []].randomElement(using: &random)!.map { GroupKey($0) },
      aggregates: randomAggregates(functions, odds: 2, using: &random))
    let tables = { (random: inout RandomSource) in
      [makeTable(Array(all[..<cut]), using: &random), makeTable(Array(all[cut...]), using: &random)]
    }
    let expected = try PlainAggregation(query, tables(&random), schema: randomSchema).rows()
    for threads in 1...3 {
      #expect(
        exactRows(try aggregate(tables(&random), query, threads: threads)) == expected,
        "seed \(seed), \(threads) threads")
    }
    query.filter = try QueryExpression("small > 0")
    let taken = all.filter { if case .int64(let small) = $0[1] { small > 0 } else { false } }
    let fewer = try PlainAggregation(query, [makeTable(taken, using: &random)], schema: randomSchema).rows()
    #expect(exactRows(try aggregate(tables(&random), query, threads: 2)) == fewer, "seed \(seed), filtered")
  }
}

@Test
func functionsOfNumbersAloneRefuseOtherTypes() throws {
  let data = table(("s", .string, [.string("a")]), ("x", .int64, [.int64(1)]))
  for call in ["var(s)", "stddev_pop(s)", "corr(x, s)", "covar(s, x)", "sum(s)"] {
    let error = #expect(throws: AggregateError.self) { try rows([data], call) }
    #expect(error?.code == "aggregate.type")
    #expect(error?.place == Place(file: "t.csv", column: "s"))
    #expect(error?.summary.contains(call) == true)
  }
}

@Test
func squaresBeyond64BitsAreEmptiedIntoWideOnes() throws {
  // Pages of 31-bit values: 64 bits hold the squares of a page or two.
  var random = RandomSource(seed: 9)
  for bits in [20, 24, 27, 31, 40, 62] {
    let pages = (0..<40).map { _ in
      (0..<50).map { _ in Int64.random(in: -(1 << Int64(bits))...(1 << Int64(bits)), using: &random) }
    }
    let schema = Schema([
      Field(name: "k", type: .int64), Field(name: "x", type: .int64), Field(name: "y", type: .int64),
    ])
    let chunks = pages.map { values in
      [
        ColumnPage(values: .int64(values.map { $0 & 3 })), ColumnPage(values: .int64(values)),
        ColumnPage(values: .int64(values.map { $0 / 3 &+ 5 })),
      ]
    }
    let data = Table(schema: schema, chunks: chunks)
    let query = try AggregateQuery(by: "k", aggregates: "var(x), stddev_pop(y), corr(x, y), covar(x, y)")
    let expected = try PlainAggregation(query, [data], schema: schema).rows()
    for threads in 1...2 {
      #expect(exactRows(try aggregate([data], query, threads: threads)) == expected, "\(bits) bits")
    }
  }
}

@Test(arguments: UInt64(0)..<30)
func distinctValuesAreCountedWhateverTheirRangeAndGroups(seed: UInt64) throws {
  var random = RandomSource(seed: seed)
  // Bits that move, bits given up in one worker alone, or from the start.
  let spans: [Int64] = [1, 70, 5_000, 1 << 30, .max]
  let groups = Int64([1, 3, 2_000].randomElement(using: &random)!)
  var rows: Set<[Int64]> = []
  let chunks = (0..<6).map { _ -> [ColumnPage] in
    let span = spans.randomElement(using: &random)!
    let base = Int64.random(in: -100...100, using: &random)
    let count = Int.random(in: 1...400, using: &random)
    let keys = (0..<count).map { _ in Int64.random(in: 0..<groups, using: &random) }
    let values = (0..<count).map { _ in base &+ Int64.random(in: -span...span, using: &random) }
    let words = (0..<(count + 63) / 64).map { word in
      random.next() & (count - word * 64 >= 64 ? .max : 1 << UInt64(count - word * 64) - 1)
    }
    let validity = Validity(words: words, rowCount: count)
    for row in 0..<count where validity.isValid(row) { rows.insert([keys[row], values[row]]) }
    return [ColumnPage(values: .int64(keys)), ColumnPage(values: .int64(values), validity: validity)]
  }
  let data = Table(schema: Schema([Field(name: "k", type: .int64), Field(name: "x", type: .int64)]), chunks: chunks)
  for threads in 1...3 {
    let result = try aggregate([data], AggregateQuery(by: "k", aggregates: "count(distinct x)"), threads: threads)
    for row in 0..<result.rowCount {
      guard case .int64(let key) = result.value(row: row, column: 0) else { continue }
      #expect(result.value(row: row, column: 1) == .int64(Int64(rows.filter { $0[0] == key }.count)), "seed \(seed)")
    }
  }
}

@Test
func distinctValuesAtTheEndsOfTheRange() throws {
  for end in [Int64.max, .min] {
    let other = end == .max ? end - 70 : end + 70
    let schema = Schema([Field(name: "x", type: .int64)])
    let chunks = [[end, other], [end], [end, end == .max ? end - 1 : end + 1]].map { [ColumnPage(values: .int64($0))] }
    let data = Table(schema: schema, chunks: chunks)
    for threads in 1...3 {
      let result = try aggregate([data], AggregateQuery(by: nil, aggregates: "count(distinct x)"), threads: threads)
      #expect(result.value(row: 0, column: 0) == .int64(3))
    }
  }
}
