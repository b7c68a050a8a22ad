// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Three numbers with the same separator between them, one of them a year of four digits, and perhaps a time behind.
private struct CSVDateShape {
  /// The parts that are not the year, in their order.
  var parts: (Int, Int)
  var year: Int
  var separator: UInt8
  var isYearFirst: Bool
  /// Bytes that they take.
  var length: Int

  /// Nil if `field` does not begin so. Year first only with `/` and `.`: ISO dates are not meant.
  @inline(__always)
  init?(_ field: UnsafeRawBufferPointer) {
    let count = field.count
    guard count >= 8, count <= CSVStyle.longest else { return nil }
    var at = 0
    @inline(__always) func number() -> (value: Int, digits: Int) {
      var value = 0
      let from = at
      while at < count, at - from < 5, isDigit(field[at]) {
        value = value * 10 + Int(field[at] &- UInt8(ascii: "0"))
        at += 1
      }
      return (value, at - from)
    }
    let first = number()
    guard at < count else { return nil }
    separator = field[at]
    guard separator == UInt8(ascii: "/") || separator == UInt8(ascii: ".") || separator == UInt8(ascii: "-") else {
      return nil
    }
    at += 1
    let second = number()
    guard second.digits == 1 || second.digits == 2, at < count, field[at] == separator else { return nil }
    at += 1
    let third = number()
    length = at
    isYearFirst = first.digits == 4
    if isYearFirst {
      guard third.digits == 1 || third.digits == 2, separator != UInt8(ascii: "-") else { return nil }
      (year, parts) = (first.value, (second.value, third.value))
    } else {
      guard first.digits == 1 || first.digits == 2, third.digits == 4 else { return nil }
      (year, parts) = (third.value, (first.value, second.value))
    }
    if at < count {
      guard field[at] == UInt8(ascii: " ") || field[at] | 0x20 == UInt8(ascii: "t") else { return nil }
    }
  }

  /// Writes the same as ISO would, the time behind it as it is. Returns the bytes; 0 if that would be no day and time.
  @inline(__always)
  func write(
    month: Int, day: Int, _ field: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer
  ) -> Int {
    guard month <= 99, day <= 99 else { return 0 }
    writeISODay(year: year, month: month, day: day, to: target)
    let rest = field.count - length
    if rest > 0 { (target + 10).copyMemory(from: field.baseAddress! + length, byteCount: rest) }
    return 10 + rest
  }
}

/// Writes YYYY-MM-DD.
@inline(__always)
func writeISODay(year: Int, month: Int, day: Int, to target: UnsafeMutableRawPointer) {
  let out = target.assumingMemoryBound(to: UInt8.self)
  writeTwoDigits(year / 100, out)
  writeTwoDigits(year % 100, out + 2)
  out[4] = UInt8(ascii: "-")
  writeTwoDigits(month, out + 5)
  out[7] = UInt8(ascii: "-")
  writeTwoDigits(day, out + 8)
}

@inline(__always)
func writeTwoDigits(_ number: Int, _ out: UnsafeMutablePointer<UInt8>) {
  out[0] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / 10)
  out[1] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10)
}

/// Writes a date in `order` as ISO would to `target`, which has ``CSVStyle/room``. Returns the bytes; 0 where the field has another
/// shape. Whether it is a day and a time is left to those who read the result.
@inline(__always)
func rewriteDate(
  _ field: UnsafeRawBufferPointer, _ order: CSVDateOrder, separator: UInt8, to target: UnsafeMutableRawPointer
) -> Int {
  guard let shape = CSVDateShape(field), shape.separator == separator,
    shape.isYearFirst == (order == .yearFirst)
  else { return 0 }
  let (first, second) = shape.parts
  switch order {
  case .dayFirst: return shape.write(month: second, day: first, field, to: target)
  case .monthFirst, .yearFirst: return shape.write(month: first, day: second, field, to: target)
  case .same: return first == second ? shape.write(month: first, day: second, field, to: target) : 0
  }
}

/// What a field shows that is a date, or date and time, in another order than ISO's; nil for anything else.
func datesInOtherOrders(_ field: UnsafeRawBufferPointer) -> CSVEvidence.Kinds? {
  guard let shape = CSVDateShape(field) else { return nil }
  let (first, second) = shape.parts
  var kinds: CSVEvidence.Kinds =
    switch shape.separator {
    case UInt8(ascii: "/"): .slash
    case UInt8(ascii: "."): .dot
    default: .dash
    }
  func reading(month: Int, day: Int) -> CSVEvidence.Kinds? {
    withUnsafeTemporaryAllocation(byteCount: CSVStyle.room, alignment: 8) { room in
      let length = shape.write(month: month, day: day, field, to: room.baseAddress!)
      return kindOfDate(UnsafeRawBufferPointer(start: room.baseAddress!, count: length))
    }
  }
  let asMonthDay = reading(month: first, day: second)
  if shape.isYearFirst {
    guard let asMonthDay else { return nil }
    return [kinds, asMonthDay, .yearFirst]
  }
  let asDayMonth = reading(month: second, day: first)
  guard let kind = asDayMonth ?? asMonthDay else { return nil }
  kinds.formUnion(kind)
  if first == second {
    kinds.insert(.sameDayMonth)
  } else if asMonthDay == nil {
    kinds.insert(.dayFirst)
  } else {
    kinds.insert(asDayMonth == nil ? .monthFirst : .eitherOrder)
  }
  return kinds
}

/// What a date or timestamp in ISO's order shows that was written in another; nil for anything else.
private func kindOfDate(_ field: UnsafeRawBufferPointer) -> CSVEvidence.Kinds? {
  if dayNumber(field) != nil { return .styledDate }
  var known = CSVKnownDay()
  guard let timestamp = parseTimestamp(field, &known) else { return nil }
  return timestamp.hasOffset ? .styledInstant : .styledTimestamp
}
