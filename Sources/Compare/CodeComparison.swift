// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels

/// Holds the codes of one column of paired rows against each other, see ``ColumnCodes``: one access of 4 bytes a row to the other table.
struct CodeComparison: Sendable {
  private let codes: ColumnCodes
  private let pages: EqualPages
  private let alignment: RowAlignment
  private let source: any TableSource
  private let other: any TableSource
  private let tolerance: Tolerance?
  /// The other table's codes by row, and one more that no row of the source has.
  private let others: LargeMemory<UInt32>

  /// `scratch` has room for the other table's rows and one more; it is in use until ``tally(chunk:)`` was last called. Precondition: the codes
  /// are narrow. Throws what reading throws.
  init(
    _ codes: ColumnCodes, _ source: any TableSource, _ other: any TableSource, _ alignment: RowAlignment,
    tolerance: Tolerance?, scratch: LargeMemory<UInt32>, threads: Int
  ) throws {
    precondition(codes.isNarrow, "codes of 32 bits")
    self.codes = codes
    (self.source, self.other, self.alignment, self.tolerance) = (source, other, alignment, tolerance)
    pages = try EqualPages(codes.pairing, source, other)
    others = scratch
    scratch.start[alignment.compareRowCount] = .max
    let rows = alignment.otherRows
    var skipped: Set<Int> = []
    var looked: [Int] = []
    for chunk in 0..<alignment.sourceRows.chunkCount {
      if let equal = try equalChunk(chunk) { skipped.insert(equal) } else { looked.append(chunk) }
    }
    let isSkipped = skipped
    try source.willRead(columns: [codes.pairing.sourcePosition], chunks: looked)
    try other.willRead(
      columns: [codes.pairing.comparePosition], chunks: (0..<rows.chunkCount).filter { !isSkipped.contains($0) })
    // A chunk that equals one of the source is not looked at: no other row of the source has a partner there.
    try forEachChunk(rows.chunkCount, threads: threads) { chunk in
      if isSkipped.contains(chunk) { return }
      try codes.withCodes(other, .compare, chunk: chunk) { run in
        precondition(run.count == rows.rows(ofChunk: chunk).count, "a page has other rows than its chunk")
        run.add(to: scratch.start + rows.starts[chunk], factor: 0)
      }
    }
  }

  /// The chunk of the other table that has exactly the partners of a chunk of the source and, as kept hashes tell, equal values; nil if
  /// there is none, or sums are not known without looking.
  private func equalChunk(_ chunk: Int) throws -> Int? {
    guard let first = alignment.straight[chunk] else { return nil }
    let partner = alignment.otherRows.chunk(of: first)
    guard alignment.otherRows.starts[partner] == first, try pages.areEqual(sourceChunk: chunk, compareChunk: partner)
    else { return nil }
    guard codes.pairing.sourceType.isNumeric else { return partner }
    return try storedSum(chunk) == nil ? nil : partner
  }

  private func storedSum(_ chunk: Int) throws -> CheckedSum? {
    let statistics = try source.statistics(column: codes.pairing.sourcePosition, chunk: chunk)
    let count = statistics.rowCount - statistics.nullCount
    switch statistics.bounds {
    case .none: return CheckedSum()
    case .integer(_, _, let sum): return sum.map { CheckedSum(total: $0, count: count) }
    default: return nil
    }
  }

  /// What is found in one chunk of the source. Throws what reading throws.
  func tally(chunk: Int) throws -> ChunkTally {
    let rows = alignment.sourceRows.rows(ofChunk: chunk)
    var tally = ChunkTally(rowCount: rows.count)
    if try equalChunk(chunk) != nil {
      tally.equalCount = rows.count
      if codes.pairing.sourceType.isNumeric, let sum = try storedSum(chunk) {
        (tally.sourceSum, tally.compareSum) = (sum, sum)
      }
      return tally
    }
    try codes.withCodes(source, .source, chunk: chunk) { run in
      precondition(run.count == rows.count, "a page has other rows than its chunk")
      run.withNarrowCodes { own in
        alignment.compareRows.withUnsafeBufferPointer { partners in
          guard let start = partners.baseAddress else { return }
          compare(own, start + rows.lowerBound, alignment.straight[chunk], into: &tally)
        }
      }
    }
    return tally
  }

  private func compare(
    _ own: UnsafeBufferPointer<UInt32>, _ partners: UnsafePointer<UInt32>, _ straight: Int?,
    into tally: inout ChunkTally
  ) {
    let limit = UInt32(alignment.compareRowCount)
    var totals = tally.differs.withUnsafeMutableBufferPointer { differs -> GatheredTotals in
      guard let differs = differs.baseAddress else { return GatheredTotals() }
      if let straight { return compareInStep(own, UnsafePointer(others.start + straight), differs: differs) }
      return compareGathered(own, partners, UnsafePointer(others.start), limit: limit, differs: differs)
    }
    let unequal = tally.differs
    tally.differs = [UInt64](repeating: 0, count: unequal.count)
    var pairedCount = own.count
    forEachBit(unequal) { row in
      let (code, partner) = (own[row], partners[row])
      if partner < limit {
        let other = others.start[Int(partner)]
        tally.addDifference(codes, tolerance, UInt64(code), UInt64(other), row: row)
      } else {
        // No partner: what was summed is taken back.
        totals.ownSum &-= UInt64(code)
        totals.partnerSum &-= UInt64(UInt32.max)
        totals.zeroCount -= code == 0 ? 1 : 0
        pairedCount -= 1
      }
    }
    tally.equalCount = pairedCount - tally.differentCount - tally.toleratedCount
    guard codes.pairing.sourceType.isNumeric else { return }
    let bothNull = totals.zeroCount - tally.sourceNullCount
    tally.sourceSum = sum(totals.ownSum, pairedCount - totals.zeroCount)
    tally.compareSum = sum(totals.partnerSum, pairedCount - bothNull - tally.compareNullCount)
  }

  /// The sum of `count` values from that of their codes.
  private func sum(_ codeSum: UInt64, _ count: Int) -> CheckedSum {
    CheckedSum(total: Int128(codeSum) + (Int128(codes.base) - 1) * Int128(count), count: count)
  }
}
