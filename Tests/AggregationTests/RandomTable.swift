// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TestSupport

/// Columns of every type, with nulls, limits and odd values.
let randomSchema = Schema([
  Field(name: "flag", type: .bool), Field(name: "small", type: .int64), Field(name: "big", type: .int64),
  Field(name: "price", type: .decimal(precision: 9, scale: 2)),
  Field(name: "wide", type: .decimal(precision: 38, scale: 4)), Field(name: "ratio", type: .float64),
  Field(name: "odd", type: .float64), Field(name: "day", type: .date), Field(name: "name", type: .string),
  Field(name: "text", type: .string), Field(name: "time", type: .timestamp(isUTC: false)),
  Field(name: "instant", type: .timestamp(isUTC: true)),
])

private let words = ["Ceará", "Acre", "", "São Paulo", "acre", "Ácre", "日本", "a longer name than eight bytes", "Acre "]

/// One row, boxed.
private func randomRow(using random: inout RandomSource) -> [Value] {
  func maybe(_ value: Value) -> Value { Int.random(in: 0...6, using: &random) == 0 ? .null : value }
  let limits: [Int64] = [.min, .max, .max, 0, -1, 1]
  let wide = Int128(Int64.random(in: -9...9, using: &random)) * 12_345_678_901_234_567_890_123_456_789_012_345
  let odd: [Double] = [.nan, .infinity, -0.0, 0.0, -.infinity, 1.5, -.leastNonzeroMagnitude]
  return [
    maybe(.bool(Bool.random(using: &random))), maybe(.int64(Int64.random(in: -4...4, using: &random))),
    maybe(.int64(limits.randomElement(using: &random)!)),
    maybe(.decimal(unscaled: Int128(Int64.random(in: -999_999_999...999_999_999, using: &random)), scale: 2)),
    maybe(.decimal(unscaled: wide, scale: 4)),
    // Multiples of 1/64 below 2^20: their sums are exact doubles.
    maybe(.float64(Double(Int64.random(in: -(1 << 26)...(1 << 26), using: &random)) / 64)),
    maybe(.float64(odd.randomElement(using: &random)!)),
    maybe(.date(daysSinceEpoch: 18_000 + Int.random(in: -5...5, using: &random))),
    maybe(.string(words.randomElement(using: &random)!)),
    maybe(.string("text \(Int.random(in: 0...30, using: &random))")),
    maybe(.timestamp(microsecondsSinceEpoch: Int.random(in: -3...3, using: &random) * 1_000_000, isUTC: false)),
    maybe(.timestamp(microsecondsSinceEpoch: Int.random(in: -3...3, using: &random) * 86_400_000_001, isUTC: true)),
  ]
}

/// Random rows.
func randomRows(_ count: Int, using random: inout RandomSource) -> [[Value]] {
  (0..<count).map { _ in randomRow(using: &random) }
}

/// A table of `rows`, cut into random chunks. Column `name` has a dictionary (and sometimes plain strings), `text` has none.
func makeTable(_ rows: [[Value]], schema: Schema = randomSchema, using random: inout RandomSource) -> Table {
  let entries = words.shuffled(using: &random)
  let dictionary = StringDictionary(entries: StringArray(entries))
  var chunks: [[ColumnPage]] = []
  var first = 0
  while first < rows.count {
    let count = Int.random(in: 1...max(1, rows.count / 3), using: &random)
    let slice = rows[first..<min(rows.count, first + count)]
    let plainStrings = Int.random(in: 0...3, using: &random) == 0
    chunks.append(
      schema.fields.enumerated().map { column, field in
        page(slice.map { $0[column] }, field.name == "name" && !plainStrings ? entries : nil, field.type)
      })
    first += count
  }
  return Table(
    name: "random", schema: schema, chunks: chunks,
    dictionaries: schema.fields.map { $0.name == "name" ? dictionary : nil })
}

private func page(_ values: [Value], _ entries: [String]?, _ type: ColumnType) -> ColumnPage {
  var words = [UInt64](repeating: 0, count: (values.count + 63) / 64)
  for (row, value) in values.enumerated() where value != .null { words[row >> 6] |= 1 << UInt64(row & 63) }
  let validity = Validity(words: words, rowCount: values.count)
  func integers<T: FixedWidthInteger>(_ none: T) -> [T] {
    values.map { value in
      switch value {
      case .bool(let flag): flag ? 1 : 0
      case .int64(let number): T(number)
      case .decimal(let unscaled, _): T(unscaled)
      case .date(let days): T(days)
      case .timestamp(let microseconds, _): T(microseconds)
      default: none
      }
    }
  }
  func texts() -> [String] {
    values.map { value in
      guard case .string(let text) = value else { return "" }
      return text
    }
  }
  switch type {
  case .float64:
    let doubles = values.map { value -> Double in
      guard case .float64(let number) = value else { return 77 }
      return number
    }
    return ColumnPage(values: .float64(doubles), validity: validity)
  case .string:
    guard let entries else { return ColumnPage(values: .strings(StringArray(texts())), validity: validity) }
    return ColumnPage(values: .codes(texts().map { UInt32(entries.firstIndex(of: $0)!) }), validity: validity)
  case .decimal where type.isWide: return ColumnPage(values: .int128(integers(Int128(5))), validity: validity)
  default: return ColumnPage(values: .int64(integers(Int64(5))), validity: validity)
  }
}
