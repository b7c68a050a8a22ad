// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns

/// Some of the rows that differ: those of one chunk of ``DifferingRows``.
final class DifferingRowPiece: Sendable {
  /// The table that the rows are of; paired rows are the source's.
  let side: ComparedSide
  /// Rows of that table, counted from 0, ascending.
  let rows: [UInt32]
  /// Per row of the source its partner, ``noPartner`` for none; empty for rows of the other table.
  let partners: [UInt32]
  /// Positions in `rows` of those with a partner, by ascending partner.
  let partnerOrder: [UInt32]

  init(side: ComparedSide, rows: [UInt32], partners: [UInt32]) {
    (self.side, self.rows, self.partners) = (side, rows, partners)
    let paired = partners.indices.lazy.filter { partners[$0] != noPartner }.map { UInt32($0) }
    partnerOrder = paired.sorted { partners[Int($0)] < partners[Int($1)] }
  }
}

/// Which rows differ, cut into pieces; the rows of a piece are found when it is asked for.
///
/// A piece has at most as many rows as a chunk may have, fewer where the tables' own chunks have few: together, the shares that its rows have in
/// the chunks they come from are at most one chunk. So its values take about what a chunk's do, wherever they lie.
struct DifferingRowPieces: Sendable {
  private static let budget = 131_072
  private let alignment: RowAlignment
  /// Bits of paired rows that differ, by chunk of the source.
  private let differing: [[UInt64]]
  /// Rows of a sample, ascending, by side; nil: all are told.
  private let chosen: (source: [Int], compare: [Int])?
  /// Where each piece lies: in the rows of its table, or in those that are chosen.
  private var cuts: [(side: ComparedSide, range: Range<Int>, rowCount: Int)] = []

  /// All rows, or a sample of `sampleSize` of them. O(rows), less where few differ and none are on one side alone.
  init(_ comparison: Comparison, sampleSize: Int?) {
    alignment = comparison.alignment
    differing = comparison.differing
    let rowCount = comparison.differentRowCount + comparison.sourceOnlyRowCount + comparison.compareOnlyRowCount
    if let sampleSize, sampleSize < rowCount {
      var smallest = SmallestRowHashes(count: sampleSize)
      Self.forEach(alignment, differing, .source, 0..<alignment.sourceRows.rowCount) { smallest.add($0, .source) }
      Self.forEach(alignment, differing, .compare, 0..<alignment.otherRows.rowCount) { smallest.add($0, .compare) }
      chosen = smallest.rows
    } else {
      chosen = nil
    }
    cut(.source)
    cut(.compare)
  }

  /// Number of pieces.
  var count: Int { cuts.count }

  /// Rows of one of them.
  func rowCount(of piece: Int) -> Int { cuts[piece].rowCount }

  /// Rows of all.
  var rowCount: Int { cuts.reduce(0) { $0 + $1.rowCount } }

  /// The rows of a piece. O(rows of its table that it spans).
  func piece(_ index: Int) -> DifferingRowPiece {
    let cut = cuts[index]
    var rows: [UInt32] = []
    rows.reserveCapacity(cut.rowCount)
    forEachRow(cut.side, cut.range) { _, row in rows.append(UInt32(row)) }
    let partners = cut.side == .compare ? [] : rows.map { alignment.compareRows[Int($0)] }
    return DifferingRowPiece(side: cut.side, rows: rows, partners: partners)
  }

  private mutating func cut(_ side: ComparedSide) {
    let all: Range<Int> =
      if let chosen {
        side == .source ? chosen.source.indices : chosen.compare.indices
      } else {
        0..<(side == .source ? alignment.sourceRows : alignment.otherRows).rowCount
      }
    var (start, rowCount, spent) = (0, 0, 0)
    var costs = (source: RowCosts(alignment.sourceRows), other: RowCosts(alignment.otherRows))
    var found: [(side: ComparedSide, range: Range<Int>, rowCount: Int)] = []
    forEachRow(side, all) { position, row in
      var cost = side == .source ? costs.source.cost(of: row) : costs.other.cost(of: row)
      if side == .source, alignment.compareRows[row] != noPartner {
        cost = max(cost, costs.other.cost(of: Int(alignment.compareRows[row])))
      }
      if spent + cost > Self.budget, rowCount > 0 {
        found.append((side, start..<position, rowCount))
        (start, rowCount, spent) = (position, 0, 0)
      }
      rowCount += 1
      spent += cost
    }
    if rowCount > 0 { found.append((side, start..<all.upperBound, rowCount)) }
    cuts += found
  }

  /// What a row takes of a piece: a full chunk's rows take all of it.
  private struct RowCosts {
    private let locator: RowLocator
    private var rows = 0..<0
    private var cost = 1

    init(_ locator: RowLocator) { self.locator = locator }

    mutating func cost(of row: Int) -> Int {
      if !rows.contains(row) {
        rows = locator.rows(ofChunk: locator.chunk(of: row))
        cost = max(1, budget / rows.count)
      }
      return cost
    }
  }

  /// Calls `body` with each row of `range` that differs, and its position in the range's own numbers.
  private func forEachRow(_ side: ComparedSide, _ range: Range<Int>, _ body: (_ position: Int, _ row: Int) -> Void) {
    guard let chosen else { return Self.forEach(alignment, differing, side, range) { body($0, $0) } }
    let rows = side == .source ? chosen.source : chosen.compare
    for position in range { body(position, rows[position]) }
  }

  private static func forEach(
    _ alignment: RowAlignment, _ differing: [[UInt64]], _ side: ComparedSide, _ range: Range<Int>,
    _ body: (Int) -> Void
  ) {
    guard !range.isEmpty else { return }
    if side == .compare {
      guard alignment.compareOnlyCount > 0 else { return }
      for row in range where alignment.isCompareOnly(row) { body(row) }
      return
    }
    let hasLoneRows = alignment.sourceOnlyCount > 0
    let locator = alignment.sourceRows
    for chunk in locator.chunk(of: range.lowerBound)...locator.chunk(of: range.upperBound - 1) {
      let all = locator.rows(ofChunk: chunk)
      let rows = all.clamped(to: range)
      var row = rows.lowerBound
      while row < rows.upperBound {
        let local = row - all.lowerBound
        let bits = differing[chunk][local >> 6]
        if bits == 0, !hasLoneRows {
          // On to the next word.
          row += 64 - local & 63
          continue
        }
        if bits >> UInt64(local & 63) & 1 == 1 || (hasLoneRows && alignment.isSourceOnly(row)) { body(row) }
        row += 1
      }
    }
  }
}

/// The rows whose hashed numbers are the smallest: a sample that depends on nothing but which rows differ.
package struct SmallestRowHashes {
  private let count: Int
  private var found: [(hash: UInt64, number: UInt64)] = []
  private var limit = UInt64.max

  /// Keeps at most `count` rows.
  package init(count: Int) { self.count = count }

  /// Takes a row of a side, counted from 0, into account.
  package mutating func add(_ row: Int, _ side: ComparedSide) {
    let number = 2 * UInt64(row + 1) + (side == .compare ? 1 : 0)
    let hash = sampleHash(number)
    guard hash < limit else { return }
    found.append((hash, number))
    if found.count >= 2 * count + 1_024 { shorten() }
  }

  /// The hashes of unlike numbers are unlike: no ties.
  private mutating func shorten() {
    found.sort { $0.hash < $1.hash }
    if found.count > count {
      limit = found[count].hash
      found.removeLast(found.count - count)
    }
  }

  /// The rows by side, ascending. O(count log count).
  package var rows: (source: [Int], compare: [Int]) {
    var kept = self
    kept.shorten()
    let numbers = kept.found.map(\.number).sorted()
    func rows(_ remainder: UInt64) -> [Int] {
      numbers.filter { $0 & 1 == remainder }.map { Int($0 >> 1) - 1 }
    }
    return (rows(0), rows(1))
  }
}

/// The last steps of splitmix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): a bijection.
func sampleHash(_ number: UInt64) -> UInt64 {
  var hash = number &+ 0x9E37_79B9_7F4A_7C15
  hash = (hash ^ hash >> 30) &* 0xBF58_476D_1CE4_E5B9
  hash = (hash ^ hash >> 27) &* 0x94D0_49BB_1331_11EB
  return hash ^ hash >> 31
}
