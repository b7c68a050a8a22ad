// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Encodings

extension ChunkFile {
  /// Decodes a page and holds what the footer says of it against its values. `dictionary` is nil if the column has none, or
  /// a damaged one: bounds of codes are then not checked. `offset` is where errors say the page is.
  func verifyPage(
    _ record: PageRecord, _ section: ColumnSection, dictionary: StringDictionary?, column: Int, chunk: Int, offset: Int
  ) throws {
    var place = pagePlace(column: column, chunk: chunk)
    let extent = record.extent
    let stored: ColumnPage
    if extent.encoding.physical == .none {
      stored = ColumnPage(values: .int64(Array(repeating: 0, count: extent.rowCount)), validity: .allNull)
    } else {
      stored = try withRawBytes(of: extent, place) { bytes in
        try locating(base: offset, place) { () throws(EncodingError) in
          try decodePage(
            extent.encoding, from: bytes, rowCount: extent.rowCount, nullCount: record.nullCount,
            codeLimit: section.dictionary?.entryCount ?? 0, bounds: record.bounds)
        }
      }
    }
    place.byteOffset = offset
    let truth = factsOfPage(stored, scale: record.scale)
    guard truth.contentHash == record.contentHash else {
      throw ChunkFileError(.malformed, "the footer's hash is not that of the values", at: place)
    }
    guard truth.statistics.floatRange == record.floatRange else {
      throw ChunkFileError(.malformed, "the footer's range of exponents is not that of the values", at: place)
    }
    guard record.bounds != .none else { return }
    var bounds = truth.statistics.bounds
    if case .codes = stored.values {
      guard let dictionary else { return }
      bounds = PageStatistics(of: stored, dictionary: dictionary).bounds
    }
    if let fault = fault(of: record.bounds, for: stored, truth: bounds) {
      throw ChunkFileError(.malformed, fault, at: place)
    }
  }
}

/// What is wrong with a page's bounds, nil if nothing is (specification, section 3.4): a sum is the exact one; integers and
/// doubles, and strings that claim it, have exactly the smallest and the greatest value; other strings are bounded.
///
/// `truth` are the bounds that our own writer would give, but for a sum that it did not find.
private func fault(of given: PageStatistics.Bounds, for page: ColumnPage, truth: PageStatistics.Bounds) -> String? {
  switch (given, truth) {
  case (.integer(let minimum, let maximum, let sum), .integer(let lowest, let highest, let knownSum)):
    guard minimum == lowest, maximum == highest else {
      return "the footer's bounds \(minimum) and \(maximum) are not those of the values, \(lowest) and \(highest)"
    }
    if let sum, sum != knownSum ?? exactSum(page) { return "the footer's sum \(sum) is not that of the values" }
    return nil
  case (.float(let minimum, let maximum), .float(let lowest, let highest)):
    return minimum == lowest && maximum == highest
      ? nil : "the footer's bounds \(minimum) and \(maximum) are not those of the values, \(lowest) and \(highest)"
  case (.string(_, _, exact: true), .string):
    return given == truth ? nil : "the footer's bounds are not the smallest and the greatest string"
  case (.string(let minimum, let maximum, exact: false), .string(let lowest, let highest, _)):
    // Cut bounds of the values serve as well as the values: no string of at most 32 bytes lies between the two.
    let holds = !lowest.lexicographicallyPrecedes(minimum) && !maximum.lexicographicallyPrecedes(highest)
    return holds ? nil : "a string lies outside the footer's bounds"
  default:
    return "the footer has bounds for a page without values that compare"
  }
}

/// Sum of the integers in valid rows, nil if it does not fit 128 bits, however far partial sums go.
private func exactSum(_ page: ColumnPage) -> Int128? {
  // A page has at most 2^17 rows, so that neither half leaves 128 bits.
  var high: Int128 = 0
  var low: Int128 = 0
  func add(_ value: Int128) {
    high += value >> 64
    low += value & 0xFFFF_FFFF_FFFF_FFFF
  }
  switch page.values {
  case .int64(let values): for row in values.indices where page.validity.isValid(row) { add(Int128(values[row])) }
  case .int128(let values): for row in values.indices where page.validity.isValid(row) { add(values[row]) }
  case .float64, .codes, .strings: return nil
  }
  let (upper, overflow) = high.addingReportingOverflow(low >> 64)
  guard !overflow, let exact = Int64(exactly: upper) else { return nil }
  return Int128(exact) << 64 | low & 0xFFFF_FFFF_FFFF_FFFF
}
