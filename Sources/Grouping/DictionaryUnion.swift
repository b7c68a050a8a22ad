// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// One dictionary for several columns' codes: the first one's strings, then those of the others that are new, in their order.
package struct DictionaryUnion: Sendable {
  /// What becomes of one column's codes.
  private enum Recoding: Sendable {
    /// They stay.
    case same
    /// Code `c` becomes element `c`.
    case mapped([UInt32])
    /// They become strings: the union had no room for them.
    case plain(StringDictionary)
  }

  /// All strings; nil if none of the columns has a dictionary.
  package let dictionary: StringDictionary?
  private let recodings: [Recoding]

  /// Joins `dictionaries`, nil for columns without codes. One that would make the union pass a limit stays out of it; the first
  /// never does. O(strings), one hash each; dictionaries that are equal cost a comparison of memory.
  package init(_ dictionaries: [StringDictionary?], entryLimit: Int, byteLimit: Int) {
    guard let first = dictionaries.lazy.compactMap({ $0 }).first(where: { $0.count > 0 }) else {
      dictionary = dictionaries.lazy.compactMap { $0 }.first
      recodings = dictionaries.map { _ in .same }
      return
    }
    var interner: StringInterner?
    recodings = dictionaries.map { other in
      guard let other, other !== first, other.entries != first.entries else { return .same }
      let known = interner ?? StringInterner(numbering: first.entries)
      interner = known
      let new = known.new(in: other.entries)
      guard known.count + new.count <= entryLimit, known.byteCount + new.byteCount <= byteLimit else {
        return .plain(other)
      }
      return .mapped((0..<other.count).map { other.entries.withUTF8($0) { known.number($0) } })
    }
    dictionary = interner.map { $0.count == first.count ? first : StringDictionary(entries: $0.entries) } ?? first
  }

  /// True if some column's codes become strings.
  package var hasCodesThatBecomeText: Bool {
    recodings.contains { if case .plain = $0 { true } else { false } }
  }

  /// What becomes of column `number`'s codes; nil where they stay. Precondition: the limits kept no dictionary out.
  package func map(of number: Int) -> [UInt32]? {
    switch recodings[number] {
    case .same: return nil
    case .mapped(let map): return map
    case .plain: preconditionFailure("a dictionary that was kept out")
    }
  }

  /// A page of column `number` in the union's codes, or with strings of its own. Pages without codes stay. O(rows).
  package func recoded(_ page: ColumnPage, of number: Int) -> ColumnPage {
    guard case .codes(let codes) = page.values else { return page }
    switch recodings[number] {
    case .same: return page
    case .plain(let own): return page.withPlainStrings(own)
    case .mapped(let map):
      // Null slots hold code 0, which an empty dictionary does not have.
      guard !map.isEmpty else { return page }
      return ColumnPage(values: .codes(codes.map { map[Int($0)] }), validity: page.validity)
    }
  }
}
