// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Texts of a run of cells of one column, end to end: cell `i` is bytes `ends[i - 1]..<ends[i]`, where `ends[-1]` is 0. Each
/// begins with what the format puts before the column's cells: a comma, a member's name.
///
/// Formatting goes column by column, so that the type is looked at once per block; rows are put together afterwards.
final class CellTexts {
  let bytes: GrowingBytes
  let ends: UnsafeMutablePointer<Int>
  let cellCapacity: Int
  private let style: CellStyle
  private let lead: GrowingBytes

  init(style: CellStyle, lead: [UInt8] = [], cellCapacity: Int) {
    self.style = style
    self.lead = GrowingBytes(lead)
    // A start; it grows as needed.
    bytes = GrowingBytes(capacity: 4 * min(1024, cellCapacity))
    self.cellCapacity = cellCapacity
    let bounds = UnsafeMutablePointer<Int>.allocate(capacity: cellCapacity + 1)
    bounds[0] = 0
    ends = bounds + 1
  }

  deinit { (ends - 1).deallocate() }

  /// Replaces what is here by the cells `rows` of a page. Precondition: no more rows than the cell capacity.
  func format(_ page: ColumnPage, rows: Range<Int>, type: ColumnType, dictionary: StringDictionary?) {
    precondition(rows.count <= cellCapacity && rows.upperBound <= page.rowCount, "more rows than there is room for")
    bytes.count = 0
    switch page.values {
    case .int64(let values): formatIntegers(values, rows, page.validity, type)
    case .int128(let values):
      let scale = type.scale
      values.withUnsafeBufferPointer { values in
        cells(rows, page.validity, atMost: maximumDecimalTextLength) {
          DigitPairs.shared.writeDecimal(values[$0], scale: scale, to: $1)
        }
      }
    case .float64(let values): formatDoubles(values, rows, page.validity)
    case .codes(let codes):
      guard let dictionary else { preconditionFailure("codes without their dictionary") }
      codes.withUnsafeBufferPointer { codes in
        strings(dictionary.entries, rows, page.validity) { Int(codes[$0]) }
      }
    case .strings(let values): strings(values, rows, page.validity) { $0 }
    }
  }

  private func formatIntegers(_ values: [Int64], _ rows: Range<Int>, _ validity: Validity, _ type: ColumnType) {
    let digits = DigitPairs.shared
    values.withUnsafeBufferPointer { values in
      switch type {
      case .bool:
        cells(rows, validity, atMost: 5) { row, target in
          let text: StaticString = values[row] != 0 ? "true" : "false"
          target.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
          return text.utf8CodeUnitCount
        }
      case .date:
        // Dates often come in runs.
        var last = (day: Int64.min, text: SIMD16<UInt8>(), count: 0)
        quotedCells(rows, validity, atMost: maximumDateTextLength) { row, target in
          let day = values[row]
          if day == last.day, last.count > 0 {
            // At least maximumDateTextLength bytes may be written.
            UnsafeMutableRawPointer(target).storeBytes(of: last.text, as: SIMD16<UInt8>.self)
            return last.count
          }
          let count = digits.writeDate(day, to: target)
          if count <= 16 { last = (day, UnsafeRawPointer(target).loadUnaligned(as: SIMD16<UInt8>.self), count) }
          return count
        }
      case .timestamp(let isUTC):
        quotedCells(rows, validity, atMost: maximumTimestampTextLength) {
          digits.writeTimestamp(values[$0], isUTC: isUTC, to: $1)
        }
      case .decimal(_, let scale) where scale > 0:
        // Decimals in 64 bits have at most 18 digits, so 10^scale fits.
        let divisor = (0..<scale).reduce(UInt64(1)) { product, _ in product &* 10 }
        cells(rows, validity, atMost: maximumDecimalTextLength) {
          digits.writeDecimal(values[$0], scale: scale, divisor: divisor, to: $1)
        }
      default:
        cells(rows, validity, atMost: maximumIntegerTextLength) { digits.write(values[$0], to: $1) }
      }
    }
  }

  private func formatDoubles(_ values: [Double], _ rows: Range<Int>, _ validity: Validity) {
    let style = style
    values.withUnsafeBufferPointer { values in
      cells(rows, validity, atMost: maximumDoubleTextLength) { row, target in
        let value = values[row]
        if value.isFinite { return DigitPairs.shared.writeFinite(value, to: target) }
        let text = value.isNaN ? style.nan : value < 0 ? style.negativeInfinity : style.positiveInfinity
        for (index, byte) in text.enumerated() { target[index] = byte }
        return text.count
      }
    }
  }

  /// As ``cells(_:_:atMost:_:)``, with what the style puts around dates.
  @inline(__always)
  private func quotedCells(
    _ rows: Range<Int>, _ validity: Validity, atMost longest: Int,
    _ write: (_ row: Int, _ target: UnsafeMutablePointer<UInt8>) -> Int
  ) {
    let quote = style.aroundDate.first
    cells(rows, validity, atMost: longest + 2) { row, target in
      guard let quote else { return write(row, target) }
      target[0] = quote
      let count = write(row, target + 1)
      target[count + 1] = quote
      return count + 2
    }
  }

  /// Runs `write` for each row with a value; it writes at most `longest` bytes and returns how many.
  @inline(__always)
  private func cells(
    _ rows: Range<Int>, _ validity: Validity, atMost longest: Int,
    _ write: (_ row: Int, _ target: UnsafeMutablePointer<UInt8>) -> Int
  ) {
    guard style.quoteOfNumbers == nil else {
      return bareCells(rows, validity, atMost: longest + 2) { style.quoted(write($0, $1), at: $1) }
    }
    bareCells(rows, validity, atMost: longest, write)
  }

  @inline(__always)
  private func bareCells(
    _ rows: Range<Int>, _ validity: Validity, atMost longest: Int,
    _ write: (_ row: Int, _ target: UnsafeMutablePointer<UInt8>) -> Int
  ) {
    bytes.reserve(rows.count * (lead.count + max(longest, style.null.count)))
    let start = bytes.start
    let ends = ends
    let (leadStart, leadCount) = (lead.start, lead.count)
    var at = 0
    switch validity {
    case .allValid:
      for row in rows {
        copyBytes(leadStart, leadCount, to: start + at)
        at &+= leadCount &+ write(row, start + (at &+ leadCount))
        ends[row &- rows.lowerBound] = at
      }
    case .allNull:
      for cell in 0..<rows.count {
        at += writeNull(start + at)
        ends[cell] = at
      }
    case .bits(let words):
      words.withUnsafeBufferPointer { words in
        for row in rows {
          if words[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1 {
            copyBytes(leadStart, leadCount, to: start + at)
            at &+= leadCount &+ write(row, start + (at &+ leadCount))
          } else {
            at &+= writeNull(start + at)
          }
          ends[row &- rows.lowerBound] = at
        }
      }
    }
    bytes.count = at
  }

  /// Writes the lead and what stands for null.
  private func writeNull(_ target: UnsafeMutablePointer<UInt8>) -> Int {
    copyBytes(lead.start, lead.count, to: target)
    for (index, byte) in style.null.enumerated() { target[lead.count + index] = byte }
    return lead.count + style.null.count
  }

  private func strings(
    _ strings: StringArray, _ rows: Range<Int>, _ validity: Validity, _ position: (Int) -> Int
  ) {
    strings.offsets.withUnsafeBufferPointer { offsets in
      strings.bytes.withUnsafeBufferPointer { text in
        var at = 0
        for row in rows {
          if validity.isValid(row) {
            let index = position(row)
            let range = Int(offsets[index])..<Int(offsets[index + 1])
            bytes.count = at
            bytes.reserve(lead.count + style.longestString(range.count))
            copyBytes(lead.start, lead.count, to: bytes.start + at)
            at += lead.count
            at += style.write(UnsafeBufferPointer(rebasing: text[range]), to: bytes.start + at)
          } else {
            bytes.count = at
            bytes.reserve(lead.count + style.null.count)
            at += writeNull(bytes.start + at)
          }
          ends[row - rows.lowerBound] = at
        }
        bytes.count = at
      }
    }
  }

  /// What stands for null, then all strings of a dictionary: each is quoted or escaped once and not once per row.
  ///
  /// Code `c` is cell `c + 1`.
  static func entries(of dictionary: StringDictionary, style: CellStyle, lead: [UInt8]) -> CellTexts {
    let texts = CellTexts(style: style, lead: lead, cellCapacity: dictionary.count + 1)
    // Row 0 is the null; the validity has a bit for it and every entry.
    var words = [UInt64](repeating: .max, count: dictionary.count / 64 + 1)
    words[0] &= ~1
    texts.strings(dictionary.entries, 0..<dictionary.count + 1, .bits(words)) { $0 - 1 }
    return texts
  }
}
