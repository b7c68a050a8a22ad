// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

private let nines = Int128("99999999999999999999999999999999999999")!

/// Rows, counted from 0, that a condition takes: in memory, and from a file with its footer and without, and worked out row by row.
private func rows(_ condition: String, _ type: ColumnType, _ values: [Value]) throws -> [Int] {
  let numbered = Table(columns: [
    ("x", type, values), ("row", .int64, values.indices.map { .int64(Int64($0)) }),
  ])
  let query = try AggregateQuery(by: "row", aggregates: nil, where: condition)
  let found = try [
    aggregate([numbered], query, threads: 1), aggregate([chunkFile(of: numbered)], query, threads: 1),
    aggregate([chunkFile(of: numbered)], query, threads: 1, ignoringStatistics: true),
  ].map { exactRows($0).compactMap { Int($0[0]) } }
  #expect(found[1] == found[0], "\(condition)")
  #expect(found[2] == found[0], "\(condition)")
  let computed = try AggregateQuery(by: "row", aggregates: nil, where: "(\(condition)) = true")
  #expect(exactRows(try aggregate([numbered], computed, threads: 1)).map { Int($0[0]) } == found[0], "\(condition)")
  return found[0]
}

@Test(arguments: [
  ("x > 99999999999999999999999999999999999998.5", [2]), ("x <= 99999999999999999999999999999999999998.5", [0, 1]),
  ("x >= -99999999999999999999999999999999999998.5", [1, 2]), ("x < -99999999999999999999999999999999999998.5", [0]),
  ("x < 12345678901234567890123456789012345678.5", [0, 1]), ("x = 99999999999999999999999999999999999999.0", [2]),
  ("x < 99999999999999999999999999999999999999.5", [0, 1, 2]), ("x > 1e38", []), ("x < 1e38", [0, 1, 2]),
  ("x > -1e400", [0, 1, 2]), ("x < -1e38", []), ("x >= 1e-400", [1, 2]), ("x > -1e-400", [1, 2]), ("x <= -1e-400", [0]),
  ("x not in (5, 1e-400, 1e400)", [0, 2]), ("x between -1e50 and 5.0000000000000000000000000000000000000001", [0, 1]),
  ("x < 4.9999999999999999999999999999999999999999", [0]), ("x > 1e-9223372036854775808", [1, 2]),
])
func wideDecimalsAreComparedByAllDigits(_ condition: String, _ expected: [Int]) throws {
  let values = [-nines, 5, nines].map { Value.decimal(unscaled: $0, scale: 0) }
  #expect(try rows(condition, .decimal(precision: 38, scale: 0), values) == expected)
}

@Test(arguments: [
  ("x = 1e-400", []), ("x >= 1e-400", [1]), ("x <> 1e-400", [0, 1, 2]), ("x > -1e-400", [0, 1]), ("x = -1e-400", []),
  ("x < 1e400", [0, 1, 2]), ("x > -1e999999999999999999999", [0, 1, 2]), ("x = 0e-400", [0]),
])
func numbersNextToZeroAreNotZero(_ condition: String, _ expected: [Int]) throws {
  #expect(try rows(condition, .int64, [0, 1, -1].map { .int64($0) }) == expected)
  let halves = [0, 1, -1].map { Value.decimal(unscaled: $0, scale: 1) }
  #expect(try rows(condition, .decimal(precision: 2, scale: 1), halves) == expected)
  #expect(try rows(condition, .float64, [0, 1, -1].map { .float64($0) }) == expected)
}

@Test(arguments: [
  ("x = 9.1093837015e-31", [1]), ("x > 6.62607015e-34", [1, 2, 3, 4, 5]), ("x < 1e400", [0, 1, 2, 3, 6]),
  ("x > 1e400", [4, 5]), ("x = 1e400", []), ("x > 1.7976931348623157e308", [4, 5]),
  ("x >= 1.7976931348623157e308", [3, 4, 5]),
  ("x <= -1e400", []), ("x < -1e-400", []), ("x <= 1e-400", [6]), ("x >= 1e-400", [0, 1, 2, 3, 4, 5]),
  ("x = 5e-324", [0]), ("x = 3e-324", [0]), ("x = 2e-324", []), ("x > 2e-324", [0, 1, 2, 3, 4, 5]),
  ("x = 0.1000000000000000055511151231257827021181583404541015625", [2]),
])
func doublesAreComparedWithTheNearestUnlessThereIsNone(_ condition: String, _ expected: [Int]) throws {
  let doubles = [Double.leastNonzeroMagnitude, 9.1093837015e-31, 0.1, .greatestFiniteMagnitude, .infinity, .nan, -0.0]
  #expect(try rows(condition, .float64, doubles.map { .float64($0) }) == expected)
}

/// Values at which integers and doubles part ways, and their neighbours.
private let borders: [Int128] = [0, 1, 1 << 53, 1 << 54, 1 << 62, 1 << 63].flatMap { (border: Int128) -> [Int128] in
  let near: [Int128] = (-3...3).map { border + $0 } + [border + (border >> 53)]
  return near + near.map { -$0 }
}

@Test(arguments: [
  ColumnType.int64, .decimal(precision: 18, scale: 3), .decimal(precision: 38, scale: 0),
  .decimal(precision: 38, scale: 20),
])
func constantsOfFloat64AreComparedAsDoublesEverywhere(_ type: ColumnType) throws {
  let limit = type == .int64 ? Int128(Int64.max) : powerOfTen(type.isWide ? 38 : 18) - 1
  let far: [Int128] = [limit, limit - 1, limit - (limit >> 54), limit / 10, limit / 10 * 3]
  let integers = Set((borders + far + far.map { -$0 }).filter { $0.magnitude <= limit.magnitude }).sorted()
  let values =
    integers.map { type == .int64 ? Value.int64(Int64($0)) : .decimal(unscaled: $0, scale: type.scale) } + [.null]
  let table = Table(columns: [
    ("x", type, values), ("row", .int64, values.indices.map { .int64(Int64($0)) }),
  ])
  let file = try chunkFile(of: table)
  let unit = 1 / Double(powerOfTen(type.scale))
  let doubles = integers.enumerated().filter { $0.offset % 3 == 0 }.map { Double($0.element) * unit }
  for double in doubles + [0.1, -0.0, 1e38, -1e38, 1.1e38, .infinity, -.infinity, .nan, .leastNonzeroMagnitude] {
    let constant = QueryExpression.literal(.float64(double))
    var conditions: [QueryExpression] = [
      .not(.among(.column("x"), [constant, .literal(.float64(0.5))])), .between(.column("x"), low: 0, high: constant),
    ]
    for comparison in Comparison.allCases {
      conditions.append(.comparison(comparison, .column("x"), constant))
      conditions.append(.comparison(comparison, constant, .column("x")))
    }
    for condition in conditions {
      let expected = values.indices.filter { truth(condition, [values[$0], .null], table.schema) == true }
      func taken(_ sources: [any TableSource], _ condition: QueryExpression) throws -> [Int] {
        let query = AggregateQuery(by: [GroupKey("row")], where: condition)
        return exactRows(try aggregate(sources, query, threads: 1)).compactMap { Int($0[0]) }
      }
      #expect(try taken([file], condition) == expected, "\(condition)")
      #expect(try taken([table], .comparison(.equal, condition, true)) == expected, "worked out: \(condition)")
    }
  }
}

@Test(arguments: [
  ("x = 9007199254740993::float64", [0, 1]), ("x > 9007199254740992::float64", [2]),
  ("x = cast(0.1 as float64)", []), ("x >= 9007199254740993", [1, 2]), ("x in (9007199254740994::float64)", [2]),
])
func castsToFloat64AreConstantsOfThatType(_ condition: String, _ expected: [Int]) throws {
  #expect(try rows(condition, .int64, (0..<3).map { .int64(1 << 53 + $0) }) == expected)
}

@Test
func numeralsLieWhereTheirDecimalsDo() {
  var random = RandomSource(seed: 77)
  for _ in 0..<2_000 {
    let scale = Int.random(in: 0...38, using: &random)
    let magnitude = Int128.random(in: 0...nines / powerOfTen(Int.random(in: 0...37, using: &random)), using: &random)
    let unscaled = Bool.random(using: &random) ? magnitude : -magnitude
    let columnScale = Int.random(in: 0...38, using: &random)
    let type = ColumnType.decimal(precision: 38, scale: columnScale)
    guard let numeral = Numeral("\(unscaled)e-\(scale)") else { preconditionFailure("digits") }
    let expected = place(of: .decimal(unscaled: unscaled, scale: scale), in: type)
    let found = place(of: numeral, in: type)
    if let expected, expected.floor.magnitude <= nines.magnitude {
      #expect(
        found?.floor == expected.floor && found?.isExact == expected.isExact, "\(unscaled)e-\(scale) at \(columnScale)")
    } else {
      #expect(found?.floor == (unscaled < 0 ? .min : .max), "\(unscaled)e-\(scale) at \(columnScale)")
    }
  }
}

@Test
func rowsThatAreNotTakenNeedNoRoom() throws {
  func one(_ type: ColumnType, _ values: [Int128], _ keys: [Int64]) throws -> any TableSource {
    let scale = type.scale
    return try chunkFile(
      of: Table(columns: [
        ("x", type, values.map { type == .int64 ? .int64(Int64($0)) : .decimal(unscaled: $0, scale: scale) }),
        ("k", .int64, keys.map { .int64($0) }),
      ]))
  }
  let inputs = [
    try one(.decimal(precision: 38, scale: 35), [123 * powerOfTen(33)], [10]),
    try one(.int64, [5, Int128(Int64.max), 7], [1, 2, 3]),
  ]
  func result(_ aggregates: String, _ condition: String, by: String? = nil) throws -> [[String]] {
    let query = try AggregateQuery(by: by, aggregates: aggregates, where: condition)
    let found = exactRows(try aggregate(inputs, query, threads: 1))
    #expect(exactRows(try aggregate(inputs, query, threads: 2, ignoringStatistics: true)) == found)
    return found
  }
  #expect(try result("count(*)", "x > 6.5") == [["2"]])
  #expect(try result("count(*)", "x > 1e20") == [["0"]])
  #expect(try result("count(*)", "x < 1e20 and x > -1e30") == [["4"]])
  #expect(try result("count(*)", "x > 1e60 or x < -1e60 or x is null") == [["0"]])
  #expect(try result("max(x)", "k = 1") == [["\(5 * powerOfTen(35))e-35"]])
  #expect(try result("max(x)", "k = 1 or k = 3", by: "k").count == 2)
  #expect(throws: TableError.self) { try result("max(x)", "k <= 2") }
}

@Test
func longListsAreLookedUpInPackedPages() throws {
  var random = RandomSource(seed: 12)
  for values in [
    (0..<5_000).map { _ in Int64.random(in: 0..<3_000, using: &random) },
    (0..<5_000).map { _ in Int64.random(in: -(1 << 40)..<(1 << 40), using: &random) }, [1, 2, 3, 4, 1000, 7],
  ] {
    let options = (0..<300).map { _ in values.randomElement(using: &random)! + Int64.random(in: 0...1, using: &random) }
    let condition = "x in (\(options.map(String.init).joined(separator: ", ")))"
    let wanted = Set(options)
    let expected = values.indices.filter { wanted.contains(values[$0]) }
    #expect(try rows(condition, .int64, values.map { .int64($0) }) == expected)
  }
}

@Test
func namesAreOneUnderCanonicalEquivalence() throws {
  let table = Table(columns: [("\u{e9}", .int64, [.int64(1), .int64(2)])])
  let query = try AggregateQuery(by: nil, aggregates: "sum(e\u{301})", where: "\u{e9} > 0 and e\u{301} < 2")
  #expect(query.columnNames == ["\u{e9}"])
  #expect(exactRows(try aggregate([table], query, threads: 1)) == [["1"]])
  guard case .nameTwice(1) = Schema.checked(["\u{e9}", "e\u{301}"].map { Field(name: $0, type: .int64) }) else {
    Issue.record("a schema has one name twice")
    return
  }
}
