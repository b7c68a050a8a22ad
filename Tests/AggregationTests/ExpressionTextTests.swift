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
  #expect(try literal("-0.0") == .decimal(unscaled: 0, scale: 0))
  #expect(try literal("0e99999999999999999999") == .decimal(unscaled: 0, scale: 0))
}

@Test(arguments: [
  ("1e39", false, "1", 39), ("-2e-300", true, "2", -300), ("1e400", false, "1", 400),
  ("0.123456789012345678901234567890123456789", false, "123456789012345678901234567890123456789", -39),
  ("-00.5000e-40", true, "5", -41), ("12.50e+60", false, "125", 59),
  ("1e-9223372036854775808", false, "1", -1_000_000_000_000),
  ("1e99999999999999999999", false, "1", 1_000_000_000_000),
])
func numbersThatNoDecimalHoldsKeepDigitsAndExponent(_ text: String, _ sign: Bool, _ digits: String, _ exponent: Int)
  throws
{
  guard case .comparison(_, _, .number(let numeral, at: 5)) = try QueryExpression("x < \(text)") else {
    Issue.record("\(text) is no number of its own")
    return
  }
  #expect(numeral.isNegative == sign)
  #expect(numeral.digits == digits)
  #expect(numeral.exponent == exponent)
}

@Test
func numeralsAreReadAsAWholeOrNotAtAll() {
  #expect(Numeral("1.50") == Numeral("+015e-1"))
  for text in ["", "-", ".", "e5", "1e", "1e+", "1.2.3", "1x", "5\u{301}", "٣"] {
    #expect(Numeral(text) == nil, "\(text)")
  }
}

@Test
func combiningMarksAreTextAndNoPartOfAQuote() throws {
  #expect(
    try QueryExpression("s = '\u{301}a\u{301}'")
      == .comparison(.equal, .column("s", at: 1), .literal(.string("\u{301}a\u{301}"), at: 5)))
  #expect(try QueryExpression("\"\u{301}\"=1") == .comparison(.equal, .column("\u{301}", at: 1), number(1, at: 5)))
  #expect(try AggregateQuery(by: "\"\u{301}a\"", aggregates: nil).keys == [GroupKey("\u{301}a")])
}

@Test(arguments: ["", " ", "\n\t"])
func aBlankConditionIsWrong(_ text: String) {
  let error = #expect(throws: QuerySyntaxError.self) { try AggregateQuery(by: "a", aggregates: nil, where: text) }
  #expect(error?.summary == "the condition is empty")
}

@Test(arguments: [
  ("s = “abc”", "single quotes"), ("k≥1", "write <=, >= or !="), ("x > 1e5x", "numbers are like"),
  ("x > 1e", "numbers are like"), ("lenth(x) > 5", "did you mean \"length\"?"), ("sum(x) > 5", "columns of the row"),
  ("x = interval '3' moons", "units are year"), ("x = cast(y as itn)", "types are"),
  ("extract(yeer from d) = 1", "did you mean \"year\"?"),
])
func advisesOnWhatWasMeant(_ text: String, _ advice: String) {
  let error = #expect(throws: QuerySyntaxError.self) { try QueryExpression(text) }
  #expect(error?.advice?.contains(advice) == true, "\(error?.advice ?? "")")
}

@Test func aQueryIsAdvisedToAskGroupsElsewhere() {
  let error = #expect(throws: QuerySyntaxError.self) { try TableQuery(by: "a", aggregates: nil, where: "sum(x) > 5") }
  #expect(error?.advice == "ask aggregates with --having")
}

@Test(arguments: [
  ("x >", 4, "the end"), ("x > > 5", 5, "\">\""), ("x = 'abc", 5, "closing quote"),
  ("\"x = 5", 1, "closing quote"), ("x = 5 y", 7, "\"y\""), ("(x = 5", 7, "the end"), ("x in 5", 6, "\"(\""),
  ("x in ()", 7, "\")\""), ("x between 1 or 2", 13, "\"or\""), ("x is 5", 6, "\"5\""), ("x not 5", 7, "\"5\""),
  ("x = 5a", 6, "\"a\""), ("x = 5\u{301}", 6, "a number goes on"), ("s = “a”", 5, "“"), ("5", 1, "a constant"),
  ("x = date '2020-02-30'", 10, "2020-02-30"), ("x like", 7, "the end"),
  ("x ! 5", 3, "\"!\""), ("x = - * y", 7, "\"*\""), ("and x", 1, "\"and\""), ("x = 1 and", 10, "the end"),
  ("case when x then 1", 19, "the end"), ("case x end = 1", 8, "\"end\""), ("round(x, 1, 2) = 1", 1, "not 3"),
  ("f() = 1", 3, "an argument"),
  ("x; drop", 2, "\";\""),
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
