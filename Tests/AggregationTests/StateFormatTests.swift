// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import TestSupport
import Testing

@testable import Aggregation

private func bytes(_ words: [UInt64]) -> [UInt8] {
  var bytes: [UInt8] = []
  appendInteger(words, to: &bytes)
  return bytes
}

@Test
func integersHaveTheFewestBytes() {
  let cases: [(Int64, [UInt8])] = [
    (0, []), (1, [1]), (-1, [0xFF]), (127, [0x7F]), (128, [0x80, 0]), (-128, [0x80]), (-129, [0x7F, 0xFF]),
    (256, [0, 1]), (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), (.min, [0, 0, 0, 0, 0, 0, 0, 0x80]),
  ]
  for (value, expected) in cases {
    let word = UInt64(bitPattern: value)
    #expect(bytes([word]) == expected)
    #expect(bytes([word, value < 0 ? .max : 0, value < 0 ? .max : 0]) == expected)
    #expect(expected.withUnsafeBytes { integerWords($0, count: 1) } == [word])
  }
  var random = RandomSource(seed: 75_000)
  for _ in 0..<500 {
    let shift = UInt64.random(in: 0..<64, using: &random)
    let words = (0..<3).map { _ in UInt64.random(in: 0...UInt64.max, using: &random) }
    let narrowed = [words[0], words[1], UInt64(bitPattern: Int64(bitPattern: words[2]) >> Int64(shift))]
    #expect(bytes(narrowed).withUnsafeBytes { integerWords($0, count: 3) } == narrowed)
  }
}

@Test(arguments: [[0], [1, 0], [0xFF, 0xFF], [0x80, 0xFF], [0, 0], [1, 2, 3, 4, 5, 6, 7, 8, 9]] as [[UInt8]])
func integersOfOtherBytesAreRefused(bytes: [UInt8]) {
  #expect(bytes.withUnsafeBytes { integerWords($0, count: 1) } == nil)
}

/// Bytes of the exact sum of doubles.
private func sumBytes(_ values: [Double]) -> [UInt8] {
  let sums = FloatSums()
  values.withUnsafeBufferPointer { _ in
    [UInt32](repeating: 0, count: values.count).withUnsafeBufferPointer {
      sums.add(
        ColumnPage(values: .float64(values)), nil,
        GroupedRows(groups: $0, groupCount: 1, isSingleGroup: false, runs: nil, places: RowPlaces(first: 0)))
    }
  }
  var bytes: [UInt8] = []
  sums.limbs.appendState(0, to: &bytes)
  return bytes
}

@Test
func equalSumsOfDoublesHaveEqualBytes() {
  #expect(sumBytes([0.0, -0.0]) == [])
  #expect(sumBytes([1.5]) == [0, 0xFF, 0xFF, 3])
  #expect(sumBytes([-1.5]) == [0x80, 0xFF, 0xFF, 3])
  #expect(sumBytes([.nan, .infinity]) == [3])
  #expect(sumBytes([-.infinity, 6]) == [4, 1, 0, 3])
  // Whatever was added on the way.
  #expect(
    sumBytes([1e300, 1.5, Double.leastNonzeroMagnitude, -1e300, -Double.leastNonzeroMagnitude])
      == sumBytes([0.75, 0.75]))
  #expect(sumBytes([Double.leastNonzeroMagnitude]) == [0, 0xCE, 0xFB, 1])
}

@Test
func sumsOfDoublesComeInAgain() {
  var random = RandomSource(seed: 76_000)
  for _ in 0..<300 {
    let values = (0..<Int.random(in: 1...20, using: &random)).map { _ in
      Double(bitPattern: UInt64.random(in: 0...UInt64.max, using: &random))
    }
    let sums = FloatSums()
    for part in [values.prefix(3), values.dropFirst(3)] where !part.isEmpty {
      let isTaken = sumBytes(Array(part)).withUnsafeBytes { sums.add(state: $0, group: 0, groupCount: 1) }
      #expect(isTaken)
    }
    var bytes: [UInt8] = []
    sums.limbs.appendState(0, to: &bytes)
    #expect(bytes == sumBytes(values))
    #expect(sums.rounded(dividedBy: [1])[0].description == exactSum(values).description)
  }
}

@Test(
  arguments: [
    [0], [8], [0x81], [0, 0, 0], [0, 0, 0, 2], [0, 0, 0, 1, 0], [0, 0, 0x80, 1], [0, 0xFF, 0x7F, 1], [0, 0x40, 4, 1],
  ] as [[UInt8]])
func bytesThatAreNoSumOfDoublesAreRefused(bytes: [UInt8]) {
  #expect(!bytes.withUnsafeBytes { FloatSums().add(state: $0, group: 0, groupCount: 1) })
}

/// A list in the second of two rows.
private func read(_ bytes: [UInt8], _ type: ColumnType, _ order: ListOrder = .ascending) throws -> ReadLists {
  var column = StringArray()
  column.append(utf8: [])
  column.append(utf8: bytes)
  return try ReadLists(ColumnPage(values: .strings(column)), type, order)
}

@Test
func listsHaveTheLeastWidth() throws {
  func list(_ values: PageValues) -> [UInt8] {
    var bytes: [UInt8] = []
    appendList(values, 0..<values.count, nil, to: &bytes)
    return bytes
  }
  #expect(list(.int64([])) == [])
  #expect(list(.int64([-128, 127])) == [1, 0x80, 0x7F])
  #expect(list(.int64([128])) == [2, 0x80, 0])
  #expect(list(.int64([1 << 31])).count == 9)
  #expect(list(.int128([.max])).count == 17)
  #expect(list(.float64([1])) == [8, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
  #expect(list(.strings(StringArray(["é", ""]))) == [2, 0, 0, 0, 0xC3, 0xA9, 0, 0, 0, 0])
  let numbers: [Int64] = [.min, -1, 0, .max]
  let found = try read(list(.int64(numbers)), .int64)
  #expect(found.values == .int64(numbers) && found.counts == [0, 4])
  let bad: [([UInt8], ColumnType)] = [
    ([1], .int64), ([3, 1, 1, 1], .int64), ([2, 1], .int64), ([16] + [UInt8](repeating: 0, count: 16), .int64),
    ([1, 2], .bool), ([2, 0, 4], .decimal(precision: 3, scale: 1)), ([9, 0, 0, 0, 1], .string), ([1, 0], .string),
    ([1, 0, 0, 0, 0xFF], .string), ([8, 0, 0, 0, 0, 0, 1, 0, 0], .date),
    // The day after 9999-12-31, and the microsecond before year 1.
    ([4, 0xA1, 0xC0, 0x2C, 0], .date), (list(.int64([-62_135_596_800_000_001])), .timestamp(isUTC: true)),
    // A wider width than is needed; doubles that are not of 8 bytes, -0.0, and another NaN.
    ([2, 1, 0], .int64), ([16] + [UInt8](repeating: 0, count: 16), .decimal(precision: 30, scale: 0)),
    ([1, 0], .float64),
    ([8, 0, 0, 0, 0, 0, 0, 0, 0x80], .float64), ([8, 1, 0, 0, 0, 0, 0, 0xF8, 0x7F], .float64),
  ]
  for (bytes, type) in bad {
    let fault = #expect(throws: StateFault.self) { try read(bytes, type) }
    #expect(fault?.row == 1, "\(bytes)")
  }
}

@Test
func theEndsOfTypesAreInThem() throws {
  let ends: [(ColumnType, Int64, Int64)] = [
    (.date, -719_162, 2_932_896), (.timestamp(isUTC: false), -62_135_596_800_000_000, 253_402_300_799_999_999),
    (.bool, 0, 1), (.decimal(precision: 3, scale: 1), -999, 999), (.int64, .min, .max),
  ]
  for (type, least, greatest) in ends {
    var bytes: [UInt8] = []
    appendList(.int64([least, greatest]), 0..<2, nil, to: &bytes)
    #expect(try read(bytes, type).values == .int64([least, greatest]))
  }
}

@Test
func listsAreInTheirOrder() throws {
  func list(_ values: PageValues) -> [UInt8] {
    var bytes: [UInt8] = []
    appendList(values, 0..<values.count, nil, to: &bytes)
    return bytes
  }
  let cases: [(PageValues, ColumnType, Set<ListOrder>)] = [
    (.int64([-1, 0, 7]), .int64, [.ascending, .strictlyAscending]),
    (.int64([1, 1]), .int64, [.ascending, .descending]),
    (.int64([2, 1, 1]), .int64, [.descending]), (.int64([1, 3, 2]), .int64, []),
    (.float64([-.infinity, -1, 0, .infinity, .nan]), .float64, [.ascending, .strictlyAscending]),
    (.float64([.nan, .infinity]), .float64, [.descending]),
    (.float64([.nan, .nan]), .float64, [.ascending, .descending]),
    (.int128([-(1 << 90), 1]), .decimal(precision: 38, scale: 2), [.ascending, .strictlyAscending]),
    (.strings(StringArray(["", "a", "aa", "é"])), .string, [.ascending, .strictlyAscending]),
    (.strings(StringArray(["b", "a", "a"])), .string, [.descending]),
  ]
  for (values, type, orders) in cases {
    for order in [ListOrder.ascending, .strictlyAscending, .descending] {
      if orders.contains(order) {
        #expect(try read(list(values), type, order).counts == [0, values.count])
      } else {
        let fault = #expect(throws: StateFault.self, "\(values) \(order)") { try read(list(values), type, order) }
        #expect(fault?.row == 1)
      }
    }
  }
}

/// Rows of states that no accumulator puts out, one fault each, in the second row of the second batch.
@Test
func damagedStatesSayWhere() throws {
  let table = Table(
    columns: [
      (name: "k", type: .string, values: ["a", "b", "a", "b"].map { .string($0) }),
      (name: "v", type: .int64, values: [.int64(1), .int64(2), .null, .int64(3)]),
      (name: "f", type: .float64, values: [.float64(1), .float64(2), .float64(0.5), .float64(3)]),
    ])
  let query = try TableQuery(
    by: "k", aggregates: "sum(v), max(v), first(v), var(v), top(v, 2), corr(v, v), median(v), sum(f)")
  let whole = try states(query, [table])
  let names = try merging([whole]).columns.map(\.name)
  func expectFault(_ column: String, _ values: PageValues, _ validity: Validity = .allValid) throws {
    var damaged = whole
    let position = try #require(names.firstIndex(of: column), "\(names)")
    damaged.batches[0][position] = ColumnPage(values: values, validity: validity)
    let error = #expect(throws: PartialError.self, "\(column)") { try merging([damaged]) }
    #expect(error?.code == "partial.damaged" && error?.place.row == 2, "\(column)")
  }
  func bytes(_ second: [UInt8]) -> PageValues {
    var column = StringArray()
    column.append(utf8: [])
    column.append(utf8: second)
    return .strings(column)
  }
  try expectFault("rows", .int64([2, -1]))
  try expectFault("rows", .int64([1 << 61, 1 << 62]))
  try expectFault("rows", .int64([2, 0]), .bits([1]))
  try expectFault("count(v)", .int64([1, 3]))
  try expectFault("sum(v)", .int128([1, 1 << 80]))
  try expectFault("max(v)", .int64([1, 0]), .bits([1]))
  try expectFault("first_place(v)", .int64([0, -4]))
  try expectFault("squares(v)", bytes([0xFF]))
  try expectFault("squares(v)", bytes([1, 0]))
  try expectFault("pairs(v, v)", bytes([1]))
  try expectFault("pairs(v, v)", bytes([1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]))
  try expectFault("sum(f)", bytes([0x40]))
  var lists = StringArray()
  for list: [UInt8] in [[1, 1], [1, 2]] { lists.append(utf8: list) }
  try expectFault("top_2(v)", .strings(lists))
  try expectFault("values(v)", bytes([7, 7]))
}

@Test
func streamsOfOtherQueriesTypesAndVersionsAreRefused() throws {
  func stream(_ type: ColumnType, _ aggregates: String) throws -> StateStreamInMemory {
    let value: Value = type == .int64 ? .int64(1) : .decimal(unscaled: 1, scale: 1)
    return try states(
      TableQuery(by: nil, aggregates: aggregates), [Table(columns: [(name: "v", type: type, values: [value])])])
  }
  let first = try stream(.int64, "sum(v)")
  let other = #expect(throws: PartialError.self) { try mergedResult([first, stream(.int64, "min(v)")]) }
  #expect(other?.code == "partial.query" && other?.place.file == "stream 1")
  let types = #expect(throws: PartialError.self) {
    try mergedResult([first, stream(.decimal(precision: 3, scale: 1), "sum(v)")])
  }
  #expect(types?.code == "partial.types")
  func code(_ change: (inout [(key: String, value: String)]) -> Void) -> String? {
    var metadata = first.description.metadata
    change(&metadata)
    do {
      _ = try StateMerging(PartialDescription(metadata: metadata, file: "x"), file: "x")
      return nil
    } catch { return (error as? any Diagnosis)?.code }
  }
  #expect(code { _ in } == nil)
  #expect(code { $0 = [] } == "partial.no-query")
  #expect(code { $0[0].value = "2" } == "partial.version")
  #expect(code { $0[$0.count - 1].value = "int65 v" } == "partial.damaged")
  #expect(code { $0[$0.count - 1].value = "string v" } == "partial.damaged")
  #expect(code { $0.append((PartialDescription.prefix + "where", "(")) } == "partial.damaged")
  // What a writer does not say so.
  #expect(code { $0[1].value = "7" } == "partial.damaged")
  #expect(code { $0.removeAll { $0.key.hasSuffix("keys") } } == "partial.damaged")
  for (name, value) in [("distinct", "false"), ("column.9", "int64 w"), ("limit", "x"), ("limit", "07"), ("more", "")] {
    #expect(code { $0.append((PartialDescription.prefix + name, value)) } == "partial.damaged", "\(name)")
  }
  #expect(code { $0.append(("another", "x")) } == nil)
}

/// What a stream says of its query reads back as it, names included.
@Test
func queriesReadBackFromTheirTexts() throws {
  var draw = RandomExpression(random: RandomSource(seed: 77_000))
  for _ in 0..<200 {
    var query = TableQuery(
      by: [NamedExpression(draw.draw(.whole, depth: 2), as: "the \"key\""), NamedExpression(.column("name"))],
      results: [
        NamedExpression(.call("sum", [draw.draw(.decimal, depth: 2)])),
        NamedExpression(.call("count", []), as: "select"), NamedExpression(.call("max", [draw.draw(.date, depth: 2)])),
      ], where: draw.draw(.truth, depth: 3))
    query.having = .comparison(.greater, .column("select"), .literal(.int64(1)))
    query.order = [OrderedExpression(.column("name"), descending: true)]
    query.limit = 7
    guard let names = try? query.outputNames() else { continue }
    let description = try PartialDescription(query, [])
    let read = try PartialDescription(metadata: description.metadata, file: "x")
    #expect(read == description)
    #expect(try read.query.outputNames() == names)
    // A second time, nothing changes any more.
    #expect(try PartialDescription(read.query, []) == description)
    #expect(read.query.filter?.text == description.query.filter?.text)
  }
}
