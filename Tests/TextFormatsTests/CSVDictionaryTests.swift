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
