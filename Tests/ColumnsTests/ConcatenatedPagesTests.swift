// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Columns

/// Boxed values of a type, a fifth of them null.
private func values(_ count: Int, _ type: ColumnType, _ random: inout RandomSource) -> [Value] {
  (0..<count).map { _ in
    guard Int.random(in: 0..<5, using: &random) > 0 else { return .null }
    let number = Int.random(in: -9...9, using: &random)
    switch type {
    case .float64: return .float64(Double(number) / 4)
    case .string: return .string(["", "é", "abc", "town \(number)"][abs(number) % 4])
    case .decimal(_, let scale): return .decimal(unscaled: Int128(number), scale: scale)
    default: return .int64(Int64(number))
    }
  }
}

/// The page in codes of `dictionary`, which gets the strings it lacks.
private func coded(_ page: ColumnPage, _ names: inout [String]) -> ColumnPage {
  guard case .strings(let strings) = page.values else { return page }
  let codes = (0..<strings.count).map { row -> UInt32 in
    if let known = names.firstIndex(of: strings[row]) { return UInt32(known) }
    names.append(strings[row])
    return UInt32(names.count - 1)
  }
  return ColumnPage(values: .codes(codes), validity: page.validity)
}

@Test(arguments: [ColumnType.int64, .float64, .string, .decimal(precision: 30, scale: 3)])
func concatenatedPagesHaveTheValuesOfTheParts(type: ColumnType) {
  let seed = UInt64.random(in: 0 ... .max)
  var random = RandomSource(seed: seed)
  for round in 0..<60 {
    let sizes = (0..<Int.random(in: 1...5, using: &random)).map { _ in
      [0, 1, 63, 64, 65, Int.random(in: 0...300, using: &random)].randomElement(using: &random) ?? 0
    }
    var all: [Value] = []
    var names: [String] = []
    let pages = sizes.map { size -> ColumnPage in
      let form = Int.random(in: 0..<4, using: &random)
      var part = values(size, type, &random)
      if form == 0 { part = part.map { _ in .null } }
      if form == 1 { part = part.map { $0 == .null ? values(50, type, &random).first { $0 != .null } ?? .null : $0 } }
      all += part
      let page = ColumnPage(boxed: part, type: type)
      return round % 3 == 0 || (round % 3 == 1 && form > 1) ? coded(page, &names) : page
    }
    let dictionary = StringDictionary(entries: StringArray(names))
    let joined = ColumnPage(concatenating: pages, type: type, dictionary: dictionary)
    let found = (0..<joined.rowCount).map { joined.value(at: $0, type: type, dictionary: dictionary) }
    #expect(found == all, "seed \(seed), round \(round), sizes \(sizes)")
    #expect(joined.nullCount == all.count { $0 == .null })
  }
}

@Test func statisticsAreRescaledAsValuesAre() {
  let cents = PageStatistics(rowCount: 3, nullCount: 1, bounds: .integer(minimum: -5, maximum: 7, sum: 2))
  let wide = cents.rescaled(from: .decimal(precision: 3, scale: 2), to: .decimal(precision: 38, scale: 4))
  #expect(wide?.bounds == .integer(minimum: -500, maximum: 700, sum: 200))
  let day = PageStatistics(rowCount: 1, nullCount: 0, bounds: .integer(minimum: 1, maximum: 1, sum: 1))
  let midnight = day.rescaled(from: .date, to: .timestamp(isUTC: false))?.bounds
  #expect(midnight == .integer(minimum: 86_400_000_000, maximum: 86_400_000_000, sum: 86_400_000_000))
  let limit = powerOfTen(37)
  let great = PageStatistics(rowCount: 1, nullCount: 0, bounds: .integer(minimum: 0, maximum: limit, sum: limit))
  #expect(great.rescaled(from: .decimal(precision: 38, scale: 0), to: .decimal(precision: 38, scale: 1)) == nil)
}
