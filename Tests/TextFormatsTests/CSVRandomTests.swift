// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

@Suite struct CSVRandomTests {
  /// What a text of text columns holds, by walking over it record by record; or the code and offset of its fault.
  private func plainTwin(_ text: [UInt8], width: Int) -> Result<[[Value]], PlainFault> {
    text.withUnsafeBytes { bytes in
      var walk = CSVStrictWalk(bytes, delimiter: UInt8(ascii: ","))
      var rows: [[Value]] = []
      _ = walk.next()
      while let record = walk.next() {
        if width > 1, record.isBlank { continue }
        if let problem = record.problem {
          if case .openQuote = problem { return .failure(PlainFault(code: "csv.open-quote", offset: problem.offset)) }
          return .failure(PlainFault(code: "csv.stray-quote", offset: problem.offset))
        }
        if record.fields.count != width {
          return .failure(PlainFault(code: "csv.ragged-row", offset: record.start))
        }
        rows.append(
          record.fields.map { field in
            let content = walk.content(field)
            return content.isEmpty && !field.isQuoted ? .null : .string(String(decoding: content, as: UTF8.self))
          })
      }
      return .success(rows)
    }
  }

  private struct PlainFault: Error, Equatable {
    var code: String
    var offset: Int?
  }

  @Test(arguments: [1, 2]) func smallTextsEqualPlainTwin(width: Int) throws {
    var random = RandomSource(seed: 77)
    let letters = Array("\"\",,\n\n\r ;ab0\"".utf8)
    var faults = 0
    for round in 0..<4000 {
      let count = Int.random(in: 0...24, using: &random)
      var body = (0..<count).map { _ in letters.randomElement(using: &random)! }
      if round % 2 == 0 { body = wellFormed(width, &random) }
      let text = Array((width == 1 ? "h\n" : "h,i\n").utf8) + body
      var options = CSVOptions()
      options.allText = true
      options.threads = round % 3 + 1
      options.limits = .tiny(
        records: Int.random(in: 1...5, using: &random), bytes: Int.random(in: 1...30, using: &random),
        read: Int.random(in: 1...20, using: &random), index: Int.random(in: 1...10, using: &random))
      let expected = plainTwin(text, width: width)
      let found: Result<[[Value]], PlainFault>
      do {
        found = .success(rows(try readCSVs([stream(text)], options: options).table))
      } catch let error as CSVError {
        found = .failure(PlainFault(code: error.code, offset: error.place.byteOffset))
        faults += 1
      }
      #expect(
        found == expected,
        "round \(round) seed \(random.seed): \(String(decoding: text, as: UTF8.self).debugDescription)")
    }
    #expect(faults > 300)
  }

  /// Records with quoted fields of all kinds, blank lines, LF and CR LF.
  private func wellFormed(_ width: Int, _ random: inout RandomSource) -> [UInt8] {
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &random) {
      if Int.random(in: 0..<6, using: &random) == 0 { text += "\r\n" }
      let fields = (0..<width).map { _ in
        ["", "a", "\"\"", "\"b,\n\"", "\"\"\"\"", "0 ;", "\"x\"\"y\"", "é", "\"\r\n\""].randomElement(using: &random)!
      }
      text += fields.joined(separator: ",") + (Bool.random(using: &random) ? "\n" : "\r\n")
    }
    if Bool.random(using: &random), text.hasSuffix("\n") { text.removeLast() }
    return Array(text.utf8)
  }

  /// Values that widen each other in every way.
  private static let pools: [[String]] = [
    ["1", "-22", "333", "0", ""], ["1.5", "-0.25", "12.", ".125", "7"], ["true", "FALSE", ""],
    ["2020-02-29", "1999-12-31"], ["9223372036854775808", "123456789012345678901", "5"],
    ["1e5", "2E3"], ["1e-5", "2.5e3", "-1"], ["nan", "-inf"], ["007", "+1"], ["x", "naïve", "\"a,b\""], ["\"\""],
    ["12345678901234567", "0.1234567890123456789", "1.00000000000000001"],
    ["12345678901234567890.123456789012345678901"],
    ["", ""],
  ]

  @Test func lateContradictionsGiveWhatOneLookGives() throws {
    var random = RandomSource(seed: 5)
    var passes = Set<Int>()
    for round in 0..<250 {
      let width = 3
      let poolsOfColumn = (0..<width).map { _ in
        (0..<Int.random(in: 1...3, using: &random)).map { _ in Self.pools.randomElement(using: &random)! }
      }
      let count = Int.random(in: 1...30, using: &random)
      var text = "a,b,c\n"
      for row in 0..<count {
        let fields = poolsOfColumn.map { pools in
          pools[min(pools.count - 1, row * pools.count / count)].randomElement(using: &random)!
        }
        text += fields.joined(separator: ",") + "\n"
      }
      let (whole, wholeReport) = try read(text)
      #expect(types(whole) == plainTypes(text))
      for threads in 1...4 {
        let (table, report) = try read(text) {
          $0.threads = threads
          $0.limits = .tiny(records: round % 5 + 1, bytes: 1000, sample: 1)
        }
        passes.insert(report.passCount)
        let message: Comment = "round \(round) seed \(random.seed) threads \(threads)\n\(text)"
        #expect(types(table) == types(whole), message)
        #expect(rows(table).map(comparable) == rows(whole).map(comparable), message)
        #expect(report.columns == wholeReport.columns, message)
      }
    }
    #expect(passes.contains(2) && passes.contains(1))
  }

  /// NaN is not equal to itself.
  private func comparable(_ row: [Value]) -> [String] { row.map { "\($0)" } }

  private func plainTypes(_ text: String) -> [String] {
    var evidence = [CSVEvidence](repeating: CSVEvidence(), count: 3)
    Array(text.utf8).withUnsafeBytes { bytes in
      var walk = CSVStrictWalk(bytes, delimiter: UInt8(ascii: ","))
      _ = walk.next()
      while let record = walk.next() {
        for (column, field) in record.fields.enumerated() {
          let content = walk.content(field)
          if content.isEmpty {
            if field.isQuoted { evidence[column].join(CSVEvidence(.emptyString)) }
          } else {
            evidence[column].join(content.withUnsafeBytes(classify))
          }
        }
      }
    }
    return evidence.map { ($0.type ?? .string).description }
  }

  @Test func numbersEqualTheLibrarysReading() throws {
    var random = RandomSource(seed: 31)
    var integers: [Int64] = [.max, .min, 0, -1, 99_999_999, 100_000_000, 9_999_999_999_999_999, 10_000_000_000_000_000]
    for _ in 0..<3000 {
      integers.append(Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random))
    }
    let whole = try read("v,w\n" + integers.map { "\($0),\n" }.joined())
    #expect(rows(whole.table).map { $0[0] } == integers.map { .int64($0) })

    let scaled = integers.map { $0 % 1_000_000_000_000_000 }
    for scale in [1, 4, 12] {
      let narrow = try read("v,w\n" + scaled.map { decimalText(Int128($0), scale: scale) + ",\n" }.joined())
      #expect(narrow.table.schema.fields[0].type == .decimal(precision: 15, scale: scale))
      #expect(rows(narrow.table).map { $0[0] } == scaled.map { .decimal(unscaled: Int128($0), scale: scale) })
    }
    let wide = integers.map { Int128($0) * 1_000_000_007 }
    let table = try read("v,w\n" + wide.map { decimalText($0, scale: 9) + ",\n" }.joined()).table
    #expect(rows(table).map { $0[0] } == wide.map { .decimal(unscaled: $0, scale: 9) })

    var doubles: [Double] = [
      0.1, 1e22, 1e23, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .leastNormalMagnitude, -0.0,
    ]
    while doubles.count < 3000 {
      let value = Double(bitPattern: random.next())
      if value.isFinite { doubles.append(value) }
    }
    // A text with 17 digits is safe: printed with as many digits, the double shows them again.
    let texts = doubles.map { "\($0)" }.map { $0.contains("e") ? $0 : $0 + "e0" }
    var options = CSVOptions()
    options.types = ["v": .float64]
    let floats = try readCSVs([stream(Array(("v,w\n" + texts.map { $0 + ",\n" }.joined()).utf8))], options: options)
      .table
    #expect(rows(floats).map { $0[0] } == doubles.map { .float64($0) })
  }

  private func decimalText(_ unscaled: Int128, scale: Int) -> String {
    var digits = String(unscaled.magnitude)
    while digits.count <= scale { digits = "0" + digits }
    return (unscaled < 0 ? "-" : "") + digits.dropLast(scale) + "." + digits.suffix(scale)
  }
}
