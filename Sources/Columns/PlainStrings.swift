// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// The same page with strings of its own in place of codes; other pages as they are. `dictionary` is needed for codes.
  ///
  /// O(rows + bytes of their strings). Precondition: ``textByteCount(_:_:)`` is less than 4 GiB.
  package func withPlainStrings(_ dictionary: StringDictionary?) -> ColumnPage {
    guard case .codes(let codes) = values else { return self }
    if validity == .allNull { return ColumnPage(nullRows: rowCount, type: .string) }
    guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
    let strings = codes.withUnsafeBufferPointer { entries.gathering($0, validity) }
    return ColumnPage(values: .strings(strings), validity: validity)
  }

  /// Bytes that strings of `rows` have, or would have without codes, of which a few may stand for very many; 0 for other values. `dictionary` is
  /// needed for codes. O(rows) for codes, else O(1).
  package func textByteCount(_ rows: Range<Int>, _ dictionary: StringDictionary?) -> Int {
    switch values {
    case .strings(let strings): return Int(strings.offsets[rows.upperBound] - strings.offsets[rows.lowerBound])
    case .codes(let codes):
      if validity == .allNull { return 0 }
      guard let entries = dictionary?.entries else { preconditionFailure("codes without their dictionary") }
      return rows.reduce(0) { $0 + (validity.isValid($1) ? entries.range(Int(codes[$1])).count : 0) }
    default: return 0
    }
  }
}
