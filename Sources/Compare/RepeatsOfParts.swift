// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// What parts found of keys that several rows have, joined.
struct RepeatsOfParts {
  /// First rows of a key, counted from 0; nil where a side has none.
  struct FirstRows: Sendable, Equatable {
    let source: Int?
    let compare: Int?

    /// The source's rows before those of the other table alone.
    static func < (a: FirstRows, b: FirstRows) -> Bool {
      (a.source ?? .max, a.compare ?? .max) < (b.source ?? .max, b.compare ?? .max)
    }
  }

  /// A key that several rows have, and how many.
  struct Example: Sendable, Equatable {
    let first: FirstRows
    /// nil: it was found in another process, and is to be read from the tables.
    var key: [Value]?
    let sourceRowCount: Int
    let compareRowCount: Int
  }

  /// A key that occurs twice where that is an error, and its first rows, counted from 0.
  struct DuplicateExample: Sendable, Equatable {
    /// nil: it was found in another process, and is to be read from the table.
    var key: [Value]?
    let rows: [Int]
  }

  /// Those of one side.
  struct Duplicates: Sendable, Equatable {
    var file: String
    var keyCount = 0
    var examples: [DuplicateExample] = []
  }

  /// Counts of all parts, without examples.
  private(set) var total: RepeatedKeys?
  /// Of keys that are not equally often on both sides, and of all in parts that have none of these.
  private var unequal: [Example] = []
  private var equal: [Example] = []
  private(set) var errors: [ComparedSide: Duplicates] = [:]

  /// True if keys occur twice and that is an error.
  var areError: Bool { !errors.isEmpty }

  /// The first examples: of keys that are not equally often on both sides if there are any, else of all.
  var examples: [Example] { (total?.unequalKeyCount ?? 0) > 0 ? unequal : equal }

  /// The error, the source's keys first. `key` reads the key of a row where none is known; throws what it throws.
  func error(key: (ComparedSide, Int) throws -> [Value]) rethrows -> CompareError? {
    guard areError else { return nil }
    let sides = try [ComparedSide.source, .compare].compactMap { side in
      try errors[side].map { found in
        DuplicateKeys(
          side: side, file: found.file, keyCount: found.keyCount,
          examples: try found.examples.map { example in
            DuplicateKeys.Example(
              key: try example.key ?? key(side, example.rows[0]), rows: example.rows.map { $0 + 1 })
          })
      }
    }
    return duplicateKeyError(sides)
  }

  /// All of them, with the first examples. `key` reads the key of a row where none is known; throws what it throws.
  func repeated(key: (ComparedSide, Int) throws -> [Value]) rethrows -> RepeatedKeys? {
    try total.map { total in
      RepeatedKeys(
        policy: total.policy, keyCount: total.keyCount, unequalKeyCount: total.unequalKeyCount,
        sourceRowCount: total.sourceRowCount, compareRowCount: total.compareRowCount,
        examples: try examples.map { example in
          let first = example.first
          let known = try example.key ?? first.source.map { try key(.source, $0) } ?? key(.compare, first.compare ?? 0)
          return RepeatedKeys.Example(
            key: known, sourceRowCount: example.sourceRowCount, compareRowCount: example.compareRowCount)
        })
    }
  }

  mutating func add(_ part: RepeatedKeys, firstRows: [FirstRows]) {
    add(
      counts: part,
      examples: zip(firstRows, part.examples).map { first, example in
        Example(
          first: first, key: example.key, sourceRowCount: example.sourceRowCount,
          compareRowCount: example.compareRowCount)
      })
  }

  /// `counts`: of a part; its own examples are not looked at.
  mutating func add(counts part: RepeatedKeys, examples: [Example]) {
    total = RepeatedKeys(
      policy: part.policy, keyCount: (total?.keyCount ?? 0) + part.keyCount,
      unequalKeyCount: (total?.unequalKeyCount ?? 0) + part.unequalKeyCount,
      sourceRowCount: (total?.sourceRowCount ?? 0) + part.sourceRowCount,
      compareRowCount: (total?.compareRowCount ?? 0) + part.compareRowCount, examples: [])
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
  mutating func add(_ sides: [DuplicateKeys], original: (ComparedSide, Int) throws -> Int) rethrows {
    for side in sides {
      let examples = try side.examples.map { example in
        DuplicateExample(key: example.key, rows: try example.rows.map { try original(side.side, $0 - 1) })
      }
      add(Duplicates(file: side.file, keyCount: side.keyCount, examples: examples), of: side.side)
    }
  }

  /// Adds what was found on a side, each example with at least one row.
  mutating func add(_ found: Duplicates, of side: ComparedSide) {
    let known = errors[side]
    let all = ((known?.examples ?? []) + found.examples).sorted { $0.rows[0] < $1.rows[0] }
    errors[side] = Duplicates(
      file: found.file, keyCount: (known?.keyCount ?? 0) + found.keyCount,
      examples: Array(all.prefix(listedKeyCount)))
  }
}
