// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What parts found of keys that several rows have, joined.
struct RepeatsOfParts {
  /// First rows of a key, counted from 0; nil where a side has none.
  struct FirstRows {
    let source: Int?
    let compare: Int?

    /// The source's rows before those of the other table alone.
    static func < (a: FirstRows, b: FirstRows) -> Bool {
      (a.source ?? .max, a.compare ?? .max) < (b.source ?? .max, b.compare ?? .max)
    }
  }

  private typealias Example = (first: FirstRows, example: RepeatedKeys.Example)
  private var total: RepeatedKeys?
  /// Of keys that are not equally often on both sides, and of all in parts that have none of these.
  private var unequal: [Example] = []
  private var equal: [Example] = []
  private var errors: [ComparedSide: DuplicateKeys] = [:]

  /// True if keys occur twice and that is an error.
  var areError: Bool { !errors.isEmpty }

  /// The error, the source's keys first.
  var error: CompareError? {
    areError ? duplicateKeyError([.source, .compare].compactMap { errors[$0] }) : nil
  }

  /// All of them, with the first examples: of keys that are not equally often on both sides if there are any, else of all.
  var repeated: RepeatedKeys? {
    total.map { total in
      let shown = total.unequalKeyCount > 0 ? unequal : equal
      return RepeatedKeys(
        policy: total.policy, keyCount: total.keyCount, unequalKeyCount: total.unequalKeyCount,
        sourceRowCount: total.sourceRowCount, compareRowCount: total.compareRowCount, examples: shown.map(\.example))
    }
  }

  mutating func add(_ part: RepeatedKeys, firstRows: [FirstRows]) {
    total = RepeatedKeys(
      policy: part.policy, keyCount: (total?.keyCount ?? 0) + part.keyCount,
      unequalKeyCount: (total?.unequalKeyCount ?? 0) + part.unequalKeyCount,
      sourceRowCount: (total?.sourceRowCount ?? 0) + part.sourceRowCount,
      compareRowCount: (total?.compareRowCount ?? 0) + part.compareRowCount, examples: [])
    let examples = zip(firstRows, part.examples).map { ($0, $1) }
    if part.unequalKeyCount > 0 {
      unequal = Self.first(unequal + examples)
    } else {
      equal = Self.first(equal + examples)
    }
  }

  private static func first(_ examples: [Example]) -> [Example] {
    Array(examples.sorted { $0.first < $1.first }.prefix(RepeatedKeys.exampleLimit))
  }

  /// `original`: the number that a part's row, counted from 0, has in its table.
  mutating func add(_ sides: [DuplicateKeys], original: (ComparedSide, Int) throws -> Int) throws {
    for side in sides {
      let known = errors[side.side]
      let examples = try side.examples.map { example in
        DuplicateKeys.Example(
          key: example.key, rows: try example.rows.map { try original(side.side, $0 - 1) + 1 })
      }
      let all = ((known?.examples ?? []) + examples).sorted { $0.rows[0] < $1.rows[0] }
      errors[side.side] = DuplicateKeys(
        side: side.side, file: side.file, keyCount: (known?.keyCount ?? 0) + side.keyCount,
        examples: Array(all.prefix(listedKeyCount)))
    }
  }
}
