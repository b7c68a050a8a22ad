// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import Compare

/// The rows that a comparison gives one after another are those that its examples, which must all be there, say; with the tables' values.
func checkReading(_ comparison: Comparison, _ a: Table, _ b: Table, _ comment: Comment) throws {
  var reader = comparison.differingRows.reader()
  var rows: [DifferingRow] = []
  while let row = try reader.next() { rows.append(row) }
  #expect(try reader.next() == nil, comment)
  #expect(comparison.differingRows.rowCount == rows.count, comment)
  var columns: [Int: [String]] = [:]
  var partners: [Int: Int] = [:]
  for column in comparison.columns {
    for example in column.examples {
      columns[example.sourceRow, default: []].append(column.pairing.name)
      partners[example.sourceRow] = example.compareRow
    }
  }
  let ofSource = (comparison.sourceOnlyExamples.map(\.row) + partners.keys).sorted()
  #expect(rows.map(\.sourceRow) == ofSource + comparison.compareOnlyExamples.map { _ in nil }, comment)
  #expect(
    rows.map(\.compareRow) == ofSource.map { partners[$0] } + comparison.compareOnlyExamples.map(\.row), comment)
  for row in rows {
    let expected: RowChange = row.sourceRow == nil ? .compareOnly : row.compareRow == nil ? .sourceOnly : .different
    #expect(row.kind == expected, comment)
    let all = comparison.columns.map(\.pairing.name)
    #expect(row.changes.map(\.column) == (row.kind == .different ? columns[row.sourceRow!] : all), comment)
    for change in row.changes {
      let pairing = comparison.columns.first { $0.pairing.name == change.column }!.pairing
      let source = row.sourceRow.map { a.value(row: $0 - 1, column: pairing.sourcePosition) } ?? .null
      let compare = row.compareRow.map { b.value(row: $0 - 1, column: pairing.comparePosition) } ?? .null
      // As texts: NaN is not itself, and strings are equal that have other bytes.
      #expect("\(change.source)".utf8.elementsEqual("\(source)".utf8), comment)
      #expect("\(change.compare)".utf8.elementsEqual("\(compare)".utf8), comment)
    }
    for (key, value) in zip(comparison.keys, row.key) where key.sourceType == key.compareType {
      let expected =
        row.sourceRow.map { a.value(row: $0 - 1, column: key.sourcePosition) }
        ?? b.value(row: row.compareRow! - 1, column: key.comparePosition)
      #expect("\(value)".utf8.elementsEqual("\(expected)".utf8), comment)
    }
  }
}

/// Rows 0..<count of keys and values; `change` says what becomes of a value, nil that the row is gone.
private func pair(_ count: Int, rowsPerChunk: Int, change: (Int) -> Int?) -> (Table, Table) {
  func table(_ name: String, _ rows: [(Int, Int)]) -> Table {
    let schema = Schema([Field(name: "k", type: .int64), Field(name: "v", type: .int64)])
    let chunks = stride(from: 0, to: rows.count, by: rowsPerChunk).map { start in
      let part = rows[start..<min(rows.count, start + rowsPerChunk)]
      return [
        ColumnPage(values: .int64(part.map { Int64($0.0) })), ColumnPage(values: .int64(part.map { Int64($0.1) })),
      ]
    }
    return Table(name: name, schema: schema, chunks: chunks)
  }
  return (
    table("a", (0..<count).map { ($0, $0) }),
    table("b", (0..<count).reversed().compactMap { row in change(row).map { (row, $0) } })
  )
}

@Test func piecesAreAboutAsLargeAsChunks() throws {
  // Every second row differs: of chunks of 1,000 rows, pieces have 1,000 rows at most, from two chunks.
  let (a, b) = pair(10_000, rowsPerChunk: 1_000) { $0 % 2 == 0 ? $0 : -$0 }
  let rows = DifferingRows(try compare(a, b, CompareRequest(keys: ["k"])), a, b)
  #expect(rows.rowCount == 5_000)
  #expect(rows.chunkCount == 6 || rows.chunkCount == 5)
  #expect((0..<rows.chunkCount).allSatisfy { rows.rowCount(ofChunk: $0) <= 1_000 })
  #expect((0..<rows.chunkCount).reduce(0) { $0 + rows.rowCount(ofChunk: $1) } == 5_000)
  // A table in memory may have longer chunks than a file.
  let (long, other) = pair(300_000, rowsPerChunk: 300_000) { $0 + 1 }
  let all = DifferingRows(try compare(long, other, CompareRequest(keys: ["k"])), long, other)
  #expect((0..<all.chunkCount).map(all.rowCount(ofChunk:)) == [131_072, 131_072, 37_856])
}

@Test func aSampleIsSpreadAndTheSameEachTime() throws {
  let (a, b) = pair(20_000, rowsPerChunk: 3_000) { $0 % 7 == 0 ? nil : $0 % 3 == 0 ? $0 + 1 : $0 }
  let comparison = try compare(a, b, CompareRequest(keys: ["k"]))
  func numbers(_ rows: DifferingRowSequence) throws -> [Int] {
    var reader = rows.reader()
    var numbers: [Int] = []
    while let row = try reader.next() { numbers.append(row.sourceRow ?? -1) }
    return numbers
  }
  let all = try numbers(comparison.differingRows)
  for size in [1, 2, 25, 3_000] {
    let expected = all.sorted { sampleHash(2 * UInt64($0)) < sampleHash(2 * UInt64($1)) }.prefix(size).sorted()
    #expect(try numbers(comparison.differingRows(sampleSize: size)) == expected)
    #expect(comparison.differingRows(sampleSize: size).rowCount == size)
  }
  #expect(try numbers(comparison.differingRows(sampleSize: all.count)) == all)
  // Spread: each tenth of the table has its share.
  let tenths = Dictionary(grouping: try numbers(comparison.differingRows(sampleSize: 1_000))) { ($0 - 1) / 2_000 }
  #expect(tenths.count == 10 && tenths.values.allSatisfy { 60...140 ~= $0.count })
}

@Test func rowsOfTheOtherTableAreSampledToo() throws {
  let (b, a) = pair(1_000, rowsPerChunk: 100) { $0 % 2 == 0 ? nil : $0 }
  let comparison = try compare(a, b, CompareRequest(keys: ["k"]))
  var reader = comparison.differingRows(sampleSize: 40).reader()
  var rows: [Int] = []
  while let row = try reader.next() {
    #expect(row.kind == .compareOnly && row.sourceRow == nil)
    rows.append(row.compareRow!)
  }
  let expected = (1...1_000).filter { $0 % 2 == 1 }.sorted {
    sampleHash(2 * UInt64($0) + 1) < sampleHash(2 * UInt64($1) + 1)
  }
  #expect(rows == expected.prefix(40).sorted())
}

@Test func rowsCanBeAwaited() async throws {
  let (a, b) = pair(5_000, rowsPerChunk: 700) { $0 % 2 == 0 ? $0 : -$0 }
  let comparison = try compare(a, b, CompareRequest(keys: ["k"]))
  var reader = comparison.differingRows.reader()
  var count = 0
  for try await row in comparison.differingRows {
    #expect(try row == reader.next())
    count += 1
  }
  #expect(count == 2_500)
  let task = Task {
    withUnsafeCurrentTask { $0?.cancel() }
    for try await _ in comparison.differingRows {}
  }
  await #expect(throws: CancellationError.self) { try await task.value }
}

@Test func namesInListsAreQuotedWhereTheyMustBe() throws {
  let names = ["plain", "a,b", "say \"x\"", "two words", "(p)", "x"]
  #expect(
    DifferingRowLayout.list(of: names) == "plain,\"a,b\",\"say \"\"x\"\"\",\"two words\",\"(p)\",x")
  let a = Table(name: "a", columns: [("k", .int64, [.int64(1)])] + names.map { ($0, .int64, [.int64(1)]) })
  let b = Table(
    name: "b", columns: [("k", .int64, [.int64(1)])] + names.map { ($0, .int64, [.int64($0 == "x" ? 1 : 2)]) })
  var reader = try compare(a, b, CompareRequest(keys: ["k"])).differingRows.reader()
  #expect(try reader.next()?.changes.map(\.column) == names.dropLast())
}

@Test func histogramsCountByStepsAndAddUp() {
  var random = RandomSource(seed: 4_711)
  let bounds = DifferenceHistogram.bounds
  #expect(bounds.count == 100 && bounds[0] == 1e-15 && bounds[99] == 1e18 && bounds == bounds.sorted())
  var parts = [DifferenceHistogram(), DifferenceHistogram()]
  var up = [Int](repeating: 0, count: 101)
  var down = up
  for round in 0..<2_000 {
    let magnitude =
      round < 100 ? bounds[round] : Double.random(in: 0.1..<10, using: &random) * bounds.randomElement(using: &random)!
    let difference = Bool.random(using: &random) ? magnitude : -magnitude
    parts[round % 2].add(difference)
    let step = bounds.filter { $0 <= magnitude }.count
    if difference > 0 { up[step] += 1 } else { down[step] += 1 }
  }
  parts[0].add(.nan)
  parts[0].add(0)
  parts[0].add(.infinity)
  up[100] += 1
  parts[0].add(parts[1])
  #expect(parts[0].up == up && parts[0].down == down && parts[0].rowCount == 2_001)
}

@Test func differencesOfNumbersAreExact() throws {
  // Neighbours that no double tells apart, at two scales.
  let big: Int128 = 9_007_199_254_740_993
  let a = Table(
    name: "a",
    columns: [
      ("k", .int64, [.int64(1), .int64(2), .int64(3)]), ("v", .int64, [.int64(Int64(big)), .int64(5), .null]),
    ])
  let b = Table(
    name: "b",
    columns: [
      ("k", .int64, [.int64(1), .int64(2), .int64(3)]),
      (
        "v", .decimal(precision: 20, scale: 1),
        [
          .decimal(unscaled: big * 10 + 4, scale: 1), .decimal(unscaled: -250, scale: 1),
          .decimal(unscaled: 1, scale: 1),
        ]
      ),
    ])
  let comparison = try compare(a, b, CompareRequest(keys: ["k"]))
  let histogram = try DifferenceHistogram.histograms(
    ofColumns: [0], DifferingRows(comparison, a, b), DifferingRowLayout(comparison))[0]
  let bounds = DifferenceHistogram.bounds
  #expect(histogram.rowCount == 2)
  #expect(histogram.up[bounds.firstIndex(of: 0.2)! + 1] == 1)
  #expect(histogram.down[bounds.firstIndex(of: 20)! + 1] == 1)
}

@Test func whatATolerancePassesIsInNoHistogram() throws {
  let numbers = (0..<100).map { Value.int64($0) }
  func table(_ name: String, _ v: (Int) -> Int, _ w: (Int) -> Int) -> Table {
    Table(
      name: name,
      columns: [
        ("k", .int64, numbers), ("v, w", .int64, (0..<100).map { .int64(Int64(v($0))) }),
        ("w", .int64, (0..<100).map { .int64(Int64(w($0))) }),
      ])
  }
  let (a, b) = (table("a", { $0 }, { $0 }), table("b", { $0 + ($0 % 2 == 0 ? 1 : 7) }, { $0 - ($0 % 5 == 0 ? 30 : 0) }))
  var request = CompareRequest(keys: ["k"])
  request.tolerances = [NamedTolerance("v, w", Tolerance("1")!)]
  let comparison = try compare(a, b, request)
  let made = try DifferenceHistogram.histograms(
    ofColumns: [1, 0], DifferingRows(comparison, a, b), DifferingRowLayout(comparison))
  let bounds = DifferenceHistogram.bounds
  #expect(made[1].rowCount == 50 && made[1].up[bounds.firstIndex(of: 5)! + 1] == 50)
  #expect(made[0].rowCount == 20 && made[0].down[bounds.firstIndex(of: 20)! + 1] == 20)
}

@Test func profilesHaveAtMostAHundredStretches() {
  var random = RandomSource(seed: 815)
  for round in 0..<500 {
    let bits = Int.random(in: 1..<64, using: &random)
    let ends = [
      Int64.random(in: .min ... .max, using: &random) >> bits, Int64.random(in: .min ... .max, using: &random) >> bits,
    ]
    let (low, high) = round == 0 ? (Int64.min, Int64.max) : (ends.min()!, ends.max()!)
    for type in [ColumnType.int64, .date, .timestamp(isUTC: true)] {
      let profile = KeyProfile(name: "k", type: type, minimum: Int128(low), maximum: Int128(high))
      let count = Int128(profile.stretches.count)
      #expect(1...100 ~= count)
      #expect(profile.start <= Int128(low) && profile.start + profile.width > Int128(low))
      let end = profile.start + profile.width * count
      #expect(end > Int128(high) && end - profile.width <= Int128(high))
    }
  }
}

@Test func profilesCountRowsWhereTheyAre() throws {
  let (a, b) = pair(1_000, rowsPerChunk: 130) { $0 < 100 ? nil : $0 < 300 ? -$0 : $0 }
  let comparison = try compare(a, b, CompareRequest(keys: ["k"]))
  let profile = try #require(try KeyProfile(of: DifferingRows(comparison, a, b), DifferingRowLayout(comparison), a, b))
  #expect(profile.width == 10 && profile.stretches.count == 100 && profile.start == 0)
  for (index, stretch) in profile.stretches.enumerated() {
    #expect(stretch.sourceRowCount == 10 && stretch.compareOnlyCount == 0)
    #expect(stretch.sourceOnlyCount == (index < 10 ? 10 : 0))
    #expect(stretch.differentCount == (10..<30 ~= index ? 10 : 0))
  }
  var twice = profile
  twice.add(profile)
  #expect(twice.stretches[0].sourceOnlyCount == 20 && twice.stretches[20].differentCount == 20)
}
