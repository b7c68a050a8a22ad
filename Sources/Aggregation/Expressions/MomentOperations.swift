// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

// Functions of dates (days since 1970-01-01) and timestamps (microseconds since then).

extension ExpressionRun {
  func moments(_ operation: ExpressionOperation, _ inputs: [ExpressionVector], _ count: Int) -> ExpressionVector {
    guard case .int64(let values) = inputs[0].values else { preconditionFailure("days or microseconds expected") }
    switch operation {
    case .midnight: return strict(inputs, count, .int64(values.map { $0 &* Int64(DatePart.microsecondsOfDay) }))
    case .day:
      return strict(inputs, count, .int64(values.map { Int64(floorDivide(Int($0), DatePart.microsecondsOfDay)) }))
    case .part(let part, isDay: true):
      return strict(inputs, count, .int64(mapDays(values) { Int64(part.value(ofDay: $0)) }))
    case .part(let part, isDay: false):
      return strict(inputs, count, .int64(values.map { Int64(part.value(ofMoment: safeMoment($0))) }))
    case .cut(let part, isDay: true):
      return strict(inputs, count, .int64(mapDays(values) { Int64(part.cut(day: $0)) }))
    case .cut(let part, isDay: false):
      return strict(inputs, count, .int64(values.map { Int64(part.cut(moment: safeMoment($0))) }))
    case .knownDay:
      return strict(inputs, count, .int64(values), mayFail: true) {
        !knownDays.contains(Int(values[inputs[0].slot($0)]))
      }
    case .later(let span, let isDay): return later(span, isDay: isDay, values, inputs, count)
    default: preconditionFailure("no function of moments")
    }
  }

  private func later(
    _ span: TimeSpan, isDay: Bool, _ values: [Int64], _ inputs: [ExpressionVector], _ count: Int
  ) -> ExpressionVector {
    let perDay = DatePart.microsecondsOfDay
    let results = values.map { value -> Int64 in
      var days = isDay ? safeDay(value) : floorDivide(safeMoment(value), perDay)
      let rest = isDay ? 0 : safeMoment(value) - days * perDay
      if span.months != 0 { days = CivilDay(daysSinceEpoch: days).adding(months: span.months).daysSinceEpoch }
      days += span.days
      // Spans are bounded, so that these are far from 64 bits; what leaves the calendar fails below.
      guard !isDay else { return Int64(days) }
      guard days.magnitude < 50_000_000 else { return .max }
      let (moment, overflow) = (days * perDay + rest).addingReportingOverflow(span.microseconds)
      return overflow ? .max : Int64(moment)
    }
    return strict(inputs, count, .int64(results), mayFail: true) { row in
      let result = Int(results[inputs[0].slot(row)])
      return !knownDays.contains(isDay ? result : floorDivide(result, perDay))
    }
  }
}

/// What `body` makes of each day: worked out once a day where the days lie close together. O(rows + days between the first and last).
private func mapDays(_ values: [Int64], _ body: (Int) -> Int64) -> [Int64] {
  var (least, greatest) = (Int64.max, Int64.min)
  for value in values {
    least = min(least, value)
    greatest = max(greatest, value)
  }
  let (span, overflow) = greatest.subtractingReportingOverflow(least)
  guard !overflow, span >= 0, span < values.count / 4 else { return values.map { body(safeDay($0)) } }
  let known = (least...greatest).map { body(safeDay($0)) }
  // In range: the least and the greatest were just found.
  return values.map { known[Int($0 &- least)] }
}

/// The day, or the epoch for what a slot without a value may hold.
@inline(__always)
private func safeDay(_ value: Int64) -> Int { knownDays.contains(Int(value)) ? Int(value) : 0 }

@inline(__always)
private func safeMoment(_ value: Int64) -> Int {
  knownDays.contains(floorDivide(Int(value), DatePart.microsecondsOfDay)) ? Int(value) : 0
}
