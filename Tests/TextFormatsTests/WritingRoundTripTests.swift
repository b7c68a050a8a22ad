// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport
import Testing

@testable import TextFormats

/// A way to write CSV, to be told to the reader as well.
struct Dialect: CustomTestStringConvertible {
  var delimiter = UInt8(ascii: ",")
  var lineEnd = CSVWriter.LineEnd.lf
  var quoteStyle = CSVWriter.QuoteStyle.minimal
  var null = ""

  var testDescription: String {
    "delimiter \(delimiter), \(lineEnd), quotes \(quoteStyle), null \"\(null)\""
  }

  var hints: CSVDialectHints {
    var hints = CSVDialectHints()
    hints.delimiter = [delimiter]
    hints.quote = .some(UInt8(ascii: "\""))
    hints.escape = .doubled
    hints.comment = []
    hints.encoding = "utf-8"
    (hints.preambleLines, hints.headerRows, hints.footerLines) = (0, 1, 0)
    return hints
  }

  var writer: CSVWriter {
    CSVWriter(delimiter: delimiter, lineEnd: lineEnd, quoteStyle: quoteStyle, nullSpelling: null)
  }

  static let all: [Dialect] = [",", ";", "\t", "|"].flatMap { (delimiter: Unicode.Scalar) in
    [CSVWriter.LineEnd.lf, .crlf].flatMap { lineEnd in
      CSVWriter.QuoteStyle.allCases.flatMap { style in
        ["", "NA", "0", "2020-01-01", "NaN", " "].map { null in
          Dialect(delimiter: UInt8(ascii: delimiter), lineEnd: lineEnd, quoteStyle: style, null: null)
        }
      }
    }
  }
}

/// What a column of each type may hold at its ends, and what other texts look like.
enum Extremes {
  static let integers: [Int64] = [.min, .min + 1, -1, 0, 1, 99_999_999, 100_000_000, 9_007_199_254_740_993, .max]
  static let doubles: [Double] = [
    0.1, -0.0, 0.0, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .leastNormalMagnitude,
    .leastNormalMagnitude.nextDown, 1e-300, 1.5e300, 1 / 3, 2.5, 1e15, 1e16, 1e22, 9_007_199_254_740_994,
    .greatestFiniteMagnitude, .nan, .infinity, -.infinity,
  ]
  /// 0001-01-01 and 9999-12-31T23:59:59.999999 among them.
  static let instants = [-62_135_596_800_000_000, -1, 0, 1, 1_600_000_000_500_000, 253_402_300_799_999_999]
  static let days = [-719_162, -1, 0, 18_348, 2_932_896]
  // No NUL, which the reader takes for UTF-16 and refuses wherever it stands.
  static let pieces = [
    "", "a", ",", ";", "|", "\t", "\"", "\"\"", "\n", "\r", "\r\n", "\n\n", " ", "é", "\u{FEFF}", "NaN", "inf", "1.50",
    "-1.50",
    "ツ", "null", "NULL", "NA", "\\N", "2020-01-01", "#", "#x", "'", "\u{1}", "\u{7F}", "\u{2028}", "😀", "0", "007",
    "true", "-0", "1e5", "=1+1",
  ]
}

/// A random value of a type, extremes among them; null now and then.
private func randomValue(_ type: ColumnType, _ random: inout RandomSource) -> Value {
  if Int.random(in: 0..<6, using: &random) == 0 { return .null }
  let isExtreme = Bool.random(using: &random)
  func unscaled(_ limit: Int128) -> Int128 {
    isExtreme
      ? [limit, -limit, 0, 1, -1].randomElement(using: &random)! : Int128.random(in: -limit...limit, using: &random)
  }
  switch type {
  case .bool: return .bool(Bool.random(using: &random))
  case .int64:
    return .int64(
      isExtreme ? Extremes.integers.randomElement(using: &random)! : .random(in: .min ... .max, using: &random))
  case .decimal(let precision, let scale):
    return .decimal(unscaled: unscaled((0..<precision).reduce(1) { product, _ in product * 10 } - 1), scale: scale)
  case .float64:
    if isExtreme { return .float64(Extremes.doubles.randomElement(using: &random)!) }
    let value = Double(bitPattern: random.next())
    // One NaN is written for all.
    return .float64(value.isNaN ? .nan : value)
  case .date:
    return .date(
      daysSinceEpoch: isExtreme
        ? Extremes.days.randomElement(using: &random)! : .random(in: -719_162...2_932_896, using: &random))
  case .timestamp(let isUTC):
    return .timestamp(
      microsecondsSinceEpoch: isExtreme
        ? Extremes.instants.randomElement(using: &random)!
        : .random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &random), isUTC: isUTC)
  case .string:
    let count = Int.random(in: 0...4, using: &random)
    return .string((0..<count).map { _ in Extremes.pieces.randomElement(using: &random)! }.joined())
  }
}

/// Equal, bit for bit.
private func isSame(_ a: Value, _ b: Value) -> Bool {
  if case .float64(let a) = a, case .float64(let b) = b { return a.bitPattern == b.bitPattern || (a.isNaN && b.isNaN) }
  // By bytes: Swift's equality takes canonically equivalent texts as one.
  if case .string(let a) = a, case .string(let b) = b { return a.utf8.elementsEqual(b.utf8) }
  return a == b
}

/// What is written is read back as the same values, whatever they are and however they are written.
@Test(arguments: Dialect.all)
func csvReadsBack(dialect: Dialect) throws {
  let everything: [ColumnType] = [
    .string, .int64, .decimal(precision: 9, scale: 3), .decimal(precision: 18, scale: 17),
    .decimal(precision: 38, scale: 7), .decimal(precision: 38, scale: 37), .decimal(precision: 38, scale: 0), .float64,
    .date, .bool, .timestamp(isUTC: false), .timestamp(isUTC: true), .string,
  ]
  let seed = UInt64(dialect.delimiter) * 1000 + UInt64(dialect.null.utf8.count)
  var random = RandomSource(seed: seed)
  for types in [everything] + everything.shuffled(using: &random).prefix(4).map({ [$0] }) {
    let rows = (0..<(types.count > 1 ? 60 : 20)).map { _ in types.map { randomValue($0, &random) } }
    let names = ["first, \"x\";|\t", "\u{FEFF}b", dialect.null + "c", " d ", "#e"]
    let table = Table(
      rows: rows,
      columns: types.enumerated().map { (name: $0 < names.count ? "\(names[$0])\($0)" : "c\($0)", type: $1) })
    let text = try dialect.writer.text(of: table)
    var options = CSVOptions()
    options.dialect = dialect.hints
    options.nullSpellings = dialect.null.isEmpty ? [] : [dialect.null]
    options.types = Dictionary(uniqueKeysWithValues: table.schema.fields.map { ($0.name, $0.type) })
    let back = try readCSVs([CSVStream(name: "text", bytes: Array(text.utf8))], options: options).table
    #expect(back.schema == table.schema, "seed \(seed)")
    #expect(back.rowCount == table.rowCount, "seed \(seed), \(types)")
    guard back.rowCount == table.rowCount, back.schema == table.schema else { return }
    for row in rows.indices {
      for column in types.indices where !isSame(back.value(row: row, column: column), rows[row][column]) {
        Issue.record("\(rows[row][column]) became \(back.value(row: row, column: column)), seed \(seed), row \(row)")
      }
    }
    #expect(try dialect.writer.text(of: back) == text, "seed \(seed)")
  }
}
