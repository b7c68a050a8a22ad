// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Texts of a run of cells of one column, end to end: cell `i` is bytes `ends[i - 1]..<ends[i]` (from 0 for the first).
///
/// Formatting goes column by column, so that the type is looked at once per block; rows are put together afterwards.
final class CellTexts {
  let bytes: GrowingBytes
  private(set) var ends: UnsafeMutablePointer<Int>
  private var endCapacity: Int
  private let style: CellStyle

  init(style: CellStyle, cellCapacity: Int) {
    self.style = style
    // A start; it grows as needed.
    bytes = GrowingBytes(capacity: 4 * min(1024, cellCapacity))
    endCapacity = cellCapacity
    ends = .allocate(capacity: max(1, cellCapacity))
  }

  deinit { ends.deallocate() }

  /// Replaces what is here by the cells `rows` of a page. Precondition: no more rows than the cell capacity.
  ///
  /// `entries`, if given, are the dictionary's strings already formatted in the same style.
  func format(
    _ page: ColumnPage, rows: Range<Int>, type: ColumnType, dictionary: StringDictionary?, entries: CellTexts?
  ) {
    precondition(rows.count <= endCapacity && rows.upperBound <= page.rowCount, "more rows than there is room for")
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
      if let entries {
        copyEntries(codes, rows, page.validity, entries)
      } else if let dictionary {
        codes.withUnsafeBufferPointer { codes in
          strings(dictionary.entries, rows, page.validity) { Int(codes[$0]) }
        }
      } else {
        preconditionFailure("codes without their dictionary")
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
        quotedCells(rows, validity, atMost: maximumDateTextLength) { digits.writeDate(values[$0], to: $1) }
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
    bytes.reserve(rows.count * max(longest, style.null.count))
    let start = bytes.start
    let ends = ends
    var at = 0
    switch validity {
    case .allValid:
      for row in rows {
        at &+= write(row, start + at)
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
          let isValid = words[row &>> 6] &>> UInt64(truncatingIfNeeded: row & 63) & 1 == 1
          at &+= isValid ? write(row, start + at) : writeNull(start + at)
          ends[row &- rows.lowerBound] = at
        }
      }
    }
    bytes.count = at
  }

  private func writeNull(_ target: UnsafeMutablePointer<UInt8>) -> Int {
    for (index, byte) in style.null.enumerated() { target[index] = byte }
    return style.null.count
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
            bytes.reserve(style.longestString(range.count))
            at += style.write(UnsafeBufferPointer(rebasing: text[range]), to: bytes.start + at)
          } else {
            bytes.count = at
            bytes.reserve(style.null.count)
            at += writeNull(bytes.start + at)
          }
          ends[row - rows.lowerBound] = at
        }
        bytes.count = at
      }
    }
  }

  private func copyEntries(_ codes: [UInt32], _ rows: Range<Int>, _ validity: Validity, _ entries: CellTexts) {
    codes.withUnsafeBufferPointer { codes in
      var at = 0
      for row in rows {
        bytes.count = at
        if validity.isValid(row) {
          let code = Int(codes[row])
          precondition(code < entries.endCapacity, "a code outside its dictionary")
          let from = code == 0 ? 0 : entries.ends[code - 1]
          let count = entries.ends[code] - from
          bytes.reserve(count)
          // Both buffers keep copySlack bytes past what is reserved.
          copyBytes(entries.bytes.start + from, count, to: bytes.start + at)
          at += count
        } else {
          bytes.reserve(style.null.count)
          at += writeNull(bytes.start + at)
        }
        ends[row - rows.lowerBound] = at
      }
      bytes.count = at
    }
  }

  /// All strings of a dictionary in `style`, so that each is quoted or escaped once and not once per row.
  static func entries(of dictionary: StringDictionary, style: CellStyle) -> CellTexts {
    let texts = CellTexts(style: style, cellCapacity: dictionary.count)
    texts.strings(dictionary.entries, 0..<dictionary.count, .allValid) { $0 }
    return texts
  }
}
