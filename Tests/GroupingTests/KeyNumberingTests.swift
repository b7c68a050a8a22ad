// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import TestSupport
import Testing

/// The obviously right twin: boxed keys in a dictionary, numbered by first appearance.
private struct PlainNumbering {
  var numbers: [[Value]: UInt32] = [:]
  var keys: [[Value]] = []

  mutating func number(_ key: [Value], adding: Bool = true) -> UInt32 {
    let canonical = key.map(Self.canonical)
    if let known = numbers[canonical] { return known }
    guard adding else { return UInt32.max }
    numbers[canonical] = UInt32(keys.count)
    keys.append(canonical)
    return UInt32(keys.count - 1)
  }

  /// NaN, which equals nothing as a Double, becomes a text; -0.0 becomes 0.0.
  static func canonical(_ value: Value) -> Value {
    guard case .float64(let number) = value else { return value }
    return number.isNaN ? .string("NaN of float64") : .float64(number + 0.0)
  }
}

/// How a random key column draws its values.
private enum Draw: CaseIterable {
  case bool, smallInteger, risingInteger, anyInteger, limits, float, narrowDecimal, wideDecimal
  case codes, severalDictionaries, codesThenStrings, manyStrings

  var type: ColumnType {
    switch self {
    case .bool: .bool
    case .smallInteger, .risingInteger, .anyInteger, .limits: .int64
    case .float: .float64
    case .narrowDecimal: .decimal(precision: 10, scale: 2)
    case .wideDecimal: .decimal(precision: 38, scale: 3)
    case .codes, .severalDictionaries, .codesThenStrings, .manyStrings: .string
    }
  }
}

private let names = StringArray([
  "Ceará", "", "São Paulo", "Acre", "Amapá", "a much longer name than eight bytes", "Acre2",
])
private let moreNames = StringArray(["Bahia", "Acre", "", "Ceará", "Goiás"])
private let dictionaries = [
  StringDictionary(entries: names), StringDictionary(entries: moreNames), StringDictionary(entries: names),
]

private func randomPage(
  _ draw: Draw, pageNumber: Int, rowCount: Int, using random: inout RandomSource
) -> (page: ColumnPage, dictionary: StringDictionary?) {
  func make<T>(_ value: (inout RandomSource) -> T) -> [T] { (0..<rowCount).map { _ in value(&random) } }
  var dictionary: StringDictionary?
  let values: PageValues
  switch draw {
  case .bool: values = .int64(make { Int64.random(in: 0...1, using: &$0) })
  case .smallInteger, .narrowDecimal: values = .int64(make { Int64.random(in: -20...20, using: &$0) })
  case .risingInteger:
    values = .int64(make { Int64.random(in: 0...9, using: &$0) + Int64(pageNumber * pageNumber * 7) })
  case .anyInteger: values = .int64(make { Int64.random(in: 0...9, using: &$0) &* 0x1234_5678_9ABC_DEF1 })
  case .limits: values = .int64(make { [Int64.min, -1, 0, 1, .max, .max - 1].randomElement(using: &$0)! })
  case .float:
    let choices = [0.0, -0.0, .nan, -.nan, .infinity, -.infinity, 1.5, .leastNonzeroMagnitude, 1e308]
    values = .float64(make { choices.randomElement(using: &$0)! })
  case .wideDecimal:
    values = .int128(
      make {
        Int128(Int64.random(in: -3...3, using: &$0)) * (Int128(1) << 90) + Int128(Int.random(in: -1...1, using: &$0))
      })
  case .codes, .severalDictionaries, .codesThenStrings:
    let chosen = dictionaries[draw == .codes ? 0 : pageNumber % 3]
    if draw == .codesThenStrings, pageNumber % 2 == 1 {
      values = .strings(StringArray(make { chosen.entries[Int.random(in: 0..<chosen.count, using: &$0)] }))
    } else {
      values = .codes(make { UInt32.random(in: 0..<UInt32(chosen.count), using: &$0) })
      dictionary = chosen
    }
  case .manyStrings: values = .strings(StringArray(make { "name \(Int.random(in: 0...3000, using: &$0))" }))
  }
  var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
  switch Int.random(in: 0...3, using: &random) {
  case 0: return (ColumnPage(values: values, validity: .allNull), dictionary)
  case 1:
    for row in 0..<rowCount where Int.random(in: 0...4, using: &random) > 0 { words[row >> 6] |= 1 << UInt64(row & 63) }
    return (ColumnPage(values: values, validity: Validity(words: words, rowCount: rowCount)), dictionary)
  default: return (ColumnPage(values: values), dictionary)
  }
}

private func boxedKey(
  _ pages: [ColumnPage], _ dictionaries: [StringDictionary?], _ types: [ColumnType], _ row: Int
) -> [Value] {
  types.indices.map { pages[$0].value(at: row, type: types[$0], dictionary: dictionaries[$0]) }
}

/// Numbers random pages and compares numbers, look-ups and keys with the plain twin.
private func check(_ draws: [Draw], pageCount: Int, maximumRows: Int, seed: UInt64) {
  var random = RandomSource(seed: seed)
  let types = draws.map(\.type)
  let numbering = KeyNumbering(types: types)
  var plain = PlainNumbering()
  var numbers: [UInt32] = []
  for pageNumber in 0..<pageCount {
    let rowCount = Int.random(in: 0...maximumRows, using: &random)
    let drawn = draws.map { randomPage($0, pageNumber: pageNumber, rowCount: rowCount, using: &random) }
    let pages = drawn.map(\.page)
    let dictionaries = drawn.map(\.dictionary)
    let adding = pageNumber % 4 != 3
    if adding {
      numbering.number(pages, dictionaries: dictionaries, into: &numbers)
    } else {
      numbering.lookUp(pages, dictionaries: dictionaries, into: &numbers)
    }
    let expected = (0..<rowCount).map { plain.number(boxedKey(pages, dictionaries, types, $0), adding: adding) }
    #expect(numbers == expected, "\(draws), seed \(seed), page \(pageNumber)")
    #expect(numbering.count == plain.keys.count, "\(draws), seed \(seed), page \(pageNumber)")
  }
  let keys = numbering.keys()
  let found = (0..<numbering.count).map {
    boxedKey(keys.pages, keys.dictionaries, types, $0).map(PlainNumbering.canonical)
  }
  #expect(found == plain.keys, "\(draws), seed \(seed)")
}

@Test(arguments: Draw.allCases)
private func oneColumnIsNumberedAsByThePlainTwin(_ draw: Draw) {
  for seed in 0..<4 { check([draw], pageCount: 9, maximumRows: 300, seed: UInt64(seed)) }
}

@Test
func severalColumnsAreNumberedAsByThePlainTwin() {
  for seed in UInt64(100)..<124 {
    var random = RandomSource(seed: seed)
    let draws = (0..<Int.random(in: 2...6, using: &random)).map { _ in Draw.allCases.randomElement(using: &random)! }
    check(draws, pageCount: 8, maximumRows: 200, seed: seed)
  }
}

@Test
func pagesLongerThanABlockAreNumberedThroughout() {
  check([.smallInteger, .codes], pageCount: 3, maximumRows: 9000, seed: 7)
  check([.risingInteger, .manyStrings, .anyInteger], pageCount: 5, maximumRows: 6000, seed: 8)
}

@Test
func keysOfMoreThan64BitsGoThroughStages() {
  check(Array(repeating: .manyStrings, count: 7), pageCount: 3, maximumRows: 3000, seed: 9)
}

@Test
func hashTableGrowsWithManyKeys() {
  let rowCount = 300_000
  let values = (0..<rowCount).map { Int64($0 % 200_000) &* 0x1E37_79B9_7F4A_7C15 }
  let numbering = KeyNumbering(types: [.int64])
  var numbers: [UInt32] = []
  numbering.number([ColumnPage(values: .int64(values))], dictionaries: [nil], into: &numbers)
  #expect(numbering.count == 200_000)
  #expect(numbers.indices.allSatisfy { numbers[$0] == UInt32($0 % 200_000) })
  guard case .int64(let keys) = numbering.keys().pages[0].values else {
    Issue.record("keys of another form")
    return
  }
  #expect(keys == Array(values[..<200_000]))
}

private let lowest = Int64.min
private let highest = Int64.max

private let farPages: [[[Int64]]] = [
  [[highest], [lowest], [highest - 1, 0]] as [[Int64]],
  [[highest - 1], [highest, lowest, lowest + 1], [highest - 4]] as [[Int64]],
  [[lowest], [highest], [0]] as [[Int64]],
  [[5], [4], [-1_000_000], [1_099_511_627_776], [5, 4]] as [[Int64]],
  [[0], [2_147_483_646], [2_147_483_647, 0]] as [[Int64]],
]

@Test(arguments: farPages)
func integersAtTheEndsOfTheirRangeKeepTheirNumbers(_ pages: [[Int64]]) {
  for isPaired in [false, true] {
    let numbering = KeyNumbering(types: isPaired ? [.int64, .bool] : [.int64])
    var numbers: [UInt32] = []
    var seen: [Int64] = []
    for values in pages {
      let columns = [values, values.map { $0 & 1 }].map { ColumnPage(values: .int64($0)) }
      numbering.number(isPaired ? columns : [columns[0]], dictionaries: [nil, nil], into: &numbers)
      for value in values where !seen.contains(value) { seen.append(value) }
      #expect(numbers == values.map { UInt32(seen.firstIndex(of: $0)!) })
    }
    #expect(numbering.keys().pages[0].values == .int64(seen))
  }
}

@Test
func noRowsGiveNoKeys() {
  let numbering = KeyNumbering(types: [.int64, .string])
  var numbers: [UInt32] = [1, 2]
  let pages = [ColumnPage(values: .int64([])), ColumnPage(values: .strings(StringArray()))]
  numbering.lookUp(pages, dictionaries: [nil, nil], into: &numbers)
  numbering.number(pages, dictionaries: [nil, nil], into: &numbers)
  #expect(numbers.isEmpty)
  #expect(numbering.count == 0)
  #expect(numbering.keys().pages.map(\.rowCount) == [0, 0])
}

@Test(arguments: [0, 100, 60_000, 10_000_000])
func keysInTheOrderOfEarlierOnesKeepTheirNumbers(expectedKeys: Int) {
  let count = 60_000
  func pages(_ keys: [Int]) -> [ColumnPage] {
    [
      ColumnPage(values: .int64(keys.map { Int64($0 % 5000) })),
      ColumnPage(values: .int64(keys.map { Int64($0 / 7) &* 1_000_003 })),
    ]
  }
  let numbering = KeyNumbering(types: [.int64, .int64], expectedKeys: expectedKeys)
  var numbers: [UInt32] = []
  numbering.number(pages(Array(0..<count)), dictionaries: [nil, nil], into: &numbers)
  #expect(numbers == Array(0..<UInt32(count)))
  // As before but for some rows: left out, turned round, put in twice, and new at both ends.
  var keys = Array(0..<count)
  keys[20_000...20_010].reverse()
  keys.removeSubrange(5_000..<5_003)
  keys.insert(7, at: 40_000)
  keys = [count] + keys + [count + 1, 0, 1]
  numbering.number(pages(keys), dictionaries: [nil, nil], into: &numbers)
  #expect(numbers == keys.map { UInt32($0) })
  #expect(numbering.count == count + 2)
}

@Test
func theNumberOfNullIsNoKeysNumber() {
  let numbering = KeyNumbering(types: [.float64])
  var numbers: [UInt32] = []
  let withNull = ColumnPage(
    values: .float64([1.5, 2.5, 3.5, 0, 4.5]), validity: Validity(words: [0b10111], rowCount: 5))
  numbering.number([withNull], dictionaries: [nil], into: &numbers)
  #expect(numbers == [0, 1, 2, 3, 4])
  numbering.number([ColumnPage(values: .float64([1.5, 2.5, 3.5, 0, 4.5]))], dictionaries: [nil], into: &numbers)
  #expect(numbers == [0, 1, 2, 5, 4])
}
