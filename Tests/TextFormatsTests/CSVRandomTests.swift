// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

@Suite struct CSVRandomTests {
  @Test(arguments: [1, 2, 3], [false, true]) func smallTextsEqualPlainTwin(width: Int, isStrict: Bool) throws {
    var random = RandomSource(seed: 77)
    var outcomes: [String: Int] = [:]
    for round in 0..<2500 {
      let count = Int.random(in: 0...30, using: &random)
      var body = (0..<count).map { _ in Self.letters.randomElement(using: &random)! }
      if round % 2 == 0 { body = wellFormed(width, &random) }
      let text = Array(("h,i,j".prefix(2 * width - 1) + "\n").utf8) + body
      let dialect = Self.dialects.randomElement(using: &random)!
      var options = CSVOptions()
      options.dialect = .plain
      options.dialect.quote = .some(dialect.quote)
      options.dialect.escape = dialect.escape
      options.dialect.comment = dialect.comment
      options.allText = true
      options.isStrict = isStrict
      options.threads = round % 3 + 1
      options.limits = .tiny(
        records: Int.random(in: 1...5, using: &random), bytes: Int.random(in: 1...30, using: &random),
        read: Int.random(in: 1...20, using: &random), index: Int.random(in: 1...10, using: &random))
      let expected = PlainCSV(text, dialect: dialect, isStrict: isStrict)
      options.errorPolicy = .skip
      let message: Comment =
        "round \(round) seed \(random.seed): \(String(decoding: text, as: UTF8.self).debugDescription)"
      let (table, report) = try readCSVs([stream(text)], options: options)
      #expect(rows(table) == expected.rows, message)
      #expect(report.rejectedRowCount == expected.faults.count, message)
      #expect(
        report.firstRejected.map { PlainCSV.Fault(code: $0.code, offset: $0.place.byteOffset ?? -1) }
          == Array(expected.faults.prefix(10)), message)
      options.errorPolicy = .fail
      do {
        _ = try readCSVs([stream(text)], options: options)
        #expect(expected.faults.isEmpty, message)
      } catch let error as CSVError {
        #expect(([error] + error.others).map(\.code) == expected.faults.prefix(10).map(\.code), message)
        outcomes[error.code, default: 0] += 1
      }
    }
    if isStrict { #expect(outcomes["csv.stray-quote", default: 0] > 200) }
    #expect(width == 1 || outcomes["csv.ragged-row", default: 0] > 100)
  }

  private static let letters = Array("\"\"\",,,\n\n\n\r ;ab0\0\\#".utf8)

  private static let dialects: [CSVDialect] = {
    var single = CSVDialect()
    single.quote = UInt8(ascii: ";")
    var none = CSVDialect()
    none.quote = nil
    var escaped = CSVDialect()
    escaped.escape = .backslash
    var commented = CSVDialect()
    commented.comment = [UInt8(ascii: "#")]
    return [CSVDialect(), CSVDialect(), single, none, escaped, commented]
  }()

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
    ["2020-02-29", "1999-12-31"], ["2020-02-29T10:00", "1999-12-31 23:59:59.5", "2020-02-29"],
    ["2020-02-29T10:00Z", "1999-12-31 23:59:59.5-0330"], ["9223372036854775808", "123456789012345678901", "5"],
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
      let (whole, wholeReport) = try read(text) { $0.dialect = .plain }
      #expect(types(whole) == plainTypes(text))
      for threads in 1...4 {
        let (table, report) = try read(text) {
          $0.threads = threads
          $0.dialect = .plain
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
      var walk = CSVRecordWalk(bytes, dialect: CSVDialect())
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
