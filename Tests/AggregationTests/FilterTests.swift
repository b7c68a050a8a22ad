// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import ChunkFile
import Columns
import ObjectStorage
import TestSupport
import Testing

@testable import Aggregation

/// `table` as a chunk file in memory, so that pages have statistics and forms of their own.
func chunkFile(of table: Table) throws -> ChunkFile {
  let store = MemoryStore()
  let object = try store.create("table.cln")
  let writer = try ChunkFileWriter(to: object, columnCount: table.schema.fields.count)
  for (chunk, pages) in table.chunks.enumerated() {
    let encoded = try pages.enumerated().map { column, page in
      let facts = PageStatistics(of: page, dictionary: table.dictionaries[column])
      return try ChunkFileWriter.encode(
        page, as: table.schema.fields[column].type, statistics: facts, compression: .automatic)
    }
    try writer.append(rowCount: table.rowCount(ofChunk: chunk), pages: encoded)
  }
  _ = try writer.finish(schema: table.schema, dictionaries: table.dictionaries, metadata: [])
  try object.publish()
  return try ChunkFile(try store.open("table.cln"))
}

private func randomAggregates(by keys: [String], using random: inout RandomSource) -> AggregateQuery {
  // Mostly what the footer and stored forms answer, and at times what needs the pages.
  let functions =
    Bool.random(using: &random) ? [.count, .sum, .min, .max, .mean] : orderlessFunctions + [.first, .last]
  return AggregateQuery(
    by: keys.map { GroupKey($0) },
    aggregates: randomAggregates(functions, odds: functions.count > 5 ? 16 : 3, using: &random))
}

@Test(arguments: UInt64(0)..<36)
func randomConditionsEqualThePlainTwinInMemoryAndInFiles(seed: UInt64) throws {
  var random = RandomSource(seed: 900 + seed)
  // Whole blocks of 1,024 at times.
  let rowCount = seed % 12 == 0 ? 4_000 : [0, 1, 7, 60, 200].randomElement(using: &random)!
  var rows = randomRows(rowCount, using: &random)
  // Often in order of a column, so that bounds decide and values come in runs.
  if seed % 3 == 0 { rows.sort { "\($0[8])\($0[1])\($0[7])" < "\($1[8])\($1[1])\($1[7])" } }
  let table = makeTable(rows, using: &random)
  let file = try chunkFile(of: table)
  for _ in 0..<(rowCount > 1_000 ? 4 : 12) {
    let keys = Bool.random(using: &random) ? [] : ["small", "name"]
    var query = randomAggregates(by: keys, using: &random)
    let condition = randomCondition(rows, randomSchema, using: &random)
    query.filter = condition
    let taken = rows.filter { truth(condition, $0, randomSchema) == true }
    let expected = try PlainAggregation(
      query, [makeTable(taken, using: &random)], schema: randomSchema
    ).rows()
    #expect(exactRows(try aggregate([table], query, threads: 1)) == expected, "memory, seed \(seed), \(condition)")
    for isIgnoring in [false, true] {
      let found = try aggregate([file], query, threads: 2, ignoringStatistics: isIgnoring)
      #expect(exactRows(found) == expected, "file, seed \(seed), \(query.aggregates), \(condition)")
    }
  }
}

@Test(arguments: UInt64(0)..<20)
func aggregatesOfWholeFilesEqualThePlainTwin(seed: UInt64) throws {
  var random = RandomSource(seed: 700 + seed)
  var rows = randomRows([1, 50, 3_000].randomElement(using: &random)!, using: &random)
  if seed % 2 == 0 { rows.sort { "\($0[1])\($0[7])" < "\($1[1])\($1[7])" } }
  let file = try chunkFile(of: makeTable(rows, using: &random))
  let query = randomAggregates(by: [], using: &random)
  let expected = try PlainAggregation(query, [makeTable(rows, using: &random)], schema: randomSchema).rows()
  for isIgnoring in [false, true] {
    let found = try aggregate([file], query, threads: 1, ignoringStatistics: isIgnoring)
    #expect(exactRows(found) == expected, "seed \(seed), \(query.aggregates)")
  }
}

@Test
func inputsOfDifferingTypesAreComparedAtOneScale() throws {
  func one(_ values: [Int64], _ type: ColumnType) throws -> ChunkFile {
    try chunkFile(
      of: Table(schema: Schema([Field(name: "x", type: type)]), chunks: [[ColumnPage(values: .int64(values))]]))
  }
  // Whole numbers 0…2047 beside quarters of 0…511.75.
  let inputs = [
    try one(Array(0..<2048), .int64), try one((0..<2048).map { $0 * 25 }, .decimal(precision: 9, scale: 2)),
  ]
  func count(_ condition: String, ignoringStatistics: Bool) throws -> [[String]] {
    let query = try AggregateQuery(by: nil, aggregates: "count(*), sum(x)", where: condition)
    return exactRows(try aggregate(inputs, query, threads: 2, ignoringStatistics: ignoringStatistics))
  }
  for isIgnoring in [false, true] {
    #expect(try count("x < 1.3", ignoringStatistics: isIgnoring) == [["8", "475e-2"]])
    #expect(try count("x between 2 and 2.5", ignoringStatistics: isIgnoring) == [["4", "875e-2"]])
    #expect(try count("x = 2.001 or x > 2046.5", ignoringStatistics: isIgnoring) == [["1", "204700e-2"]])
    #expect(try count("x in (1, 1.25, 7.77, 600, 0, 3, 5, 9)", ignoringStatistics: isIgnoring) == [["12", "63725e-2"]])
  }
}

@Test
func everyValueSetContainsWhatItsPartsDo() {
  var random = RandomSource(seed: 40)
  func randomSet() -> ValueSet<Int128> {
    let place = IntegerPlace(floor: Int128(Int.random(in: -9...9, using: &random)), isExact: random.next() % 2 == 0)
    return place.equals.values(Comparison.allCases.randomElement(using: &random)!)
  }
  for _ in 0..<300 {
    let sets = (0..<Int.random(in: 1...5, using: &random)).map { _ in randomSet() }
    let union = ValueSet.union(sets)
    let intersection = ValueSet.intersection(sets)
    let factor = Int128(Int.random(in: 1...4, using: &random))
    for value in Int128(-12)...12 {
      #expect(union.contains(value) == sets.contains { $0.contains(value) }, "\(sets) of \(value)")
      #expect(intersection.contains(value) == sets.allSatisfy { $0.contains(value) }, "\(sets) of \(value)")
      #expect(union.complement.contains(value) != union.contains(value))
      #expect(union.divided(by: factor).contains(value) == union.contains(value * factor), "\(union), \(factor)")
      #expect(union.ranges(in: -10...10).contains { $0.contains(value) } == (abs(value) <= 10 && union.contains(value)))
    }
  }
}

@Test(arguments: [
  ("x > 5", "expression.type", "at character 5"), ("flag = 1", "expression.type", "at character 8"),
  ("n and flag", "expression.type", "at character 1"), ("flag and n = 'a'", "expression.type", "at character 14"),
  ("d in ('2020-01-01', '2020-01-99')", "expression.type", "'2020-01-99' is no date, at character 21"),
  ("t < '2020-13-01'", "expression.type", "'2020-13-01' is no timestamp, at character 5"),
  ("d = 1e50", "expression.type", "a number, at character 5"),
  ("n = 5 and flog", "column.unknown", "at character 11"),
  ("t = '2020-01-01 00:00:00'", "expression.type", "character 5"),
  ("d = 'soon'", "expression.type", "'soon'"),
])
func saysWhatDoesNotFitTheInputs(_ condition: String, _ code: String, _ part: String) throws {
  let table = Table(columns: [
    ("x", .string, [.string("a")]), ("flag", .bool, [.bool(true)]), ("n", .int64, [.int64(5)]),
    ("d", .date, [.date(daysSinceEpoch: 1)]),
    ("t", .timestamp(isUTC: true), [.timestamp(microsecondsSinceEpoch: 1, isUTC: true)]),
  ])
  let query = try AggregateQuery(by: nil, aggregates: "count(*)", where: condition)
  let error = #expect(throws: AggregateError.self) { try aggregate([table], query, threads: 1) }
  #expect(error?.code == code)
  #expect(error?.summary.contains(part) == true, "\(error?.summary ?? "")")
  #expect(error?.advice != nil)
  if code == "column.unknown" { #expect(error?.advice == "did you mean \"flag\"?") }
}

/// A page whose packed form holds an offset that its bounds do not allow, as a file by a bad writer might have it.
private struct UnsoundSource: TableSource {
  struct Refused: Error {}

  let name = "unsound"
  let schema = Schema([Field(name: "x", type: .int64)])
  let chunkCount = 1
  let rowCount = 8
  /// Offsets 0, 0, …, 0, 255, of 8 bits each: a short block is one sequence of bits.
  let bytes: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 255]
  let greatestOffset: UInt64

  func rowCount(ofChunk chunk: Int) -> Int { rowCount }
  func statistics(column: Int, chunk: Int) throws -> PageStatistics { throw Refused() }
  func dictionary(column: Int) throws -> StringDictionary? { nil }
  func page(column: Int, chunk: Int) throws -> ColumnPage { throw Refused() }
  func withForm<R>(column: Int, chunk: Int, _ body: (PageForm) throws -> R) throws -> R {
    try bytes.withUnsafeBytes { bytes in
      let packed = PackedIntegers(bytes: bytes, reference: 10, bitWidth: 8, greatestOffset: greatestOffset)
      return try body(PageForm(rowCount: rowCount, validity: .allValid, content: .packed(packed)))
    }
  }
}

@Test(arguments: [
  ("sum(x)", nil), ("count(*)", "x < 20"), ("sum(x)", "x = 10"), ("mean(x)", "x is not null"),
  ("count(*)", "x in (10, 12, 14, 16, 18, 20)"),
])
func offsetsPastTheirBoundsAreNotUsed(_ aggregates: String, _ condition: String?) throws {
  let query = try AggregateQuery(by: nil, aggregates: aggregates, where: condition)
  #expect(throws: UnsoundSource.Refused.self) {
    try aggregate([UnsoundSource(greatestOffset: 254)], query, threads: 1)
  }
  let sound = try aggregate([UnsoundSource(greatestOffset: 255)], query, threads: 1)
  #expect(exactRows(sound) != [["null"]])
}
