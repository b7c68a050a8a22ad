// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import Foundation
import TestSupport
import Testing
import TextFormats

@testable import Pipelines

// Steps in different processes find what is found of all rows at once, whatever happens to the streams between them.

/// The rows of both sides, from pieces of some chunks each.
private func partRows(
  _ opened: OpenedComparison, _ request: CompareRequest, partCount: Int, _ random: inout RandomSource
) throws -> HeldBatches {
  var all: HeldBatches?
  for (side, table) in [(ComparedSide.source, opened.source), (.compare, opened.other)] {
    var start = 0
    repeat {
      let end = min(table.chunkCount, start + Int.random(in: 1...3, using: &random))
      var held: HeldBatches?
      try writePartRows(opened, request, PartRowsRequest(side, chunks: start..<end, partCount: partCount)) { fields in
        let stream = HeldBatches(fields)
        held = stream
        return stream
      }
      let stream = try #require(held)
      all = all.map { $0 + stream } ?? stream
      start = end
    } while start < table.chunkCount
  }
  return try #require(all)
}

/// Records of partial comparisons, each of the parts that have one number modulo `taskCount`.
private func partials(
  _ opened: OpenedComparison, _ request: CompareRequest, _ rows: HeldBatches, taskCount: Int, _ limits: CompareLimits,
  keepsRows: Bool = true, _ random: inout RandomSource
) throws -> HeldBatches {
  var all: HeldBatches?
  for task in 0..<taskCount {
    let own = rows.rewritten(&random) { row, pages in Int(pages[0].wholeNumbers[row]) % taskCount == task }
    var held: HeldBatches?
    try comparePartRows(opened, request, limits, threads: 2, keepsRows: keepsRows, from: own) { fields in
      let stream = HeldBatches(fields)
      held = stream
      return stream
    }
    let stream = try #require(held)
    all = all.map { $0 + stream } ?? stream
  }
  return try #require(all)
}

/// 40 pairs, or as many as `COMPARE_ROUNDS` says.
@Test func stepsInPartsFindWhatIsFoundOfAllRowsAtOnce() throws {
  let rounds = ProcessInfo.processInfo.environment["COMPARE_ROUNDS"].flatMap { Int($0) } ?? 40
  var errorCount = 0
  for round in 0..<rounds {
    let seed = UInt64(70_000 + round)
    var maker = PairMaker(random: RandomSource(seed: seed))
    let pair = maker.pair()
    let expected = try shown(pair.a, pair.b) {
      try compareWithinMemory(pair.a, pair.b, pair.request, CompareLimits(), threads: 2, wantsRows: true)
    }
    let opened = OpenedComparison(ComparedInputs(pair.a, pair.b), pair.request)
    let rows = try partRows(
      opened, pair.request, partCount: Int.random(in: 1...9, using: &maker.random), &maker.random)
    var limits = CompareLimits()
    // Some parts are parted again.
    if round % 3 == 0 { limits.mostRowsAtOnce = 2 * pair.rowCount - 1 }
    // Others are, as they have so much text: of keys that have a few rows each.
    if round % 3 == 1, pair.keyRange == 3_000, !pair.hasTruthKeys { limits.mostTextBytesInOrder = 2_000 }
    let found = try partials(
      opened, pair.request, rows, taskCount: Int.random(in: 1...4, using: &maker.random), limits, &maker.random)
    let joined = try shown(pair.a, pair.b) {
      try finishedComparison(
        opened, pair.request, CompareLimits(), threads: 2, from: [found.rewritten(&maker.random)], keepsRows: true)
    }
    #expect(joined.text == expected.text, "seed \(seed)")
    errorCount += joined.text.contains("duplicateKeys") ? 1 : 0
  }
  #expect(errorCount > rounds / 20)
}

/// A pair with differing rows, and its partial comparisons.
private func samplePartials(
  _ random: inout RandomSource, keepsRows: Bool = true
) throws -> (OpenedComparison, CompareRequest, HeldBatches, HeldBatches) {
  var maker = PairMaker(random: random)
  let columns: [(String, ColumnType)] = [
    ("k", .int64), ("x", .float64), ("y", .decimal(precision: 9, scale: 1)), ("z", .string),
  ]
  let (a, b) = (
    maker.table("a", rows: 200, columns, keyRange: 40), maker.table("b", rows: 150, columns, keyRange: 40)
  )
  random = maker.random
  var request = CompareRequest(keys: ["k"])
  request.duplicates = .pairInOrder
  let opened = OpenedComparison(ComparedInputs(a, b), request)
  let rows = try partRows(opened, request, partCount: 5, &random)
  let found = try partials(
    opened, request, rows, taskCount: 2, CompareLimits(), keepsRows: keepsRows, &random)
  return (opened, request, rows, found)
}

/// Finishes a comparison of damaged records, which must be told.
private func code(
  _ opened: OpenedComparison, _ request: CompareRequest, _ records: HeldBatches
) -> String? {
  do {
    _ = try finishedComparison(
      opened, request, CompareLimits(), threads: 1, from: [records], keepsRows: true)
    return nil
  } catch {
    return (error as? any Diagnosis)?.code
  }
}

@Test func aRecordThatIsMissingTwiceOrChangedIsTold() throws {
  var random = RandomSource(seed: 5)
  let (opened, request, _, found) = try samplePartials(&random)
  #expect(code(opened, request, found.rewritten(&random)) == nil)
  let single = found.batches.flatMap { batch in
    (0..<batch[0].rowCount).map { row in batch.map { $0.rows(row..<row + 1) } }
  }
  let known = ["compare-parts.damaged", "compare-parts.incomplete", "compare-parts.other-comparison"]
  // All that was found, and some rows that differ: these are alike.
  let tried = single.indices.filter { single[$0][2].validity != .allNull || $0 % 16 == 0 }
  for index in tried {
    var missing = single
    missing.remove(at: index)
    #expect(code(opened, request, HeldBatches(found.fields, batches: missing)).map(known.contains) == true)
    #expect(
      code(opened, request, HeldBatches(found.fields, batches: single + [single[index]])).map(known.contains) == true)
    // Any bit of a state.
    guard case .strings(let states) = single[index][2].values, !states.bytes.isEmpty else { continue }
    for _ in 0..<3 {
      var bytes = states.bytes
      bytes[Int.random(in: bytes.indices, using: &random)] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      var changed = single
      changed[index][2] = ColumnPage(values: .strings(StringArray(offsets: states.offsets, bytes: bytes)))
      #expect(code(opened, request, HeldBatches(found.fields, batches: changed)).map(known.contains) == true)
    }
  }
}

@Test func aValueOfADifferingRowThatChangedIsTold() throws {
  var random = RandomSource(seed: 6)
  let (opened, request, _, found) = try samplePartials(&random)
  let batch = try #require(found.batches.firstIndex { $0[0].rowCount > 1 && $0[2].validity == .allNull })
  for column in 3..<found.fields.count {
    let page = found.batches[batch][column]
    // Its rows by one further on.
    let order = (0..<UInt32(page.rowCount)).map { ($0 + 1) % UInt32(page.rowCount) }
    let moved = page.gathering(order[...])
    guard moved != page else { continue }
    var batches = found.batches
    batches[batch][column] = moved
    #expect(
      code(opened, request, HeldBatches(found.fields, batches: batches)) == "compare-parts.damaged", "d\(column - 3)")
  }
}

/// What the second step says of rows.
private func codeOfRows(_ opened: OpenedComparison, _ request: CompareRequest, _ rows: HeldBatches) -> String? {
  do {
    try comparePartRows(opened, request, CompareLimits(), threads: 1, keepsRows: false, from: rows) { HeldBatches($0) }
    return nil
  } catch {
    return (error as? any Diagnosis)?.code
  }
}

@Test func aCellOfARowThatChangedOnTheWayIsTold() throws {
  var random = RandomSource(seed: 11)
  let (opened, request, rows, _) = try samplePartials(&random)
  #expect(codeOfRows(opened, request, rows.rewritten(&random)) == nil)
  #expect(rows.fields.map(\.name).last == "check")
  let batch = try #require(rows.batches.firstIndex { $0[0].rowCount > 1 })
  for column in rows.fields.indices {
    let page = rows.batches[batch][column]
    let none = ColumnPage(nullRows: page.rowCount, type: rows.fields[column].type)
    // The rows' cells by one further on, and none at all.
    let order = (0..<UInt32(page.rowCount)).map { ($0 + 1) % UInt32(page.rowCount) }
    for changed in [page.gathering(order[...]), none] where changed != page {
      var batches = rows.batches
      batches[batch][column] = changed
      #expect(
        codeOfRows(opened, request, HeldBatches(rows.fields, batches: batches)) == "compare-parts.damaged",
        "\(rows.fields[column].name)")
    }
  }
}

@Test func rowsOfOneKeyWithTooMuchTextAreTold() throws {
  let schema = Schema([Field(name: "k", type: .int64), Field(name: "t", type: .string)])
  let texts = StringArray(repeatElement(String(repeating: "x", count: 100), count: 50))
  func table(_ name: String, _ keys: [Int64]) -> Table {
    Table(
      name: name, schema: schema,
      chunks: [[ColumnPage(values: .int64(keys)), ColumnPage(values: .strings(texts))]])
  }
  var request = CompareRequest(keys: ["k"])
  request.duplicates = .pairInOrder
  var limits = CompareLimits()
  limits.mostTextBytesInOrder = 10_000
  let cases: [([Int64], String?)] = [
    (Array(repeating: 7, count: 50), "compare-parts.text-too-long"), (Array(0..<50), nil),
  ]
  for (keys, code) in cases {
    let opened = OpenedComparison(ComparedInputs(table("a", keys), table("b", keys)), request)
    var random = RandomSource(seed: 12)
    let rows = try partRows(opened, request, partCount: 1, &random)
    var found: String?
    do {
      try comparePartRows(opened, request, limits, threads: 1, keepsRows: false, from: rows) { HeldBatches($0) }
    } catch {
      found = (error as? any Diagnosis)?.code
    }
    #expect(found == code)
  }
}

/// Long texts among short ones: chunks have what fits, in the order in which rows came.
@Test func receivedRowsGoToDiskInChunksOfFewBytes() throws {
  let schema = Schema([Field(name: "t", type: .string), Field(name: "number", type: .int64)])
  let rows = ReceivedRows(schema, name: "rows", folder: nil, bytesPerChunk: 4_000)
  var random = RandomSource(seed: 13)
  var expected: [String] = []
  for _ in 0..<30 {
    let texts = (0..<Int.random(in: 1...20, using: &random)).map { _ in
      String(repeating: "é", count: Int.random(in: 0...9, using: &random) == 0 ? 900 : 5)
    }
    let numbers = texts.indices.map { Int64(expected.count + $0) }
    try rows.append([ColumnPage(values: .strings(StringArray(texts))), ColumnPage(values: .int64(numbers))])
    expected += texts
    if expected.count > 100, expected.count < 200 { try rows.spill() }
  }
  #expect(rows.textByteCount == expected.reduce(0) { $0 + $1.utf8.count })
  let table = try rows.table()
  var found: [String] = []
  for chunk in 0..<table.chunkCount {
    let page = try table.page(column: 0, chunk: chunk)
    #expect(page.textByteCount <= 1_000 || page.rowCount == 1)
    for row in 0..<page.rowCount {
      guard case .string(let text) = page.value(at: row, type: .string, dictionary: nil) else { continue }
      found.append(text)
    }
  }
  #expect(found == expected)
}

@Test func whatIsOfAnotherComparisonIsTold() throws {
  var random = RandomSource(seed: 7)
  let (opened, request, rows, found) = try samplePartials(&random)
  var other = request
  other.tolerances = [NamedTolerance("x", Tolerance("1")!)]
  let changed = OpenedComparison(opened.inputs, other)
  #expect(code(changed, other, found) == "compare-parts.other-comparison")
  let error = #expect(throws: PartialComparisonError.self) {
    try comparePartRows(changed, other, CompareLimits(), threads: 1, keepsRows: false, from: rows) { HeldBatches($0) }
  }
  #expect(error?.code == "compare-parts.other-comparison")
}

@Test func partsInTwoPiecesAndMissingRowsAreTold() throws {
  var random = RandomSource(seed: 8)
  let (opened, request, rows, _) = try samplePartials(&random)
  func found(_ isTaken: (Int) -> Bool) throws -> HeldBatches {
    try partials(
      opened, request, rows.rewritten(&random) { row, _ in isTaken(row) }.inOrder(rows.fields), taskCount: 1,
      CompareLimits(), &random)
  }
  let (half, rest) = (try found { $0 % 2 == 0 }, try found { $0 % 2 == 1 })
  #expect(code(opened, request, half + rest) == "compare-parts.incomplete")
  #expect(code(opened, request, half) == "compare-parts.incomplete")
  #expect(code(opened, request, HeldBatches(half.fields)) == "compare-parts.incomplete")
  let twice = #expect(throws: PartialComparisonError.self) {
    try comparePartRows(opened, request, CompareLimits(), threads: 1, keepsRows: false, from: rows + rows) {
      HeldBatches($0)
    }
  }
  #expect(twice?.code == "compare-parts.incomplete")
}

@Test func rowsThatWereNotKeptCannotBeAskedFor() throws {
  var random = RandomSource(seed: 9)
  let (opened, request, _, found) = try samplePartials(&random, keepsRows: false)
  #expect(code(opened, request, found) == "compare-parts.without-rows")
  let comparison = try finishedComparison(
    opened, request, CompareLimits(), threads: 1, from: [found], keepsRows: false
  ).comparison
  let plain = try compare(opened.source, opened.other, request)
  #expect(
    compareText(InputComparison(comparison), as: .json) == compareText(InputComparison(plain), as: .json))
}

@Test func chunksThatATableHasNotAreTold() throws {
  var random = RandomSource(seed: 10)
  let (opened, request, _, _) = try samplePartials(&random)
  let wanted = PartRowsRequest(.source, chunks: 0..<opened.source.chunkCount + 1, partCount: 3)
  let error = #expect(throws: TableError.self) {
    try writePartRows(opened, request, wanted) { HeldBatches($0) }
  }
  #expect(error?.code == "table.no-such-chunks")
}

extension HeldBatches {
  /// The same with its columns in the order of `fields`.
  fileprivate func inOrder(_ fields: [BatchField]) -> HeldBatches {
    let positions = fields.compactMap { field in self.fields.firstIndex { $0.name == field.name } }
    return HeldBatches(
      positions.map { self.fields[$0] }, name: name, batches: batches.map { batch in positions.map { batch[$0] } })
  }
}

/// Chunks of rows that follow one another, in any order of chunks; such with rows among those of others; with none; with one twice.
@Test(
  arguments: [
    ([[4, 5], [0, 1, 2], [3]], [0, 1, 2, 3, 4, 5]), ([[0, 3], [1], [2, 5], [4]], [0, 1, 2, 3, 4, 5]),
    ([[2, 1, 0]], [0, 1, 2]), ([[], [7], [], [3]], [3, 7]), ([[]], []), ([], []), ([[0, 1], [1, 2]], nil),
    ([[1, 1]], nil),
  ] as [([[Int64]], [Int64]?)])
func receivedRowsComeInTheirOrder(chunks: [[Int64]], expected: [Int64]?) throws {
  let table = Table(
    schema: Schema([Field(name: "text", type: .string), Field(name: "row number", type: .int64)]),
    chunks: chunks.map { numbers in
      [ColumnPage(values: .strings(StringArray(numbers.map { "r\($0)" }))), ColumnPage(values: .int64(numbers))]
    })
  guard let expected else {
    #expect(throws: PartialComparisonError.self) { try inRowOrder(table, stream: "-") }
    return
  }
  let ordered = try inRowOrder(table, stream: "-")
  let rows = (0..<ordered.rowCount).map { ordered.value(row: $0, column: 0) }
  #expect(rows == expected.map { .string("r\($0)") })
  #expect((0..<ordered.rowCount).map { ordered.value(row: $0, column: 1) } == expected.map { .int64($0) })
}
