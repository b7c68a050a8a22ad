// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// A day of the proleptic Gregorian calendar.
///
/// Algorithms: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.
struct CivilDay: Equatable {
  let year: Int
  /// 1…12.
  let month: Int
  /// 1…31.
  let day: Int

  init(year: Int, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day so many days after 1970-01-01. Exact within some million years of it; wraps beyond.
  init(daysSinceEpoch: Int) {
    // Eras of 400 years that begin on March 1st, so that the leap day is a year's last.
    let shifted = daysSinceEpoch &+ 719_468
    let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
    let dayOfEra = shifted &- era &* 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
  }

  /// Days since 1970-01-01. Precondition: `month` in 1…12.
  var daysSinceEpoch: Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// So many months later; a day that the month has not becomes its last.
  func adding(months: Int) -> CivilDay {
    let count = year * 12 + month - 1 + months
    let (newYear, newMonth) = (floorDivide(count, 12), count - floorDivide(count, 12) * 12 + 1)
    let isLeap = newYear % 4 == 0 && (newYear % 100 != 0 || newYear % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    return CivilDay(year: newYear, month: newMonth, day: min(day, lengths[newMonth - 1]))
  }
}

/// The quotient rounded down. Precondition: `divisor` > 0.
@inline(__always)
func floorDivide(_ value: Int, _ divisor: Int) -> Int {
  let quotient = value / divisor
  return quotient &* divisor > value ? quotient - 1 : quotient
}

/// Days of the years 0001 to 9999: those that dates and timestamps may have.
let knownDays =
  CivilDay(year: 1, month: 1, day: 1).daysSinceEpoch...CivilDay(year: 9999, month: 12, day: 31).daysSinceEpoch

/// A part of a date or time of day.
enum DatePart: String, Sendable, Hashable, CaseIterable {
  case year
  case quarter
  case month
  /// ISO 8601's, of 1…53; to cut by, from Monday.
  case week
  case day
  /// 0 is Sunday.
  case dayofweek
  case dayofyear
  case hour
  case minute
  case second

  private static let microsecondsPerSecond = 1_000_000
  static let microsecondsOfDay = 86_400_000_000

  /// Parts that functions and `extract` tell.
  static let extracted = Dictionary(uniqueKeysWithValues: allCases.map { ($0.rawValue, $0) })
  /// Parts that `date_trunc` cuts by.
  static let cut = extracted.filter { $0.value != .dayofweek && $0.value != .dayofyear }

  /// True of parts of a time of day.
  var isOfTime: Bool { self == .hour || self == .minute || self == .second }

  /// The part of a day.
  func value(ofDay days: Int) -> Int {
    switch self {
    case .year: return CivilDay(daysSinceEpoch: days).year
    case .quarter: return (CivilDay(daysSinceEpoch: days).month + 2) / 3
    case .month: return CivilDay(daysSinceEpoch: days).month
    case .day: return CivilDay(daysSinceEpoch: days).day
    case .week:
      // The week of its Thursday, counted from that year's first day.
      let thursday = DatePart.week.cut(day: days) &+ 3
      return DatePart.dayofyear.value(ofDay: thursday) / 7
        + (DatePart.dayofyear.value(ofDay: thursday) % 7 == 0 ? 0 : 1)
    // 1970-01-01 was a Thursday.
    case .dayofweek: return (days &+ 4) &- floorDivide(days &+ 4, 7) &* 7
    case .dayofyear:
      return days &- CivilDay(year: CivilDay(daysSinceEpoch: days).year, month: 1, day: 1).daysSinceEpoch + 1
    case .hour, .minute, .second: return 0
    }
  }

  /// The part of a moment, in microseconds.
  func value(ofMoment moment: Int) -> Int {
    let days = floorDivide(moment, Self.microsecondsOfDay)
    let seconds = (moment &- days &* Self.microsecondsOfDay) / Self.microsecondsPerSecond
    switch self {
    case .hour: return seconds / 3600
    case .minute: return seconds / 60 % 60
    case .second: return seconds % 60
    default: return value(ofDay: days)
    }
  }

  /// The first day of the year, quarter, month or week; parts of less than a day: the day.
  func cut(day days: Int) -> Int {
    let civil = CivilDay(daysSinceEpoch: days)
    switch self {
    case .year: return CivilDay(year: civil.year, month: 1, day: 1).daysSinceEpoch
    case .quarter: return CivilDay(year: civil.year, month: (civil.month - 1) / 3 * 3 + 1, day: 1).daysSinceEpoch
    case .month: return days &- civil.day + 1
    case .week: return floorDivide(days &+ 3, 7) &* 7 &- 3
    default: return days
    }
  }

  /// The moment that the part of `moment` began, in microseconds.
  func cut(moment: Int) -> Int {
    switch self {
    case .hour: floorDivide(moment, 3_600_000_000) &* 3_600_000_000
    case .minute: floorDivide(moment, 60_000_000) &* 60_000_000
    case .second: floorDivide(moment, Self.microsecondsPerSecond) &* Self.microsecondsPerSecond
    default: cut(day: floorDivide(moment, Self.microsecondsOfDay)) &* Self.microsecondsOfDay
    }
  }
}
