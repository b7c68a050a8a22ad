// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Synchronization

/// The values of a dictionary, from all its messages so far: the first, and those that added to it.
///
/// They lie in parts, each more than twice as large as the next, so that adding to a dictionary again and again costs O(log values) copies of
/// each value, and a batch keeps what it needs while more is added.
struct ArrowDictionary: Sendable {
  /// Values that follow each other.
  private struct Part: Sendable {
    let firstCode: Int
    let page: ColumnPage
    /// Positions of bytes that are not UTF-8, ascending; looked for in bytes alone.
    let notText: [UInt32]

    var strings: StringArray { if case .strings(let strings) = page.values { strings } else { StringArray() } }
  }

  /// Finds the part that a code lies in, and where.
  private struct Finder {
    let starts: [Int]

    @inline(__always)
    func callAsFunction(_ code: UInt32) -> (part: Int, position: Int) {
      var part = 0
      while part + 1 < starts.count, starts[part + 1] <= Int(code) { part += 1 }
      return (part, Int(code) - starts[part])
    }
  }

  /// Number of its codes.
  private(set) var count = 0
  /// The same for all states of one dictionary that is added to.
  let origin = DictionaryOrigin()
  private var parts: [Part] = []
  private var textByteCount = 0
  private let type: ArrowType

  /// Starts without values.
  init(of type: ArrowType) { self.type = type }

  /// True if its values are text or bytes.
  var isOfStrings: Bool { type.columnType == .string }

  private var finder: Finder { Finder(starts: parts.map(\.firstCode)) }

  /// Adds values, whose codes follow. Throws `arrow.limit` for 4 GiB of strings or more. O(values + bytes), and what joining parts takes.
  mutating func append(_ page: ColumnPage) throws(ArrowFault) {
    if page.rowCount == 0 { return }
    textByteCount += page.textByteCount(0..<page.rowCount, nil)
    guard textByteCount <= Int(UInt32.max) else {
      throw ArrowFault(
        .limit, "4 GiB of strings or more in a dictionary", advice: "write plain strings, or fewer of them")
    }
    var first = parts.count
    var size = page.rowCount
    while first > 0, parts[first - 1].page.rowCount <= 2 * size {
      first -= 1
      size += parts[first].page.rowCount
    }
    let start = count - (size - page.rowCount)
    var notText = parts[first...].flatMap { part in part.notText.map { $0 + UInt32(part.firstCode - start) } }
    if type == .binary, case .strings(let strings) = page.values {
      notText += rowsNotUTF8(strings).map { UInt32($0 + count - start) }
    }
    let pages = parts[first...].map(\.page) + [page]
    parts.removeSubrange(first...)
    parts.append(
      Part(
        firstCode: start, page: ColumnPage(concatenating: pages, type: type.columnType, dictionary: nil),
        notText: notText))
    count += page.rowCount
  }

  /// Strings with their codes, perhaps also some that were added later; nil for values of other types. O(strings + bytes) after something was
  /// added, else O(1).
  var strings: StringDictionary? {
    guard isOfStrings else { return nil }
    return origin.strings(atLeast: count) {
      var all = parts.first?.strings ?? StringArray()
      for part in parts.dropFirst() { all.append(part.strings) }
      return all
    }
  }

  /// True if each code of `other` stands for the same value here.
  func extends(_ other: ArrowDictionary) -> Bool { origin === other.origin && count >= other.count }

  /// Rows of a column of codes: codes where the values are strings, else the values. Throws `arrow.malformed` for codes beyond the dictionary.
  /// O(rows · log values).
  func page(_ column: StoredColumn, _ rows: Range<Int>) throws(ArrowFault) -> ColumnPage {
    let (codes, validity) = try column.codes(rows, below: count)
    // A value of a dictionary may be null itself.
    let known = parts.allSatisfy { $0.page.validity == .allValid } ? validity : nulling(codes, validity)
    if known == .allNull { return ColumnPage(nullRows: rows.count, type: type.columnType) }
    guard isOfStrings else { return ColumnPage(values: gathered(codes, known), validity: known) }
    guard known != validity else { return ColumnPage(values: .codes(codes), validity: validity) }
    return ColumnPage(values: .codes(codes.enumerated().map { known.isValid($0) ? $1 : 0 }), validity: known)
  }

  private func nulling(_ codes: [UInt32], _ validity: Validity) -> Validity {
    let finder = finder
    var words = [UInt64](repeating: 0, count: (codes.count + 63) / 64)
    for (row, code) in codes.enumerated() where validity.isValid(row) {
      let (part, position) = finder(code)
      if parts[part].page.validity.isValid(position) { words[row >> 6] |= 1 << UInt64(row & 63) }
    }
    return Validity(words: words, rowCount: codes.count)
  }

  private func gathered(_ codes: [UInt32], _ validity: Validity) -> PageValues {
    let finder = finder
    func picked<T>(_ missing: T, _ values: (PageValues) -> [T]?) -> [T] {
      let parts = self.parts.map { values($0.page.values) ?? [] }
      return codes.enumerated().map { row, code in
        guard validity.isValid(row) else { return missing }
        let (part, position) = finder(code)
        return parts[part][position]
      }
    }
    switch type.columnType {
    case .float64: return .float64(picked(Double(0)) { if case .float64(let values) = $0 { values } else { nil } })
    case let type where type.isWide:
      return .int128(picked(Int128(0)) { if case .int128(let values) = $0 { values } else { nil } })
    default: return .int64(picked(Int64(0)) { if case .int64(let values) = $0 { values } else { nil } })
    }
  }

  /// The first row of a page of codes whose value is bytes that are not UTF-8; nil if there is none. O(rows · log values).
  func firstRowNotUTF8(_ page: ColumnPage) -> Int? {
    guard case .codes(let codes) = page.values, parts.contains(where: { !$0.notText.isEmpty }) else { return nil }
    let finder = finder
    return codes.indices.first { row in
      guard page.validity.isValid(row) else { return false }
      let (part, position) = finder(codes[row])
      let found = parts[part].notText
      var (low, high) = (0, found.count)
      while low < high {
        let middle = (low + high) / 2
        if found[middle] < position { low = middle + 1 } else { high = middle }
      }
      return low < found.count && found[low] == position
    }
  }

  /// A page of codes with strings of its own; other pages as they are. Throws `arrow.limit` for 4 GiB of strings or more, before any is copied.
  /// O(rows + bytes).
  func plain(_ page: ColumnPage) throws(ArrowFault) -> ColumnPage {
    guard case .codes(let codes) = page.values else { return page }
    let finder = finder
    let texts = parts.map(\.strings)
    var byteCount = 0
    for (row, code) in codes.enumerated() where page.validity.isValid(row) {
      let (part, position) = finder(code)
      byteCount += texts[part].range(position).count
    }
    try checkTextLimit(byteCount)
    var strings = StringArray(reservingStrings: codes.count, totalBytes: byteCount)
    for (row, code) in codes.enumerated() {
      guard page.validity.isValid(row) else {
        strings.append(utf8: [])
        continue
      }
      let (part, position) = finder(code)
      texts[part].withUTF8(position) { strings.append($0) }
    }
    return ColumnPage(values: .strings(strings), validity: page.validity)
  }
}

/// What all states of a dictionary that is added to have in common: the strings, once they were asked for.
package final class DictionaryOrigin: Sendable {
  private let held = Mutex<StringDictionary?>(nil)

  init() {}

  /// All strings that were made last if these are enough, else what `make` gives.
  fileprivate func strings(atLeast count: Int, _ make: () -> StringArray) -> StringDictionary {
    held.withLock { held in
      if let held, held.count >= count { return held }
      let made = StringDictionary(entries: make())
      held = made
      return made
    }
  }
}
