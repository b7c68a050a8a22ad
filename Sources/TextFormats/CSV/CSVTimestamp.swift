// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// The moment that a field writes.
struct CSVTimestamp: Equatable {
  /// Since 1970-01-01T00:00:00: of the local date and time as written, or in UTC where there is an offset.
  var microseconds: Int64
  /// True of instants: `Z`, `+02:00` or the like was written.
  var hasOffset: Bool

  static let perSecond: Int64 = 1_000_000
  static let perDay: Int64 = 86_400 * perSecond
}

/// The day last read: a day equal to it costs one comparison.
struct CSVKnownDay {
  // "1970-01-01", which is day 0.
  private var head: UInt64 = 0x2D31_302D_3037_3931
  private var tail: UInt16 = 0x3130
  private var day: Int64 = 0

  /// Days since 1970-01-01 of the valid YYYY-MM-DD that `field` starts with; nil for anything else.
  ///
  /// Precondition: `field` has 10 bytes or more.
  @inline(__always)
  mutating func number(_ field: UnsafeRawBufferPointer) -> Int64? {
    let head = UInt64(littleEndian: field.loadUnaligned(as: UInt64.self))
    let tail = UInt16(littleEndian: field.loadUnaligned(fromByteOffset: 8, as: UInt16.self))
    if head != self.head || tail != self.tail {
      guard let day = dayNumber(UnsafeRawBufferPointer(rebasing: field[..<10])) else { return nil }
      (self.head, self.tail, self.day) = (head, tail, day)
    }
    return day
  }
}

/// Reads a canonical timestamp; nil for anything else.
///
/// A valid `YYYY-MM-DD`; `T`, `t` or a space; `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f…`, hours to 23, seconds to 59, digits past the
/// sixth zeros; then nothing, or an offset: `Z`, `z`, `±HH`, `±HHMM`, `±HH:MM` to 18 hours, a space before it or not. With an
/// offset, the moment in UTC must lie within the years 0001 to 9999. Reads nothing past the field.
@inline(__always)
func parseTimestamp(_ field: UnsafeRawBufferPointer, _ known: inout CSVKnownDay) -> CSVTimestamp? {
  let count = field.count
  guard count >= 16, field[10] | 0x20 == UInt8(ascii: "t") || field[10] == UInt8(ascii: " "),
    let day = known.number(field)
  else { return nil }
  var moment = day &* CSVTimestamp.perDay
  var at: Int
  if count >= 19, let seconds = secondsOfDay(field) {
    moment &+= seconds &* CSVTimestamp.perSecond
    if count == 19 { return CSVTimestamp(microseconds: moment, hasOffset: false) }
    at = 19
    if field[19] == UInt8(ascii: ".") {
      guard let (fraction, digits) = microseconds(field) else { return nil }
      moment &+= fraction
      at = 20 &+ digits
      if at == count { return CSVTimestamp(microseconds: moment, hasOffset: false) }
    }
  } else {
    guard let minutes = minutesOfDay(field) else { return nil }
    moment &+= minutes &* 60 &* CSVTimestamp.perSecond
    at = 16
    if at == count { return CSVTimestamp(microseconds: moment, hasOffset: false) }
  }
  guard let offset = offsetInMinutes(field, at) else { return nil }
  moment &-= offset &* 60 &* CSVTimestamp.perSecond
  return ColumnType.timestamps.contains(moment) ? CSVTimestamp(microseconds: moment, hasOffset: true) : nil
}

/// Seconds since midnight of the HH:MM:SS at byte 11. Precondition: the field has 19 bytes or more.
@inline(__always)
private func secondsOfDay(_ field: UnsafeRawBufferPointer) -> Int64? {
  let word = UInt64(littleEndian: field.loadUnaligned(fromByteOffset: 11, as: UInt64.self))
  // Zeros at the colons, digits elsewhere: the xor of what must stand there.
  let digits = word ^ 0x3030_3A30_303A_3030
  // What is added sets the top bit of a byte above 2, 9, 0, 5, 9, 0, 5, 9; a carry comes only from a byte that has it set.
  guard ((digits &+ 0x767A_7F76_7A7F_767D) | digits) & 0x8080_8080_8080_8080 == 0 else { return nil }
  // Ten times each byte plus the next: none passes 255.
  let pairs = digits &* 10 &+ (digits &>> 8)
  let hour = Int64(pairs & 0xFF)
  guard hour < 24 else { return nil }
  return hour &* 3600 &+ Int64((pairs &>> 24) & 0xFF) &* 60 &+ Int64((pairs &>> 48) & 0xFF)
}

/// Minutes since midnight of the HH:MM at byte 11, unless `:` follows: seconds are wrong then. Precondition: 16 bytes or more.
private func minutesOfDay(_ field: UnsafeRawBufferPointer) -> Int64? {
  let hour = twoDigits(field, 11)
  let minute = twoDigits(field, 14)
  guard hour < 24, field[13] == UInt8(ascii: ":"), minute < 60 else { return nil }
  return field.count > 16 && field[16] == UInt8(ascii: ":") ? nil : hour &* 60 &+ minute
}

/// What the digits from byte 20 on say as a fraction of a second, and how many there are; nil if none or a part of a microsecond.
///
/// Precondition: the field has 20 bytes or more.
@inline(__always)
private func microseconds(_ field: UnsafeRawBufferPointer) -> (value: Int64, digits: Int)? {
  let count = field.count
  guard count > 20 else { return nil }
  // The eight bytes from 20 on, or those that there are, zeros behind them: nothing past the field is read.
  let word =
    count >= 28
    ? UInt64(littleEndian: field.loadUnaligned(fromByteOffset: 20, as: UInt64.self))
    : UInt64(littleEndian: field.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self))
      &>> UInt64(8 &* (28 &- count))
  let digits = word ^ 0x3030_3030_3030_3030
  // The first byte that is no digit has its top bit set; those before it add without carry.
  let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
  let digitCount = others.trailingZeroBitCount &>> 3
  guard digitCount > 0 else { return nil }
  if digitCount > 6 { return microsecondsOfMany(field) }
  // Bytes after the digits become digits 0, so the number is in units of a hundredth of a microsecond.
  let kept = digits & ((1 &<< UInt64(8 &* digitCount)) &- 1)
  guard let number = numberOfEightDigits(kept) else { return nil }
  return (Int64(truncatingIfNeeded: number / 100), digitCount)
}

private func microsecondsOfMany(_ field: UnsafeRawBufferPointer) -> (value: Int64, digits: Int)? {
  var value: Int64 = 0
  var at = 20
  while at < field.count, isDigit(field[at]) {
    let digit = Int64(field[at] &- UInt8(ascii: "0"))
    if at < 26 { value = value &* 10 &+ digit } else if digit != 0 { return nil }
    at &+= 1
  }
  return (value, at &- 20)
}

/// Minutes east of UTC that the rest of the field from `at` says. Precondition: there is a rest.
@inline(__always)
private func offsetInMinutes(_ field: UnsafeRawBufferPointer, _ at: Int) -> Int64? {
  if field[at] | 0x20 == UInt8(ascii: "z"), at &+ 1 == field.count { return 0 }
  return offsetInAnyForm(field, at)
}

private func offsetInAnyForm(_ field: UnsafeRawBufferPointer, _ at: Int) -> Int64? {
  let start = field[at] == UInt8(ascii: " ") ? at + 1 : at
  let length = field.count - start
  guard length > 0 else { return nil }
  let sign = field[start]
  if length == 1 { return sign | 0x20 == UInt8(ascii: "z") ? 0 : nil }
  guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
  let minute: Int64
  switch length {
  case 3: minute = 0
  case 5: minute = twoDigits(field, start + 3)
  case 6 where field[start + 3] == UInt8(ascii: ":"): minute = twoDigits(field, start + 4)
  default: return nil
  }
  let total = twoDigits(field, start + 1) * 60 + minute
  guard minute < 60, total <= 18 * 60 else { return nil }
  return sign == UInt8(ascii: "-") ? -total : total
}

/// The number that two digits write; a greater one than any where they are no digits. Precondition: they are in the field.
@inline(__always)
private func twoDigits(_ field: UnsafeRawBufferPointer, _ at: Int) -> Int64 {
  let tens = field[at] &- UInt8(ascii: "0")
  let ones = field[at &+ 1] &- UInt8(ascii: "0")
  return tens < 10 && ones < 10 ? Int64(tens) &* 10 &+ Int64(ones) : 1 &<< 20
}
