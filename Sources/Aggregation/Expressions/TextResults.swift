// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Grouping
import Synchronization

/// What operations on a string column give for each entry of its dictionary: worked out once, then taken by code.
final class TextResults: Sendable {
  private struct Key: Hashable {
    let node: Int
    let dictionary: ObjectIdentifier
  }

  private let kept = Mutex<[Key: EntryResults]>([:])

  /// The results of `node`, which depends on one string column alone, for all texts of `dictionary`.
  func result(of node: Int, in program: ExpressionProgram, _ dictionary: StringDictionary) -> EntryResults {
    let key = Key(node: node, dictionary: ObjectIdentifier(dictionary))
    return kept.withLock { kept in
      if let known = kept[key] { return known }
      let made = EntryResults(node, program, dictionary)
      kept[key] = made
      return made
    }
  }
}

/// Results by code; the last is that of null.
struct EntryResults: Sendable {
  /// Held so that its identity cannot pass to another object.
  private let dictionary: StringDictionary
  private let results: ExpressionVector
  /// True if null, and nothing else, gives null.
  private let isNullOfNullAlone: Bool

  init(_ node: Int, _ program: ExpressionProgram, _ dictionary: StringDictionary) {
    self.dictionary = dictionary
    let count = dictionary.count + 1
    var entries = dictionary.entries
    entries.append(utf8: [])
    var valid = allBits(count)
    valid[(count - 1) >> 6] &= ~(1 << UInt64((count - 1) & 63))
    let column = ExpressionVector(values: .strings(entries), validity: Validity(words: valid, rowCount: count))
    var run = ExpressionRun(program: program, rowCount: count) { _ in column }
    guard var results = try? run.vector(node).expanded(to: count) else { preconditionFailure("nothing is read") }
    if case .strings(let texts) = results.values {
      let numbered = distinct(texts)
      results.values = .codes(numbered.codes)
      results.dictionary = numbered.dictionary
    }
    self.results = results
    isNullOfNullAlone = results.validBits(count) == column.validBits(count)
  }

  /// The dictionary of results that are texts.
  var resultDictionary: StringDictionary? { results.dictionary }

  /// The results for a column of codes of the dictionary. O(rows).
  func mapped(_ source: ExpressionVector) -> ExpressionVector {
    guard case .codes(let codes) = source.values else { preconditionFailure("codes expected") }
    let nullSlot = UInt32(dictionary.count)
    var slots = codes
    if case .bits(let words) = source.validity {
      for row in slots.indices where words[row >> 6] >> UInt64(row & 63) & 1 == 0 { slots[row] = nullSlot }
    } else if source.validity == .allNull {
      slots = Array(repeating: nullSlot, count: codes.count)
    }
    // In range: valid codes are below the count, and the null slot is the one behind them.
    let gathered = ColumnPage(values: results.values, validity: isNullOfNullAlone ? .allValid : results.validity)
      .gathering(slots[...])
    var vector = ExpressionVector(values: gathered.values, validity: gathered.validity, dictionary: results.dictionary)
    if isNullOfNullAlone { vector.validity = source.validity }
    if let failures = results.failures {
      var words = [UInt64](repeating: 0, count: (slots.count + 63) / 64)
      for (row, slot) in slots.enumerated() where failures[Int(slot) >> 6] >> UInt64(slot & 63) & 1 == 1 {
        words[row >> 6] |= 1 << UInt64(row & 63)
      }
      if words.contains(where: { $0 != 0 }) { vector.failures = words }
    }
    vector.isSame = false
    return vector
  }
}

/// Codes for texts, equal for equal ones, as a dictionary's are.
private func distinct(_ texts: StringArray) -> (codes: [UInt32], dictionary: StringDictionary?) {
  let numbering = KeyNumbering(types: [.string])
  var codes: [UInt32] = []
  numbering.number([ColumnPage(values: .strings(texts))], dictionaries: [nil], into: &codes)
  return (codes, numbering.keys().dictionaries[0])
}
