// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension ColumnPage {
  /// The values of `rows`, in their order; a row may come several times. Precondition: all lie within the page.
  ///
  /// Codes stay codes of the same dictionary. O(rows + bytes of their strings).
  package func gathering(_ rows: ArraySlice<UInt32>) -> ColumnPage {
    let gathered: PageValues
    switch values {
    case .int64(let all): gathered = .int64(gather(all, rows))
    case .int128(let all): gathered = .int128(gather(all, rows))
    case .float64(let all): gathered = .float64(gather(all, rows))
    case .codes(let all): gathered = .codes(gather(all, rows))
    case .strings(let all): gathered = .strings(rows.withUnsafeBufferPointer { all.gathering($0) })
    }
    guard case .bits = validity else { return ColumnPage(values: gathered, validity: validity) }
    var words = [UInt64](repeating: 0, count: (rows.count + 63) / 64)
    for (position, row) in rows.enumerated() where validity.isValid(Int(row)) {
      words[position >> 6] |= 1 << UInt64(position & 63)
    }
    return ColumnPage(values: gathered, validity: Validity(words: words, rowCount: rows.count))
  }
}

/// One element per row. O(rows).
private func gather<Element: BitwiseCopyable>(_ all: [Element], _ rows: ArraySlice<UInt32>) -> [Element] {
  let greatest = rows.reduce(0) { max($0, $1) }
  precondition(rows.isEmpty || Int(greatest) < all.count, "row \(greatest) of \(all.count)")
  return [Element](unsafeUninitializedCapacity: rows.count) { gathered, count in
    all.withUnsafeBufferPointer { all in
      rows.withUnsafeBufferPointer { rows in
        // In range: the greatest is, as was just checked.
        for index in 0..<rows.count { gathered.initializeElement(at: index, to: all[Int(rows[index])]) }
      }
    }
    count = rows.count
  }
}
