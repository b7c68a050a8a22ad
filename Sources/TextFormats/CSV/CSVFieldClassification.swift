// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

/// What one field shows; exact, and slower than the typed loops, which call it only in doubt.
///
/// `field` is the content between quotes, if there were any, and not empty.
func classify(field: UnsafeRawBufferPointer) -> CSVEvidence {
  let first = field[0]
  if first == UInt8(ascii: "t") || first == UInt8(ascii: "f") || first == UInt8(ascii: "T")
    || first == UInt8(ascii: "F")
  {
    return CSVEvidence(truthValue(field) == nil ? .text : .bool)
  }
  if dayNumber(field) != nil { return CSVEvidence(.date) }
  var known = CSVKnownDay()
  if let timestamp = parseTimestamp(field, &known) { return CSVEvidence(timestamp.hasOffset ? .instant : .timestamp) }
  var facts = cs_number_facts()
  var value = 0.0
  if cs_parse_number(field.baseAddress!.assumingMemoryBound(to: UInt8.self), field.count, &value, &facts) == 1 {
    return CSVEvidence(facts)
  }
  if looksLikeCode(field) { return CSVEvidence(.code) }
  return CSVEvidence(datesInOtherOrders(field) ?? numbersInOtherStyles(field) ?? .text)
}

/// What one field shows where the column is read in `style`. Dates in another order show the same in each; a number does not.
func classify(field: UnsafeRawBufferPointer, style: CSVStyle) -> CSVEvidence {
  if style.isPlain { return classify(field: field) }
  return withUnsafeTemporaryAllocation(byteCount: CSVStyle.room, alignment: 8) { room in
    let canonical = room.baseAddress!
    if case .format(let format) = style.date {
      // What the value shows otherwise counts once the column is read without the format.
      let length = format.rewrite(field, to: canonical)
      guard length > 0 else { return CSVEvidence(.formatMiss) }
      return CSVEvidence(format.kind)
    }
    var found = classify(field: field)
    guard !style.number.isPlain || style.isNumberGiven else { return found }
    let length = style.number.rewrite(field, to: canonical)
    if length > 0 {
      var read = classify(field: UnsafeRawBufferPointer(start: canonical, count: length))
      if !read.kinds.isDisjoint(with: .number) {
        if !style.isNumberGiven { read.kinds.formUnion(found.kinds.intersection(.numberMarks)) }
        return read
      }
    }
    guard !found.kinds.isDisjoint(with: [.number, .numberMarks]) else { return found }
    if style.isNumberGiven { return CSVEvidence(.text) }
    found.kinds.insert(.misfit)
    return found
  }
}

extension CSVEvidence {
  init(_ facts: cs_number_facts) {
    var kinds: Kinds = []
    func note(_ flag: Int, _ kind: Kinds) {
      if facts.flags & UInt32(flag) != 0 { kinds.insert(kind) }
    }
    note(CS_NUMBER_INTEGER, .integer)
    note(CS_NUMBER_BIG_INTEGER, .bigInteger)
    note(CS_NUMBER_POINT, .point)
    note(CS_NUMBER_SIGN, .sign)
    note(CS_NUMBER_EXPONENT, .exponent)
    note(CS_NUMBER_NON_FINITE, .nonFinite)
    note(CS_NUMBER_UNSAFE, .unsafeAsFloat)
    self.init(kinds, integerDigits: Int(facts.integer_digits), fractionDigits: Int(facts.fraction_digits))
  }
}

/// A number but for leading zeros or a plus.
private func looksLikeCode(_ field: UnsafeRawBufferPointer) -> Bool {
  var rest = field[...]
  if rest.first == UInt8(ascii: "+") || rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
  while rest.count > 1, rest.first == UInt8(ascii: "0"), isDigit(rest[rest.startIndex + 1]) { rest = rest.dropFirst() }
  guard rest.count < field.count, !rest.isEmpty else { return false }
  var facts = cs_number_facts()
  var value = 0.0
  let digits = UnsafeRawBufferPointer(rebasing: rest)
  return cs_parse_number(digits.baseAddress!.assumingMemoryBound(to: UInt8.self), digits.count, &value, &facts) == 1
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

/// 1 or 0 for true and false in lower, title and upper case; nil for anything else.
func truthValue(_ field: UnsafeRawBufferPointer) -> Int64? {
  func matches(_ lower: StaticString, _ upper: StaticString) -> Bool {
    let lowerCase = lower.utf8Start
    let upperCase = upper.utf8Start
    guard field[0] == lowerCase[0] || field[0] == upperCase[0] else { return false }
    var allLower = true
    var allUpper = field[0] == upperCase[0]
    for i in 1..<field.count {
      allLower = allLower && field[i] == lowerCase[i]
      allUpper = allUpper && field[i] == upperCase[i]
    }
    return allLower || allUpper
  }
  if field.count == 4, matches("true", "TRUE") { return 1 }
  if field.count == 5, matches("false", "FALSE") { return 0 }
  return nil
}

/// Days since 1970-01-01 of a valid YYYY-MM-DD, years 0001 to 9999; nil for anything else.
@inline(__always)
func dayNumber(_ field: UnsafeRawBufferPointer) -> Int64? {
  guard field.count == 10, field[4] == UInt8(ascii: "-"), field[7] == UInt8(ascii: "-") else { return nil }
  var wrong: UInt8 = 0
  @inline(__always) func digit(_ index: Int) -> Int64 {
    let value = field[index] &- UInt8(ascii: "0")
    wrong |= value < 10 ? 0 : 1
    return Int64(value)
  }
  let year = digit(0) * 1000 + digit(1) * 100 + digit(2) * 10 + digit(3)
  let month = digit(5) * 10 + digit(6)
  let day = digit(8) * 10 + digit(9)
  guard wrong == 0, year >= 1, (1...12).contains(month), day >= 1, day <= daysInMonth(month, of: year) else {
    return nil
  }
  return daysSinceEpoch(year: year, month: month, day: day)
}

@inline(__always)
func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
  if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
  return 30 + ((month + (month >> 3)) & 1)
}

/// Counts from March, so that the leap day comes last (the usual civil calendar arithmetic with 400-year cycles).
@inline(__always)
private func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
  let shiftedYear = month <= 2 ? year - 1 : year
  let shiftedMonth = month <= 2 ? month + 9 : month - 3
  let cycle = shiftedYear / 400
  let yearOfCycle = shiftedYear % 400
  let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
  let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
  return cycle * 146_097 + dayOfCycle - 719_468
}
