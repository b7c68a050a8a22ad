// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

extension RepeatsOfParts {
  /// What ``PartialRecord/Kind/repeats`` says: keys, keys that are not equally often on both sides, rows of either side; then for each example its first rows,
  /// counted from 1, 0 for none, and how many rows either side has. Empty if no key repeats.
  var words: [Int] {
    guard let total else { return [] }
    return [total.keyCount, total.unequalKeyCount, total.sourceRowCount, total.compareRowCount]
      + examples.flatMap { example in
        [
          example.first.source.map { $0 + 1 } ?? 0, example.first.compare.map { $0 + 1 } ?? 0, example.sourceRowCount,
          example.compareRowCount,
        ]
      }
  }

  /// What ``PartialRecord/Kind/duplicates`` says of a side: keys; then for each example the number of its rows that are listed, and these, counted from 0.
  /// Empty if there are none.
  func duplicateWords(of side: ComparedSide) -> [Int] {
    guard let found = errors[side] else { return [] }
    return [found.keyCount] + found.examples.flatMap { [$0.rows.count] + $0.rows }
  }

  /// Joins ``words`` of elsewhere; false for what they cannot be. `limits`: rows of the tables.
  mutating func joins(
    _ words: [UInt64], _ policy: DuplicatePolicy, limits: (source: Int, compare: Int)
  ) -> Bool {
    guard policy != .error, words.count >= 4, words.count.isMultiple(of: 4) else { return false }
    let most = [limits.source + limits.compare, limits.source + limits.compare, limits.source, limits.compare]
    guard zip(words, most).allSatisfy({ $0 <= UInt64($1) }), words[1] <= words[0] else { return false }
    var examples: [Example] = []
    for first in stride(from: 4, to: words.count, by: 4) {
      let numbers = words[first..<first + 4]
      let bounds = [limits.source, limits.compare, limits.source, limits.compare]
      guard zip(numbers, bounds).allSatisfy({ $0 <= UInt64($1) }) else { return false }
      let found = numbers.map { Int($0) }
      guard found[0] + found[1] > 0 else { return false }
      examples.append(
        Example(
          first: FirstRows(
            source: found[0] == 0 ? nil : found[0] - 1, compare: found[1] == 0 ? nil : found[1] - 1),
          key: nil, sourceRowCount: found[2], compareRowCount: found[3]))
    }
    add(
      counts: RepeatedKeys(
        policy: policy, keyCount: Int(words[0]), unequalKeyCount: Int(words[1]), sourceRowCount: Int(words[2]),
        compareRowCount: Int(words[3]), examples: []), examples: examples)
    return true
  }

  /// Joins ``duplicateWords(of:)`` of elsewhere; false for what they cannot be.
  mutating func joins(duplicates words: [UInt64], of side: ComparedSide, file: String, rowCount: Int) -> Bool {
    guard let keyCount = words.first, 1...UInt64(max(1, rowCount)) ~= keyCount else { return false }
    var examples: [DuplicateExample] = []
    var next = 1
    while next < words.count {
      guard 1...8 ~= words[next], next + Int(words[next]) < words.count else { return false }
      let rows = words[next + 1...next + Int(words[next])]
      guard rows.allSatisfy({ $0 < rowCount }) else { return false }
      examples.append(DuplicateExample(key: nil, rows: rows.map { Int($0) }))
      next += 1 + rows.count
    }
    add(Duplicates(file: file, keyCount: Int(keyCount), examples: examples), of: side)
    return true
  }
}
