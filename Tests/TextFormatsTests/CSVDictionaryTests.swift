// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

/// Dictionaries larger than what is looked up string by string.
@Suite struct CSVDictionaryTests {
  /// Texts of 1 to 24 bytes, many of which begin with each other; some lead to an empty field or an empty string.
  private func randomField(_ random: inout RandomSource, kinds: Int) -> (text: String, value: Value) {
    switch Int.random(in: 0..<40, using: &random) {
    case 0: return ("", .null)
    case 1: return ("\"\"", .string(""))
    default:
      let string =
        String(repeating: "é0", count: Int.random(in: 0...4, using: &random))
        + "x\(Int.random(in: 0..<kinds, using: &random))"
      return (string, .string(string))
    }
  }

  /// With 4,000 kinds (20,000 texts) one dictionary serves all chunks; with 60,000 pages keep their own strings.
  @Test(arguments: [20_000, 131_072], [4_000, 60_000])
  func manyStringsEqualPlainTwin(recordsPerChunk: Int, kinds: Int) throws {
    var random = RandomSource(seed: 31)
    let fields = (0..<100_000).map { _ in randomField(&random, kinds: kinds) }
    var options = CSVOptions()
    options.dialect = .plain
    options.threads = 2
    options.limits.recordsPerChunk = recordsPerChunk
    // Short chunks wait for each other before their texts are made pages.
    if recordsPerChunk == 20_000 { options.limits.preparedTextBytes = 1 }
    let text = "number,text\n" + fields.enumerated().map { "\($0),\($1.text)\n" }.joined()
    let table = try readCSVs([stream(Array(text.utf8))], options: options).table
    #expect(table.rowCount == fields.count)
    let wrong = fields.indices.first { table.value(row: $0, column: 1) != fields[$0].value }
    #expect(wrong == nil, "row \(wrong ?? 0), seed \(random.seed)")
    let strings = fields.compactMap { if case .string(let string) = $0.value { string } else { nil } }
    #expect(table.dictionaries[1]?.count == (kinds == 4_000 ? Set(strings).count : nil))
  }

  /// Of 20,000 strings a chunk of 10,000 values shows some 7,900, all new: only together with the size of the text is it clear that they come
  /// again.
  @Test func stringsThatComeAgainGetCodesThoughTheFirstChunkHasMostlyNewOnes() throws {
    func dictionaryCount(kinds: Int, rows: Int, isSizeKnown: Bool) throws -> Int? {
      var random = RandomSource(seed: 32)
      let drawn = (0..<rows).map { _ in Int.random(in: 0..<kinds, using: &random) }
      let text = Array(("number,text\n" + drawn.enumerated().map { "\($0),text \($1)\n" }.joined()).utf8)
      var options = CSVOptions()
      options.dialect = .plain
      options.threads = 2
      options.limits.recordsPerChunk = 10_000
      let source = isSizeKnown ? CSVStream(name: "a.csv", bytes: text) : stream(text)
      let table = try readCSVs([source], options: options).table
      let wrong = drawn.indices.first { table.value(row: $0, column: 1) != .string("text \(drawn[$0])") }
      #expect(wrong == nil, "row \(wrong ?? 0), \(kinds) kinds")
      return table.dictionaries[1]?.count
    }
    let all = try #require(try dictionaryCount(kinds: 20_000, rows: 100_000, isSizeKnown: true))
    #expect(19_000...20_000 ~= all)
    #expect(try dictionaryCount(kinds: 20_000, rows: 100_000, isSizeKnown: false) == nil)
    // Too few rows for so many strings.
    #expect(try dictionaryCount(kinds: 20_000, rows: 40_000, isSizeKnown: true) == nil)
    #expect(try dictionaryCount(kinds: 10_000_000, rows: 100_000, isSizeKnown: true) == nil)
  }

  @Test func theNumberOfStringsIsToldFromASample() {
    var random = RandomSource(seed: 33)
    for kinds in [20_000, 100_000, 1_000_000] {
      var known = Set<Int>()
      for chunk in 0..<4 {
        let drawn = (0..<50_000).map { _ in Int.random(in: 0..<kinds, using: &random) }
        let strings = Set(drawn)
        let sample = StringSample(
          valueCount: drawn.count, stringCount: strings.count, newCount: strings.subtracting(known).count,
          knownCount: known.count)
        let told = sample.columnStringCount(atMost: 4_000_000) ?? 0
        #expect(kinds * 9 / 10...kinds * 6 / 5 ~= told, "\(told) of \(kinds), chunk \(chunk)")
        #expect(sample.columnStringCount(atMost: kinds / 2) == nil)
        known.formUnion(strings)
      }
    }
    #expect(
      StringSample(valueCount: 100, stringCount: 100, newCount: 100, knownCount: 0).columnStringCount(atMost: 1 << 40)
        == nil)
  }

  @Test func invalidTextAmongManyStringsIsTold() throws {
    var text = Array("text\n".utf8)
    for number in 0..<50_000 { text += Array((number == 40_000 ? "a" : "text \(number)").utf8) + [UInt8(ascii: "\n")] }
    let place = try #require(text.firstIndex(of: UInt8(ascii: "a")))
    text[place] = 0xFF
    var options = CSVOptions()
    options.dialect = .plain
    let error = #expect(throws: CSVError.self) { try readCSVs([stream(text)], options: options) }
    #expect(error?.code == "csv.invalid-utf8")
    #expect(error?.place.row == 40_001)
  }
}
