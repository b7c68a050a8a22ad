// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Aggregation
import Columns
import TestSupport

/// Draws expressions over ``randomSchema`` whose parts are of one kind each, so that types follow from values.
struct RandomExpression {
  enum Kind: CaseIterable {
    case whole, decimal, float, text, date, truth
  }

  var random: RandomSource

  mutating func draw(_ kind: Kind, depth: Int) -> QueryExpression {
    switch kind {
    case .whole: whole(depth)
    case .decimal: decimal(depth)
    case .float: float(depth)
    case .text: text(depth)
    case .date: date(depth)
    case .truth: truth(depth)
    }
  }

  private mutating func pick<T>(_ options: T...) -> T { options.randomElement(using: &random)! }
  private mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
  private func call(_ name: String, _ parts: QueryExpression...) -> QueryExpression { .call(name, parts) }
  private func number(_ value: Int) -> QueryExpression { .literal(.decimal(unscaled: Int128(value), scale: 0)) }

  /// `case`, `coalesce` and the like, of parts of one type.
  private mutating func chosen(_ kind: Kind, _ depth: Int) -> QueryExpression {
    let (a, b) = (draw(kind, depth: depth - 1), draw(kind, depth: depth - 1))
    switch integer(0...3) {
    case 0: return call("case", truth(depth - 1), a, b)
    case 1: return call("coalesce", a, b)
    case 2: return call(pick("least", "greatest"), a, b)
    default: return call("nullif", a, b)
    }
  }

  private mutating func whole(_ depth: Int) -> QueryExpression {
    let column = QueryExpression.column(pick("small", "small", "small", "big"))
    guard depth > 0 else { return integer(0...2) == 0 ? number(integer(-3...3)) : column }
    switch integer(0...11) {
    case 0...4: return call(pick("+", "-", "*", "%"), whole(depth - 1), whole(depth - 1))
    case 5: return call(pick("-", "abs"), whole(depth - 1))
    case 6: return call("length", text(depth - 1))
    case 7: return call(pick("year", "month", "day"), date(depth - 1))
    case 8: return call("-", date(depth - 1), date(depth - 1))
    case 9: return .cast(.column(pick("price", "wide")), to: .int64)
    case 10: return call("round", whole(depth - 1), number(integer(-3...1)))
    default: return chosen(.whole, depth)
    }
  }

  private mutating func decimal(_ depth: Int) -> QueryExpression {
    guard depth > 0 else {
      return pick(
        .column("price"), .column("wide"), .literal(.decimal(unscaled: Int128(integer(-199...199)), scale: 2)))
    }
    switch integer(0...8) {
    case 0...2: return call(pick("+", "-", "*", "%"), decimal(depth - 1), decimal(depth - 1))
    case 3: return call(pick("+", "-", "*"), decimal(depth - 1), whole(depth - 1))
    case 4: return call(pick("-", "abs", "floor", "ceil"), decimal(depth - 1))
    case 5: return call("round", decimal(depth - 1), number(integer(-2...3)))
    case 6: return .cast(whole(depth - 1), to: .decimal(precision: 38, scale: 2))
    default: return call("case", truth(depth - 1), .column("price"), call("nullif", .column("price"), decimal(0)))
    }
  }

  private mutating func float(_ depth: Int) -> QueryExpression {
    guard depth > 0 else { return .column(pick("ratio", "odd")) }
    switch integer(0...7) {
    case 0...1: return call(pick("+", "-", "*", "/", "%"), float(depth - 1), float(depth - 1))
    case 2: return call("/", whole(depth - 1), whole(depth - 1))
    case 3: return call("/", decimal(depth - 1), pick(whole(depth - 1), decimal(depth - 1)))
    case 4: return call(pick("-", "abs", "floor", "ceil", "round"), float(depth - 1))
    case 5: return call(pick("+", "*"), float(depth - 1), pick(whole(depth - 1), decimal(depth - 1)))
    case 6: return .cast(pick(whole(depth - 1), decimal(depth - 1)), to: .float64)
    default: return chosen(.float, depth)
    }
  }

  private mutating func text(_ depth: Int) -> QueryExpression {
    guard depth > 0 else { return pick(.column("name"), .column("text"), .literal(.string(pick("Acre", " x ", "é")))) }
    switch integer(0...6) {
    case 0: return call(pick("lower", "upper", "trim"), text(depth - 1))
    case 1: return call("||", text(depth - 1), text(depth - 1))
    case 2: return call("substring", text(depth - 1), number(integer(-1...4)), number(integer(0...4)))
    case 3: return call("substring", text(depth - 1), whole(0))
    case 4: return .cast(whole(depth - 1), to: .string)
    default: return chosen(.text, depth)
    }
  }

  private mutating func date(_ depth: Int) -> QueryExpression {
    guard depth > 0 else { return pick(.column("day"), .literal(.date(daysSinceEpoch: integer(17_990...18_010)))) }
    switch integer(0...4) {
    case 0: return call(pick("+", "-"), date(depth - 1), whole(depth - 1))
    case 1:
      return call(pick("+", "-"), date(depth - 1), .interval(TimeSpan(months: integer(0...14), days: integer(0...40))))
    case 2: return call("date_trunc", .literal(.string(pick("month", "year"))), date(0))
    default: return chosen(.date, depth)
    }
  }

  private mutating func truth(_ depth: Int) -> QueryExpression {
    guard depth > 0 else {
      return pick(.column("flag"), .comparison(.less, .column("small"), number(0)), .isNull(.column("name")))
    }
    let kind = Kind.allCases.randomElement(using: &random)!
    func part(_ draw: inout RandomExpression) -> QueryExpression { draw.draw(kind, depth: depth - 1) }
    switch integer(0...8) {
    case 0: return .not(truth(depth - 1))
    case 1: return .all((0..<integer(2...3)).map { _ in truth(depth - 1) })
    case 2: return .any((0..<integer(2...3)).map { _ in truth(depth - 1) })
    case 3: return .isNull(part(&self))
    case 4: return .between(part(&self), low: part(&self), high: part(&self))
    case 5: return .among(part(&self), [part(&self), part(&self)])
    case 6: return call("like", text(depth - 1), .literal(.string(pick("%a%", "A_re", "%", "text _%", "", "_%é%"))))
    default: return .comparison(Comparison.allCases.randomElement(using: &random)!, part(&self), part(&self))
    }
  }
}
