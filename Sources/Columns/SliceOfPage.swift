// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// A copy of some rows. Precondition: `range` lies within the page. O(rows of the range + their bytes).
  public func rows(_ range: Range<Int>) -> ColumnPage {
    let slice: PageValues
    switch values {
    case .int64(let values): slice = .int64(Array(values[range]))
    case .int128(let values): slice = .int128(Array(values[range]))
    case .float64(let values): slice = .float64(Array(values[range]))
    case .codes(let values): slice = .codes(Array(values[range]))
    case .strings(let strings):
      let start = strings.offsets[range.lowerBound]
      let end = strings.offsets[range.upperBound]
      slice = .strings(
        StringArray(
          offsets: strings.offsets[range.lowerBound...range.upperBound].map { $0 - start },
          bytes: Array(strings.bytes[Int(start)..<Int(end)])))
    }
    return ColumnPage(values: slice, validity: validity.rows(range))
  }
}

extension Validity {
  /// Validity of some rows. O(rows of the range).
  public func rows(_ range: Range<Int>) -> Validity {
    guard case .bits = self else { return self }
    var words = [UInt64](repeating: 0, count: (range.count + 63) / 64)
    for (index, row) in range.enumerated() where isValid(row) { words[index >> 6] |= 1 << UInt64(index & 63) }
    return Validity(words: words, rowCount: range.count)
  }
}
