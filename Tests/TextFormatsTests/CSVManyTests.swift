// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns
import TestSupport
import Testing

@testable import TextFormats

/// Much of something: equal names, columns in several files, files, digits.
@Suite struct CSVManyTests {
  @Test func equalNames() throws {
    let count = 20_000
    let names = Array(repeating: "a", count: count - 1) + ["a_3"]
    let took = try ContinuousClock().measure {
      let schema = try read(names.joined(separator: ",")).table.schema
      #expect(Array(schema.names[0..<3]) == ["a", "a_2", "a_4"])
      #expect(Array(schema.names[(count - 2)...]) == ["a_\(count)", "a_3"])
    }
    #expect(took < .seconds(20), "quadratic in equal names?")
  }

  @Test func columnsInAnotherOrder() throws {
    let names = (0..<20_000).map { "c\($0)" }
    let numbers = names.indices.map { "\($0)" }
    let first = names.joined(separator: ",") + "\n" + numbers.joined(separator: ",")
    let second = names.reversed().joined(separator: ",") + "\n" + numbers.reversed().joined(separator: ",")
    let took = try ContinuousClock().measure {
      var options = CSVOptions()
      options.columns = ["c0", "c1", "c19999"]
      let streams = [first, second, first].map { stream(Array($0.utf8)) }
      let table = try readCSVs(streams, options: options).table
      #expect(rows(table) == Array(repeating: [.int64(0), .int64(1), .int64(19999)], count: 3))
    }
    #expect(took < .seconds(20), "quadratic in columns?")
  }

  /// Rows of each of the chunk's parts, record by record.
  private func plainRowsOfParts(_ chunk: CSVTextChunk) -> [Int] {
    var counts = [Int](repeating: 0, count: chunk.origins.count)
    var walk = CSVRecordWalk(chunk.text, dialect: CSVDialect())
    while let record = walk.next() {
      guard chunk.width == 1 || !record.isBlank else { continue }
      counts[(chunk.origins.lastIndex { $0.textOffset <= record.start })!] += 1
    }
    return counts
  }

  @Test(arguments: [1, 2]) func rowsOfEachFileEqualPlainTwin(width: Int) throws {
    var random = RandomSource(seed: 21)
    var mostParts = 0
    for round in 0..<300 {
      let streams = (0..<Int.random(in: 1...12, using: &random)).map { file in
        let lines = (0..<Int.random(in: 0...6, using: &random)).map { _ in
          let fields = (0..<width).map { _ in ["1", "22", "\"\n\"", "\"a,\"", "x"].randomElement(using: &random)! }
          return Int.random(in: 0..<3, using: &random) == 0 ? "" : fields.joined(separator: ",")
        }
        let header = width == 1 ? "a" : "a,b"
        return stream(Array(([header] + lines).joined(separator: "\n").utf8), name: "\(file).csv")
      }
      var options = CSVOptions()
      options.dialect = .plain
      options.limits = .tiny(
        records: Int.random(in: 1...30, using: &random), bytes: Int.random(in: 1...200, using: &random),
        index: Int.random(in: 1...20, using: &random))
      let splitter = try CSVSplitter(streams, options: options)
      let plan = (0..<width).map { CSVColumnPlan(name: "\($0)", position: $0, forced: .string) }
      let parser = CSVChunkParser(plan: plan, width: width, options: options)
      let chunk = CSVTextChunk()
      while try splitter.next(into: chunk) {
        let hypotheses = plan.map { _ in CSVHypothesis() }
        let parsed = parser.parse(chunk, hypotheses)
        #expect(parsed.recordsOfPart == plainRowsOfParts(chunk), "round \(round) seed \(random.seed)")
        mostParts = max(mostParts, parsed.recordsOfPart.count)
      }
    }
    #expect(mostParts > 5)
  }

  @Test func dictionariesAreChargedWithWhatTheyTake() throws {
    // 60 strings of 2 bytes, each twice: 120 bytes of text, but 2,040 in memory.
    let text = "s,t\n" + (0..<120).map { "\(10 + $0 / 2),\(10 + $0 / 2)\n" }.joined()
    for (limit, allLimit, expected) in [(2039, 10_000, [0, 0]), (2040, 10_000, [60, 60]), (2040, 4079, [60, 0])] {
      let (table, _) = try read(text) {
        $0.allText = true
        $0.limits.dictionaryTrialValues = 2
        $0.limits.dictionaryBytes = limit
        $0.limits.allDictionaryBytes = allLimit
      }
      let counts = (0..<2).map { table.dictionary(column: $0)?.entries.count ?? 0 }
      #expect(counts == expected, "limit \(limit), \(allLimit)")
      #expect(rows(table)[119] == [.string("69"), .string("69")])
    }
  }

  private func parsed(_ text: String) -> Double? {
    var facts = cs_number_facts()
    var value = 0.0
    let bytes = Array(text.utf8)
    return cs_parse_number(bytes, bytes.count, &value, &facts) == 1 ? value : nil
  }

  @Test func numbersOfVeryManyDigits() {
    let zeros = { (count: Int) in String(repeating: "0", count: count) }
    // Halfway between 1 and its successor; any digit after it, however far away, decides.
    let half = "1.00000000000000011102230246251565404236316680908203125"
    for count in [0, 10, 700, 770, 5000, 100_000] {
      #expect(parsed(half + zeros(count)) == 1)
      #expect(parsed(half + zeros(count) + "1") == 1.0.nextUp)
      #expect(parsed("-" + half + zeros(count) + "1e-3") == Double("-" + half + "1e-3"))
      #expect(parsed("0." + zeros(count) + "25e\(count)") == 0.25)
      #expect(parsed("12\(zeros(count)).5e-\(count)") == Double("12\(zeros(count)).5e-\(count)"))
    }
    #expect(parsed("0." + zeros(1_000_000) + "1e10000000") == .infinity)
    #expect(parsed("1" + zeros(200) + "e-10000000") == 0)
    #expect(parsed("-0." + zeros(200)) == 0 && parsed("-0." + zeros(200))?.sign == .minus)
    #expect(parsed("0." + zeros(2000) + "e5") == 0)
    var random = RandomSource(seed: 3)
    for _ in 0..<2000 {
      let count = Int.random(in: 1...1200, using: &random)
      let digits = (0..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
      let text = "\(Int.random(in: 1...9, using: &random))\(digits)." + "5e-\(Int.random(in: 0...1500, using: &random))"
      #expect(parsed(text) == Double(text), "\(text)")
    }
  }
}
