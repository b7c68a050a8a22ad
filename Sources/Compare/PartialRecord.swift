// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

/// Something that was found in some parts of two tables, to be joined elsewhere: whole numbers and bits of doubles, so that nothing is rounded.
///
/// `Formats/PartialComparison/README.md` says what the words of each kind mean.
package struct PartialRecord: Sendable, Equatable {
  /// What it is about.
  package enum Kind: String, Sendable, CaseIterable {
    /// How many rows of each kind there are.
    case counts
    /// Counts and sums of a compared column.
    case column
    /// First rows in which a compared column differs.
    case first
    /// First rows of the source that the other table lacks.
    case sourceOnly = "source_only"
    /// First rows of the other table that the source lacks.
    case compareOnly = "compare_only"
    /// Rows with the most differing columns.
    case most
    /// Keys that several rows have.
    case repeats
    /// Keys that several rows of a side have, where that is an error.
    case duplicates
    /// Distances of a compared column's numbers, some of them.
    case distances
  }

  /// What it is about.
  package let kind: Kind
  /// Number of the compared column, or of the side (0: the source, 1: the other table) of ``Kind/duplicates``; nil for other kinds.
  package let column: Int?
  /// What was found.
  package let words: [UInt64]

  /// Puts together what came from elsewhere.
  package init(_ kind: Kind, column: Int? = nil, words: [UInt64]) {
    (self.kind, self.column, self.words) = (kind, column, words)
  }

  /// It says what no comparison of these tables finds.
  package struct Malformed: Error, Equatable {
    /// The record's kind.
    package let kind: Kind
  }
}

extension ComparisonOfParts {
  /// Gives all that was found, record by record; the rows that differ are not among it. `spool` has the distances moved out of memory; afterwards no
  /// part can be added. Throws what `spool` and `body` throw.
  package func forEachRecord(
    _ spool: (any DistanceSpool)?, _ body: (PartialRecord) throws -> Void
  ) throws {
    func numbers(_ kind: PartialRecord.Kind, column: Int? = nil, _ numbers: [Int]) throws {
      if !numbers.isEmpty { try body(PartialRecord(kind, column: column, words: numbers.map { UInt64($0) })) }
    }
    try numbers(.counts, [counts.paired, counts.different, counts.sourceOnly, counts.compareOnly])
    try numbers(.sourceOnly, rows.sourceOnly)
    try numbers(.compareOnly, rows.compareOnly)
    try numbers(.most, rows.most.flatMap { [$0.pair.source, $0.pair.compare, $0.columnCount] })
    for column in totals.indices {
      let (up, down, hasOverflowed) = distances[column].counts
      let distanceCounts = [up, down, hasOverflowed ? 1 : 0].map { UInt64($0) }
      try body(PartialRecord(.column, column: column, words: distanceCounts + totals[column].words))
      try numbers(.first, column: column, firstPairs[column].flatMap { [$0.source, $0.compare] })
      try distances[column].forEachBlock(spool, column: column) { block in
        let values = block.high.isEmpty ? block.low : zip(block.low, block.high).flatMap { [$0, $1] }
        try body(PartialRecord(.distances, column: column, words: [block.kind.rawValue] + values))
      }
    }
    try numbers(.repeats, repeats.words)
    for (number, side) in [ComparedSide.source, .compare].enumerated() {
      try numbers(.duplicates, column: number, repeats.duplicateWords(of: side))
    }
  }

  /// Joins what was found elsewhere. Throws ``PartialRecord/Malformed`` if it is none of what ``forEachRecord(_:_:)`` gives of such tables.
  package func add(_ record: PartialRecord) throws(PartialRecord.Malformed) {
    guard joins(record) else { throw PartialRecord.Malformed(kind: record.kind) }
  }

  /// False, and nothing joined, for what cannot be.
  private func joins(_ record: PartialRecord) -> Bool {
    let words = record.words
    switch record.kind {
    case .counts:
      guard words.count == 4, let found = counted(words) else { return false }
      counts.add(RowCounts(paired: found[0], different: found[1], sourceOnly: found[2], compareOnly: found[3]))
    case .sourceOnly:
      guard let found = rowNumbers(words, of: .source) else { return false }
      rows.add(FoundRows(sourceOnly: found), limit: request.exampleLimit)
    case .compareOnly:
      guard let found = rowNumbers(words, of: .compare) else { return false }
      rows.add(FoundRows(compareOnly: found), limit: request.exampleLimit)
    case .most:
      guard let found = pairs(words, wordsEach: 3) else { return false }
      let most = found.map { CountedPair(pair: $0.pair, columnCount: Int($0.more)) }
      guard most.allSatisfy({ 1...max(1, totals.count) ~= $0.columnCount }) else { return false }
      rows.add(FoundRows(most: most), limit: request.exampleLimit)
    case .column, .first, .distances:
      guard let column = record.column, totals.indices.contains(column) else { return false }
      return joins(record, column: column)
    case .repeats: return repeats.joins(words, request.duplicates, limits: rowCounts)
    case .duplicates:
      guard request.duplicates == .error, let column = record.column, 0...1 ~= column else { return false }
      let (side, table) = column == 0 ? (ComparedSide.source, originals.source) : (.compare, originals.compare)
      return repeats.joins(duplicates: words, of: side, file: table.name, rowCount: table.rowCount)
    }
    return true
  }

  private func joins(_ record: PartialRecord, column: Int) -> Bool {
    let words = record.words
    switch record.kind {
    case .first:
      guard let found = pairs(words, wordsEach: 2)?.map(\.pair) else { return false }
      firstPairs[column] = Array(
        (firstPairs[column] + found).sorted { $0.source < $1.source }.prefix(request.exampleLimit))
    case .column:
      guard words.count > 3, let found = counted(Array(words[..<3])), found[2] <= 1,
        let columnTotals = ColumnTotals(words: Array(words[3...]), rowLimit: max(rowCounts.source, rowCounts.compare))
      else { return false }
      distances[column].addCounts(up: found[0], down: found[1], hasOverflowed: found[2] == 1)
      totals[column].addCountsAndSums(columnTotals)
    default:
      guard let block = DistanceBlock(words: words) else { return false }
      return distances[column].append(block)
    }
    return true
  }

  private var rowCounts: (source: Int, compare: Int) { (originals.source.rowCount, originals.compare.rowCount) }

  /// Counts of rows; nil if one is of more than there are.
  private func counted(_ words: [UInt64]) -> [Int]? {
    let limit = UInt64(max(rowCounts.source, rowCounts.compare, 1))
    return words.allSatisfy { $0 <= limit } ? words.map { Int($0) } : nil
  }

  private func rowNumbers(_ words: [UInt64], of side: ComparedSide) -> [Int]? {
    let count = UInt64(side == .source ? rowCounts.source : rowCounts.compare)
    return words.allSatisfy { $0 < count } ? words.map { Int($0) } : nil
  }

  /// Pairs of rows, `wordsEach` words each, and the third of these.
  private func pairs(_ words: [UInt64], wordsEach: Int) -> [(pair: RowPair, more: UInt64)]? {
    guard words.count.isMultiple(of: wordsEach) else { return nil }
    var found: [(pair: RowPair, more: UInt64)] = []
    for first in stride(from: 0, to: words.count, by: wordsEach) {
      let more = wordsEach > 2 ? words[first + 2] : 0
      guard words[first] < rowCounts.source, words[first + 1] < rowCounts.compare, more < 1 << 32 else { return nil }
      found.append((RowPair(source: Int(words[first]), compare: Int(words[first + 1])), more))
    }
    return found
  }

  /// True if the joined records fit together: every pair of rows is counted in each column, and there are as many distances as were counted.
  package var isConsistent: Bool {
    if repeats.areError { return true }
    return counts.different <= counts.paired
      && totals.indices.allSatisfy { column in
        let total = totals[column]
        let (up, down, hasOverflowed) = distances[column].counts
        return total.equalCount + total.toleratedCount + total.differentCount == counts.paired
          && (hasOverflowed || distances[column].absoluteDistanceCount == up + down)
      }
  }

  /// Rows of all parts that differ or have no partner; nil if keys occur twice and that is an error.
  package var differingRowCount: Int? {
    repeats.areError ? nil : counts.different + counts.sourceOnly + counts.compareOnly
  }
}

extension DistanceBlock {
  /// The kind, then numbers: of 128 bits in two words each, the lower half first. Nil for doubles that are no distances.
  fileprivate init?(words: [UInt64]) {
    guard let first = words.first, let kind = Kind(rawValue: first) else { return nil }
    let values = words[1...]
    switch kind {
    case .narrow: self.init(kind: kind, high: [], low: Array(values))
    case .wide:
      guard values.count.isMultiple(of: 2) else { return nil }
      let low = stride(from: 1, to: words.count, by: 2).map { words[$0] }
      let high = stride(from: 2, to: words.count, by: 2).map { words[$0] }
      guard high.allSatisfy({ $0 < 1 << 63 }) else { return nil }
      self.init(kind: kind, high: high, low: low)
    case .float, .relative:
      guard values.allSatisfy({ $0 <= Double.infinity.bitPattern }) else { return nil }
      self.init(kind: kind, high: [], low: Array(values))
    }
  }
}
