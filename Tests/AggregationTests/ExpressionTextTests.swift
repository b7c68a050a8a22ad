// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import Testing

private func number(_ unscaled: Int128, _ scale: Int = 0, at position: Int) -> QueryExpression {
  .literal(.decimal(unscaled: unscaled, scale: scale), at: position)
}

@Test
func readsComparisonsWithTheirPlaces() throws {
  #expect(try QueryExpression("v2 >= 0") == .comparison(.greaterOrEqual, .column("v2", at: 1), number(0, at: 7)))
  #expect(
    try QueryExpression("\"a \"\"b\"\"\"<>'it''s'")
      == .comparison(.notEqual, .column("a \"b\"", at: 1), .literal(.string("it's"), at: 12)))
  #expect(try QueryExpression(" -1.50<x ") == .comparison(.less, number(-15, 1, at: 2), .column("x", at: 8)))
  #expect(
    try QueryExpression("x NOT between 1e3 and .5")
      == .not(.between(.column("x", at: 1), low: number(1000, at: 15), high: number(5, 1, at: 23))))
  #expect(
    try QueryExpression("day in (date '1970-01-02', timestamp '1970-01-01T00:00:01Z', null)")
      == .among(
        .column("day", at: 1),
        [
          .literal(.date(daysSinceEpoch: 1), at: 9),
          .literal(.timestamp(microsecondsSinceEpoch: 1_000_000, isUTC: true), at: 28), .literal(.null, at: 62),
        ]))
}

@Test
func bindsNotCloserThanAndCloserThanOr() throws {
  let a = QueryExpression.column("a", at: 5)
  #expect(
    try QueryExpression("NOT a and b is null or c is not NULL and true")
      == .any([
        .all([.not(a), .isNull(.column("b", at: 11))]),
        .all([.not(.isNull(.column("c", at: 24))), .literal(.bool(true), at: 42)]),
      ]))
  #expect(
    try QueryExpression("a and (b or date)")
      == .all([.column("a", at: 1), .any([.column("b", at: 8), .column("date", at: 13)])]))
}

@Test
func numbersKeepAllTheirDigits() throws {
  func literal(_ text: String) throws -> Value {
    guard case .comparison(_, _, .literal(let value, _)) = try QueryExpression("x = \(text)") else { return .null }
    return value
  }
  let digits = "12345678901234567890123456789012345678"
  #expect(try literal(digits) == .decimal(unscaled: Int128(digits)!, scale: 0))
  #expect(try literal("0." + digits) == .decimal(unscaled: Int128(digits)!, scale: 38))
  #expect(try literal("000.100") == .decimal(unscaled: 1, scale: 1))
  #expect(try literal("1.25e-3") == .decimal(unscaled: 125, scale: 5))
  #expect(try literal("1e39") == .float64(1e39))
  #expect(try literal("-2e-300") == .float64(-2e-300))
  #expect(try literal("-0.0") == .decimal(unscaled: 0, scale: 0))
  for text in ["0.\(digits)9", "1e400", "1e99999999999999999999"] {
    #expect(throws: QuerySyntaxError.self, "\(text)") { try literal(text) }
  }
}

@Test(arguments: [
  ("", 1, "the end"), ("x >", 4, "the end"), ("x > > 5", 5, "\">\""), ("x = 'abc", 5, "closing quote"),
  ("\"x = 5", 1, "closing quote"), ("x = 5 y", 7, "\"y\""), ("(x = 5", 7, "the end"), ("x in 5", 6, "\"(\""),
  ("x in ()", 7, "\")\""), ("x between 1 or 2", 13, "\"or\""), ("x is 5", 6, "\"5\""), ("x not 5", 7, "\"5\""),
  ("x = 5a", 6, "\"a\""), ("x = y", 5, "two columns"), ("5 = 6", 1, "no column"), ("5", 1, "a constant"),
  ("x = (y = 1)", 6, "a condition"), ("x = date '2020-02-30'", 10, "2020-02-30"), ("x like 'a%'", 3, "\"like\""),
  ("x ! 5", 3, "\"!\""), ("x = - y", 7, "\"y\""), ("and x", 1, "\"and\""), ("x = 1 and", 10, "the end"),
  ("'a' between 'b' and 'c'", 1, "no column"), ("x; drop", 2, "\";\""),
])
func saysWhereAConditionIsWrong(_ text: String, _ position: Int, _ part: String) {
  let error = #expect(throws: QuerySyntaxError.self) { try QueryExpression(text) }
  #expect(error?.part == .filter)
  #expect(error?.position == position)
  #expect(error?.summary.contains(part) == true, "\(error?.summary ?? "")")
}

@Test
func deepNestingIsAnErrorAndLongListsAreNot() throws {
  for text in [
    String(repeating: "(", count: 100_000) + "x" + String(repeating: ")", count: 100_000),
    String(repeating: "not ", count: 100_000) + "x",
  ] {
    #expect(throws: QuerySyntaxError.self) { try QueryExpression(text) }
  }
  let long = (0..<20_000).map { "x = \($0)" }.joined(separator: " or ")
  let table = Table(columns: [("x", .int64, [.int64(-1), .int64(19_999), .null])])
  let query = try AggregateQuery(by: nil, aggregates: "count(*)", where: long)
  #expect(exactRows(try aggregate([table], query, threads: 1)) == [["1"]])
}
