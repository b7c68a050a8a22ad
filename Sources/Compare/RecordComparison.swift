// SPDX-FileCopyrightText: 2026 The Colonnade authors
// SPDX-License-Identifier: Apache-2.0

import Columns
import Kernels
import Synchronization

/// Holds several columns of paired rows against each other at once: the codes of a row (``ColumnCodes``) side by side in one integer of 64 bits, so
/// that a row costs one access to the other table, however many columns there are, and only rows that differ are taken apart.
struct RecordComparison: Sendable {
  fileprivate struct Field: Sendable {
    let codes: ColumnCodes
    let tolerance: Tolerance?
    let shift: UInt64
    let mask: UInt64

    @inline(__always)
    func code(_ record: UInt64) -> UInt64 { record &>> shift & mask }
  }

  private let fields: [Field]
  private let source: any TableSource
  private let other: any TableSource
  private let alignment: RowAlignment
  /// The other table's records by row, and one more that no row of the source has.
  private let others: LargeMemory<UInt64>
  /// Per field, sum and number of the codes of the other table's rows that have a partner.
  private let otherTotals: [Total]

  fileprivate struct Total: Sendable {
    var codeSum: Int128 = 0
    var valueCount = 0
  }

  /// Bits that fields may take: one is left for the record of no row.
  private static let bitLimit = 63

  /// How many of `codes`, from the first on, fit one record; those that have none do not.
  static func count(of codes: ArraySlice<ColumnCodes?>) -> Int {
    var bits = 0
    var count = 0
    for case let codes? in codes.prefix(while: { $0 != nil }) {
      guard codes.isNarrow else { break }
      bits += bitWidth(codes)
      if bits > bitLimit { break }
      count += 1
    }
    return count
  }

  private static func bitWidth(_ codes: ColumnCodes) -> Int {
    UInt128.bitWidth - (codes.codeCount - 1).leadingZeroBitCount
  }

  /// Reads the other table's columns. Precondition: all fit one record. Throws what reading throws.
  init(
    _ columns: [(codes: ColumnCodes, tolerance: Tolerance?)], _ source: any TableSource, _ other: any TableSource,
    _ alignment: RowAlignment, threads: Int
  ) throws {
    var fields: [Field] = []
    var shift = 0
    for column in columns {
      let bits = Self.bitWidth(column.codes)
      fields.append(
        Field(
          codes: column.codes, tolerance: column.tolerance, shift: UInt64(shift), mask: (1 << UInt64(bits)) - 1))
      shift += bits
    }
    (self.fields, self.source, self.other, self.alignment) = (fields, source, other, alignment)
    let others = LargeMemory<UInt64>(alignment.compareRowCount + 1)
    others.start[alignment.compareRowCount] = .max
    let rows = alignment.otherRows
    let totals = Mutex([Total](repeating: Total(), count: fields.count))
    try forEachChunk(rows.chunkCount, threads: threads) { [fields] chunk in
      let range = rows.rows(ofChunk: chunk)
      let records = others.start + range.lowerBound
      var found = try read(fields, other, .compare, chunk, into: records, count: range.count)
      if alignment.hasUnpairedOthers {
        for row in range where !alignment.isPaired(row) {
          for (index, field) in fields.enumerated() { found[index].remove(field.code(others.start[row])) }
        }
      }
      totals.withLock { totals in
        for index in fields.indices { totals[index].add(found[index]) }
      }
    }
    self.others = others
    otherTotals = totals.withLock { $0 }
  }

  /// What is found in one chunk of the source, by column; the other table's sums are in the first chunk's. Throws what reading throws.
  func tallies(chunk: Int) throws -> [ChunkTally] {
    let range = alignment.sourceRows.rows(ofChunk: chunk)
    var tallies = fields.map { _ in ChunkTally(rowCount: range.count) }
    var differs = [UInt64](repeating: 0, count: (range.count + 63) / 64)
    try withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, range.count)) { memory in
      guard let own = memory.baseAddress else { return }
      var totals = try read(fields, source, .source, chunk, into: own, count: range.count)
      var pairedCount = range.count
      alignment.compareRows.withUnsafeBufferPointer { all in
        guard let partners = all.baseAddress.map({ $0 + range.lowerBound }) else { return }
        differs.withUnsafeMutableBufferPointer { words in
          guard let words = words.baseAddress else { return }
          compareGatheredRecords(
            UnsafeBufferPointer(start: own, count: range.count), partners, UnsafePointer(others.start),
            limit: UInt32(alignment.compareRowCount), differs: words)
        }
        forEachBit(differs) { row in
          if partners[row] == noPartner {
            for (index, field) in fields.enumerated() { totals[index].remove(field.code(own[row])) }
            pairedCount -= 1
          } else {
            takeApart(own[row], others.start[Int(partners[row])], row, into: &tallies)
          }
        }
      }
      for (index, field) in fields.enumerated() {
        let tally = tallies[index]
        tallies[index].equalCount = pairedCount - tally.differentCount - tally.toleratedCount
        guard field.codes.pairing.sourceType.isNumeric else { continue }
        tallies[index].sourceSum = totals[index].sum(field.codes.base)
        if chunk == 0 { tallies[index].compareSum = otherTotals[index].sum(field.codes.base) }
      }
    }
    return tallies
  }

  /// Says in which columns a row differs, and how.
  @inline(__always)
  private func takeApart(_ own: UInt64, _ other: UInt64, _ row: Int, into tallies: inout [ChunkTally]) {
    for (index, field) in fields.enumerated() {
      let (a, b) = (field.code(own), field.code(other))
      if a != b { tallies[index].addDifference(field.codes, field.tolerance, a, b, row: row) }
    }
  }
}

extension RecordComparison.Total {
  init(codeSum: UInt64, valueCount: Int) {
    self.codeSum = Int128(codeSum)
    self.valueCount = valueCount
  }

  mutating func add(_ other: Self) {
    codeSum += other.codeSum
    valueCount += other.valueCount
  }

  /// Takes one code out.
  mutating func remove(_ code: UInt64) {
    codeSum -= Int128(code)
    valueCount -= code == 0 ? 0 : 1
  }

  /// The sum of the values whose codes these are: code 1 is `base`.
  func sum(_ base: Int64) -> CheckedSum {
    CheckedSum(total: codeSum + (Int128(base) - 1) * Int128(valueCount), count: valueCount)
  }
}

/// Reads a chunk's records and what their codes sum up to, by field.
private func read(
  _ fields: [RecordComparison.Field], _ table: any TableSource, _ side: ComparedSide, _ chunk: Int,
  into records: UnsafeMutablePointer<UInt64>, count: Int
) throws -> [RecordComparison.Total] {
  records.initialize(repeating: 0, count: count)
  return try fields.map { field in
    var total = RecordComparison.Total()
    try field.codes.withCodes(table, side, chunk: chunk) { run in
      precondition(run.count == count, "a page has other rows than its chunk")
      run.withNarrowCodes { codes in
        let placed = placeCodes(codes, shift: field.shift, in: records)
        total = RecordComparison.Total(codeSum: placed.sum, valueCount: count - placed.zeroCount)
      }
    }
    return total
  }
}

/// Calls `body` for each bit that is 1, in order.
@inline(__always)
func forEachBit(_ words: [UInt64], _ body: (Int) -> Void) {
  for (index, word) in words.enumerated() {
    var rest = word
    while rest != 0 {
      body(index &* 64 &+ rest.trailingZeroBitCount)
      rest &= rest &- 1
    }
  }
}
