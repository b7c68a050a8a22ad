// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Foundation
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

// Parts find what is found of all rows at once: the same report, summary and rows, to the byte.

private let types: [ColumnType] = [
  .bool, .int64, .decimal(precision: 6, scale: 2), .decimal(precision: 9, scale: 1), .decimal(precision: 38, scale: 4),
  .decimal(precision: 38, scale: 0), .float64, .date, .timestamp(isUTC: false), .timestamp(isUTC: true), .string,
]

/// Tables of any types, many equal values, and keys that may repeat.
private struct PairMaker {
  var random: RandomSource

  mutating func value(_ type: ColumnType, range: ClosedRange<Int>) -> Value {
    if Int.random(in: 0..<12, using: &random) == 0 { return .null }
    let number = Int.random(in: range, using: &random)
    switch type {
    case .bool: return .bool(number > 0)
    case .int64: return .int64(Int64(number))
    case .decimal(let precision, let scale):
      let isHuge = precision == 38 && Int.random(in: 0..<9, using: &random) == 0
      let unscaled = isHuge ? Int128(number % 100) * powerOfTen(36) : Int128(number) * powerOfTen(scale)
      return .decimal(unscaled: unscaled, scale: scale)
    case .float64:
      let specials = [Double.nan, .infinity, -.infinity, -0.0, 0.1, 1e300, 1e-300]
      let isSpecial = Int.random(in: 0..<6, using: &random) == 0
      return .float64(isSpecial ? specials.randomElement(using: &random)! : Double(number) / 10)
    case .date: return .date(daysSinceEpoch: 18_000 + number)
    case .timestamp(let isUTC):
      let noon = Bool.random(using: &random) ? 43_200_000_000 : 0
      return .timestamp(microsecondsSinceEpoch: (18_000 + number) * 86_400_000_000 + noon, isUTC: isUTC)
    case .string:
      let words = ["", " ", "São", "SÃO ", "a b", "A B", "1", "1.0", "true", "2019-04-14", "\(number)", " \(number)"]
      return .string(words.randomElement(using: &random)!)
    }
  }

  mutating func table(_ name: String, rows rowCount: Int, _ columns: [(String, ColumnType)], keyRange: Int) -> Table {
    var rows = (0..<rowCount).map { _ in
      columns.enumerated().map { value($1.1, range: $0 < 2 ? -keyRange...keyRange : -3...3) }
    }
    var chunks: [[ColumnPage]] = []
    var words = columns.map { _ in [String]() }
    // Some columns have text besides codes.
    let haveText = columns.map { _ in Int.random(in: 0..<3, using: &random) == 0 }
    while !rows.isEmpty {
      let part = rows.prefix(Int.random(in: 1...60, using: &random))
      rows.removeFirst(part.count)
      chunks.append(
        columns.indices.map { column in
          let values = part.map { $0[column] }
          let page = ColumnPage(boxed: values, type: columns[column].1)
          guard columns[column].1 == .string, !haveText[column] || Bool.random(using: &random) else { return page }
          let codes = values.map { value -> UInt32 in
            guard case .string(let text) = value else { return 0 }
            if let code = words[column].firstIndex(of: text) { return UInt32(code) }
            words[column].append(text)
            return UInt32(words[column].count - 1)
          }
          return ColumnPage(values: .codes(codes), validity: page.validity)
        })
    }
    return Table(
      name: name, schema: Schema(columns.map { Field(name: $0.0, type: $0.1) }), chunks: chunks,
      dictionaries: zip(columns, words).map { column, words in
        column.1 == .string ? StringDictionary(entries: StringArray(words.isEmpty ? [""] : words)) : nil
      })
  }
}

/// All that is shown of a comparison, or of the error that it ends with.
private func shown(
  _ a: Table, _ b: Table, _ find: () throws -> FoundComparison
) throws -> (text: String, partCount: Int) {
  do {
    let found = try find()
    let rows = try #require(found.rows)
    let comparison = found.comparison
    let charts = try ComparisonCharts(comparison, rows: rows.all, sample: rows.sample(7), source: a, other: b)
    let texts: [String] = [
      compareText(InputComparison(comparison), as: .json), compareText(InputComparison(comparison), as: .text),
      "\(comparison.columns.map(\.distances)) \(String(describing: comparison.repeatedKeys))",
      "\(comparison.mostDifferentRows)", try NDJSONWriter().text(of: rows.all),
      try NDJSONWriter().text(of: rows.sample(9)), comparisonPage(comparison, charts),
    ]
    return (texts.joined(separator: "\n"), found.partCount)
  } catch let error as CompareError {
    return ("\(error)", 0)
  }
}

/// 40 pairs, or as many as `COMPARE_ROUNDS` says.
@Test func partsFindWhatIsFoundOfAllRowsAtOnce() throws {
  let rounds = ProcessInfo.processInfo.environment["COMPARE_ROUNDS"].flatMap { Int($0) } ?? 40
  var partedCount = 0
  var errorCount = 0
  for round in 0..<rounds {
    let seed = UInt64(40_000 + round)
    var maker = PairMaker(random: RandomSource(seed: seed))
    let left = (0..<7).map { _ in types.randomElement(using: &maker.random)! }
    let right = left.map {
      Int.random(in: 0..<3, using: &maker.random) > 0 ? $0 : types.randomElement(using: &maker.random)!
    }
    // Few keys repeat often, many seldom: some pairs have none that does.
    let keyRange = [3, 30, 3_000].randomElement(using: &maker.random)!
    let rowCount = Int.random(in: 60...250, using: &maker.random)
    let a = maker.table(
      "a", rows: rowCount, Array(zip(["k", "l", "a", "b", "c", "d", "only a"], left)), keyRange: keyRange)
    let b = maker.table(
      "b", rows: rowCount, Array(zip(["k", "L", "a", "B", "c", "d", "only b"], right)), keyRange: keyRange)
    var request = CompareRequest(
      keys: ["k", NamePair("l", "L")], exampleLimit: Int.random(in: 0...5, using: &maker.random))
    if Int.random(in: 0..<5, using: &maker.random) == 0 { request.rows = .positions }
    request.renames = request.rows == .positions ? [NamePair("l", "L"), NamePair("b", "B")] : [NamePair("b", "B")]
    request.duplicates = DuplicatePolicy.allCases.randomElement(using: &maker.random)!
    request.texts = TextRules(
      ignoresCase: Bool.random(using: &maker.random), trims: Bool.random(using: &maker.random),
      emptyIsNull: Bool.random(using: &maker.random))
    request.tolerances = ["1", "0.5", "10%"].shuffled(using: &maker.random).prefix(1).map {
      NamedTolerance(NamedTolerance.everyColumn, Tolerance($0)!)
    }
    let expected = try shown(a, b) {
      try compareWithinMemory(a, b, request, CompareLimits(), threads: 2, wantsRows: true)
    }
    var limits = CompareLimits()
    limits.mostRowsAtOnce = 2 * rowCount - 1
    let most = Int.random(in: 30...200, using: &maker.random)
    do {
      if request.rows == .positions || keyRange == 3_000 { limits.mostRowsAtOnce = most }
      let found = try shown(a, b) { try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: true) }
      #expect(found.text == expected.text, "seed \(seed)")
      partedCount += found.partCount > 1 ? 1 : 0
      errorCount += found.partCount == 0 ? 1 : 0
    } catch let error as MemoryError {
      // One key that has most of the rows.
      let haveFewKeys = keyRange < 3_000 || (left[..<2] + right[..<2]).contains(.bool)
      #expect(haveFewKeys, "seed \(seed): \(error)")
    }
  }
  #expect(partedCount > rounds / 3)
  #expect(errorCount > rounds / 20)
}

/// Two tables of 2,000 rows with ids, in which so many amounts differ.
private func numberedPair(differing: Int) throws -> (Table, Table) {
  func table(_ name: String, _ amount: (Int) -> Int64) -> Table {
    let pages = [(0..<2_000).map { Int64($0) }, (0..<2_000).map(amount)].map { ColumnPage(values: .int64($0)) }
    return Table(
      name: name, schema: Schema([Field(name: "id", type: .int64), Field(name: "amount", type: .int64)]),
      chunks: [pages],
      dictionaries: [nil, nil])
  }
  return (table("a") { _ in 7 }, table("b") { $0 < differing ? 8 : 7 })
}

@Test func allRowsAreTriedAtOnceUntilTooManyNumbersDiffer() throws {
  let request = CompareRequest(keys: ["id"])
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 1_000
  // Four times a distance and a relative one of eight bytes each, for a hundred rows.
  limits.spareBytes = 6_400
  for (differing, isParted) in [(100, false), (101, true)] {
    let (a, b) = try numberedPair(differing: differing)
    let found = try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: true)
    #expect((found.partCount > 1) == isParted)
    #expect(found.comparison.differentRowCount == differing)
    #expect(found.rows?.all.rowCount == differing)
  }
}

@Test func repeatedKeysThatHaveNoRoomAtOnceAreParted() throws {
  let (a, b) = try numberedPair(differing: 3)
  var request = CompareRequest(keys: ["amount"])
  request.duplicates = .count
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 3_999
  limits.spareBytes = 4_000 * 88
  #expect(try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: false).partCount == 1)
  limits.spareBytes = 4_000 * 88 - 1
  #expect(try compareWithinMemory(a, b, request, limits, threads: 2, wantsRows: false).partCount == 2)
}

@Test func keysAreFoundWithinTheLimitOnly() throws {
  let (a, b) = try numberedPair(differing: 3)
  var limits = CompareLimits()
  limits.mostRowsAtOnce = 10
  let error = #expect(throws: MemoryError.self) {
    try compareWithinMemory(a, b, CompareRequest(rows: .proposedKeys), limits, threads: 1, wantsRows: false)
  }
  #expect(error?.code == "memory.too-small")
  #expect(error?.advice?.contains("--on") == true)
}
