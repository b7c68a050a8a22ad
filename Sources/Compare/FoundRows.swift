// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Two rows that belong together, counted from 0.
struct RowPair: Sendable, Equatable {
  var source: Int
  var compare: Int
}

/// Two rows that belong together, and in how many columns they differ.
struct CountedPair: Sendable, Equatable {
  var pair: RowPair
  var columnCount: Int
}

/// The first rows of each kind, which are shown as examples.
struct FoundRows: Sendable {
  /// Source rows without a partner, in order.
  private(set) var sourceOnly: [Int] = []
  /// Rows of the other table without one, in order.
  private(set) var compareOnly: [Int] = []
  /// Rows with the most differing columns, most first, then in the source's order.
  private(set) var most: [CountedPair] = []

  /// At most `limit` of each kind. O(rows of either table) at most, where few have no partner.
  init(_ alignment: RowAlignment, _ differences: RowDifferences, limit: Int) {
    if alignment.sourceOnlyCount > 0 {
      sourceOnly = Array(alignment.compareRows.indices.lazy.filter { alignment.isSourceOnly($0) }.prefix(limit))
    }
    if alignment.compareOnlyCount > 0 {
      compareOnly = Array((0..<alignment.compareRowCount).lazy.filter { alignment.isCompareOnly($0) }.prefix(limit))
    }
    most = differences.most(limit).map { CountedPair(pair: alignment.pair($0.row), columnCount: $0.columnCount) }
  }

  /// Rows that were found elsewhere, each list in its order.
  init(sourceOnly: [Int] = [], compareOnly: [Int] = [], most: [CountedPair] = []) {
    (self.sourceOnly, self.compareOnly, self.most) = (sourceOnly, compareOnly, most)
  }

  /// The same rows with other numbers, which must rise as these do.
  func renumbered(source: (Int) throws -> Int, compare: (Int) throws -> Int) rethrows -> FoundRows {
    var rows = FoundRows()
    rows.sourceOnly = try sourceOnly.map(source)
    rows.compareOnly = try compareOnly.map(compare)
    rows.most = try most.map { counted in
      let pair = RowPair(source: try source(counted.pair.source), compare: try compare(counted.pair.compare))
      return CountedPair(pair: pair, columnCount: counted.columnCount)
    }
    return rows
  }

  /// Adds rows found elsewhere, and keeps the first `limit` of each kind.
  mutating func add(_ other: FoundRows, limit: Int) {
    sourceOnly = Array((sourceOnly + other.sourceOnly).sorted().prefix(limit))
    compareOnly = Array((compareOnly + other.compareOnly).sorted().prefix(limit))
    let all = (most + other.most).sorted { ($1.columnCount, $0.pair.source) < ($0.columnCount, $1.pair.source) }
    most = Array(all.prefix(limit))
  }
}

/// How many rows of each kind there are.
struct RowCounts: Sendable {
  private(set) var paired = 0
  private(set) var different = 0
  private(set) var sourceOnly = 0
  private(set) var compareOnly = 0

  /// As they were counted elsewhere.
  init(paired: Int = 0, different: Int = 0, sourceOnly: Int = 0, compareOnly: Int = 0) {
    (self.paired, self.different) = (paired, different)
    (self.sourceOnly, self.compareOnly) = (sourceOnly, compareOnly)
  }

  init(_ alignment: RowAlignment, _ differences: RowDifferences) {
    paired = alignment.pairedCount
    different = differences.count
    sourceOnly = alignment.sourceOnlyCount
    compareOnly = alignment.compareOnlyCount
  }

  mutating func add(_ other: RowCounts) {
    paired += other.paired
    different += other.different
    sourceOnly += other.sourceOnly
    compareOnly += other.compareOnly
  }
}

extension RowAlignment {
  /// A source row with its partner. Precondition: it has one.
  func pair(_ row: Int) -> RowPair { RowPair(source: row, compare: Int(compareRows[row])) }

  /// The first `limit` rows whose bits are 1, by chunk of the source; only rows with a partner have one.
  func firstPairs(_ differs: [[UInt64]], _ limit: Int) -> [RowPair] {
    var pairs: [RowPair] = []
    for (chunk, words) in differs.enumerated() {
      for (index, word) in words.enumerated() where word != 0 {
        for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 {
          if pairs.count >= limit { return pairs }
          pairs.append(pair(sourceRows.starts[chunk] + index * 64 + bit))
        }
      }
    }
    return pairs
  }
}
