// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Synchronization

/// One column of a table in one piece, so that any row's value is one access away.
final class FlatColumn<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  // Filled inside `init`, chunk by chunk, each by one worker and at its own rows; only read afterwards.
  let values: UnsafeMutablePointer<Element>
  let isValid: UnsafeMutablePointer<Bool>

  /// Reads a column with `threads` threads; `convert` gives a page's values, one per row.
  init(
    _ table: any TableSource, column: Int, rows: RowLocator, threads: Int,
    convert: @escaping @Sendable (ColumnPage) throws -> [Element]
  ) throws {
    try table.willRead(columns: [column], chunks: Array(0..<rows.chunkCount))
    values = .allocate(capacity: max(1, rows.rowCount))
    isValid = .allocate(capacity: max(1, rows.rowCount))
    let start = Rows(values: values, isValid: isValid)
    try forEachChunk(rows.chunkCount, threads: threads) { chunk in
      let page = try table.page(column: column, chunk: chunk)
      let range = rows.rows(ofChunk: chunk)
      let converted = try convert(page)
      precondition(converted.count == range.count, "a page has other rows than its chunk")
      converted.withUnsafeBufferPointer {
        guard let base = $0.baseAddress else { return }
        (start.values + range.lowerBound).initialize(from: base, count: range.count)
      }
      switch page.validity {
      case .allValid: (start.isValid + range.lowerBound).initialize(repeating: true, count: range.count)
      case .allNull: (start.isValid + range.lowerBound).initialize(repeating: false, count: range.count)
      case .bits: for row in 0..<range.count { start.isValid[range.lowerBound + row] = page.validity.isValid(row) }
      }
    }
  }

  deinit {
    values.deallocate()
    isValid.deallocate()
  }

  private struct Rows: @unchecked Sendable {
    // As above: workers write disjoint rows.
    let values: UnsafeMutablePointer<Element>
    let isValid: UnsafeMutablePointer<Bool>
  }
}

/// Numbers that are equal for equal strings of any page and dictionary.
final class TextCodes: Sendable {
  private let numbering = Mutex(KeyNumbering(types: [.string]))

  /// One number per row; those of null rows mean nothing.
  func codes(of page: ColumnPage, dictionary: StringDictionary?) -> [UInt32] {
    // Which number a string gets depends on which page comes first; whether two are equal does not.
    var codes: [UInt32] = []
    numbering.withLock { $0.number([page], dictionaries: [dictionary], into: &codes) }
    return codes
  }
}
