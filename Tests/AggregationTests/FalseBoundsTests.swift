// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Aggregation

/// A table of somebody's own whose statistics do not hold.
private struct Liar: TableSource {
  var base: Table
  var form: (@Sendable (ColumnPage) -> PageForm)?
  /// Its values also come a piece at a time, with these limits.
  var limits: ClosedRange<Int128>?
  /// What the pieces have in row 100, if it is not what the page has.
  var other: Int64?
  /// Values of a piece.
  var pieceCount = 7
  /// Column, and what is told of each of its pages.
  let column: Int
  let told: PageStatistics

  var name: String { "liar" }
  var schema: Schema { base.schema }
  var chunkCount: Int { base.chunkCount }
  var rowCount: Int { base.rowCount }
  func rowCount(ofChunk chunk: Int) -> Int { base.rowCount(ofChunk: chunk) }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics {
    column == self.column ? told : base.statistics(column: column, chunk: chunk)
  }
  func dictionary(column: Int) throws -> StringDictionary? { base.dictionary(column: column) }
  func holdsOnlyCodes(column: Int) throws -> Bool { base.schema.fields[column].type == .string }
  func page(column: Int, chunk: Int) throws -> ColumnPage { base.page(column: column, chunk: chunk) }
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    let page = base.page(column: column, chunk: chunk)
    if limits != nil, column == 0, case .int64(let keys) = page.values {
      // Keys as runs of 100, as pieces are for values of runs.
      let starts = stride(from: 0, to: keys.count, by: 100)
      return try body(
        PageForm(
          rowCount: keys.count, validity: .allValid,
          content: .runs(values: starts.map { keys[$0] }, lengths: starts.map { _ in 100 })))
    }
    return try body(column == self.column ? form?(page) ?? PageForm(page) : PageForm(page))
  }
  func withPieces<R>(column: Int, chunk: Int, _ body: ((any IntegerPieces)?) throws -> R) throws -> R {
    guard let limits, column == self.column, case .int64(var values) = base.page(column: column, chunk: chunk).values
    else { return try body(nil) }
    if let other { values[100] = other }
    return try body(EvenPieces(values, limits, pieceCount))
  }
}

/// So many values at a time, without a look at how many there are.
private final class EvenPieces: IntegerPieces {
  private let pieceCount: Int
  let rowCount: Int
  let limits: ClosedRange<Int128>
  private let values: UnsafeMutableBufferPointer<Int64>
  private var given = 0

  init(_ values: [Int64], _ limits: ClosedRange<Int128>, _ pieceCount: Int) {
    (rowCount, self.limits, self.pieceCount) = (values.count, limits, pieceCount)
    self.values = .allocate(capacity: values.count + pieceCount)
    self.values.initialize(repeating: 0)
    _ = self.values.update(fromContentsOf: values)
  }

  deinit { values.deallocate() }

  func next() -> UnsafeBufferPointer<Int64> {
    let first = given
    given = first + pieceCount
    return UnsafeBufferPointer(rebasing: values[first..<given])
  }
}

private let rowCount = 5_000

/// 5,000 rows: `k` has runs of 100, `x` is 0 to 6 with one value far off, `y` the same in every row.
private func source(
  nulls: Bool = false, _ far: Int64 = 1 << 40, column: Int = 1, told: PageStatistics,
  form: (@Sendable (ColumnPage) -> PageForm)? = nil
) -> Liar {
  let rows = 0..<rowCount
  let table = Table(columns: [
    ("k", .int64, rows.map { .int64(Int64($0 / 100 % 5)) }),
    ("x", .int64, rows.map { $0 == 4_000 ? (nulls ? .null : .int64(far)) : .int64(Int64($0 % 7)) }),
    ("y", .int64, rows.map { _ in .int64(3) }),
  ])
  return Liar(base: table, form: form, column: column, told: told)
}

private func told(_ low: Int128, _ high: Int128, nulls: Int = 0, rows: Int = rowCount) -> PageStatistics {
  PageStatistics(rowCount: rows, nullCount: nulls, bounds: .integer(minimum: low, maximum: high, sum: nil))
}

private func run(_ source: Liar, _ by: String, _ aggregates: String, _ strategy: GroupingStrategy?) throws -> [[String]]
{
  let query = try AggregateQuery(by: by, aggregates: aggregates)
  return exactRows(try aggregate([source], query, threads: 2, strategy: strategy))
}

private func expectRefusal(_ source: Liar, _ by: String, _ aggregates: String, column: String) {
  for strategy in [GroupingStrategy.direct, .partitioned] {
    let error = #expect(throws: AggregateError.self, "\(aggregates) by \(by), \(strategy)") {
      try run(source, by, aggregates, strategy)
    }
    #expect(error?.code == "table.bounds")
    #expect(error?.place == Place(file: "liar", column: column))
  }
}

@Test
func valuesBeyondTheirBoundsAreRefused() throws {
  for far in [1 << 40, 7, -1, Int64.min, .max, 1 << 32, 3 << 32] {
    expectRefusal(source(far, told: told(0, 6)), "k", "sum(x)", column: "x")
    expectRefusal(source(far, told: told(0, 6)), "x", "sum(y)", column: "x")
    expectRefusal(source(far, told: told(0, 6, nulls: 1)), "k", "sum(x), min(x), var(x)", column: "x")
  }
  // A bound that is told of values that may be their own codes.
  expectRefusal(source(told: told(1, 6)), "k", "count(*), sum(x)", column: "x")
  // What is told is kept by the rest of the rows.
  #expect(try run(source(6, told: told(0, 6)), "k", "max(x)", .direct).map { $0[1] } == ["6", "6", "6", "6", "6"])
}

@Test
func nullsThatWereNotToldAreRefused() throws {
  expectRefusal(source(nulls: true, told: told(0, 6)), "k", "sum(x)", column: "x")
  expectRefusal(source(nulls: true, told: told(0, 6)), "x", "sum(y)", column: "x")
  let sound = try run(source(nulls: true, told: told(0, 6, nulls: 1)), "k", "count(x)", .direct)
  #expect(sound.map { $0[1] } == ["999", "1000", "1000", "1000", "1000"] || sound.map { $0[1] }.contains("999"))
}

/// Bits past the last row, which are to be 0, are no rows.
@Test
func bitsBeyondTheLastRowCountForNothing() throws {
  for few in [true, false] {
    let isValid = (0..<rowCount).map { few ? $0 % 400 == 7 : $0 % 400 != 7 }
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    for row in 0..<rowCount where isValid[row] { words[row / 64] |= 1 << UInt64(row % 64) }
    let keys = ColumnPage(values: .int64((0..<rowCount).map { Int64($0 % 5) }))
    let values = (0..<rowCount).map { Int64($0) }
    let schema = Schema([Field(name: "k", type: .int64), Field(name: "x", type: .int64)])
    func results(_ words: [UInt64]) throws -> [[[String]]] {
      let page = ColumnPage(values: .int64(values), validity: .bits(words))
      let table = Table(schema: schema, chunks: [[keys, page]])
      return try [("k", GroupingStrategy.direct), ("k", .partitioned), ("k", .general), (nil, nil)].map {
        by, strategy in
        var query = try AggregateQuery(by: by, aggregates: "count(*), sum(k), max(k)")
        query.filter = try QueryExpression("x is not null")
        return exactRows(try aggregate([table], query, threads: 2, strategy: strategy))
      }
    }
    let clean = try results(words)
    words[rowCount / 64] |= ~0 << UInt64(rowCount % 64)
    #expect(try results(words) == clean, "few: \(few)")
  }
}

@Test
func formsBeyondTheirBoundsAreRefused() throws {
  let runs: @Sendable (ColumnPage) -> PageForm = { page in
    guard case .int64(let values) = page.values else { preconditionFailure("integers") }
    return PageForm(
      rowCount: page.rowCount, validity: page.validity,
      content: .runs(values: values, lengths: values.map { _ in 1 }))
  }
  let constant: @Sendable (ColumnPage) -> PageForm = { page in
    PageForm(rowCount: page.rowCount, validity: page.validity, content: .constant(3))
  }
  let short: @Sendable (ColumnPage) -> PageForm = { page in PageForm(page.gathering([1, 2, 3][...])) }
  for by in ["k", "x", "y"] {
    let column = by == "y" ? 2 : 1
    let name = by == "y" ? "y" : "x"
    let query = by == "y" ? "count(*)" : "sum(x), sum(y)"
    expectRefusal(source(column: column, told: told(4, 9), form: constant), by, query, column: name)
    expectRefusal(source(3, column: column, told: told(0, 6), form: short), by, query, column: name)
    if by != "y" { expectRefusal(source(told: told(0, 6), form: runs), by, query, column: name) }
  }
}

@Test
func piecesBeyondTheirBoundsAreRefused() throws {
  var liar = source(told: told(0, 6))
  liar.pieceCount = 8
  for limits: ClosedRange<Int128> in [0...6, 0...(1 << 41)] {
    liar.limits = limits
    expectRefusal(liar, "k", "sum(x)", column: "x")
  }
  // What is told of the page is kept, what is told with the pieces is not: the page itself counts.
  var sound = source(6, told: told(0, 6))
  let expected = try run(sound, "k", "sum(x), count(*)", .direct)
  sound.pieceCount = 8
  for limits: ClosedRange<Int128> in [0...6, 0...5, -3...9] {
    sound.limits = limits
    #expect(try run(sound, "k", "sum(x), count(*)", .direct) == expected)
  }
  // Pieces count while they keep their limits: here they have 6 where the page has 2 (in the second run, of `k` = 1).
  sound.other = 6
  sound.pieceCount = 10
  sound.limits = 0...6
  var others = expected
  others[1][1] = "\(Int(expected[1][1])! + 4)"
  #expect(try run(sound, "k", "sum(x), count(*)", .direct) == others)
  sound.limits = 0...5
  #expect(try run(sound, "k", "sum(x), count(*)", .direct) == expected)
  // More or fewer values than there are rows.
  sound.limits = 0...6
  for pieceCount in [0, 4_999] {
    sound.pieceCount = pieceCount
    #expect(try run(sound, "k", "sum(x), count(*)", .direct) == expected)
  }
}

/// Rows that are picked from packed integers, as where a condition takes few of them: what is picked is looked at.
@Test
func pickedRowsBeyondTheirBoundsAreRefused() throws {
  // Offsets of 16 bits, all of them 1, but for row 4,000: 7, where 6 is told to be the greatest.
  let packed: @Sendable (ColumnPage) -> PageForm = { page in
    let offsets = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: page.rowCount)
    offsets.initialize(repeating: 1)
    // Value 32 i + l of a full block is half i % 2 of word 32 (i / 2) + l. The form outlives this.
    let (row, lane) = (4_000 % 1024 / 32, 4_000 % 32)
    offsets[4_000 / 1024 * 1024 + (row / 2 * 32 + lane) * 2 + row % 2] = 7
    return PageForm(
      rowCount: page.rowCount, validity: page.validity,
      content: .packed(
        PackedIntegers(bytes: .init(offsets), reference: 0, bitWidth: 16, greatestOffset: 6)))
  }
  let table = Table(columns: [
    ("k", .int64, (0..<rowCount).map { .int64(Int64($0 % 5)) }), ("x", .int64, (0..<rowCount).map { _ in .int64(1) }),
    ("row", .int64, (0..<rowCount).map { .int64(Int64($0)) }),
  ])
  let liar = Liar(base: table, form: packed, column: 1, told: told(0, 6))
  for (by, aggregates) in [(nil, "sum(x * 2)"), ("k", "sum(x)"), ("k", "sum(x * 2)"), ("k", "max(x)")] {
    func found(_ condition: String) throws -> [[String]] {
      exactRows(
        try aggregate([liar], TableQuery(by: by, aggregates: aggregates, where: condition), threads: 1))
    }
    let sum = aggregates.contains("2") ? "4" : aggregates.contains("max") ? "1" : "2"
    #expect(try found("row = 4005 or row = 3995") == [(by == nil ? [] : ["0"]) + [sum]], "\(aggregates)")
    let error = #expect(throws: AggregateError.self, "\(aggregates)") { try found("row = 4000 or row = 3995") }
    #expect(error?.code == "table.bounds")
  }
}
