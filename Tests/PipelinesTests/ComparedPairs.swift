// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Compare
import TestSupport

private let types: [ColumnType] = [
  .bool, .int64, .decimal(precision: 6, scale: 2), .decimal(precision: 9, scale: 1), .decimal(precision: 38, scale: 4),
  .decimal(precision: 38, scale: 0), .float64, .date, .timestamp(isUTC: false), .timestamp(isUTC: true), .string,
]

/// Tables of any types, many equal values, and keys that may repeat.
struct PairMaker {
  var random: RandomSource

  mutating func value(_ type: ColumnType, range: ClosedRange<Int>) -> Value {
    if Int.random(in: 0..<12, using: &random) == 0 { return .null }
    let number = Int.random(in: range, using: &random)
    switch type {
    case .bool: return .bool(number > 0)
    case .int64: return .int64(Int64(number))
    case .decimal(let precision, let scale):
      let isHuge = precision == 38 && Int.random(in: 0..<9, using: &random) == 0
      let unscaled = isHuge ? Int128(number % 100) * powerOfTen(36) : Int128(number) * powerOfTen(scale)
      return .decimal(unscaled: unscaled, scale: scale)
    case .float64:
      let specials = [Double.nan, .infinity, -.infinity, -0.0, 0.1, 1e300, 1e-300]
      let isSpecial = Int.random(in: 0..<6, using: &random) == 0
      return .float64(isSpecial ? specials.randomElement(using: &random)! : Double(number) / 10)
    case .date: return .date(daysSinceEpoch: 18_000 + number)
    case .timestamp(let isUTC):
      let noon = Bool.random(using: &random) ? 43_200_000_000 : 0
      return .timestamp(microsecondsSinceEpoch: (18_000 + number) * 86_400_000_000 + noon, isUTC: isUTC)
    case .string:
      let words = ["", " ", "São", "SÃO ", "a b", "A B", "1", "1.0", "true", "2019-04-14", "\(number)", " \(number)"]
      return .string(words.randomElement(using: &random)!)
    }
  }

  mutating func table(_ name: String, rows rowCount: Int, _ columns: [(String, ColumnType)], keyRange: Int) -> Table {
    var rows = (0..<rowCount).map { _ in
      columns.enumerated().map { value($1.1, range: $0 < 2 ? -keyRange...keyRange : -3...3) }
    }
    var chunks: [[ColumnPage]] = []
    var words = columns.map { _ in [String]() }
    // Some columns have text besides codes.
    let haveText = columns.map { _ in Int.random(in: 0..<3, using: &random) == 0 }
    while !rows.isEmpty {
      let part = rows.prefix(Int.random(in: 1...60, using: &random))
      rows.removeFirst(part.count)
      chunks.append(
        columns.indices.map { column in
          let values = part.map { $0[column] }
          let page = ColumnPage(boxed: values, type: columns[column].1)
          guard columns[column].1 == .string, !haveText[column] || Bool.random(using: &random) else { return page }
          let codes = values.map { value -> UInt32 in
            guard case .string(let text) = value else { return 0 }
            if let code = words[column].firstIndex(of: text) { return UInt32(code) }
            words[column].append(text)
            return UInt32(words[column].count - 1)
          }
          return ColumnPage(values: .codes(codes), validity: page.validity)
        })
    }
    return Table(
      name: name, schema: Schema(columns.map { Field(name: $0.0, type: $0.1) }), chunks: chunks,
      dictionaries: zip(columns, words).map { column, words in
        column.1 == .string ? StringDictionary(entries: StringArray(words.isEmpty ? [""] : words)) : nil
      })
  }

  /// Two tables and what is asked of them.
  struct Pair {
    let a: Table
    let b: Table
    let request: CompareRequest
    /// Half the number of values that a key may have.
    let keyRange: Int
    let rowCount: Int
    /// True if a key is a truth value on a side.
    let hasTruthKeys: Bool
  }

  mutating func pair() -> Pair {
    let left = (0..<7).map { _ in types.randomElement(using: &random)! }
    let right = left.map {
      Int.random(in: 0..<3, using: &random) > 0 ? $0 : types.randomElement(using: &random)!
    }
    // Few keys repeat often, many seldom: some pairs have none that does.
    let keyRange = [3, 30, 3_000].randomElement(using: &random)!
    let rowCount = Int.random(in: 60...250, using: &random)
    let a = table(
      "a", rows: rowCount, Array(zip(["k", "l", "a", "b", "c", "d", "only a"], left)), keyRange: keyRange)
    let b = table(
      "b", rows: rowCount, Array(zip(["k", "L", "a", "B", "c", "d", "only b"], right)), keyRange: keyRange)
    var request = CompareRequest(
      keys: ["k", NamePair("l", "L")], exampleLimit: Int.random(in: 0...5, using: &random))
    if Int.random(in: 0..<5, using: &random) == 0 { request.rows = .positions }
    request.renames = request.rows == .positions ? [NamePair("l", "L"), NamePair("b", "B")] : [NamePair("b", "B")]
    request.duplicates = DuplicatePolicy.allCases.randomElement(using: &random)!
    request.texts = TextRules(
      ignoresCase: Bool.random(using: &random), trims: Bool.random(using: &random),
      emptyIsNull: Bool.random(using: &random))
    request.tolerances = ["1", "0.5", "10%"].shuffled(using: &random).prefix(1).map {
      NamedTolerance(NamedTolerance.everyColumn, Tolerance($0)!)
    }
    return Pair(
      a: a, b: b, request: request, keyRange: keyRange, rowCount: rowCount,
      hasTruthKeys: (left[..<2] + right[..<2]).contains(.bool))
  }
}
