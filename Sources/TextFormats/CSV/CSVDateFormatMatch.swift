// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension CSVDateFormat {
  /// Writes the date and time that `field` says as ISO would to `target`, which has ``CSVStyle/room``. Returns the bytes; 0 if the field
  /// does not match or there is no such day and time.
  func rewrite(_ field: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
    guard field.count <= CSVStyle.longest else { return 0 }
    var match = CSVDateMatch(field)
    for (index, item) in items.enumerated() {
      guard match.take(item, isExact: isExact[index]) else { return 0 }
    }
    guard match.at == field.count, (1...12).contains(match.month), match.year >= 1, match.day >= 1,
      match.day <= daysInMonth(Int64(match.month), of: Int64(match.year))
    else { return 0 }
    let length = match.write(to: target, hasTime: hasTime || hasOffset, hasOffset: hasOffset)
    guard hasOffset else { return length }
    // The moment in UTC may be past the years that there are.
    var known = CSVKnownDay()
    return parseTimestamp(UnsafeRawBufferPointer(start: target, count: length), &known) == nil ? 0 : length
  }
}

/// A field that is being matched with a format, and what it said so far.
private struct CSVDateMatch {
  let field: UnsafeRawBufferPointer
  var at = 0
  var year = 0
  var month = 0
  var day = 0
  var hour = 0
  var minute = 0
  var second = 0
  var microseconds = 0
  var offset = 0

  init(_ field: UnsafeRawBufferPointer) { self.field = field }

  /// True if what comes next is `item`.
  @inline(__always)
  mutating func take(_ item: CSVDateFormat.Item, isExact: Bool) -> Bool {
    let fewest = isExact ? 2 : 1
    switch item {
    case .literal(let byte):
      guard at < field.count, field[at] == byte else { return false }
      at += 1
      return true
    case .year:
      year = number(4, 4)
      return year >= 0
    case .shortYear:
      year = number(2, 2)
      guard year >= 0 else { return false }
      year += year < 69 ? 2000 : 1900
      return true
    case .month:
      month = number(fewest, 2)
      return month >= 0
    case .day:
      day = number(fewest, 2)
      return day >= 0
    case .paddedDay:
      let isPadded = at < field.count && field[at] == UInt8(ascii: " ")
      if isPadded { at += 1 }
      day = isPadded ? number(1, isExact ? 1 : 2) : number(fewest, 2)
      return day >= 0
    case .shortMonthName: return name(letters: 3)
    case .monthName: return name(letters: nil)
    case .hour:
      hour = number(fewest, 2)
      return (0..<24).contains(hour)
    case .minute:
      minute = number(fewest, 2)
      return (0..<60).contains(minute)
    case .second:
      second = number(fewest, 2)
      return (0..<60).contains(second)
    case .fraction: return takeFraction(isExact: isExact)
    case .offset: return takeOffset()
    }
  }

  /// The number that the digits here write, -1 if they are fewer; more are left.
  @inline(__always)
  private mutating func number(_ fewest: Int, _ most: Int) -> Int {
    let from = at
    var number = 0
    while at < field.count, at - from < most, isDigit(field[at]) {
      number = number * 10 + Int(field[at] &- UInt8(ascii: "0"))
      at += 1
    }
    return at - from >= fewest ? number : -1
  }

  private mutating func takeFraction(isExact: Bool) -> Bool {
    let from = at
    microseconds = number(isExact ? 6 : 1, 6)
    guard microseconds >= 0 else { return false }
    for _ in (at - from)..<6 { microseconds *= 10 }
    return true
  }

  private mutating func name(letters: Int?) -> Bool {
    for (index, name) in Self.monthNames.enumerated() {
      let count = letters ?? name.utf8CodeUnitCount
      guard field.count - at >= count else { continue }
      let isSame = (0..<count).allSatisfy { field[at + $0] | 0x20 == name.utf8Start[$0] }
      if isSame {
        month = index + 1
        at += count
        return true
      }
    }
    return false
  }

  private static let monthNames: [StaticString] = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]

  /// Z, or a sign, two digits, and perhaps two more with a colon before them or not; to 18 hours.
  private mutating func takeOffset() -> Bool {
    guard at < field.count else { return false }
    let sign = field[at]
    at += 1
    if sign == UInt8(ascii: "Z") { return true }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
    let hours = number(2, 2)
    let hasColon = at < field.count && field[at] == UInt8(ascii: ":")
    if hasColon, at + 1 < field.count, isDigit(field[at + 1]) { at += 1 }
    let minutes = at < field.count && isDigit(field[at]) ? number(2, 2) : 0
    guard hours >= 0, (0..<60).contains(minutes), hours * 60 + minutes <= 18 * 60 else { return false }
    offset = sign == UInt8(ascii: "-") ? -(hours * 60 + minutes) : hours * 60 + minutes
    return true
  }

  /// Writes YYYY-MM-DD, and HH:MM:SS.ffffff and ±HH:MM if wanted.
  @inline(__always)
  func write(to target: UnsafeMutableRawPointer, hasTime: Bool, hasOffset: Bool) -> Int {
    writeISODay(year: year, month: month, day: day, to: target)
    guard hasTime else { return 10 }
    let out = target.assumingMemoryBound(to: UInt8.self)
    out[10] = UInt8(ascii: " ")
    writeTwoDigits(hour, out + 11)
    out[13] = UInt8(ascii: ":")
    writeTwoDigits(minute, out + 14)
    out[16] = UInt8(ascii: ":")
    writeTwoDigits(second, out + 17)
    var length = 19
    if microseconds > 0 {
      out[19] = UInt8(ascii: ".")
      writeTwoDigits(microseconds / 10_000, out + 20)
      writeTwoDigits(microseconds / 100 % 100, out + 22)
      writeTwoDigits(microseconds % 100, out + 24)
      length = 26
    }
    guard hasOffset else { return length }
    let minutes = abs(offset)
    out[length] = offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+")
    writeTwoDigits(minutes / 60, out + length + 1)
    out[length + 3] = UInt8(ascii: ":")
    writeTwoDigits(minutes % 60, out + length + 4)
    return length + 6
  }
}
