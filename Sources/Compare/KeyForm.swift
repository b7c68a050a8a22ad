// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import TextFormats

/// How a key column's values of both sides become pages in which equal keys are equal.
///
/// Where types differ in more than a decimal's precision, a value goes into one of two columns: the first holds what both sides
/// can hold, the second what only one can, so that keys stay apart and none is rounded.
enum KeyForm {
  /// As they are, in one column of this type.
  case same(ColumnType)
  /// Local timestamps; days are their midnights.
  case midnights
  /// Numbers with this many digits after the point in 128 bits; in the second column those that leave them, unscaled.
  case decimal(scale: Int)
  /// The same for a decimal or int64 against float64; in the second column doubles that print as no such number.
  case printedNumber(scale: Int)
  /// What values print as.
  case text

  init(_ pairing: ColumnPairing) {
    switch pairing.comparedAs {
    case .bool, .date, .string, .float64: self = .same(pairing.sourceType)
    case .timestamp: self = pairing.sourceType == pairing.compareType ? .same(pairing.sourceType) : .midnights
    case .integer, .decimal:
      if pairing.sourceType.scale == pairing.compareType.scale, pairing.sourceType.isWide == pairing.compareType.isWide
      {
        self = .same(pairing.sourceType)
      } else {
        self = .decimal(scale: pairing.scale)
      }
    case .printedNumber: self = .printedNumber(scale: pairing.scale)
    case .text: self = .text
    }
  }

  /// Types of the columns that keys of this form take.
  var types: [ColumnType] {
    switch self {
    case .same(let type): [type]
    case .midnights: [.timestamp(isUTC: false)]
    case .decimal(let scale): [.decimal(precision: 38, scale: scale), .decimal(precision: 38, scale: 0)]
    case .printedNumber(let scale): [.decimal(precision: 38, scale: scale), .float64]
    case .text: [.string]
    }
  }

  /// Brings a page of `type` into this form: one page for each of ``types``.
  func pages(_ page: ColumnPage, type: ColumnType, dictionary: StringDictionary?) -> [ColumnPage] {
    switch self {
    case .same: return [page]
    case .midnights: return [page.rescaled(from: type, to: .timestamp(isUTC: false))]
    case .text: return [textPage(page, type: type, dictionary: dictionary)]
    case .decimal(let scale):
      let factor = powerOfTen(scale - type.scale)
      let scaled = splitPage(page.wideIntegers, page.validity) { value -> Int128? in
        let (product, overflowed) = value.multipliedReportingOverflow(by: factor)
        return overflowed ? nil : product
      }
      return [scaled.fitting, ColumnPage(values: .int128(page.wideIntegers), validity: scaled.rest)]
    case .printedNumber(let scale):
      if case .float64(let values) = page.values {
        let scaled = splitPage(values, page.validity) { unscaledPrintedNumber($0, scale: scale) }
        return [scaled.fitting, ColumnPage(values: page.values, validity: scaled.rest)]
      }
      // The numbers' own side has the greater scale: nothing to multiply.
      return [
        ColumnPage(values: .int128(page.wideIntegers), validity: page.validity),
        ColumnPage(values: .float64([Double](repeating: 0, count: page.rowCount)), validity: .allNull),
      ]
    }
  }
}

extension ColumnPage {
  /// Values as 128-bit integers. Precondition: they are integers.
  var wideIntegers: [Int128] {
    switch values {
    case .int64(let values): values.map { Int128($0) }
    case .int128(let values): values
    default: preconditionFailure("a numeric column holds other values")
    }
  }
}

/// A page of the values that `convert` has an answer for, and the validity of a page of the others.
private func splitPage<T>(
  _ values: [T], _ validity: Validity, _ convert: (T) -> Int128?
) -> (fitting: ColumnPage, rest: Validity) {
  var fitting = [Int128](repeating: 0, count: values.count)
  var fits = [UInt64](repeating: 0, count: (values.count + 63) / 64)
  var rest = fits
  for row in values.indices where validity.isValid(row) {
    if let value = convert(values[row]) {
      fitting[row] = value
      fits[row >> 6] |= 1 << UInt64(row & 63)
    } else {
      rest[row >> 6] |= 1 << UInt64(row & 63)
    }
  }
  return (
    ColumnPage(values: .int128(fitting), validity: Validity(words: fits, rowCount: values.count)),
    Validity(words: rest, rowCount: values.count)
  )
}

/// What a page's values print as, as strings; pages of strings stay as they are.
func textPage(_ page: ColumnPage, type: ColumnType, dictionary: StringDictionary?) -> ColumnPage {
  if type == .string { return page }
  var offsets: [UInt32] = [0]
  offsets.reserveCapacity(page.rowCount + 1)
  var bytes: [UInt8] = []
  for row in 0..<page.rowCount {
    appendText(of: page.value(at: row, type: type, dictionary: dictionary), to: &bytes)
    offsets.append(UInt32(bytes.count))
  }
  return ColumnPage(values: .strings(StringArray(offsets: offsets, bytes: bytes)), validity: page.validity)
}
