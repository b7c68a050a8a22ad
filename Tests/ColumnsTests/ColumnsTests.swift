// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Columns

@Test func validityTakesTheShortestForm() {
  #expect(Validity(words: [0b111], rowCount: 3) == .allValid)
  #expect(Validity(words: [0, 0], rowCount: 70) == .allNull)
  #expect(Validity(words: [0b101], rowCount: 3) == .bits([0b101]))
  #expect(Validity(words: [], rowCount: 0) == .allValid)
}

@Test func validitySlicesAcrossWordBorders() {
  var random = RandomSource(seed: 7)
  let words = (0..<4).map { _ in random.next() }
  let whole = Validity.bits(words)
  for start in [0, 1, 63, 64, 65, 100] {
    for count in [0, 1, 63, 64, 65, 128] where start + count <= 256 {
      let slice = whole.rows(start..<start + count)
      for row in 0..<count { #expect(slice.isValid(row) == whole.isValid(start + row)) }
      let nulls = (0..<count).filter { !whole.isValid(start + $0) }.count
      #expect(slice.nullCount(ofRows: count) == nulls, "start \(start), count \(count)")
    }
  }
}

@Test func stringArrayKeepsEmptyAndNonASCII() {
  let strings = StringArray(["", "São Paulo", "", "日本", "a"])
  #expect((0..<strings.count).map { strings[$0] } == ["", "São Paulo", "", "日本", "a"])
  #expect(strings.withUTF8(1) { $0.count } == 10)
  let page = ColumnPage(values: .strings(strings)).rows(1..<4)
  guard case .strings(let slice) = page.values else { return #expect(Bool(false), "kind changed") }
  #expect((0..<slice.count).map { slice[$0] } == ["São Paulo", "", "日本"])
}

@Test func dictionaryRanksFollowBytes() {
  // é is two bytes from 0xC3 on and so follows z; a shorter string precedes what it begins.
  let dictionary = StringDictionary(entries: StringArray(["z", "é", "", "ab", "a"]))
  #expect(dictionary.ranks == [3, 4, 0, 2, 1])
}

@Test(arguments: [("stat", "state"), ("STATE", "state"), ("dtae", "date"), ("casess", "cases")])
func nearestNameFindsTheMisspelt(wanted: String, expected: String) {
  #expect(nearestName(to: wanted, among: ["date", "state", "name", "cases"]) == expected)
}

@Test func nearestNameGivesUpOnTheUnlike() {
  #expect(nearestName(to: "population", among: ["date", "state"]) == nil)
  #expect(nearestName(to: "x", among: []) == nil)
  #expect(nearestName(to: "m", among: ["n"]) == nil)
  #expect(nearestName(to: "N", among: ["n"]) == "n")
}

@Test func unknownColumnSuggests() {
  let schema = Schema([Field(name: "date", type: .date), Field(name: "cases", type: .int64)])
  do {
    _ = try schema.require("case", in: "a.csv")
    #expect(Bool(false), "no error")
  } catch {
    #expect(error.code == "column.unknown")
    #expect(error.place == Place(file: "a.csv"))
    #expect(error.advice == "did you mean \"cases\"?")
  }
}

@Test func integerStatisticsIgnoreNulls() {
  let page = ColumnPage(values: .int64([5, 0, -3, 0]), validity: .bits([0b0101]))
  let statistics = PageStatistics(of: page, dictionary: nil)
  #expect(statistics.nullCount == 2)
  #expect(statistics.bounds == .integer(minimum: -3, maximum: 5, sum: 2))
}

@Test func integerStatisticsAtTheLimits() {
  let extremes = ColumnPage(values: .int64([.min, .max, .min, .min]))
  let sum = Int128(Int64.min) * 3 + Int128(Int64.max)
  #expect(
    PageStatistics(of: extremes, dictionary: nil).bounds
      == .integer(minimum: Int128(Int64.min), maximum: Int128(Int64.max), sum: sum))
  let wide = ColumnPage(values: .int128([.max, 1]))
  #expect(PageStatistics(of: wide, dictionary: nil).bounds == .integer(minimum: 1, maximum: .max, sum: nil))
}

@Test func floatStatistics() {
  let page = ColumnPage(values: .float64([0.75, -0.0, 6, .nan]))
  let statistics = PageStatistics(of: page, dictionary: nil)
  // 0.75 = 2^-1 + 2^-2; 6 is below 2^3.
  #expect(statistics.floatRange == .init(lowestBit: -2, highestBit: 3, hasNonFinite: true))
  #expect(statistics.bounds == .float(minimum: 0, maximum: 6))
  let tiny = ColumnPage(values: .float64([.leastNonzeroMagnitude, .greatestFiniteMagnitude]))
  #expect(
    PageStatistics(of: tiny, dictionary: nil).floatRange
      == .init(lowestBit: -1074, highestBit: 1024, hasNonFinite: false))
  let none = ColumnPage(values: .float64([.nan]))
  #expect(PageStatistics(of: none, dictionary: nil).bounds == .none)
}

@Test func longStringBoundsAreCutOutwards() {
  let long = String(repeating: "b", count: 40)
  let page = ColumnPage(values: .strings(StringArray([long, "a"])))
  let statistics = PageStatistics(of: page, dictionary: nil)
  let raised = Array(repeating: UInt8(ascii: "b"), count: 31) + [UInt8(ascii: "c")]
  #expect(statistics.bounds == .string(minimum: [UInt8(ascii: "a")], maximum: raised, exact: false))
}

@Test func codeStatisticsSeeTheStrings() {
  let dictionary = StringDictionary(entries: StringArray(["m", "z", "a"]))
  let page = ColumnPage(values: .codes([0, 1, 0]), validity: .bits([0b101]))
  #expect(
    PageStatistics(of: page, dictionary: dictionary).bounds
      == .string(minimum: Array("m".utf8), maximum: Array("m".utf8), exact: true))
}

@Test func tableReadsAcrossChunks() {
  let table = Table(
    schema: Schema([Field(name: "v", type: .decimal(precision: 4, scale: 2))]),
    chunks: [[ColumnPage(values: .int64([125]))], [ColumnPage(values: .int64([0, -1]), validity: .bits([0b10]))]])
  #expect(table.rowCount == 3)
  #expect(
    (0..<3).map { table.value(row: $0, column: 0) } == [
      .decimal(unscaled: 125, scale: 2), .null, .decimal(unscaled: -1, scale: 2),
    ])
}

@Test func typeNamesReadBack() {
  let types: [ColumnType] = [
    .bool, .int64, .float64, .date, .string, .decimal(precision: 38, scale: 38), .decimal(precision: 1, scale: 0),
    .timestamp(isUTC: false), .timestamp(isUTC: true),
  ]
  for type in types { #expect(ColumnType(type.description) == type) }
  #expect(ColumnType("decimal(10, 2)") == .decimal(precision: 10, scale: 2))
  for wrong in [
    "", "int", "decimal", "decimal()", "decimal(39,2)", "decimal(2,3)", "decimal(+1,1)", "decimal(1,2,3)",
    "timestamp_UTC",
  ] {
    #expect(ColumnType(wrong) == nil, "\(wrong)")
  }
}

@Test func boundsOfCodesAreThoseOfTheirStrings() {
  var random = RandomSource(seed: .random(in: 0 ... .max))
  print("seed \(random.seed)")
  for _ in 0..<200 {
    let texts = (0..<Int.random(in: 1...40, using: &random)).map { _ in
      String(repeating: "é", count: .random(in: 0...20, using: &random)) + "\(Int.random(in: 0..<100, using: &random))"
    }
    // The same dictionary for a page of fewer rows than it has strings, for one of more, and again, sorted by then.
    let dictionary = StringDictionary(entries: StringArray(texts))
    for rowCount in [2, 60, 3] {
      let codes = (0..<rowCount).map { _ in UInt32.random(in: 0..<UInt32(texts.count), using: &random) }
      let validity = Validity(words: [random.next() & (1 << UInt64(rowCount) - 1)], rowCount: rowCount)
      let page = ColumnPage(values: .codes(codes), validity: validity)
      let plain = page.withPlainStrings(dictionary)
      #expect(PageStatistics(of: page, dictionary: dictionary) == PageStatistics(of: plain, dictionary: nil))
      #expect(page.textByteCount(0..<rowCount, dictionary) == plain.textByteCount(0..<rowCount, nil))
      #expect(page.textByteCount(1..<2, dictionary) == plain.textByteCount(1..<2, nil))
    }
  }
}
