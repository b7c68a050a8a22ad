// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import CColumnShims
import Columns

// The typed loops: fields in, values out. Each returns the first row whose field contradicts its type, or the number of rows.
// Slots of nulls are left alone. Text may be read up to `CSVTextChunk.padding` bytes past a field's end.

/// What a loop over numbers found out on the way.
struct CSVNumberNotes {
  var isNegative = false
  var integerDigits = 0
  var fractionDigits = 0
  var mostDigits = 0
  var hasPoint = false
  var hasInteger = false
  var hasBigInteger = false
  /// False once a value did not fit the slots' scale or width: the values are of no use then, the other notes are.
  var isComplete = true

  var evidence: CSVEvidence {
    var kinds: CSVEvidence.Kinds = []
    if hasInteger { kinds.insert(.integer) }
    if hasBigInteger { kinds.insert(.bigInteger) }
    if hasPoint { kinds.insert(.point) }
    if isNegative { kinds.insert(.sign) }
    if mostDigits > 15 { kinds.insert(.uncheckedAsFloat) }
    return CSVEvidence(kinds, integerDigits: integerDigits, fractionDigits: fractionDigits)
  }
}

/// The digits of a word's bytes as a number, the first byte the most significant; nil if any byte is no digit.
///
/// Adds neighbours in three steps (Lemire, "Quickly parsing eight digits", 2018). `digits` has '0' taken off by xor.
@inline(__always)
func numberOfEightDigits(_ digits: UInt64) -> UInt64? {
  // A byte above 9 sets its top bit by adding 0x76, or has it set.
  guard ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080 == 0 else { return nil }
  let pairs = digits &* 10 &+ (digits &>> 8)
  let low = (pairs & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
  let high = ((pairs &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
  return (low &+ high) &>> 32
}

/// The number that 1 to 19 digits write; nil if they are no digits. No overflow: 19 digits fit 64 bits without sign.
@inline(__always)
private func magnitude(_ text: UnsafePointer<UInt8>, _ count: Int) -> UInt64? {
  let zeros: UInt64 = 0x3030_3030_3030_3030
  let raw = UnsafeRawPointer(text)
  if count <= 8 {
    let word = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) ^ zeros
    // Shifted so that the missing leading digits are zeros.
    return numberOfEightDigits(word &<< UInt64(64 &- 8 &* count))
  }
  let word = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) ^ zeros
  if count <= 16 {
    // The last eight digits and those before them.
    let rest = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) ^ zeros
    guard let first = numberOfEightDigits(word &<< UInt64(128 &- 8 &* count)), let last = numberOfEightDigits(rest)
    else { return nil }
    return first &* 100_000_000 &+ last
  }
  guard var result = numberOfEightDigits(word) else { return nil }
  for index in 8..<count {
    guard isDigit(text[index]) else { return nil }
    result = result &* 10 &+ UInt64(text[index] &- 0x30)
  }
  return result
}

/// Whole numbers within 64 bits: -?(0|[1-9][0-9]*).
func parseIntegers(
  _ text: UnsafePointer<UInt8>, _ fields: CSVFields, into values: UnsafeMutablePointer<Int64>,
  _ notes: inout CSVNumberNotes
) -> Int {
  let starts = fields.starts
  let ends = fields.ends
  var mostDigits = 0
  var anyNegative = false
  var row = 0
  let count = fields.count
  while row < count {
    var start = Int(starts[row])
    let end = Int(ends[row])
    if start == end {
      row += 1
      continue
    }
    if end < start { break }
    let isNegative = text[start] == UInt8(ascii: "-")
    if isNegative { start += 1 }
    let digits = end - start
    guard digits >= 1, digits <= 19, digits == 1 || text[start] != UInt8(ascii: "0") else { break }
    guard let number = magnitude(text + start, digits) else { break }
    guard number <= UInt64(Int64.max) &+ (isNegative ? 1 : 0) else { break }
    values[row] = isNegative ? 0 &- Int64(truncatingIfNeeded: number) : Int64(truncatingIfNeeded: number)
    mostDigits = max(mostDigits, digits)
    anyNegative = anyNegative || isNegative
    row += 1
  }
  notes.integerDigits = max(notes.integerDigits, mostDigits)
  notes.mostDigits = max(notes.mostDigits, mostDigits)
  notes.isNegative = notes.isNegative || anyNegative
  notes.hasInteger = notes.hasInteger || mostDigits > 0
  return row
}

/// Digits before and after the point of one decimal, checked; nil where the field is none.
@inline(__always)
private func shapeOfDecimal(
  _ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int
) -> DecimalShape? {
  guard start < end else { return nil }
  let isNegative = text[start] == UInt8(ascii: "-")
  let first = isNegative ? start + 1 : start
  var index = first
  while index < end, isDigit(text[index]) { index += 1 }
  let integerDigits = index - first
  var fractionDigits = 0
  var point = -1
  if index < end {
    guard text[index] == UInt8(ascii: ".") else { return nil }
    point = index
    index += 1
    while index < end, isDigit(text[index]) { index += 1 }
    guard index == end else { return nil }
    fractionDigits = end - point - 1
  }
  guard integerDigits + fractionDigits > 0, integerDigits <= 1 || text[first] != UInt8(ascii: "0") else { return nil }
  return (isNegative, point, integerDigits, fractionDigits)
}

private typealias DecimalShape = (isNegative: Bool, point: Int, integerDigits: Int, fractionDigits: Int)

/// Digits before the point that a decimal needs room for: the zero of `0.5` takes none.
@inline(__always)
private func placesBeforePoint(_ text: UnsafePointer<UInt8>, _ start: Int, _ shape: DecimalShape) -> Int {
  let first = shape.isNegative ? start + 1 : start
  return shape.integerDigits == 1 && text[first] == UInt8(ascii: "0") ? 0 : shape.integerDigits
}

/// Decimals scaled by 10^scale into 64 bits: at most 18 digits. Goes on noting where a value does not fit.
func parseNarrowDecimals(
  _ text: UnsafePointer<UInt8>, _ fields: CSVFields, scale: Int, into values: UnsafeMutablePointer<Int64>,
  _ notes: inout CSVNumberNotes
) -> Int {
  withPowersOfTen { powers in
    for row in 0..<fields.count {
      let start = Int(fields.starts[row])
      let end = Int(fields.ends[row])
      if start == end { continue }
      guard let shape = shapeOfDecimal(text, start, end) else { return row }
      note(shape.isNegative, shape.integerDigits, shape.fractionDigits, shape.point >= 0, text, start, &notes)
      guard shape.fractionDigits <= scale, placesBeforePoint(text, start, shape) + scale <= 18 else {
        notes.isComplete = false
        continue
      }
      let first = shape.isNegative ? start + 1 : start
      var number = shape.integerDigits > 0 ? magnitude(text + first, shape.integerDigits) ?? 0 : 0
      if shape.fractionDigits > 0 {
        let fraction = magnitude(text + shape.point + 1, shape.fractionDigits) ?? 0
        number = number &* powers[shape.fractionDigits] &+ fraction
      }
      number = number &* powers[scale - shape.fractionDigits]
      values[row] = shape.isNegative ? 0 &- Int64(truncatingIfNeeded: number) : Int64(truncatingIfNeeded: number)
    }
    return fields.count
  }
}

/// Decimals scaled by 10^scale into 128 bits: at most 38 digits.
func parseWideDecimals(
  _ text: UnsafePointer<UInt8>, _ fields: CSVFields, scale: Int, into values: UnsafeMutablePointer<Int128>,
  _ notes: inout CSVNumberNotes
) -> Int {
  for row in 0..<fields.count {
    let start = Int(fields.starts[row])
    let end = Int(fields.ends[row])
    if start == end { continue }
    guard let shape = shapeOfDecimal(text, start, end) else { return row }
    note(shape.isNegative, shape.integerDigits, shape.fractionDigits, shape.point >= 0, text, start, &notes)
    guard shape.fractionDigits <= scale, placesBeforePoint(text, start, shape) + scale <= 38 else {
      notes.isComplete = false
      continue
    }
    var number: Int128 = 0
    for index in (shape.isNegative ? start + 1 : start)..<end where index != shape.point {
      number = number &* 10 &+ Int128(text[index] &- 0x30)
    }
    for _ in shape.fractionDigits..<scale { number = number &* 10 }
    values[row] = shape.isNegative ? 0 &- number : number
  }
  return fields.count
}

@inline(__always)
private func note(
  _ isNegative: Bool, _ integerDigits: Int, _ fractionDigits: Int, _ hasPoint: Bool, _ text: UnsafePointer<UInt8>,
  _ start: Int, _ notes: inout CSVNumberNotes
) {
  notes.integerDigits = max(notes.integerDigits, integerDigits)
  notes.fractionDigits = max(notes.fractionDigits, fractionDigits)
  notes.mostDigits = max(notes.mostDigits, integerDigits + fractionDigits)
  notes.isNegative = notes.isNegative || isNegative
  if hasPoint {
    notes.hasPoint = true
  } else if integerDigits < 19 {
    notes.hasInteger = true
  } else {
    var isBig = integerDigits > 19
    if !isBig, let number = magnitude(text + start + (isNegative ? 1 : 0), 19) {
      isBig = number > UInt64(Int64.max) + (isNegative ? 1 : 0)
    }
    notes.hasBigInteger = notes.hasBigInteger || isBig
    notes.hasInteger = notes.hasInteger || !isBig
  }
}

private let exactPowersOfTen: [UInt64] = (0...19).map { UInt64(powerOfTen($0)) }

@inline(__always)
private func withPowersOfTen<R>(_ body: (UnsafePointer<UInt64>) -> R) -> R {
  exactPowersOfTen.withUnsafeBufferPointer { body($0.baseAddress!) }
}

/// Valid dates YYYY-MM-DD, as days. A date equal to the row before it costs one comparison.
func parseDates(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, into values: UnsafeMutablePointer<Int64>) -> Int {
  var known = CSVKnownDay()
  for row in 0..<fields.count {
    let start = Int(fields.starts[row])
    let end = Int(fields.ends[row])
    if start == end { continue }
    guard end - start == 10, let day = known.number(UnsafeRawBufferPointer(start: text + start, count: 10)) else {
      return row
    }
    values[row] = day
  }
  return fields.count
}

/// What a loop over timestamps found out on the way.
struct CSVTimestampNotes {
  var hasDates = false
  var hasTimestamps = false

  func evidence(isUTC: Bool, isStyled: Bool) -> CSVEvidence {
    var kinds: CSVEvidence.Kinds = []
    if hasDates { kinds.insert(isStyled ? .styledDate : .date) }
    if hasTimestamps {
      kinds.insert(isUTC ? (isStyled ? .styledInstant : .instant) : isStyled ? .styledTimestamp : .timestamp)
    }
    return CSVEvidence(kinds)
  }
}

/// Timestamps with an offset where `isUTC`; else those without and dates, which are their midnights. In microseconds.
func parseTimestamps(
  _ text: UnsafePointer<UInt8>, _ fields: CSVFields, isUTC: Bool, into values: UnsafeMutablePointer<Int64>,
  _ notes: inout CSVTimestampNotes
) -> Int {
  var known = CSVKnownDay()
  var found = notes
  var row = 0
  let count = fields.count
  while row < count {
    let start = Int(fields.starts[row])
    let end = Int(fields.ends[row])
    if end <= start {
      if end < start { break }
    } else if end - start == 10 {
      guard !isUTC, let day = known.number(UnsafeRawBufferPointer(start: text + start, count: 10)) else { break }
      values[row] = day &* CSVTimestamp.perDay
      found.hasDates = true
    } else {
      let field = UnsafeRawBufferPointer(start: text + start, count: end - start)
      guard let timestamp = parseTimestamp(field, &known), timestamp.hasOffset == isUTC else { break }
      values[row] = timestamp.microseconds
      found.hasTimestamps = true
    }
    row += 1
  }
  notes = found
  return row
}

/// Truth values as 0 and 1.
func parseTruthValues(_ text: UnsafePointer<UInt8>, _ fields: CSVFields, into values: UnsafeMutablePointer<Int64>)
  -> Int
{
  for row in 0..<fields.count {
    let start = Int(fields.starts[row])
    let end = Int(fields.ends[row])
    if start == end { continue }
    guard end > start, let value = truthValue(UnsafeRawBufferPointer(start: text + start, count: end - start)) else {
      return row
    }
    values[row] = value
  }
  return fields.count
}
