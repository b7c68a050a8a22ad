// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import TestSupport
import Testing

@testable import Compare

private func table(_ name: String, _ columns: [(String, ColumnType, [Value])]) -> Table {
  Table(name: name, columns: columns.map { (name: $0.0, type: $0.1, values: $0.2) })
}

private func integers(_ values: [Int64?]) -> [Value] { values.map { $0.map(Value.int64) ?? .null } }
private func doubles(_ values: [Double]) -> [Value] { values.map(Value.float64) }
private func decimals(_ values: [Int128], scale: Int) -> [Value] {
  values.map { Value.decimal(unscaled: $0, scale: scale) }
}

private let byK = CompareRequest(keys: ["k"])

@Test func sumsAndDistancesOfIntegers() throws {
  let keys = integers([1, 2, 3, 4, 5, 6])
  let a = table("a", [("k", .int64, keys), ("v", .int64, integers([10, nil, 30, .min, 5, nil]))])
  let b = table("b", [("k", .int64, keys), ("v", .int64, integers([10, 2, nil, .max, 8, nil]))])
  let column = try compare(a, b, byK, threads: 1).columns[0]
  #expect(column.equalCount == 2 && column.differentCount == 4)
  #expect(column.sourceNullCount == 1 && column.compareNullCount == 1)
  #expect(column.sums?.source == .decimal(unscaled: 45 + Int128(Int64.min), scale: 0))
  #expect(column.sums?.compare == .decimal(unscaled: 20 + Int128(Int64.max), scale: 0))
  #expect(column.sums?.difference == .decimal(unscaled: (1 << 64) - 1 - 25, scale: 0))
  let distances = try #require(column.distances)
  #expect(distances.rowCount == 2 && distances.maximum == .decimal(unscaled: (1 << 64) - 1, scale: 0))
  #expect(distances.median == .decimal(unscaled: 3, scale: 0))
  #expect(distances.mean == 9_223_372_036_854_775_808)
  #expect(distances.minimum == .decimal(unscaled: 3, scale: 0))
  #expect(distances.upCount == 2 && distances.downCount == 0)
  #expect(distances.relative?.minimum == 0.6 && distances.relative?.maximum == 2 && distances.relative?.rowCount == 2)
}

@Test func relativeDistancesLeaveZerosOut() throws {
  let keys = integers([1, 2, 3, 4])
  let pairs: [(ColumnType, [Value], [Value])] = [
    (.int64, integers([0, 10, -4, 8]), integers([5, 5, -2, 10])),
    (
      .decimal(precision: 30, scale: 1), decimals([0, 100, -40, 80], scale: 1), decimals([50, 50, -20, 100], scale: 1)
    ),
    (.float64, doubles([0, 10, -4, 8]), doubles([5, 5, -2, 10])),
  ]
  for (type, left, right) in pairs {
    let a = table("a", [("k", .int64, keys), ("v", type, left)])
    let b = table("b", [("k", .int64, keys), ("v", type, right)])
    let distances = try #require(try compare(a, b, byK, threads: 1).columns[0].distances)
    #expect(distances.rowCount == 4 && distances.upCount == 3 && distances.downCount == 1)
    let expected = RelativeDistribution(
      rowCount: 3, minimum: 0.25, maximum: 0.5, mean: 1.25 / 3, median: 0.5, percentile95: 0.5, percentile99: 0.5)
    #expect(distances.relative == expected)
  }
}

@Test func tolerancesAreExact() throws {
  #expect(Tolerance("1") == Tolerance(.absolute, unscaled: 1, scale: 0))
  #expect(Tolerance("0.1%") == Tolerance(.relative, unscaled: 1, scale: 3))
  #expect(Tolerance(".5") == Tolerance(.absolute, unscaled: 5, scale: 1))
  for text in ["", "%", ".", "1.", "-1", "1e3", "1 %", "1..2", String(repeating: "9", count: 37)] {
    #expect(Tolerance(text) == nil, "\(text)")
  }
  #expect(["1", "0.1%", "0.05", "10%", "0"].map { Tolerance($0)!.description } == ["1", "0.1%", "0.05", "10%", "0"])
  func allows(_ text: String, _ a: Int64, _ b: Int64, digits: Int = 0) -> Bool {
    Tolerance(text)!.allows(a, b, digits: digits)
  }
  #expect(
    allows("1", 5, 6) && !allows("1", 5, 7) && allows("0.1", 10, 11, digits: 2) && !allows("0.1", 10, 21, digits: 2))
  #expect(allows("10%", 100, 110) && !allows("10%", 100, 111) && !allows("10%", 110, 122) && !allows("99%", 0, 1))
  #expect(allows("18446744073709551615", .min, .max) && !allows("18446744073709551614", .min, .max))
  let tenth = Tolerance("0.1")!
  #expect(tenth.allows(1.1, 1.0) && tenth.allows(0.3, 0.2) && !tenth.allows(1.1, 0.99) && !tenth.allows(.nan, 1))
  #expect(!Tolerance("100%")!.allows(.infinity, 1) && !Tolerance("100%")!.allows(1, .infinity))
}

@Test func toleranceReachesPastOneScale() throws {
  // The first leaves 128 bits with the other's digits.
  let keys = integers([1, 2])
  let a = table(
    "a",
    [
      ("k", .int64, keys),
      ("v", .decimal(precision: 38, scale: 0), decimals([4_000_000_000_000_000_000, 1], scale: 0)),
    ])
  let b = table(
    "b",
    [
      ("k", .int64, keys),
      ("v", .decimal(precision: 38, scale: 20), decimals([powerOfTen(37), powerOfTen(20) + 1], scale: 20)),
    ])
  var request = byK
  request.tolerances = [NamedTolerance("v", Tolerance("100%")!)]
  #expect(try compare(a, b, request, threads: 1).columns[0].toleratedCount == 2)
  request.tolerances = [NamedTolerance("v", Tolerance("90%")!)]
  #expect(try compare(a, b, request, threads: 1).columns[0].toleratedCount == 1)
}

@Test func keysAreFoundInTheData() throws {
  let names: [Value] = [.string("x"), .string("y"), .string("x"), .string("y")]
  let a = table(
    "a",
    [
      ("n", .int64, integers([1, 2, 3, 4])), ("place", .string, names), ("day", .int64, integers([1, 1, 2, 2])),
      ("f", .float64, doubles([1, 2, 3, 4])),
    ])
  let b = table(
    "b",
    [
      ("n", .int64, integers([9, 8, 7, 6])), ("place", .string, names), ("day", .int64, integers([1, 1, 2, 2])),
      ("f", .float64, doubles([1, 2, 3, 5])),
    ])
  // A number of the row is unique on both sides and pairs nothing.
  let found = try compare(a, b, CompareRequest(rows: .proposedKeys), threads: 2)
  #expect(found.keys.map(\.name) == ["place", "day"] && found.columns.map(\.pairing.name) == ["n", "f"])
  #expect(found.matching == .proposedKeys && found.pairedRowCount == 4)
  // What is to be compared is no key.
  let error = #expect(throws: CompareError.self) {
    try compare(a, b, CompareRequest(rows: .proposedKeys, columns: ["n", "place"]), threads: 1)
  }
  #expect(error?.code == "compare.no-unique-columns")
  #expect(try compare(a, a, CompareRequest(rows: .proposedKeys), threads: 1).keys.map(\.name) == ["n"])
}

@Test func limitsOfDifferences() throws {
  let a = table("a", [("k", .int64, integers([1, 2, 3, 4])), ("v", .int64, integers([1, 2, 3, 4]))])
  let b = table("b", [("k", .int64, integers([1, 2, 3, 5])), ("v", .float64, doubles([1, 2, 4, 4]))])
  let comparison = try compare(a, b, byK, threads: 1)
  // A row on each side alone, and one that differs: three of five.
  #expect(comparison.exceeds(DifferenceLimits()) && comparison.exceeds(DifferenceLimits(maximumCount: 2)))
  #expect(!comparison.exceeds(DifferenceLimits(maximumCount: 3)))
  #expect(!comparison.exceeds(DifferenceLimits(maximumShare: Tolerance("60%"))))
  #expect(comparison.exceeds(DifferenceLimits(maximumShare: Tolerance("59.9%"))))
  #expect(comparison.exceeds(DifferenceLimits(maximumCount: 3, maximumShare: Tolerance("59.9%"))))
  #expect(!comparison.exceeds(DifferenceLimits(kinds: [.values], maximumCount: 1)))
  #expect(comparison.exceeds(DifferenceLimits(kinds: [.schema], maximumCount: 9)))
}

@Test func percentilesAreByNearestRank() throws {
  let type = ColumnType.decimal(precision: 9, scale: 2)
  let keys = integers((0..<200).map { Int64($0) })
  let a = table("a", [("k", .int64, keys), ("v", type, decimals((0..<200).map { $0 }, scale: 2))])
  let b = table("b", [("k", .int64, keys), ("v", type, decimals((0..<200).map { 2 * $0 }, scale: 2))])
  let distances = try #require(try compare(a, b, byK, threads: 2).columns[0].distances)
  // Distances 0.01 to 1.99, 199 of them.
  #expect(distances.rowCount == 199)
  #expect(distances.median == .decimal(unscaled: 100, scale: 2))
  #expect(distances.percentile95 == .decimal(unscaled: 190, scale: 2))
  #expect(distances.percentile99 == .decimal(unscaled: 198, scale: 2))
  #expect(distances.mean == 1.0)
}

@Test func decimalsOfAnyScaleAreExact() throws {
  let keys = integers([1, 2, 3])
  let most: Int128 = 99_999_999_999_999_999_999_999_999_999_999_999_999
  let a = table(
    "a", [("k", .int64, keys), ("v", .decimal(precision: 38, scale: 0), decimals([most, 5, 1], scale: 0))])
  let fractions = decimals([most, 0, most], scale: 38)
  let b = table("b", [("k", .int64, keys), ("v", .decimal(precision: 38, scale: 38), fractions)])
  let column = try compare(a, b, byK, threads: 1).columns[0]
  #expect(column.differentCount == 3)
  // 10^38 - 1 with 38 digits after the point leaves 128 bits: nothing is said rather than something wrong.
  #expect(column.distances == nil && column.sums?.difference == .null)
  let c = table("c", [("k", .int64, keys), ("v", .int64, integers([7, 5, 1]))])
  #expect(try compare(a, c, byK, threads: 1).columns[0].differentCount == 1)
}

@Test func doublesStandForWhatTheyPrint() throws {
  let values: [(Double, Int128, Int, Bool)] = [
    (18.1, 1810, 2, true), (0.1, 1, 1, true), (0.1 + 0.2, 3, 1, false), (1358, 1358, 0, true), (-0.0, 0, 3, true),
    (1e23, 100_000_000_000_000_000_000_000, 0, true), (9_007_199_254_740_992, 9_007_199_254_740_993, 0, false),
    (9_007_199_254_740_992, 9_007_199_254_740_992, 0, true), (.nan, 0, 0, false), (.infinity, 0, 0, false),
    (1e-5, 1, 5, true), (.leastNonzeroMagnitude, 0, 38, false), (1.7e308, 0, 0, false),
    (0.1 + 0.2, 30_000_000_000_000_004, 17, true), (-2.5, -250, 2, true),
  ]
  for (double, unscaled, scale, expected) in values {
    #expect(printsAs(double, unscaled, scale: scale) == expected, "\(double)")
    #expect((unscaledPrintedNumber(double, scale: scale) == unscaled) == expected, "\(double)")
  }
  let keys = integers([1, 2])
  let a = table("a", [("k", .int64, keys), ("v", .float64, doubles([18.1, 2.5]))])
  let b = table("b", [("k", .int64, keys), ("v", .decimal(precision: 9, scale: 2), decimals([1810, 200], scale: 2))])
  for (left, right) in [(a, b), (b, a)] {
    let column = try compare(left, right, byK, threads: 1).columns[0]
    #expect(column.equalCount == 1 && column.differentCount == 1)
    #expect(column.distances?.maximum == .float64(0.5) && column.distances?.mean == 0.5)
    #expect(column.pairing.comparedAs == .printedNumber)
  }
}

@Test func quickAndThoroughPrintedNumbersAgree() {
  var random = RandomSource(seed: 51)
  for _ in 0..<3000 {
    let scale = Int.random(in: 0...20, using: &random)
    let digits = Int64.random(in: -999_999_999_999_999...999_999_999_999_999, using: &random)
    let unscaled = Int128(digits >> Int64.random(in: 0..<40, using: &random))
    let nearest = nearestQuotient(unscaled, dividedBy: 1, scale: scale)
    for value in [nearest, nearest.nextUp, nearest.nextDown] {
      let thorough = unscaledPrintedNumber(value, scale: scale) == unscaled
      #expect(printsAs(value, unscaled, scale: scale) == thorough, "seed \(random.seed)")
    }
  }
}

@Test func floatSidesAreSummedExactly() throws {
  let keys = integers([1, 2, 3, 4])
  let a = table("a", [("k", .int64, keys), ("v", .float64, doubles([1e100, 1, -1e100, .nan]))])
  let b = table("b", [("k", .int64, keys), ("v", .float64, doubles([1e100, 2, -1e100, 0]))])
  #expect(try compare(a, a, byK, threads: 1).hasEqualRows)
  let column = try compare(b, a, byK, threads: 1).columns[0]
  #expect(column.sums?.source == .float64(2))
  #expect(column.differentCount == 2 && column.distances?.rowCount == 1)
}

@Test func keysOfUnlikeTypesMeet() throws {
  let values = integers([1, 2, 3])
  let a = table("a", [("k", .int64, integers([1, 2, nil])), ("v", .int64, values)])
  let tenths: [Value] = [.decimal(unscaled: 20, scale: 1), .null, .decimal(unscaled: 15, scale: 1)]
  let b = table("b", [("k", .decimal(precision: 5, scale: 1), tenths), ("v", .int64, integers([2, 3, 9]))])
  let comparison = try compare(a, b, byK, threads: 1)
  #expect(comparison.equalRowCount == 2)
  #expect(comparison.sourceOnlyExamples == [RowExample(row: 1, key: [.int64(1)])])
  #expect(comparison.compareOnlyExamples == [RowExample(row: 3, key: [.decimal(unscaled: 15, scale: 1)])])
  let c = table("c", [("k", .string, [.string("1"), .string("2"), .null]), ("v", .int64, values)])
  #expect(try compare(a, c, byK, threads: 1).hasEqualRows)
  let d = table("d", [("k", .float64, doubles([2, .nan, 1e300])), ("v", .int64, integers([2, 2, 2]))])
  #expect(try compare(d, a, byK, threads: 1).equalRowCount == 1)
}

@Test func duplicateKeysAreListed() throws {
  let a = table("a.csv", [("k", .int64, integers([1, 2, 1, 3, nil, 2, nil, 2]))])
  let b = table("b.csv", [("k", .int64, integers([1, 2, 9, 9]))])
  let error = try #require(throws: CompareError.self) { try compare(a, b, byK, threads: 2) }
  #expect(error.code == "compare.duplicate-key")
  #expect(error.place == Place(file: "a.csv", row: 3))
  guard case .duplicateKeys(let sides, let text) = error else { return }
  #expect(sides.map(\.side) == [.source, .compare] && sides.map(\.keyCount) == [3, 1])
  #expect(sides[0].examples.map(\.key) == [[.int64(1)], [.int64(2)], [.null]])
  #expect(sides[0].examples.map(\.rows) == [[1, 3], [2, 6, 8], [5, 7]])
  #expect(sides[1].examples.map(\.rows) == [[3, 4]])
  #expect(text.hasPrefix("3 keys occur more than once in a.csv (source): (1) in rows 1, 3; (2) in rows 2, 6, 8"))
  #expect(error.advice?.contains("--on") == true)
}

@Test func onlyTenDuplicatesAreListed() throws {
  let a = table("a", [("k", .int64, integers((0..<40).map { Int64($0 / 2) }))])
  let b = table("b", [("k", .int64, [])])
  let error = try #require(throws: CompareError.self) { try compare(a, b, byK, threads: 1) }
  guard case .duplicateKeys(let sides, let text) = error else { return }
  #expect(sides[0].keyCount == 20 && sides[0].examples.count == 10 && text.hasSuffix("; …"))
}

@Test func unknownColumnsAndSenselessRequests() throws {
  let one = integers([1])
  let a = table("a.csv", [("date", .int64, one), ("cases", .int64, one), ("region", .int64, one)])
  let b = table("b.csv", [("date", .int64, one), ("cases", .int64, one)])
  func failure(_ keys: [String], _ columns: [String]?) -> (any Diagnosis)? {
    do {
      _ = try compare(a, b, CompareRequest(keys: keys.map { NamePair($0, $0) }, columns: columns), threads: 1)
      return nil
    } catch { return error as? any Diagnosis }
  }
  let misspelt = failure(["date"], ["casse"])
  #expect(misspelt?.code == "column.unknown" && misspelt?.place.file == "a.csv")
  #expect(misspelt?.advice == "did you mean \"cases\"?")
  #expect(failure(["date"], ["region"])?.place.file == "b.csv")
  #expect(failure(["region"], nil)?.code == "column.unknown")
  #expect(failure([], nil)?.code == "compare.no-keys")
  #expect(failure(["date", "date"], nil)?.code == "compare.repeated-name")
  #expect(failure(["date"], ["cases", "cases"])?.place == Place(column: "cases"))
  #expect(failure(["date"], ["date"])?.code == "compare.compared-key")
  #expect(failure(["date"], nil) == nil)
  func failure(_ change: (inout CompareRequest) -> Void) -> (any Diagnosis)? {
    var request = CompareRequest(keys: ["date"])
    change(&request)
    do {
      _ = try compare(a, b, request, threads: 1)
      return nil
    } catch { return error as? any Diagnosis }
  }
  #expect(failure { $0.ignored = ["casse"] }?.advice == "did you mean \"cases\"?")
  #expect(failure { $0.ignored = ["region"] } == nil)
  #expect(failure { $0.ignored = ["date"] }?.code == "compare.ignored-too")
  #expect(failure { $0.renames = [NamePair("region", "casse")] }?.place.file == "b.csv")
  #expect(
    failure { $0.renames = [NamePair("region", "cases"), NamePair("cases", "cases")] }?.code == "compare.repeated-name")
  #expect(failure { $0.tolerances = [NamedTolerance("casse", Tolerance("1")!)] }?.advice == "did you mean \"cases\"?")
  #expect(
    failure { $0.tolerances = [NamedTolerance("date", Tolerance("1")!)] }?.code == "compare.tolerance-not-compared")
}

@Test func tablesWithoutRowsOrColumns() throws {
  let none = table("none", [("k", .int64, []), ("v", .string, [])])
  let one = table("one", [("k", .int64, integers([1])), ("v", .string, [.string("x")])])
  #expect(try compare(none, none, byK, threads: 2).hasEqualRows)
  let lost = try compare(one, none, byK, threads: 2)
  #expect(lost.sourceOnlyRowCount == 1 && lost.compareOnlyRowCount == 0 && lost.pairedRowCount == 0)
  #expect(try compare(none, one, byK, threads: 2).compareOnlyRowCount == 1)
  let bare = try compare(one, one, CompareRequest(keys: ["k", "v"]), threads: 2)
  #expect(bare.columns.isEmpty && bare.equalRowCount == 1 && bare.hasEqualRows)
}

@Test func namesOfDifferingRowsStayUnique() throws {
  let one = integers([1])
  let a = table("a", [("change", .int64, one), ("v_source", .int64, one), ("v", .int64, one)])
  let b = table("b", [("change", .int64, one), ("v_source", .int64, integers([2])), ("v", .int64, one)])
  let rows = DifferingRows(try compare(a, b, CompareRequest(keys: ["change", "v_source"]), threads: 1), a, b)
  #expect(
    rows.schema.names == [
      "change", "v_source", "change_", "columns", "source_row", "compare_row", "v_source_", "v_compare",
    ])
  #expect(rows.rowCount == 2)
}

private func moments(_ seconds: [Int?], isUTC: Bool = false) -> [Value] {
  seconds.map { $0.map { .timestamp(microsecondsSinceEpoch: $0 * 1_000_000, isUTC: isUTC) } ?? .null }
}

@Test func daysAreTheMidnightsOfLocalTimestamps() throws {
  let keys = integers([1, 2, 3, 4, 5])
  let days: [Value] = [0, 1, -1, 3].map { .date(daysSinceEpoch: $0) } + [.null]
  let a = table("a", [("k", .int64, keys), ("v", .date, days)])
  let b = table("b", [("k", .int64, keys), ("v", .timestamp(isUTC: false), moments([0, 86_401, -86_400, nil, nil]))])
  for (left, right) in [(a, b), (b, a)] {
    let comparison = try compare(left, right, byK, threads: 2)
    let column = comparison.columns[0]
    #expect(column.pairing.comparedAs == .timestamp)
    #expect(column.equalCount == 3 && column.differentCount == 2)
    #expect(column.sums == nil && column.distances == nil)
    #expect(comparison.schema.typeDifferences.map(\.name) == ["v"])
    #expect(Set(column.examples.map(\.sourceRow)) == [2, 4])
  }
  // As keys they meet as well; rows that differ show them as their own side prints them.
  let byV = CompareRequest(keys: ["v"])
  let comparison = try compare(
    a, table("c", [("v", .timestamp(isUTC: false), moments([-86_400, 0, 1]))]), byV, threads: 1)
  #expect(comparison.pairedRowCount == 2 && comparison.sourceOnlyRowCount == 3)
  #expect(comparison.compareOnlyExamples == [RowExample(row: 3, key: moments([1]))])
}

@Test func instantsAndLocalTimestampsDoNotMeet() throws {
  let local = table("a", [("k", .timestamp(isUTC: false), moments([0, nil])), ("v", .int64, integers([1, 2]))])
  let utc = table(
    "b", [("k", .timestamp(isUTC: true), moments([0, nil], isUTC: true)), ("v", .int64, integers([1, 2]))])
  let unlike = try compare(local, utc, byK, threads: 1)
  #expect(unlike.keys[0].comparedAs == .text && unlike.pairedRowCount == 1 && unlike.schema.typeDifferences.count == 1)
  let same = try compare(utc, utc, byK, threads: 1)
  #expect(same.keys[0].comparedAs == .timestamp && same.hasEqualRows)
  let text = table("c", [("k", .string, [.string("1970-01-01T00:00:00Z"), .null]), ("v", .int64, integers([1, 2]))])
  #expect(try compare(utc, text, byK, threads: 1).hasEqualRows)
}
